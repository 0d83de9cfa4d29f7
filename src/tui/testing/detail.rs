//! A run in detail, its answers given.

use trimtab_core::artifact::{ArtifactEntry, ArtifactFolder, ArtifactPart, Blob, TableHead};
use trimtab_core::inputs::{InputDataset, LinkedModel, RunInputs};
use trimtab_core::metric::MetricSummary;
use trimtab_core::run::{RunPage, RunRow};
use trimtab_wire::{Reply, Request, Snapshot};

use super::fixtures;
use super::harness::Harness;
use crate::model::data::Slot;
use crate::model::detail::{NOTE, Tab};

/// The note of the run.
const TEXT: &str = "# Why this run\n\nTrained after **drift** in `carrier` from week 21 on.\n\n- fewer rounds: *it overfitted*\n- same seed\n\nSee [the ticket](https://tickets.example/42).";

/// The run, with a note and figures of its machine.
pub fn run() -> RunRow {
    let mut run = fixtures::runs().remove(0);
    run.tags.insert(NOTE.into(), TEXT.into());
    run.params.insert(
        "feature_columns".into(),
        "dep_hour, distance, carrier, origin, dest, month_day, temp, wind_speed, visib, precip"
            .into(),
    );
    let one = run.metrics["train_loss"];
    for (i, key) in [
        "cpu_utilization_percentage",
        "gpu_0_memory_usage_megabytes",
        "system_memory_usage_percentage",
    ]
    .into_iter()
    .enumerate()
    {
        let summary = MetricSummary {
            latest: trimtab_core::metric::Point {
                value: 40.0 + i as f64,
                ..one.latest
            },
            min: 0.6,
            max: 0.66,
            count: 37,
        };
        run.metrics.insert(format!("system/{key}"), summary);
    }
    run
}

/// A console with the run in detail and a tab in front; nothing is answered yet.
pub fn opened(size: (u16, u16), tab: Tab) -> Harness {
    let mut h = Harness::alive(size.0, size.1);
    h.keys("2");
    let mut rows = fixtures::runs();
    rows[0] = run();
    h.feed(
        Slot::Runs,
        Snapshot::Runs(RunPage {
            total: rows.len() as u64,
            rows,
            ..RunPage::default()
        }),
    );
    h.keys("tab");
    for _ in 0..Tab::ALL.iter().position(|t| *t == tab).unwrap() {
        h.keys("]");
    }
    h
}

/// The same, with everything answered.
pub fn answered(size: (u16, u16), tab: Tab) -> Harness {
    let mut h = opened(size, tab);
    answer(&mut h);
    h
}

/// Answers what is asked for.
pub fn answer(h: &mut Harness) {
    let run = run();
    if h.follows.contains_key(&Slot::Detail) {
        let key = h.model.detail.charted(&h.model.runs, &run).unwrap();
        h.feed(
            Slot::Detail,
            Snapshot::Series(vec![fixtures::curve(&run, &key)]),
        );
    }
    if h.follows.contains_key(&Slot::JobLog) {
        h.feed(Slot::JobLog, Snapshot::JobLog(fixtures::log()));
    }
    while let Some((_, request)) = h.asked.iter().find(|(_, r)| reply(r).is_some()) {
        let request = request.clone();
        let told = reply(&request).unwrap();
        h.answer(|r| *r == request, Ok(told));
    }
}

/// The agent's answer.
fn reply(request: &Request) -> Option<Reply> {
    let run = run();
    Some(match request {
        Request::RunCurves { keys, .. } => {
            Reply::RunCurves(keys.iter().map(|k| fixtures::curve(&run, k)).collect())
        }
        Request::RunInputs(_) => Reply::RunInputs(Box::new(inputs())),
        Request::Artifacts { path, .. } => Reply::Artifacts(folder(path)),
        Request::ArtifactPart { path, offset, .. } => {
            let all = content(path);
            Reply::ArtifactPart(ArtifactPart {
                offset: *offset,
                total: all.len() as u64,
                bytes: Blob(all[*offset as usize..].to_vec()),
            })
        }
        Request::ArtifactTable { .. } => Reply::ArtifactTable(table()),
        _ => return None,
    })
}

fn inputs() -> RunInputs {
    RunInputs {
        datasets: vec![
            InputDataset {
                name: "flights-2013".into(),
                digest: "8c1e77ab".into(),
                context: "training".into(),
                source_type: "local".into(),
                source: r#"{"uri": "data/flights/2013.parquet"}"#.into(),
                schema: Some(r#"{"mlflow_colspec":[{"type":"long","name":"dep_hour"}]}"#.into()),
                profile: Some(r#"{"num_rows":71204}"#.into()),
                ..InputDataset::default()
            },
            InputDataset {
                name: "flights-heldout".into(),
                digest: "11f0c2de".into(),
                context: "eval".into(),
                source_type: "local".into(),
                source: r#"{"uri": "data/flights/heldout.parquet"}"#.into(),
                ..InputDataset::default()
            },
        ],
        models: vec![LinkedModel {
            id: "m-abababababababababababababababab".into(),
            name: "booster".into(),
            kind: "forust".into(),
            status: "ready".into(),
            uri: "mlflow-artifacts:/1/models/m-ab/artifacts".into(),
            made_at: Some(120),
        }],
    }
}

fn folder(path: &str) -> ArtifactFolder {
    let entry = |name: &str, size| ArtifactEntry {
        name: name.into(),
        size,
    };
    ArtifactFolder {
        uri: "mlflow-artifacts:/1/0101/artifacts".into(),
        entries: match path {
            "" => vec![
                entry("confusion.png", Some(2_048)),
                entry("eval.parquet", Some(91_000)),
                entry("metrics.json", Some(64)),
                entry("model", None),
                entry("notes.md", Some(300)),
                entry("train.log", Some(900)),
                entry("weights.bin", Some(40)),
            ],
            "model" => vec![
                entry("MLmodel", Some(240)),
                entry("model.bin", Some(88_000)),
            ],
            _ => Vec::new(),
        },
    }
}

fn content(path: &str) -> Vec<u8> {
    match path {
        "confusion.png" => crate::picture::tests::sample(64, 40, image::ImageFormat::Png),
        "metrics.json" => {
            br#"{"auc":0.693,"confusion":[[812,91],[77,420]],"name":"late15"}"#.to_vec()
        }
        "notes.md" => TEXT.as_bytes().to_vec(),
        "weights.bin" => (0u8..40).collect(),
        _ => fixtures::log().text.into_bytes(),
    }
}

fn table() -> TableHead {
    let text = |s: String| Some(s);
    TableHead {
        columns: vec![
            ("row".into(), "BIGINT".into()),
            ("carrier".into(), "VARCHAR".into()),
            ("score".into(), "DOUBLE".into()),
            ("label".into(), "BIGINT".into()),
        ],
        rows: (0..60)
            .map(|i| {
                vec![
                    text(i.to_string()),
                    text(["UA", "DL", "B6"][i % 3].to_owned()),
                    text(format!("0.{}", 100 + i * 7)),
                    (i % 5 != 0).then(|| (i % 2).to_string()),
                ]
            })
            .collect(),
        total: Some(11_982),
    }
}
