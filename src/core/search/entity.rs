//! The kinds of field that a prefix names.

use super::Field;

/// What a prefix (`metrics.`, `tags.`) stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A metric.
    Metric,
    /// A parameter.
    Param,
    /// A tag.
    Tag,
    /// A column.
    Attribute,
    /// A dataset that was used.
    Dataset,
}

/// What can be asked of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatasetKey {
    /// Its name.
    Name,
    /// The digest of its contents.
    Digest,
    /// What it was used for.
    Context,
}

impl Entity {
    /// MLflow's word, in errors.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Param => "parameter",
            Self::Tag => "tag",
            Self::Attribute => "attribute",
            Self::Dataset => "dataset",
        }
    }
}

impl DatasetKey {
    const ALL: [Self; 3] = [Self::Name, Self::Digest, Self::Context];

    /// The word behind `dataset.`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Digest => "digest",
            Self::Context => "context",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

impl Field {
    pub(super) fn entity(&self) -> Entity {
        match self {
            Self::Attribute(_) => Entity::Attribute,
            Self::Metric(_) | Self::Least(_) | Self::Greatest(_) => Entity::Metric,
            Self::Param(_) => Entity::Param,
            Self::Tag(_) => Entity::Tag,
            Self::Dataset(_) => Entity::Dataset,
        }
    }

    /// The name behind the prefix.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Attribute(attribute) => attribute.name(),
            Self::Metric(key)
            | Self::Least(key)
            | Self::Greatest(key)
            | Self::Param(key)
            | Self::Tag(key) => key,
            Self::Dataset(key) => key.word(),
        }
    }
}
