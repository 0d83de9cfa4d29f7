//! The columns that a filter or an order may name without a prefix.

use serde::{Deserialize, Serialize};

/// A column of a record, resolved once when the text is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// A run's id; of a model version, the run it came from.
    RunId,
    /// A run's name.
    RunName,
    /// The status in MLflow's spelling (`FINISHED`, `READY`).
    Status,
    /// Who started a run.
    UserId,
    /// Where a run's artifacts are.
    ArtifactUri,
    /// When a run started (ms since 1970).
    StartTime,
    /// When a run ended (ms since 1970).
    EndTime,
    /// The name of an experiment or a model.
    Name,
    /// An experiment's number, written as a quoted string.
    ExperimentId,
    /// When an experiment was made (ms since 1970).
    CreationTime,
    /// When an experiment last changed (ms since 1970).
    LastUpdateTime,
    /// When a model or a version was made (ms since 1970).
    CreationTimestamp,
    /// When a model or a version last changed (ms since 1970).
    LastUpdatedTimestamp,
    /// A model version's number.
    VersionNumber,
    /// Where a model version's files came from.
    SourcePath,
    /// A logged model's id.
    ModelId,
    /// A logged model's type.
    ModelType,
    /// Where a logged model's artifacts are.
    ArtifactLocation,
    /// The run that logged a model.
    SourceRunId,
    /// The name of a run's experiment. From here on: only the console's grammar names them.
    ExperimentName,
    /// How long a run took, or has gone on (ms).
    Duration,
    /// What program made a run (the tag `mlflow.source.name`).
    Source,
    /// How a run is, in one word (`ok`, `nan`, …).
    Health,
    /// The run that a run is part of (the tag `mlflow.parentRunId`).
    Parent,
}

/// How an attribute is compared, and how its values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, in quotes.
    Text,
    /// A whole number, without quotes.
    Integer,
    /// A whole number that names something: written in quotes, only equal or not.
    IntegerId,
}

impl Attribute {
    /// MLflow's name of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::RunId => "run_id",
            Self::RunName => "run_name",
            Self::Status => "status",
            Self::UserId => "user_id",
            Self::ArtifactUri => "artifact_uri",
            Self::StartTime => "start_time",
            Self::EndTime => "end_time",
            Self::Name => "name",
            Self::ExperimentId => "experiment_id",
            Self::CreationTime => "creation_time",
            Self::LastUpdateTime => "last_update_time",
            Self::CreationTimestamp => "creation_timestamp",
            Self::LastUpdatedTimestamp => "last_updated_timestamp",
            Self::VersionNumber => "version_number",
            Self::SourcePath => "source_path",
            Self::ModelId => "model_id",
            Self::ModelType => "model_type",
            Self::ArtifactLocation => "artifact_location",
            Self::SourceRunId => "source_run_id",
            Self::ExperimentName => "experiment",
            Self::Duration => "duration",
            Self::Source => "source",
            Self::Health => "health",
            Self::Parent => "parent",
        }
    }

    /// How it is compared.
    pub fn kind(self) -> Kind {
        match self {
            Self::ExperimentId => Kind::IntegerId,
            Self::StartTime
            | Self::EndTime
            | Self::CreationTime
            | Self::LastUpdateTime
            | Self::CreationTimestamp
            | Self::LastUpdatedTimestamp
            | Self::VersionNumber
            | Self::Duration => Kind::Integer,
            _ => Kind::Text,
        }
    }
}
