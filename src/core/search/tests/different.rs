//! Where we mean to answer otherwise than MLflow, and why.

/// How an answer differs from MLflow's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// We accept what MLflow refuses.
    More,
    /// We refuse what MLflow accepts.
    Less,
    /// Both accept, and read something else in it.
    Reads,
    /// Both accept, and find other records.
    Finds,
    /// Both refuse, in other words.
    Words,
}
use How::{Finds, Less, More, Reads, Words};

/// What is meant to differ; any other difference fails, and so does one of these that is gone.
pub const DIFFERENT: &[(How, &str, &[&str])] = &[
    // Means what it says, and harms nobody: MLflow trips over its SQL tokenizer, over blanks, over case.
    (
        More,
        "runs",
        &[
            "metrics.loss > 1e+3",
            "metrics.1 > 0",
            "params.lr IS  NOT   NULL",
            "start_time > 10000000000000000000000",
            r#"[" metrics.loss"]"#,
            r#"["metrics.loss "]"#,
            r#"["metrics.loss DESC "]"#,
            r#"["metrics.`a\"b`"]"#,
        ],
    ),
    (
        More,
        "experiments",
        &["name like 'churn%'", "experiment_id in ('1', '3')"],
    ),
    // What MLflow's other registry store takes, one may take from all.
    (
        More,
        "models",
        &[
            "`name` = 'churn'",
            r#"["creation_timestamp"]"#,
            r#"["attribute.name"]"#,
            r#"["`name`"]"#,
        ],
    ),
    // An empty key, a key that starts with a blank, a forgotten comma: surely mistakes.
    (
        Less,
        "runs",
        &["metrics. > 1", "metrics. loss > 0", "run_id IN ('a' 'b')"],
    ),
    // MLflow takes the double quotes for part of the value.
    (Reads, "logged_models", &[r#"name = "m1""#]),
    // SQLite's lower() knows ASCII only.
    (Finds, "experiments", &["name ILIKE 'ÉTÉ'"]),
    // Ours name the comparators that the field really has, and the token that is really wrong; MLflow's come from
    // several layers, and some of them are accidents.
    (
        Words,
        "runs",
        &[
            "metrics.loss > 0x10",
            "metrics.acc > 0.25AND metrics.loss < 1",
            r#"params.note = 'it's "odd"'"#,
            r#"params.note = "it's "odd"""#,
            "status > 'A'",
            "start_time LIKE 1",
            "run_id IN (a)",
            "run_id = ('a')",
            r#"["dataset.name"]"#,
        ],
    ),
    (
        Words,
        "experiments",
        &[
            "name > 'churn'",
            "experiment_id > '1'",
            "experiment_id LIKE '1'",
            "creation_time >= 2000.5",
            "creation_time LIKE 2000",
            "last_update_time IS NULL",
            "tags.team > 'a'",
            "name IS NULL",
            "name = 'a' OR name = 'b'",
            "name",
        ],
    ),
    (
        Words,
        "models",
        &[
            "name = ('churn')",
            "name > 'a'",
            "name IS NULL",
            "tags.team IS NULL",
            "tags.team > 'a'",
            "name = 'a' OR name = 'b'",
            r#"["foo"]"#,
            r#"["tags.team"]"#,
            r#"["TIMESTAMP"]"#,
            r#"["timestamp foo"]"#,
        ],
    ),
    (
        Words,
        "versions",
        &[
            "version_number LIKE '1%'",
            "version_number IN (1, 2)",
            "version_number IS NULL",
            "name = 5",
            "tags.stage IS NOT NULL",
            "source = 'x'",
            r#"["tags.x"]"#,
        ],
    ),
    (
        Words,
        "logged_models",
        &[
            "creation_timestamp = '1000'",
            "metrics.loss > 'x'",
            "foo = 'x'",
        ],
    ),
];
