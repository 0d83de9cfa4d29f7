//! What each search may name: five constants over one parser. From MLflow's `search_utils.py` and its SQL stores.

use super::{Attribute, Attribute as A, Direction, Entity, Field};
use Direction::{Ascending, Descending};

pub(super) type Names = &'static [(&'static str, Attribute)];

/// Where a list of texts may stand.
#[derive(Debug)]
pub(super) enum Lists {
    /// These attributes (and datasets).
    Only(&'static [Attribute]),
    /// Anything that is text.
    Any,
}

/// What one kind of search may name, and how strict it is.
#[derive(Debug)]
pub struct Grammar {
    pub(super) prefixes: &'static [(&'static str, Entity)],
    /// The end of the error about an unknown prefix.
    pub(super) valid_prefixes: &'static str,
    pub(super) filter: Names,
    pub(super) order: Names,
    /// What may be ordered by besides attributes.
    pub(super) order_entities: &'static [Entity],
    pub(super) lists: Lists,
    /// What may be `IS NULL`.
    pub(super) nulls: &'static [Entity],
    /// Numeric attributes refuse a point.
    pub(super) whole_numbers: bool,
    /// Numeric attributes take `'3'` for 3.
    pub(super) quoted_numbers: bool,
    /// Texts need no quotes.
    pub(super) bare_texts: bool,
    /// Errors are in the words of MLflow's other parser.
    pub(super) other_parser: bool,
    /// The same key twice in one order is an error.
    pub(super) unique_keys: bool,
    /// The order when none is asked for.
    pub(super) default_order: &'static [(Attribute, Direction)],
    /// What follows the keys asked for. Its last key is unique.
    pub(super) ties: &'static [(Attribute, Direction)],
}

const NAMED: &[(&str, Entity)] = &[
    ("attribute", Entity::Attribute),
    ("tag", Entity::Tag),
    ("tags", Entity::Tag),
];
const NAMED_ERROR: &str = "Valid entity types are ('attribute', 'tag', 'tags')";

/// Runs.
pub const RUNS: Grammar = Grammar {
    prefixes: &[
        ("metric", Entity::Metric),
        ("metrics", Entity::Metric),
        ("parameter", Entity::Param),
        ("parameters", Entity::Param),
        ("param", Entity::Param),
        ("params", Entity::Param),
        ("tag", Entity::Tag),
        ("tags", Entity::Tag),
        ("attribute", Entity::Attribute),
        ("attributes", Entity::Attribute),
        ("attr", Entity::Attribute),
        ("run", Entity::Attribute),
        ("dataset", Entity::Dataset),
        ("datasets", Entity::Dataset),
    ],
    valid_prefixes: "Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
    filter: &[
        ("run_id", A::RunId),
        ("run_name", A::RunName),
        ("run name", A::RunName),
        ("Run name", A::RunName),
        ("Run Name", A::RunName),
        ("status", A::Status),
        ("user_id", A::UserId),
        ("artifact_uri", A::ArtifactUri),
        ("start_time", A::StartTime),
        ("created", A::StartTime),
        ("Created", A::StartTime),
        ("end_time", A::EndTime),
    ],
    order: &[
        ("run_id", A::RunId),
        ("run_name", A::RunName),
        ("status", A::Status),
        ("user_id", A::UserId),
        ("artifact_uri", A::ArtifactUri),
        ("start_time", A::StartTime),
        ("created", A::StartTime),
        ("Created", A::StartTime),
        ("end_time", A::EndTime),
    ],
    order_entities: &[Entity::Metric, Entity::Param, Entity::Tag],
    lists: Lists::Only(&[A::RunId]),
    nulls: &[Entity::Tag, Entity::Param],
    whole_numbers: false,
    quoted_numbers: false,
    bare_texts: false,
    other_parser: false,
    unique_keys: true,
    default_order: &[],
    ties: &[(A::StartTime, Descending), (A::RunId, Ascending)],
};

