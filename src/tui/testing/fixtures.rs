//! A workspace as the demonstration has it in August: quality fell in July, v2 serves, v3 asks.

use std::collections::BTreeMap;

use trimtab_core::alarm::WindowRules;
use trimtab_core::alert::Persistence;
use trimtab_core::audit::{AuditEntry, Outcome};
use trimtab_core::gate::GateResult;
use trimtab_core::job::{Job, JobId, JobState, LogChunk};
use trimtab_core::metric::{MetricSummary, Point, Series};
use trimtab_core::monitor::{
    Distribution, FeatureCell, InputProblem, MonitorState, Quality, Service, WindowResult,
};
use trimtab_core::policy::{Cut, QualityMetric, QualityPolicy};
use trimtab_core::registry::{Deployment, DeploymentKind, Model, ModelVersion, Version};
use trimtab_core::release::{Preview, PromotionRequest, RequestId, RequestState};
use trimtab_core::run::{ExperimentId, RunId, RunPage, RunRow, RunStatus};
use trimtab_core::stats::drift::Verdict;
use trimtab_core::stats::effect::{Method, Rule};
use trimtab_core::stats::estimate::Estimate;
use trimtab_core::time::Millis;
use trimtab_wire::{DemoState, FleetRow, Health, QualityPoint, Serving, Snapshot};

use super::harness::NOW;
use crate::model::data::Slot;

const START: i64 = 1_359_936_000_000; // 2013-02-04, a Monday
const FEATURES: [&str; 12] = [
    "dep_hour",
    "distance",
    "carrier",
    "origin",
    "dest",
    "month_day",
    "temp",
    "wind_speed",
    "visib",
    "precip",
    "score",
    "prediction",
];
const WEEKS: usize = 28;

fn before(seconds: i64) -> Millis {
    Millis(NOW.0 - seconds * 1000)
}

