//! The operator's story without a terminal: every step done through the agent, checked, and measured.

use super::{
    super::{
        audit,
        context::expect_reply,
        error::{CliError, CliResult, Exit},
        monitor,
        output::{Output, number},
    },
    stage::Stage,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use trimtab_core::{
    monitor::MonitorState, registry::Version, release::RequestState, stats::drift::Verdict,
};
use trimtab_demo::{MODEL, MONITOR};
use trimtab_wire::{Act, Acted, Reply, Request};

/// The windows by whose end the model's decay is looked at, and the retraining's.
const RETRAIN_FROM: &str = "2013-04-01";
const RETRAIN_TO: &str = "2013-07-01";
const REPLAY_TO: &str = "2013-10-07";

/// One step of the story, as `--json` prints it.
#[derive(Serialize)]
struct Step {
    step: u32,
    title: &'static str,
    seconds: f64,
    measured: Value,
}

/// Prints steps as they happen.
struct Teller<'a> {
    out: &'a mut Output,
    step: u32,
    since: Instant,
}

impl Teller<'_> {
    /// Ends a step: what it was called, sentences for people, figures for programs.
    fn tell(&mut self, title: &'static str, lines: &[String], measured: Value) -> CliResult<()> {
        self.step += 1;
        let seconds = self.since.elapsed().as_secs_f64();
        self.since = Instant::now();
        if self.out.json {
            let step = Step {
                step: self.step,
                title,
                seconds,
                measured,
            };
            let line = serde_json::to_string(&step).map_err(|e| {
                CliError::refused("A step cannot be written as JSON.", "").caused_by(&e)
            })?;
            self.out.raw(format!("{line}\n").as_bytes())
        } else {
            let body: String = lines.iter().map(|l| format!("      {l}\n")).collect();
            self.out
                .raw(format!("{:>2}. {title}  ({seconds:.1} s)\n{body}", self.step).as_bytes())
        }
    }
}

/// Plays the story. An error is a step that did not happen.
pub async fn play(stage: &Stage, out: &mut Output) -> CliResult {
    let mut teller = Teller {
        out,
        step: 0,
        since: Instant::now(),
    };
    let first = begin(stage, &mut teller).await?;
    decay(stage, &mut teller).await?;
    let second = retrain(stage, &mut teller, first).await?;
    promote(stage, &mut teller, first, second).await?;
    let end = stage.replay_until(REPLAY_TO).await?;
    by_month(
        stage,
        &mut teller,
        "Replayed the summer under the new version",
        &end.week,
    )
    .await?;
    roll_back(stage, &mut teller, second, first).await?;
    record(stage, &mut teller).await?;
    Ok(Exit::Done)
}

/// Trains the first versions and puts the best into production.
async fn begin(stage: &Stage, teller: &mut Teller<'_>) -> CliResult<Version> {
    let jobs = stage.bootstrap().await?;
    let model = stage
        .model()
        .await?
        .ok_or_else(|| CliError::refused("No model was registered.", ""))?;
    let lines: Vec<String> = model
        .versions
        .iter()
        .rev()
        .map(|v| {
            let name = v.tags.get("run_name").cloned().unwrap_or_default();
            format!(
                "{} {name}: held-out AUC {}",
                v.version,
                number(super::stage::score(v))
            )
        })
        .collect();
    let figures: Vec<_> = model
        .versions
        .iter()
        .map(|v| json!({ "version": v.version, "metrics": v.metrics }))
        .collect();
    teller.tell(
        "Trained the first versions on January",
        &lines,
        json!({ "jobs": jobs.len(), "versions": figures }),
    )?;
    let champion = stage
        .champion()
        .await?
        .ok_or_else(|| CliError::refused("No version is champion.", ""))?;
    let answers = answering(stage, champion).await?;
    teller.tell(
        "Put the best into production",
        &[format!(
            "champion {champion}; the server answers with {answers}"
        )],
        json!({ "champion": champion, "answers": answers }),
    )?;
    Ok(champion)
}

