//! The model registry as MLflow's clients use it: what may be said, what guards production, who is told.
//!
//! Reading costs no SQL; a change is one commit with its audit entry. What would move the production of a
//! model that policy knows goes through the releases, see [`guard`].

mod aliases;
mod guard;
mod models;
mod refusal;
mod search;
mod source;
mod stages;
mod tags;
mod versions;
mod webhooks;

pub(crate) use aliases::{by_alias, delete_alias, set_alias};
pub(crate) use models::{create_model, delete_model, describe_model, model, rename_model};
pub(crate) use refusal::Refusal;
pub(crate) use search::{Asked, search_models, search_versions};
pub(crate) use stages::{latest, transition};
pub(crate) use tags::{delete_model_tag, delete_version_tag, set_model_tag, set_version_tag};
pub(crate) use versions::{
    Found, NewVersion, create_version, delete_version, describe_version, download_uri,
    shown_source, version,
};
pub(crate) use webhooks::{
    HookEdit, NewHook, TestResult, create_hook, delete_hook, edit_hook, hook, hooks, test_hook,
};

use super::{Actor, Audited};
use crate::Context;
use trimtab_store::{Applied, Change};
use trimtab_wire::Failure;

/// Tags as a client lists them; of one key, the last counts.
pub(crate) type Tags = Vec<(String, String)>;

/// Makes one change, in one commit with its audit entry.
async fn change(
    ctx: &Context,
    actor: &Actor,
    action: &'static str,
    subject: String,
    detail: &str,
    change: Change,
) -> Result<Applied, Failure> {
    let act = Audited::at_once(ctx, actor, action, subject).await?;
    let done = act.done(detail);
    let applied = act.close(ctx.record(vec![change, done]).await).await?;
    Ok(applied.into_iter().next().unwrap_or(Applied::Done))
}

/// Writes down that policy or a state said no, and says it.
async fn refuse(
    ctx: &Context,
    actor: &Actor,
    action: &'static str,
    subject: String,
    why: Failure,
) -> Refusal {
    let said: Result<(), Failure> = match Audited::at_once(ctx, actor, action, subject).await {
        Ok(act) => act.close(Err(why.clone())).await,
        Err(failure) => Err(failure),
    };
    said.err().unwrap_or(why).into()
}

/// The start of a text for the audit, in one line.
pub(super) fn short(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut line: String = text
        .chars()
        .take(SHOWN)
        .collect::<String>()
        .replace('\n', " ");
    if text.chars().nth(SHOWN).is_some() {
        line.push('…');
    }
    line
}