pub fn run_id(n: u8) -> RunId {
    RunId::from_bytes([n; 16])
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

fn week(i: usize) -> Millis {
    Millis(START + i as i64 * Millis::WEEK)
}

/// A quality that falls from summer on.
fn auc(i: usize) -> f64 {
    let wobble = ((i * 7) % 5) as f64 * 0.004;
    if i < 20 {
        0.705 + wobble
    } else {
        0.668 - (i - 20) as f64 * 0.006 + wobble
    }
}

pub fn fleet_row(model: &str, health: Health, why: &str) -> FleetRow {
    let late = health == Health::Bad;
    FleetRow {
        model: model.into(),
        champion: Some(Version(2)),
        newest: Some(Version(3)),
        serving: Some(Serving {
            version: Some(Version(2)),
            ok: true,
            detail: "ok".into(),
            checked: before(3),
        }),
        health,
        why: why.into(),
        quality_metric: "auc".into(),
        quality_min: 0.66,
        quality: (0..WEEKS - 2)
            .map(|i| QualityPoint {
                start: week(i),
                value: if late {
                    auc(i)
                } else {
                    0.71 + (i % 3) as f64 * 0.003
                },
                labelled: 5_800,
                rows: 6_012,
            })
            .collect(),
        drifted: if late { (4, 12) } else { (0, 12) },
        service: Some(Service {
            p50_ms: 2.1,
            p95_ms: 4.8,
            p99_ms: 12.0,
            error_rate: 0.0004,
        }),
        rows: 6_012,
        open_requests: u32::from(late),
        running_jobs: u32::from(late),
        deployments: deployments(model),
    }
}

fn deployments(model: &str) -> Vec<Deployment> {
    [(1, None, 0), (2, Some(Version(1)), 9)]
        .into_iter()
        .map(|(v, previous, at)| Deployment {
            model: model.into(),
            version: Version(v),
            previous,
            at: before(4_000 - at),
            data_time: Some(week(at as usize)),
            kind: DeploymentKind::Promotion,
            actor: "ana".into(),
        })
        .collect()
}

fn summary(value: f64, step: i64, count: u64) -> MetricSummary {
    MetricSummary {
        latest: Point {
            step,
            time: before(60),
            value,
        },
        min: value - 0.1,
        max: value + 0.02,
        count,
    }
}

pub fn run(n: u8, name: &str, status: RunStatus) -> RunRow {
    let quality = 0.66 + f64::from(n % 7) * 0.009;
    let rounds = if status == RunStatus::Running {
        37
    } else {
        120
    };
    let mut metrics = BTreeMap::from([
        (
            "train_loss".to_owned(),
            summary(0.41 - f64::from(n) * 0.004, rounds, rounds as u64),
        ),
        (
            "heldout_loss".to_owned(),
            summary(0.46 - f64::from(n) * 0.002, rounds, rounds as u64),
        ),
        (
            "heldout_auc".to_owned(),
            summary(quality, rounds, rounds as u64),
        ),
    ]);
    if status == RunStatus::Finished {
        metrics.insert("champion_heldout_auc".into(), summary(0.688, 0, 1));
    }
    if n == 9 {
        metrics.insert("heldout_auc".into(), summary(f64::NAN, rounds, 12));
    }
    RunRow {
        id: run_id(n),
        experiment: ExperimentId(1),
        experiment_name: "late15".into(),
        name: name.into(),
        status,
        user: if n.is_multiple_of(3) {
            "trainer"
        } else {
            "ana"
        }
        .into(),
        started: before(i64::from(n) * 613 + 130),
        ended: status.ended().then(|| before(i64::from(n) * 613 + 60)),
        job: (n < 3).then_some(JobId(n.into())),
        deleted: false,
        params: map(&[
            ("depth", ["4", "6", "8"][usize::from(n % 3)]),
            ("learning_rate", ["0.1", "0.05"][usize::from(n % 2)]),
            ("rounds", "120"),
        ]),
        tags: map(&[
            ("code_version", "3f2a91c"),
            ("data_version", "sha256:8c1e77"),
            ("window", "2013-04-01..2013-07-01"),
        ]),
        metrics,
    }
}

pub fn runs() -> Vec<RunRow> {
    let names = [
        "retrain-apr-jun",
        "deep-trees",
        "shallow",
        "slow-learner",
        "baseline",
        "no-weather",
        "with-carrier",
        "wide",
        "diverged",
        "january",
        "early-stop",
        "q1-full",
        "subsample-half",
        "l2-strong",
    ];
    names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let status = match i {
                0 => RunStatus::Running,
                8 => RunStatus::Failed,
                11 => RunStatus::Killed,
                _ => RunStatus::Finished,
            };
            run(i as u8 + 1, name, status)
        })
        .collect()
}

pub fn curve(run: &RunRow, key: &str) -> Series {
    let n = run.metrics.get(key).map_or(0, |m| m.count) as i64;
    let k = f64::from(run.id.as_str().as_bytes()[1] % 7);
    let points = (0..n)
        .map(|i| {
            let x = i as f64;
            let noise = ((i * 37 % 11) as f64 - 5.0) * 0.0006;
            Point {
                step: i,
                time: Millis(run.started.0 + i * 400),
                value: 0.6 + (0.06 + k * 0.007) * (1.0 - (-x / (12.0 + k * 4.0)).exp()) + noise,
            }
        })
        .collect();
    Series::whole(run.id.clone(), key, points)
}

pub fn version(n: u32) -> ModelVersion {
    let source = format!(".trimtab/models/late15/{n}");
    let at = before(i64::from(10 - n) * 4_000);
    ModelVersion {
        run: Some(run_id(n as u8 + 4)),
        author: if n == 3 { "trainer" } else { "ana" }.into(),
        tags: map(&[(
            "window",
            [
                "2013-01-01..2013-01-31",
                "2013-01-01..2013-03-31",
                "2013-04-01..2013-07-01",
            ][n as usize - 1],
        )]),
        metrics: BTreeMap::from([
            ("heldout_auc".to_owned(), 0.664 + f64::from(n) * 0.014),
            ("champion_heldout_auc".to_owned(), 0.661),
        ]),
        ..ModelVersion::new("late15", Version(n), source, at)
    }
}