/// Replays until July and looks at what the monitor saw.
async fn decay(stage: &Stage, teller: &mut Teller<'_>) -> CliResult<()> {
    let state = stage.replay_until(RETRAIN_TO).await?;
    by_month(stage, teller, "Replayed February to June", &state.week).await?;
    let monitor = judged(stage).await?;
    let first = monitor
        .windows
        .iter()
        .find(|w| w.drifted() > 0)
        .ok_or_else(|| CliError::refused("No window drifted; this year's data did.", ""))?;
    let features: Vec<&str> = first
        .cells
        .iter()
        .filter(|c| c.verdict == Verdict::Drifted)
        .map(|c| c.feature.as_str())
        .collect();
    teller.tell(
        "Saw the inputs drift",
        &[
            format!("first drifted week {}: {}", first.start.date(), features.join(", ")),
            format!("{} weeks judged, {} input problems", monitor.windows.len(), monitor.problems.len()),
        ],
        json!({ "first_drifted_week": first.start.date(), "features": features, "weeks": monitor.windows.len() }),
    )
}

/// Retrains on April to June and judges the new version.
async fn retrain(stage: &Stage, teller: &mut Teller<'_>, champion: Version) -> CliResult<Version> {
    let started = Instant::now();
    let params: BTreeMap<String, String> =
        [("run_name".to_owned(), "april-june".to_owned())].into();
    let job = stage
        .train(
            RETRAIN_FROM,
            RETRAIN_TO,
            params,
            "inputs drifted since February",
        )
        .await?;
    let seconds = started.elapsed().as_secs_f64();
    let model = stage
        .model()
        .await?
        .ok_or_else(|| CliError::refused("The model is gone.", ""))?;
    let version = model
        .versions
        .iter()
        .find(|v| v.run.is_some() && v.run == job.run)
        .ok_or_else(|| CliError::refused(format!("Job {} registered no version.", job.id), ""))?;
    let own = super::stage::score(version);
    let theirs = version
        .metrics
        .get("champion_heldout_auc")
        .copied()
        .unwrap_or(f64::NAN);
    teller.tell(
        "Retrained on April to June",
        &[format!(
            "job {}: {} in {seconds:.1} s; on the same held-out rows AUC {} against {} of {champion}",
            job.id,
            version.version,
            number(own),
            number(theirs)
        )],
        json!({ "job": job.id, "seconds": seconds, "version": version.version, "heldout_auc": own, "champion_heldout_auc": theirs }),
    )?;
    let gates = Request::Gates {
        model: MODEL.into(),
        version: version.version,
    };
    let gates = expect_reply!(stage.link.request(gates).await?, Reply::Gates(g) => g);
    if gates.is_empty() || !gates.iter().all(|g| g.passed) {
        let why: Vec<_> = gates.iter().map(|g| g.reason.clone()).collect();
        return Err(CliError::refused(
            format!("The gates refuse {}: {}", version.version, why.join("; ")),
            "",
        ));
    }
    let lines: Vec<String> = gates
        .iter()
        .map(|g| format!("✔ {}: {}", g.name, g.reason))
        .collect();
    teller.tell("Passed the gates", &lines, json!(gates))?;
    Ok(version.version)
}

/// Promotes, and asks the server before and after.
async fn promote(
    stage: &Stage,
    teller: &mut Teller<'_>,
    from: Version,
    to: Version,
) -> CliResult<()> {
    let before = answering(stage, from).await?;
    let request = stage
        .promote(to, "better on the newest held-out rows")
        .await?;
    let after = answering(stage, to).await?;
    teller.tell(
        "Asked, approved, promoted",
        &[format!(
            "request {}: the server answered with {before} before and {after} after",
            request.id
        )],
        json!({ "request": request.id, "before": before, "after": after }),
    )
}

