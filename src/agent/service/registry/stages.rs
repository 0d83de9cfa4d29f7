//! Stages: deprecated, and still used.

use super::{
    Refusal, guard, models,
    versions::{self, Found},
};
use crate::{Context, service::Actor};
use std::str::FromStr as _;
use trimtab_core::registry::Stage;
use trimtab_store::VersionEdit;

/// Moves a version to a stage, and archives the others there if wished. To production it goes by a
/// promotion where policy knows the model.
pub(crate) async fn transition(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    version: &str,
    stage: &str,
    archive: bool,
) -> Result<Found, Refusal> {
    let to = Stage::from_str(stage)?;
    if archive && !to.is_active() {
        return Err(Refusal::invalid(format!(
            "Model version transition cannot archive existing model versions because '{stage}' is not an \
             Active stage. Valid stages are ['Staging', 'Production']"
        )));
    }
    let known = versions::version(ctx, name, version)?;
    if to == Stage::Production && guard::guards(ctx, name) {
        let how = "The stage Production was asked for by an MLflow client.";
        guard::promote(ctx, actor, &known, how).await?;
    }
    let edit = VersionEdit::Stage { stage: to, archive };
    let detail = match archive {
        true => format!("{stage}, the others there archived"),
        false => to.to_string(),
    };
    versions::edited(ctx, actor, "version.stage", &known, &detail, edit).await
}

/// The newest versions of some stages; of each stage when none is named.
pub(crate) fn latest(ctx: &Context, name: &str, stages: &[String]) -> Result<Vec<Found>, Refusal> {
    let model = models::model(ctx, name)?;
    let wanted: Vec<Stage> = stages.iter().map(|s| s.parse()).collect::<Result<_, _>>()?;
    let latest = model.latest().into_iter();
    let wanted = latest.filter(|v| wanted.is_empty() || wanted.contains(&v.stage));
    Ok(wanted
        .filter_map(|v| Found::of(&model, v.version))
        .collect())
}