pub fn gates(passed: bool) -> Vec<GateResult> {
    vec![
        GateResult {
            name: "absolute".into(),
            passed: true,
            candidate: Some(0.706),
            bound: Some(0.62),
            reason: "heldout_auc is at least 0.62".into(),
        },
        GateResult {
            name: "champion".into(),
            passed,
            candidate: Some(if passed { 0.706 } else { 0.655 }),
            bound: Some(0.661),
            reason: if passed {
                "heldout_auc is at least the champion's"
            } else {
                "heldout_auc is below the champion's"
            }
            .into(),
        },
    ]
}

pub fn request(id: u64, v: u32, state: RequestState) -> PromotionRequest {
    PromotionRequest {
        id: RequestId(id),
        model: "late15".into(),
        version: Version(v),
        champion: (v > 1).then(|| Version(v - 1)),
        author: "ana".into(),
        reason: "quality fell in July".into(),
        created: before(240 * (6 - id as i64)),
        updated: before(60),
        state,
        gates: gates(state != RequestState::GateFailed),
        approvals: Vec::new(),
        required: 1,
        note: None,
    }
}

pub fn cell(feature: &str, i: usize, n: usize) -> FeatureCell {
    let seasonal = matches!(feature, "temp" | "month_day" | "visib" | "dest");
    let psi = if seasonal {
        0.02 + i as f64 * 0.011
    } else {
        0.01 + ((i * 5 + n * 3) % 7) as f64 * 0.004
    };
    let verdict = if feature == "precip" && i == 3 {
        Verdict::Error("the column is missing in 2 files".into())
    } else if i == 0 {
        Verdict::NotEnoughData
    } else if psi >= 0.1 {
        Verdict::Drifted
    } else {
        Verdict::Stable
    };
    FeatureCell {
        feature: feature.into(),
        categorical: matches!(feature, "carrier" | "origin" | "dest"),
        rows: 6_012,
        nulls: 18,
        psi,
        distance: psi * 0.8,
        p: if psi >= 0.1 { 1e-9 } else { 0.21 },
        p_adjusted: if psi >= 0.1 { 4e-9 } else { 0.33 },
        rule: Rule {
            method: Method::Psi,
            threshold: 0.1,
            weight: 1.0,
        },
        effect: psi,
        verdict,
    }
}

pub fn window(i: usize) -> WindowResult {
    let labelled = if i + 2 < WEEKS { 5_800 } else { 0 };
    WindowResult {
        monitor: "late15".into(),
        start: week(i),
        end: week(i + 1),
        rows: 6_012,
        versions: vec![(Version(if i < 9 { 1 } else { 2 }), 6_012)],
        segments: Vec::new(),
        cells: FEATURES
            .iter()
            .enumerate()
            .map(|(n, f)| cell(f, i, n))
            .collect(),
        quality: if labelled == 0 {
            Quality::unknown()
        } else {
            Quality {
                labelled,
                auc: auc(i),
                log_loss: 0.47,
                accuracy: 0.79,
                f1: 0.31,
                positive_rate: 0.22,
                precision: 0.41,
                recall: 0.25,
                average_precision: 0.44,
                brier: 0.15,
                calibration_error: 0.021,
                auc_95: (auc(i) - 0.011, auc(i) + 0.011),
                ..Quality::unknown()
            }
        },
        estimate: (i % 2 == 1).then_some(Estimate {
            rows: 6_012,
            auc: 0.69,
            accuracy: 0.78,
            precision: 0.4,
            recall: 0.26,
            f1: 0.32,
        }),
        service: Service {
            p50_ms: 2.1,
            p95_ms: 4.8,
            p99_ms: 12.0,
            error_rate: 0.0004,
        },
        computed: before(30),
    }
}

