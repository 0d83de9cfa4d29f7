//! Judging a version by policy's gates, on what its run and the champion's logged.

use super::{model, version};
use crate::{Context, error::OrFail as _, policy::of_model};
use std::collections::BTreeMap;
use trimtab_core::{
    gate::{Evidence, GateResult, evaluate},
    policy::ModelPolicy,
    registry::{Model, Version},
};
use trimtab_wire::Failure;

/// What each gate says of a version, now.
pub(crate) async fn gates(
    ctx: &Context,
    name: &str,
    candidate: Version,
) -> Result<Vec<GateResult>, Failure> {
    let policy = ctx.policy();
    let rules = of_model(&policy, name)?;
    let model = model(ctx, name).await?;
    version(&model, candidate)?;
    judge(ctx, rules, &model, candidate).await
}

pub(super) async fn judge(
    ctx: &Context,
    policy: &ModelPolicy,
    model: &Model,
    candidate: Version,
) -> Result<Vec<GateResult>, Failure> {
    let own = metrics(ctx, model, candidate).await?;
    let champion = match model.champion() {
        Some(version) => Some((version, metrics(ctx, model, version).await?)),
        None => None,
    };
    let evidence = Evidence {
        candidate: &own,
        champion: champion.as_ref().map(|(v, m)| (*v, m)),
    };
    Ok(evaluate(&policy.gate.rules, policy.direction, &evidence))
}

/// A version's metrics: its run's latest, which may have come after it was registered, over those
/// it was registered with.
async fn metrics(
    ctx: &Context,
    model: &Model,
    version: Version,
) -> Result<BTreeMap<String, f64>, Failure> {
    let Some(version) = model.version(version) else {
        return Ok(BTreeMap::new());
    };
    let mut metrics = version.metrics.clone();
    if let Some(run) = &version.run
        && let Some(row) = ctx.store.run(run).await.or_fail()?
    {
        metrics.extend(
            row.metrics
                .into_iter()
                .map(|(key, m)| (key, m.latest.value)),
        );
    }
    Ok(metrics)
}

/// The gates in one line each, for the audit and previews.
pub(super) fn lines(gates: &[GateResult]) -> Vec<String> {
    gates
        .iter()
        .map(|g| {
            format!(
                "{} {}: {}",
                if g.passed { "passed" } else { "failed" },
                g.name,
                g.reason
            )
        })
        .collect()
}
