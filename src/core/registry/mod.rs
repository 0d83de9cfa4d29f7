//! The model registry: models, versions and the aliases that point at them.

mod deployment;
pub mod names;
pub mod source;
mod stage;
pub mod webhook;

pub use deployment::{Deployment, DeploymentKind, rollback_target};
pub use stage::{Stage, UnknownStage};

use crate::{run::RunId, time::Millis};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A version of a model: 1, 2, 3, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

/// The alias that names the version in production.
pub const CHAMPION: &str = "champion";

/// The tag that makes a registered model, or a version, a prompt (MLflow, `prompt_version.py`).
pub const IS_PROMPT: &str = "mlflow.prompt.is_prompt";

/// A registered model with its versions and aliases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its unique name.
    pub name: String,
    /// When it was registered.
    pub created: Millis,
    /// When it was last changed: a version came or went, a stage moved, its words or name changed.
    pub updated: Millis,
    /// What people say of it; may be empty.
    pub description: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The highest number that a version of it ever had. Numbers are not given twice.
    pub newest: u32,
    /// Its versions, newest first.
    #[serde(with = "shared")]
    pub versions: Vec<Arc<ModelVersion>>,
    /// alias → version.
    pub aliases: BTreeMap<String, Version>,
}

impl Model {
    /// A model without versions.
    pub fn new(name: impl Into<String>, created: Millis) -> Self {
        Self {
            name: name.into(),
            created,
            updated: created,
            description: String::new(),
            tags: BTreeMap::new(),
            newest: 0,
            versions: Vec::new(),
            aliases: BTreeMap::new(),
        }
    }
    /// The version in production.
    pub fn champion(&self) -> Option<Version> {
        self.aliases.get(CHAMPION).copied()
    }
    /// One version.
    pub fn version(&self, version: Version) -> Option<&ModelVersion> {
        self.place(version).map(|i| &*self.versions[i])
    }
    /// Where a version stands in the list.
    pub fn place(&self, version: Version) -> Option<usize> {
        let newest_first = |v: &Arc<ModelVersion>| version.cmp(&v.version);
        self.versions.binary_search_by(newest_first).ok()
    }
    /// The aliases of one version, by name.
    pub fn aliases_of(&self, version: Version) -> impl Iterator<Item = &str> {
        let own = self.aliases.iter().filter(move |(_, v)| **v == version);
        own.map(|(alias, _)| &**alias)
    }
    /// The newest version in each stage; stages in the order of their oldest versions, as MLflow's server
    /// meets them.
    pub fn latest(&self) -> Vec<&ModelVersion> {
        let mut latest: Vec<&ModelVersion> = Vec::new();
        for version in self.versions.iter().rev() {
            match latest.iter_mut().find(|l| l.stage == version.stage) {
                Some(newest) => *newest = version,
                None => latest.push(version),
            }
        }
        latest
    }
    /// Whether it is a prompt.
    pub fn is_prompt(&self) -> bool {
        is_prompt(&self.tags)
    }
}

/// Whether tags say that something is a prompt.
pub fn is_prompt(tags: &BTreeMap<String, String>) -> bool {
    tags.get(IS_PROMPT)
        .is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// One version of a model, with its lineage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelVersion {
    /// The model's name.
    pub model: String,
    /// Its number.
    pub version: Version,
    /// The run that made it. It may be unknown here, and be deleted.
    pub run: Option<RunId>,
    /// What an MLflow client called the run, where that is no run's id.
    pub run_text: Option<String>,
    /// The logged model that it is, as MLflow numbers them (`m-…`).
    pub model_id: Option<String>,
    /// When it was registered.
    pub created: Millis,
    /// When its words, stage or name last changed.
    pub updated: Millis,
    /// Who registered it.
    pub author: String,
    /// Where its files are: a folder relative to the workspace, or what an MLflow client said, a URI.
    pub source: String,
    /// Where its files are to be fetched, when that is not [`ModelVersion::source`].
    pub location: Option<String>,
    /// What people say of it.
    pub description: Option<String>,
    /// A link to the run elsewhere.
    pub run_link: Option<String>,
    /// MLflow's stage.
    pub stage: Stage,
    /// Tags (`window`, `data_version`, …).
    pub tags: BTreeMap<String, String>,
    /// Its run's latest metrics when it was registered.
    pub metrics: BTreeMap<String, f64>,
}

impl ModelVersion {
    /// A version with nothing but a number and a place; 0 where the store is to number it.
    pub fn new(
        model: impl Into<String>,
        version: Version,
        source: impl Into<String>,
        at: Millis,
    ) -> Self {
        Self {
            model: model.into(),
            version,
            run: None,
            run_text: None,
            model_id: None,
            created: at,
            updated: at,
            author: String::new(),
            source: source.into(),
            location: None,
            description: None,
            run_link: None,
            stage: Stage::None,
            tags: BTreeMap::new(),
            metrics: BTreeMap::new(),
        }
    }
    /// The run as MLflow's clients see it; empty when there is none.
    pub fn run_id(&self) -> &str {
        match (&self.run, &self.run_text) {
            (Some(run), _) => run.as_str(),
            (None, Some(text)) => text,
            (None, None) => "",
        }
    }
}

/// Versions are shared in memory and plain on the wire.
mod shared {
    use super::{Arc, Deserialize, ModelVersion};
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(
        versions: &[Arc<ModelVersion>],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(versions.iter().map(|v| &**v))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Arc<ModelVersion>>, D::Error> {
        let read = Vec::<ModelVersion>::deserialize(from)?;
        Ok(read.into_iter().map(Arc::new).collect())
    }
}

/// What a client says to register a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewVersion {
    /// The model's name; registered when it does not exist.
    pub model: String,
    /// The run that made it.
    pub run: Option<RunId>,
    /// A folder with its files; the agent copies it under `.trimtab/models/`.
    pub source: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_each_stage_by_its_oldest() {
        let mut model = Model::new("m", Millis(0));
        for (number, stage) in [
            (7, Stage::None),
            (5, Stage::Staging),
            (4, Stage::None),
            (2, Stage::Production),
        ] {
            let mut version = ModelVersion::new("m", Version(number), "s3://x", Millis(0));
            version.stage = stage;
            model.versions.push(Arc::new(version));
        }
        let numbers = |v: Vec<&ModelVersion>| v.iter().map(|v| v.version.0).collect::<Vec<_>>();
        assert_eq!(numbers(model.latest()), [2, 7, 5]);
        assert_eq!(model.version(Version(4)).unwrap().version.0, 4);
        assert_eq!(model.version(Version(3)), None);
    }
}