/// Experiments.
pub const EXPERIMENTS: Grammar = Grammar {
    prefixes: NAMED,
    valid_prefixes: NAMED_ERROR,
    filter: &[
        ("name", A::Name),
        ("experiment_id", A::ExperimentId),
        ("creation_time", A::CreationTime),
        ("last_update_time", A::LastUpdateTime),
    ],
    order: &[
        ("name", A::Name),
        ("experiment_id", A::ExperimentId),
        ("creation_time", A::CreationTime),
        ("last_update_time", A::LastUpdateTime),
    ],
    order_entities: &[],
    lists: Lists::Only(&[A::ExperimentId]),
    nulls: &[Entity::Tag],
    whole_numbers: true,
    quoted_numbers: false,
    bare_texts: false,
    other_parser: false,
    unique_keys: false,
    default_order: &[(A::CreationTime, Descending), (A::ExperimentId, Ascending)],
    ties: &[(A::ExperimentId, Descending)],
};

/// Registered models.
pub const MODELS: Grammar = Grammar {
    prefixes: NAMED,
    valid_prefixes: NAMED_ERROR,
    filter: &[("name", A::Name)],
    order: &[
        ("name", A::Name),
        ("timestamp", A::LastUpdatedTimestamp),
        ("last_updated_timestamp", A::LastUpdatedTimestamp),
        ("creation_timestamp", A::CreationTimestamp),
    ],
    order_entities: &[],
    lists: Lists::Only(&[A::Name]),
    nulls: &[],
    whole_numbers: true,
    quoted_numbers: false,
    bare_texts: false,
    other_parser: false,
    unique_keys: true,
    default_order: &[],
    ties: &[(A::Name, Ascending)],
};

/// Model versions.
pub const VERSIONS: Grammar = Grammar {
    prefixes: NAMED,
    valid_prefixes: NAMED_ERROR,
    filter: &[
        ("name", A::Name),
        ("version_number", A::VersionNumber),
        ("run_id", A::RunId),
        ("source_path", A::SourcePath),
    ],
    order: &[
        ("name", A::Name),
        ("version_number", A::VersionNumber),
        ("creation_timestamp", A::CreationTimestamp),
        ("last_updated_timestamp", A::LastUpdatedTimestamp),
    ],
    order_entities: &[],
    lists: Lists::Only(&[A::Name, A::RunId]),
    nulls: &[],
    whole_numbers: true,
    quoted_numbers: true,
    bare_texts: false,
    other_parser: false,
    unique_keys: true,
    default_order: &[(A::LastUpdatedTimestamp, Descending)],
    ties: &[(A::Name, Ascending), (A::VersionNumber, Descending)],
};

/// Logged models.
pub const LOGGED_MODELS: Grammar = Grammar {
    prefixes: &[
        ("attributes", Entity::Attribute),
        ("metrics", Entity::Metric),
        ("params", Entity::Param),
        ("tags", Entity::Tag),
    ],
    valid_prefixes: "",
    filter: LOGGED_MODEL_NAMES,
    order: LOGGED_MODEL_NAMES,
    order_entities: &[Entity::Metric],
    lists: Lists::Any,
    nulls: &[],
    whole_numbers: false,
    quoted_numbers: false,
    bare_texts: true,
    other_parser: true,
    unique_keys: false,
    default_order: &[],
    ties: &[(A::CreationTimestamp, Descending), (A::ModelId, Ascending)],
};

const LOGGED_MODEL_NAMES: Names = &[
    ("name", A::Name),
    ("model_id", A::ModelId),
    ("model_type", A::ModelType),
    ("status", A::Status),
    ("source_run_id", A::SourceRunId),
    ("experiment_id", A::ExperimentId),
    ("artifact_location", A::ArtifactLocation),
    ("creation_timestamp", A::CreationTimestamp),
    ("creation_timestamp_ms", A::CreationTimestamp),
    ("creation_time", A::CreationTimestamp),
    ("last_updated_timestamp", A::LastUpdatedTimestamp),
    ("last_updated_timestamp_ms", A::LastUpdatedTimestamp),
    ("last_updated_time", A::LastUpdatedTimestamp),
];

impl Grammar {
    pub(super) fn takes_lists(&self, field: &Field) -> bool {
        match (&self.lists, field) {
            (_, Field::Metric(_)) => false,
            (Lists::Any, _) | (_, Field::Dataset(_)) => true,
            (Lists::Only(list), Field::Attribute(attribute)) => list.contains(attribute),
            (Lists::Only(_), _) => false,
        }
    }
}
