//! Webhooks: made, read, changed, deleted, tried out.

use super::{Refusal, change};
use crate::{
    Context, clock,
    error::broken,
    random,
    service::{Actor, Audited},
    webhooks,
};
use std::{io, sync::Arc};
use trimtab_core::registry::webhook::{Event, Status, Webhook, is_name};
use trimtab_store::Change;
use trimtab_wire::{Failure, FailureKind};

/// What a client says to make a webhook.
#[derive(Clone, Default)]
pub(crate) struct NewHook {
    pub name: String,
    pub description: String,
    pub url: String,
    pub events: Vec<Event>,
    pub secret: String,
    pub status: Status,
}

/// What a client changes of a webhook; what is absent stays.
#[derive(Clone, Default)]
pub(crate) struct HookEdit {
    pub name: Option<String>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub events: Option<Vec<Event>>,
    /// An empty one takes the signature off.
    pub secret: Option<String>,
    pub status: Option<Status>,
}

/// What came of a test.
#[derive(Clone, Debug)]
pub(crate) enum TestResult {
    /// The other side answered.
    Answered(webhooks::Answer),
    /// It was not reached; why.
    Failed(String),
}

/// One webhook.
pub(crate) fn hook(ctx: &Context, id: &str) -> Result<Arc<Webhook>, Refusal> {
    let found = ctx.store.webhook(id);
    found.ok_or_else(|| Refusal::missing(format!("Webhook with ID {id} not found.")))
}

/// Every webhook, newest first.
pub(crate) fn hooks(ctx: &Context) -> Vec<Arc<Webhook>> {
    ctx.store.webhooks()
}

/// Makes a webhook.
pub(crate) async fn create_hook(
    ctx: &Context,
    actor: &Actor,
    new: NewHook,
) -> Result<Webhook, Refusal> {
    let now = clock::now();
    let hook = Webhook {
        id: random::uuid().map_err(|e| broken("No random numbers", &e))?,
        name: new.name,
        description: new.description,
        url: new.url,
        events: sorted(new.events),
        status: new.status,
        created: now,
        updated: now,
    };
    check(&hook)?;
    put(ctx, actor, "webhook.create", hook, Some(&new.secret)).await
}

/// Changes a webhook.
pub(crate) async fn edit_hook(
    ctx: &Context,
    actor: &Actor,
    id: &str,
    edit: HookEdit,
) -> Result<Webhook, Refusal> {
    let mut next = (*hook(ctx, id)?).clone();
    if let Some(name) = edit.name {
        next.name = name;
    }
    if let Some(url) = edit.url {
        next.url = url;
    }
    if let Some(events) = edit.events {
        next.events = sorted(events);
    }
    if let Some(words) = edit.description {
        next.description = words;
    }
    if let Some(status) = edit.status {
        next.status = status;
    }
    next.updated = clock::now();
    check(&next)?;
    put(ctx, actor, "webhook.update", next, edit.secret.as_deref()).await
}

/// Deletes a webhook, and its secret.
pub(crate) async fn delete_hook(ctx: &Context, actor: &Actor, id: &str) -> Result<(), Refusal> {
    let hook = hook(ctx, id)?;
    let gone = Change::DeleteWebhook(id.to_owned());
    change(ctx, actor, "webhook.delete", subject(&hook), "", gone).await?;
    // When this fails, the next start does it.
    if let Err(error) = forget(ctx, id) {
        tracing::warn!(%error, webhook = id, "the secret of a deleted webhook was not forgotten yet");
    }
    Ok(())
}

/// Sends an example of an event, or of the first that is followed.
pub(crate) async fn test_hook(
    ctx: &Context,
    actor: &Actor,
    id: &str,
    event: Option<Event>,
) -> Result<TestResult, Refusal> {
    let hook = hook(ctx, id)?;
    let event = event.or_else(|| hook.events.first().copied());
    let event = event.ok_or_else(|| Refusal::invalid("The webhook follows nothing."))?;
    let act = Audited::at_once(ctx, actor, "webhook.test", subject(&hook)).await?;
    let result = match webhooks::send(ctx, &hook, event, &webhooks::example(event)).await {
        Ok(answer) => TestResult::Answered(answer),
        Err(reason) => TestResult::Failed(reason),
    };
    let end = match &result {
        TestResult::Answered(answer) => act.done(&format!("{event}: answered {}", answer.status)),
        TestResult::Failed(reason) => act.failed(reason),
    };
    ctx.record(vec![end]).await?;
    Ok(result)
}

/// Keeps the secret, then the webhook: one that is active never goes unsigned by accident.
async fn put(
    ctx: &Context,
    actor: &Actor,
    action: &'static str,
    hook: Webhook,
    secret: Option<&str>,
) -> Result<Webhook, Refusal> {
    let act = Audited::at_once(ctx, actor, action, subject(&hook)).await?;
    let kept = match secret {
        Some(secret) => keep(ctx, &hook.id, secret),
        None => Ok(()),
    };
    let kept = kept.map_err(|e| {
        let message = format!("The webhook's secret was not kept: {e}.");
        Failure::new(FailureKind::Store, message, "")
    });
    let result = match kept {
        Ok(()) => {
            let done = act.done(&detail(&hook));
            ctx.record(vec![Change::PutWebhook(hook.clone()), done])
                .await
        }
        Err(failure) => Err(failure),
    };
    act.close(result).await?;
    Ok(hook)
}

fn keep(ctx: &Context, id: &str, secret: &str) -> io::Result<()> {
    ctx.webhooks.secrets.set(id, secret)
}

fn forget(ctx: &Context, id: &str) -> io::Result<()> {
    ctx.webhooks.secrets.set(id, "")
}

fn subject(hook: &Webhook) -> String {
    format!("webhook {}", hook.id)
}

/// What the audit says of a webhook: not its URL, which may hold a password.
fn detail(hook: &Webhook) -> String {
    let events: Vec<String> = hook.events.iter().map(ToString::to_string).collect();
    format!(
        "{}, {}: {}",
        hook.name,
        hook.status.word().to_lowercase(),
        events.join(", ")
    )
}

fn sorted(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|e| (e.entity.word(), e.action.word()));
    events
}

/// What MLflow checks, in its order and words.
fn check(hook: &Webhook) -> Result<(), Refusal> {
    let (name, url) = (&hook.name, &hook.url);
    if !is_name(name) {
        return Err(Refusal::invalid(format!(
            "Webhook name '{name}' is invalid. It must start and end with a letter or digit, be less than \
             63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-)."
        )));
    }
    if url.trim().is_empty() {
        return Err(Refusal::invalid(format!(
            "Webhook URL cannot be empty or just whitespace: '{url}'"
        )));
    }
    let parts = trimtab_core::registry::source::Uri::of(url);
    if !matches!(parts.scheme.as_str(), "http" | "https") {
        return Err(Refusal::invalid(format!(
            "Invalid webhook URL scheme: '{}'. Allowed schemes are: http, https.",
            parts.scheme
        )));
    }
    let host = parts.authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Err(Refusal::invalid(format!(
            "Webhook URL must include a hostname: '{url}'"
        )));
    }
    if let Err(error) = url.parse::<reqwest::Url>() {
        return Err(Refusal::invalid(format!(
            "Invalid webhook URL '{url}': {error}"
        )));
    }
    if hook.events.is_empty() {
        return Err(Refusal::invalid(
            "Webhook events must be a non-empty list of WebhookEvent objects: [].",
        ));
    }
    Ok(())
}