pub fn monitor() -> MonitorState {
    MonitorState {
        name: "late15".into(),
        model: "late15".into(),
        psi_threshold: 0.1,
        quality_metric: "auc".into(),
        quality_min: 0.66,
        reference_rows: 26_398,
        rules: WindowRules {
            share: 0.5,
            quality: Some(QualityPolicy {
                metric: QualityMetric::Auc,
                min: Some(0.66),
                max: None,
                min_labels: 500,
                label_delay: None,
            }),
            alert: Persistence::default(),
            alpha: 0.05,
            cut: Cut::default(),
        },
        newest: Some(week(WEEKS)),
        now: week(WEEKS),
        handled: Vec::new(),
        windows: (0..WEEKS).map(window).collect(),
        problems: Vec::new(),
    }
}

pub fn problems() -> Vec<InputProblem> {
    [
        (
            "log/week=2013-05-06/part-1.parquet",
            "row group 2 cannot be read: invalid page header",
            2_048,
        ),
        ("log/week=2013-06-03/empty.csv", "the file is empty", 0),
        (
            "labels/week=2013-06-10/part-0.parquet",
            "labels for requests that are in no log",
            12,
        ),
    ]
    .into_iter()
    .map(|(file, reason, rows)| InputProblem {
        monitor: "late15".into(),
        file: file.into(),
        reason: reason.into(),
        rows,
        first_seen: before(500),
    })
    .collect()
}

pub fn distribution(feature: &str, start: Millis) -> Distribution {
    let buckets = (0..10)
        .map(|i| format!("[{}, {})", 20 + i * 8, 28 + i * 8))
        .chain(["(null)".to_owned()])
        .collect();
    Distribution {
        feature: feature.into(),
        start,
        buckets,
        reference: vec![
            0.12, 0.14, 0.16, 0.2, 0.14, 0.1, 0.08, 0.04, 0.015, 0.0, 0.005,
        ],
        current: vec![
            0.0, 0.0, 0.01, 0.03, 0.06, 0.12, 0.2, 0.28, 0.2, 0.095, 0.005,
        ],
        cell: cell(feature, 20, 6),
        numbers: Vec::new(),
        edges: Vec::new(),
        bins: Vec::new(),
        sql: String::new(),
    }
}

pub fn job(id: u64, state: JobState) -> Job {
    let running = !state.ended();
    Job {
        id: JobId(id),
        recipe: "late15".into(),
        model: "late15".into(),
        state,
        actor: if id == 2 {
            "trigger:metric_below"
        } else {
            "ana"
        }
        .into(),
        reason: "auc under 0.66 for two weeks".into(),
        window: Some(("2013-04-08".into(), "2013-07-01".into())),
        params: map(&[("depth", "6"), ("rounds", "120")]),
        created: before(95 + (3 - id as i64) * 900),
        started: Some(before(94 + (3 - id as i64) * 900)),
        ended: (!running).then(|| before(40 + (3 - id as i64) * 900)),
        pid: running.then_some(5151),
        exit_code: match state {
            JobState::Succeeded => Some(0),
            JobState::Failed => Some(1),
            _ => None,
        },
        error: (state == JobState::Failed).then(|| "it exited with code 1".into()),
        run: (id == 3).then(|| run_id(1)),
    }
}

pub fn log() -> LogChunk {
    let mut text = String::from(
        "reading 12 weeks: 71,204 rows\nheld out: 2013-06-17 to 2013-07-01, 11,982 rows\n",
    );
    for i in 1..=37 {
        text.push_str(&format!(
            "round {i:>3}  train_loss {:.4}  heldout_auc {:.4}\n",
            0.52 - f64::from(i) * 0.002,
            0.64 + f64::from(i) * 0.0015
        ));
    }
    text.push_str("warning: 18 rows without weather\nround  38 ");
    LogChunk {
        offset: 0,
        end: text.len() as u64,
        stamps: text
            .split_inclusive('\n')
            .scan(0, |at, line| {
                let start = *at;
                *at += line.len() as u64;
                Some(start)
            })
            .zip(0..)
            .map(|(at, i)| (at, before(120 - i * 3)))
            .collect(),
        text,
    }
}