/// Rolls back and times it.
async fn roll_back(
    stage: &Stage,
    teller: &mut Teller<'_>,
    from: Version,
    to: Version,
) -> CliResult<()> {
    let before = answering(stage, from).await?;
    let started = Instant::now();
    let acted = stage
        .act(
            Act::Rollback {
                model: MODEL.into(),
            },
            "the demonstration's last act",
        )
        .await?;
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    let Acted::RolledBack {
        to: target,
        switched_ms,
        ..
    } = acted
    else {
        return Err(trimtab_wire::LinkError::Unexpected.into());
    };
    if target != to {
        return Err(CliError::refused(
            format!("Rolled back to {target}; the last good version was {to}."),
            "",
        ));
    }
    let after = answering(stage, to).await?;
    teller.tell(
        "Rolled back",
        &[
            format!("the server answered with {before} before and {after} after"),
            format!("{millis:.0} ms from command to done, {switched_ms:.0} ms of it to the server's answer"),
        ],
        json!({ "before": before, "after": after, "command_ms": millis, "switched_ms": switched_ms }),
    )
}

/// Checks that the audit holds every act.
async fn record(stage: &Stage, teller: &mut Teller<'_>) -> CliResult<()> {
    let entries = audit::all(&stage.link).await?;
    trimtab_core::audit::verify(&entries).map_err(|(seq, why)| {
        CliError::refused(format!("The audit is broken at entry {seq}: {why}."), "")
    })?;
    let mut actions: BTreeMap<&str, usize> = BTreeMap::new();
    for e in &entries {
        *actions.entry(e.action.as_str()).or_default() += 1;
    }
    let requests =
        expect_reply!(stage.link.request(Request::Requests).await?, Reply::Requests(r) => r);
    if !requests.iter().any(|r| r.state == RequestState::RolledBack) {
        return Err(CliError::refused(
            "No request is marked as rolled back.",
            "",
        ));
    }
    if !actions.contains_key("rollback") {
        return Err(CliError::refused("The rollback is not in the audit.", ""));
    }
    let list: Vec<String> = actions.iter().map(|(a, n)| format!("{a} {n}")).collect();
    teller.tell(
        "Everything is in the audit",
        &[format!(
            "{} entries, chain intact: {}",
            entries.len(),
            list.join(", ")
        )],
        json!({ "entries": entries.len(), "actions": actions }),
    )
}

/// The champion's quality by month, from the rows it really scored and the labels that have arrived.
async fn by_month(
    stage: &Stage,
    teller: &mut Teller<'_>,
    title: &'static str,
    week: &str,
) -> CliResult<()> {
    judged(stage).await?;
    let months = trimtab_demo::quality::by_month(&stage.root)
        .map_err(|e| CliError::refused("The log cannot be read.", "").caused_by(&e))?;
    if months.is_empty() || months.iter().all(|m| m.auc.is_nan()) {
        return Err(CliError::refused("No month has a quality.", ""));
    }
    let mut lines = vec![format!("last week {week}")];
    lines.extend(months.iter().map(|m| {
        format!(
            "{} {}: AUC {} ({} rows, {} labelled)",
            m.month,
            m.versions.join("+"),
            number(m.auc),
            m.rows,
            m.labelled
        )
    }));
    teller.tell(
        title,
        &lines,
        json!({ "last_week": week, "months": months }),
    )
}

/// The monitor's state, once it has judged every week in the log.
async fn judged(stage: &Stage) -> CliResult<MonitorState> {
    let request = Request::RunMonitor {
        monitor: MONITOR.into(),
    };
    let reply = tokio::time::timeout(Duration::from_secs(60), stage.link.request(request))
        .await
        .map_err(|_| CliError::refused("The monitor did not answer within a minute.", ""))??;
    let monitors = expect_reply!(reply, Reply::Monitors(m) => m);
    monitor::pick(monitors, MONITOR)
}

/// The version the server answers with; an error when it is not the expected one.
async fn answering(stage: &Stage, expected: Version) -> CliResult<Version> {
    match stage.health().await? {
        Some(version) if version == expected => Ok(version),
        other => Err(CliError::refused(
            format!("The server answers with {other:?}, not with {expected}."),
            format!("See {}.", stage.root.join("demo/server.log").display()),
        )),
    }
}
