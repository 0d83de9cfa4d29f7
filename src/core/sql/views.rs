//! The documented views. Sorted as people look for them: runs, registry, production, record.

use super::SqlKind::{self, Flag, Integer, Number, Text, Time};

/// A view that queries may read.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What one row of it is: one sentence.
    pub doc: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ViewColumn],
}

/// A column of a view.
#[derive(Clone, Copy, Debug)]
pub struct ViewColumn {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: SqlKind,
    /// What it says, with its unit: half a sentence.
    pub doc: &'static str,
}

/// The view of a name, in any case.
pub fn view(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|v| v.name.eq_ignore_ascii_case(name))
}

const fn c(name: &'static str, kind: SqlKind, doc: &'static str) -> ViewColumn {
    ViewColumn { name, kind, doc }
}

const RUN_ID: ViewColumn = c("run_id", Text, "the run's id, 32 hexadecimal digits");
const RUN: ViewColumn = c("run", Text, "the run's name");
const MODEL: ViewColumn = c("model", Text, "the model's name");
const VERSION: ViewColumn = c("version", Integer, "the version's number");
const KEY: ViewColumn = c("key", Text, "its key");
const VALUE: ViewColumn = c("value", Text, "its value");
const MONITOR: ViewColumn = c("monitor", Text, "the monitor's name");
const WINDOW: ViewColumn = c("window_start", Time, "the window's first instant");