pub fn audit() -> Vec<AuditEntry> {
    let acts = [
        (
            "promotion.request",
            "late15 v1",
            Outcome::Began,
            "first model",
        ),
        (
            "promotion.request",
            "late15 v1",
            Outcome::Done,
            "first model",
        ),
        (
            "promotion.approve",
            "late15 v1",
            Outcome::Done,
            "numbers are fine",
        ),
        ("retrain.start", "job 1", Outcome::Done, "more data"),
        (
            "promotion.request",
            "late15 v2",
            Outcome::Done,
            "better on held-out",
        ),
        ("promotion.approve", "late15 v2", Outcome::Done, ""),
        (
            "promotion.request",
            "late15 v3",
            Outcome::Refused,
            "quality fell in July",
        ),
        ("rollback", "late15", Outcome::Failed, "try it"),
    ];
    acts.iter()
        .enumerate()
        .map(|(i, (action, subject, outcome, reason))| AuditEntry {
            seq: i as u64 + 1,
            at: before(4_000 - i as i64 * 400),
            actor: "ana".into(),
            action: (*action).into(),
            subject: (*subject).into(),
            outcome: *outcome,
            reason: (*reason).into(),
            detail: "heldout_auc 0.706 against 0.661, gates absolute and champion passed; target serving/late15 answered with the version in 180 ms".into(),
            digest: format!("{:064x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(i as u64 + 1)),
        })
        .collect()
}

pub fn preview() -> Preview {
    Preview {
        title: "Roll late15 back from v2 to v1".into(),
        changes: vec![
            "serving/late15 points to v1 in place of v2".into(),
            "the alias champion moves from v2 to v1".into(),
        ],
        evidence: vec![
            "auc of v2: 0.644 in the week of Jul 29, bound 0.66".into(),
            "v1 served from Feb 04 to Apr 07 with auc 0.709".into(),
        ],
        undo: "P asks for v2's promotion again".into(),
        call: "trimtab models rollback late15 --reason REASON".into(),
        refusal: None,
        reason_required: true,
    }
}

pub fn demo() -> DemoState {
    DemoState {
        week: week(WEEKS - 1).date(),
        weeks_done: 28,
        total_weeks: 48,
        speed_ms: 3_000,
        version: Some(Version(2)),
        ..DemoState::default()
    }
}

pub fn registry() -> Snapshot {
    Snapshot::Registry {
        models: vec![Model {
            newest: 3,
            versions: (1..=3).rev().map(|n| version(n).into()).collect(),
            aliases: BTreeMap::from([
                ("champion".to_owned(), Version(2)),
                ("shadow".to_owned(), Version(3)),
            ]),
            ..Model::new("late15", before(40_000))
        }],
        requests: vec![
            request(4, 3, RequestState::AwaitingApproval),
            request(3, 3, RequestState::GateFailed),
            request(2, 2, RequestState::Live),
            request(1, 1, RequestState::Superseded),
        ],
        deployments: deployments("late15"),
    }
}

/// A snapshot for every slot that is always followed.
pub fn all() -> Vec<(Slot, Snapshot)> {
    let runs = runs();
    vec![
        (
            Slot::Fleet,
            Snapshot::Fleet {
                rows: vec![
                    fleet_row(
                        "late15",
                        Health::Bad,
                        "auc 0.652 is under its bound 0.66 since Jul 08; 4 of 12 features drifted.",
                    ),
                    fleet_row("cancelled", Health::Ok, "Nothing asks for attention."),
                ],
                demo: Some(demo()),
            },
        ),
        (Slot::Registry, registry()),
        (Slot::Monitors, Snapshot::Monitors(vec![monitor()])),
        (
            Slot::Jobs,
            Snapshot::Jobs(vec![
                job(3, JobState::Running),
                job(2, JobState::Failed),
                job(1, JobState::Succeeded),
            ]),
        ),
        (
            Slot::Runs,
            Snapshot::Runs(RunPage {
                total: runs.len() as u64,
                running: 1,
                rows: runs,
                ..RunPage::default()
            }),
        ),
    ]
}
