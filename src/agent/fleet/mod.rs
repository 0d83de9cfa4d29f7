//! The fleet: each model's state in one row, put together from registry, windows, production and jobs.

mod health;

use crate::{Context, error::OrFail as _, serving, watch};
use health::{Evidence, judge};
use trimtab_core::{
    monitor::{MonitorState, WindowResult},
    policy::Policy,
    registry::Model,
    stats::drift::Verdict,
};
use trimtab_wire::{Failure, FleetRow, QualityPoint};

/// Every model's row, by name: registered models, and those that only policy knows.
pub(crate) async fn rows(ctx: &Context) -> Result<Vec<FleetRow>, Failure> {
    let policy = ctx.policy();
    let mut models = ctx.store.models().await.or_fail()?;
    for name in policy.models.keys() {
        if !models.iter().any(|m| m.name == *name) {
            models.push(Model::new(name, ctx.started));
        }
    }
    models.sort_by(|a, b| a.name.cmp(&b.name));
    let monitors = monitors(ctx).await?;
    let requests = ctx.store.requests().await.or_fail()?;
    let jobs = ctx.store.jobs().await.or_fail()?;
    let deployments = ctx.store.deployments(None).await.or_fail()?;
    let mut rows = Vec::with_capacity(models.len());
    for model in models {
        let serving = serving::of(ctx, &model).await;
        let mut row = row(
            &policy,
            &model,
            monitors.iter().find(|m| m.model == model.name),
            serving,
        );
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        row.open_requests = count(
            requests
                .iter()
                .filter(|r| r.model == model.name && r.state.open())
                .count(),
        );
        row.running_jobs = count(
            jobs.iter()
                .filter(|j| j.model == model.name && !j.state.ended())
                .count(),
        );
        row.deployments = deployments
            .iter()
            .filter(|d| d.model == model.name)
            .cloned()
            .collect();
        rows.push(row);
    }
    Ok(rows)
}

fn row(
    policy: &Policy,
    model: &Model,
    monitor: Option<&MonitorState>,
    serving: Option<trimtab_wire::Serving>,
) -> FleetRow {
    let windows = monitor.map_or(&[][..], |m| &m.windows);
    let newest = windows.last();
    let monitor_policy = monitor.and_then(|m| policy.monitors.get(&m.name));
    let drifted = newest.map_or((0, 0), drifted);
    let evidence = Evidence {
        champion: model.champion(),
        serving: serving.as_ref(),
        windows,
        drifted,
        quality: monitor_policy.and_then(|p| p.quality.as_ref()),
    };
    let (health, why) = judge(&evidence);
    let quality_metric = monitor
        .map(|m| m.quality_metric.clone())
        .unwrap_or_default();
    FleetRow {
        model: model.name.clone(),
        champion: model.champion(),
        newest: model.versions.iter().map(|v| v.version).max(),
        serving,
        health,
        why,
        quality: windows
            .iter()
            .map(|w| quality(w, &quality_metric))
            .collect(),
        quality_metric,
        quality_min: monitor.map_or(f64::NAN, |m| m.quality_min),
        drifted,
        service: newest.map(|w| w.service.clone()),
        rows: newest.map_or(0, |w| w.rows),
        open_requests: 0,
        running_jobs: 0,
        deployments: Vec::new(),
    }
}

fn quality(window: &WindowResult, metric: &str) -> QualityPoint {
    QualityPoint {
        start: window.start,
        value: window.quality.measure(metric).unwrap_or(f64::NAN),
        labelled: window.quality.labelled,
        rows: window.rows,
    }
}

/// Cells that drifted, and cells that could be judged.
fn drifted(window: &WindowResult) -> (u32, u32) {
    window
        .cells
        .iter()
        .fold((0, 0), |(drifted, judged), cell| match cell.verdict {
            Verdict::Drifted => (drifted + 1, judged + 1),
            Verdict::Stable => (drifted, judged + 1),
            Verdict::Error(_) if cell.is_lost() => (drifted + 1, judged + 1),
            Verdict::NotEnoughData | Verdict::Error(_) => (drifted, judged),
        })
}

/// Every monitor with what is stored of it.
pub(crate) async fn monitors(ctx: &Context) -> Result<Vec<MonitorState>, Failure> {
    ctx.monitors.states().await.map_err(watch::failure)
}