/// Every view.
pub const VIEWS: &[View] = &[
    View {
        name: "experiments",
        doc: "One row for each experiment, deleted ones too.",
        columns: &[
            c("id", Integer, "its number; 0 is Default"),
            c("name", Text, "its name"),
            c("artifact_location", Text, "where its runs' artifacts go"),
            c("created", Time, "when it was made"),
            c("updated", Time, "when it was last changed"),
            c("deleted", Flag, "whether it is deleted"),
        ],
    },
    View {
        name: "experiment_tags",
        doc: "One row for each tag of an experiment.",
        columns: &[
            c("experiment_id", Integer, "the experiment's number"),
            c("experiment", Text, "the experiment's name"),
            KEY,
            VALUE,
        ],
    },
    View {
        name: "runs",
        doc: "One row for each run, deleted ones too, as of the last commit.",
        columns: &[
            RUN_ID,
            c("name", Text, "its name, not unique"),
            c("experiment", Text, "its experiment's name"),
            c("experiment_id", Integer, "its experiment's number"),
            c(
                "status",
                Text,
                "running, scheduled, finished, failed or killed",
            ),
            c(
                "health",
                Text,
                "what is wrong with it; null when it is well",
            ),
            c("user", Text, "who started it"),
            c("started", Time, "when it started"),
            c("ended", Time, "when it ended; null while it goes on"),
            c(
                "duration_s",
                Number,
                "seconds from start to end, or until now",
            ),
            c("parent_id", Text, "the id of the run it is a child of"),
            c("source", Text, "what started it: a script, a notebook"),
            c("job", Integer, "the job that launched it"),
            c("deleted", Flag, "whether it is deleted"),
        ],
    },
    View {
        name: "metrics",
        doc: "One row for each value logged: the whole history. Long; name a run and a key where you can.",
        columns: &[
            RUN_ID,
            RUN,
            KEY,
            c("step", Integer, "the step the trainer gave"),
            c("time", Time, "when it was logged"),
            c("value", Number, "the value; NaN and infinities are values"),
        ],
    },
    View {
        name: "run_metrics",
        doc: "One row for each metric of each run: its latest value and extremes, without history.",
        columns: &[
            RUN_ID,
            RUN,
            KEY,
            c("value", Number, "the latest value"),
            c("step", Integer, "its step"),
            c("time", Time, "when it was logged"),
            c(
                "min",
                Number,
                "the least finite value; NaN when there is none",
            ),
            c(
                "max",
                Number,
                "the greatest finite value; NaN when there is none",
            ),
            c("points", Integer, "how many values were logged"),
        ],
    },
    View {
        name: "params",
        doc: "One row for each parameter of each run.",
        columns: &[
            RUN_ID,
            RUN,
            KEY,
            c(
                "value",
                Text,
                "its value, as text; try_cast(value AS DOUBLE) for numbers",
            ),
        ],
    },
    View {
        name: "tags",
        doc: "One row for each tag of each run.",
        columns: &[RUN_ID, RUN, KEY, VALUE],
    },
    View {
        name: "datasets",
        doc: "One row for each data set that a run read.",
        columns: &[
            RUN_ID,
            RUN,
            c("name", Text, "the data set's name"),
            c("digest", Text, "what its content is told by"),
            c("source_type", Text, "the sort of its source"),
            c("source", Text, "its source, JSON"),
        ],
    },
    View {
        name: "logged_models",
        doc: "One row for each model that a run logged, deleted ones too.",
        columns: &[
            c("model_id", Text, "its id"),
            c("name", Text, "its name"),
            c("status", Text, "whether it is ready"),
            c("type", Text, "what the client says it is"),
            RUN_ID,
            c("experiment_id", Integer, "its experiment's number"),
            c("created", Time, "when it was made"),
            c("updated", Time, "when it was last changed"),
            c("deleted", Flag, "whether it is deleted"),
        ],
    },
    View {
        name: "models",
        doc: "One row for each registered model.",
        columns: &[
            c("name", Text, "its name"),
            c("description", Text, "what people say about it"),
            c("newest", Integer, "the greatest version number ever given"),
            c("champion", Integer, "the version in production"),
            c("created", Time, "when it was registered"),
            c("updated", Time, "when it was last changed"),
        ],
    },
    View {
        name: "model_versions",
        doc: "One row for each version of each model.",
        columns: &[
            MODEL,
            VERSION,
            c("stage", Text, "MLflow's stage"),
            c("aliases", Text, "the aliases that name it, by comma"),
            c("run_id", Text, "the run it came from"),
            c("author", Text, "who registered it"),
            c("description", Text, "what people say about it"),
            c("source", Text, "where its files are"),
            c("created", Time, "when it was registered"),
            c("updated", Time, "when it was last changed"),
        ],
    },
    View {
        name: "version_metrics",
        doc: "One row for each metric that a version was registered with.",
        columns: &[MODEL, VERSION, KEY, c("value", Number, "its value")],
    },
    View {
        name: "version_tags",
        doc: "One row for each tag of each version.",
        columns: &[MODEL, VERSION, KEY, VALUE],
    },
    View {
        name: "aliases",
        doc: "One row for each alias of each model.",
        columns: &[MODEL, c("alias", Text, "the alias"), VERSION],
    },
    View {
        name: "deployments",
        doc: "One row for each time that production moved.",
        columns: &[
            c("seq", Integer, "its place in the order of all"),
            c("time", Time, "when"),
            MODEL,
            VERSION,
            c("previous", Integer, "the version before"),
            c("kind", Text, "promotion, rollback or what else moved it"),
            c("actor", Text, "who moved it"),
            c(
                "data_time",
                Time,
                "the instant of the data then, in a replay",
            ),
        ],
    },
    View {
        name: "requests",
        doc: "One row for each request for promotion.",
        columns: &[
            c("id", Integer, "its number"),
            MODEL,
            VERSION,
            c("champion", Integer, "the version it was judged against"),
            c("state", Text, "where it stands"),
            c("author", Text, "who asked"),
            c("reason", Text, "why"),
            c("required", Integer, "approvals that policy asks for"),
            c("approvals", Integer, "approvals it has"),
            c("note", Text, "what came of it"),
            c("created", Time, "when it was made"),
            c("updated", Time, "when it last moved"),
        ],
    },
    View {
        name: "gates",
        doc: "One row for each gate's verdict on a request.",
        columns: &[
            c("request", Integer, "the request's number"),
            c("gate", Text, "the gate's name in policy"),
            c("passed", Flag, "its verdict"),
            c("candidate", Number, "what the candidate has"),
            c("bound", Number, "what it was held against"),
            c("reason", Text, "the verdict in words"),
        ],
    },
    View {
        name: "approvals",
        doc: "One row for each approval of a request.",
        columns: &[
            c("request", Integer, "the request's number"),
            c("actor", Text, "who approved"),
            c("time", Time, "when"),
            c("reason", Text, "why"),
        ],
    },
    View {
        name: "jobs",
        doc: "One row for each retraining job.",
        columns: &[
            c("id", Integer, "its number"),
            c("recipe", Text, "the recipe's name in policy"),
            MODEL,
            c("state", Text, "where it stands"),
            c("actor", Text, "who or what launched it"),
            c("reason", Text, "why"),
            c("window_from", Text, "the first day of its data"),
            c("window_to", Text, "the day after the last of its data"),
            c("params", Text, "its parameters, a JSON object"),
            c("created", Time, "when it was asked for"),
            c("started", Time, "when it began"),
            c("ended", Time, "when it ended"),
            c(
                "duration_s",
                Number,
                "seconds from begin to end; null until then",
            ),
            c("exit_code", Integer, "how its process ended"),
            c("error", Text, "why it failed"),
            c("run_id", Text, "the run it logged"),
        ],
    },
    View {
        name: "windows",
        doc: "One row for each window of each monitor: volume, quality, service. NaN is not computable.",
        columns: &[
            MONITOR,
            WINDOW,
            c("window_end", Time, "its end, exclusive"),
            c("rows", Integer, "rows in the log"),
            c("labelled", Integer, "rows whose label has arrived"),
            c("drifted", Integer, "features that drifted"),
            c("auc", Number, "area under the ROC curve"),
            c("log_loss", Number, "log loss"),
            c("accuracy", Number, "share of right predictions"),
            c(
                "precision",
                Number,
                "share of predicted positives that were",
            ),
            c("recall", Number, "share of positives that were predicted"),
            c("f1", Number, "F1 of the positive class"),
            c("average_precision", Number, "average precision"),
            c(
                "brier",
                Number,
                "mean squared difference of score and label",
            ),
            c("calibration_error", Number, "expected calibration error"),
            c("positive_rate", Number, "share of positive labels"),
            c("mae", Number, "mean absolute error"),
            c("rmse", Number, "root of the mean squared error"),
            c("r2", Number, "share of variance explained"),
            c("bias", Number, "mean of prediction less label"),
            c("estimated_auc", Number, "AUC estimated without labels"),
            c(
                "estimated_accuracy",
                Number,
                "accuracy estimated without labels",
            ),
            c("p50_ms", Number, "median latency, ms"),
            c("p95_ms", Number, "95th percentile of latency, ms"),
            c("p99_ms", Number, "99th percentile of latency, ms"),
            c(
                "error_rate",
                Number,
                "share of answers with status 500 or above",
            ),
            c("computed", Time, "when it was computed"),
        ],
    },
    View {
        name: "window_versions",
        doc: "One row for each version that scored rows of a window.",
        columns: &[
            MONITOR,
            WINDOW,
            VERSION,
            c("rows", Integer, "rows it scored"),
        ],
    },
    View {
        name: "drift",
        doc: "One row for each feature of each window, against the reference.",
        columns: &[
            MONITOR,
            WINDOW,
            c("window_end", Time, "the window's end, exclusive"),
            c("feature", Text, "the column"),
            c("verdict", Text, "drifted, stable, not_enough_data or error"),
            c("method", Text, "the distance it is judged by"),
            c(
                "effect",
                Number,
                "that distance; infinite when the column is lost",
            ),
            c("threshold", Number, "where drift begins"),
            c("p", Number, "the p-value"),
            c(
                "p_adjusted",
                Number,
                "after Benjamini-Hochberg over the window",
            ),
            c("psi", Number, "population stability index"),
            c(
                "distance",
                Number,
                "KS D of numbers, total variation of categories",
            ),
            c("weight", Number, "its weight in the window's verdict"),
            c("categorical", Flag, "whether it was taken as categories"),
            c("rows", Integer, "rows in the window"),
            c("nulls", Integer, "rows without a value"),
            c("error", Text, "why it could not be judged"),
        ],
    },
    View {
        name: "monitors",
        doc: "One row for each monitor of policy.",
        columns: &[
            MONITOR,
            MODEL,
            c("windows", Integer, "windows it has"),
            c("reference_rows", Integer, "rows of its reference"),
            c(
                "psi_threshold",
                Number,
                "PSI at which a feature counts as drifted",
            ),
            c("quality_metric", Text, "the measure that policy bounds"),
            c(
                "quality_min",
                Number,
                "its bound; NaN when policy gives none",
            ),
            c("newest", Time, "the last instant in its log"),
        ],
    },
    View {
        name: "alerts",
        doc: "One row for each alert of each monitor, as it stands now.",
        columns: &[
            MONITOR,
            MODEL,
            c("subject", Text, "drift or quality"),
            c("state", Text, "where it stands"),
            c("open", Flag, "whether it is open"),
            c(
                "judged",
                Time,
                "the start of the last window that could be judged",
            ),
            c("words", Text, "what, since when, and where to look"),
        ],
    },
    View {
        name: "alert_acts",
        doc: "One row for each thing that people did about an alert.",
        columns: &[
            c("time", Time, "when"),
            c("actor", Text, "who"),
            MONITOR,
            c("subject", Text, "drift or quality"),
            c("act", Text, "acknowledge, snooze or close"),
            c("note", Text, "what they said"),
            c("until", Time, "until when it is snoozed"),
        ],
    },
    View {
        name: "problems",
        doc: "One row for each thing wrong with a monitor's input files.",
        columns: &[
            MONITOR,
            c("file", Text, "the file, from the workspace on"),
            c("reason", Text, "what is wrong"),
            c(
                "rows",
                Integer,
                "rows that could not be used; 0 for the whole file",
            ),
            c("first_seen", Time, "when it was first seen"),
        ],
    },
    View {
        name: "audit",
        doc: "One row for each entry of the audit.",
        columns: &[
            c("seq", Integer, "its number"),
            c("time", Time, "when"),
            c("actor", Text, "who"),
            c("action", Text, "what: model.promote, job.cancel"),
            c("subject", Text, "on what"),
            c("outcome", Text, "began, done or refused"),
            c("reason", Text, "why, in the actor's words"),
            c("detail", Text, "what came of it"),
            c("digest", Text, "what makes the record tamper-evident"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_view_is_whole() {
        let mut names = BTreeSet::new();
        for view in VIEWS {
            assert!(names.insert(view.name), "{} twice", view.name);
            assert!(view.doc.ends_with('.'), "{}", view.name);
            let mut columns = BTreeSet::new();
            for column in view.columns {
                assert!(columns.insert(column.name), "{}.{}", view.name, column.name);
                assert!(!column.doc.is_empty() && !column.doc.ends_with('.'));
            }
        }
        assert!(view("RUNS").is_some() && view("nothing").is_none());
    }
}
