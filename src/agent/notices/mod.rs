//! Notices of alerts, to those whom policy names.
//!
//! What somebody was told last is kept in a file and put forward only when a notice was taken. A
//! recipient that cannot be reached is tried again later, with what stands then; an agent that starts
//! anew tells nothing twice, but for a notice whose taking it did not live to write down.

mod book;
mod send;

pub(crate) use book::Notices;

use crate::{Context, clock, error::invalid, watch};
use std::{sync::Arc, time::Instant};
use trimtab_core::{
    alarm::Alarm,
    notice::{Notice, Recipient},
    policy::NotifyPolicy,
};
use trimtab_wire::Failure;

/// Tells whoever has something to be told. Returns when deliveries are on their way.
pub(crate) async fn consider(ctx: &Arc<Context>) {
    let policy = ctx.policy();
    if policy.notify.is_empty() || ctx.read_only {
        return;
    }
    let states = match ctx.monitors.states().await {
        Ok(states) => states,
        Err(error) => {
            tracing::warn!(%error, "alerts were not looked at: nobody is told");
            return;
        }
    };
    let alarms: Vec<(String, Alarm)> = states
        .iter()
        .flat_map(|m| m.alarms().into_iter().map(|a| (m.name.clone(), a)))
        .collect();
    ctx.notices.keep_only(&policy.notify);
    for (name, to) in &policy.notify {
        let Some(due) = ctx.notices.due(name, to, &alarms, Instant::now()) else {
            continue;
        };
        let Some(notice) = Notice::of(&policy.workspace.name, due.items) else {
            ctx.notices.took(name, due.told, None);
            continue;
        };
        let (ctx, name, to) = (Arc::clone(ctx), name.clone(), to.clone());
        ctx.work.clone().spawn(async move {
            let sent = send::send(&ctx, &to, &notice);
            match ctx.stop.run_until_cancelled(sent).await {
                Some(Ok(())) => {
                    tracing::info!(recipient = name, notice = notice.title(), "told");
                    ctx.notices.took(&name, due.told, Some(clock::now()));
                }
                Some(Err(why)) => {
                    tracing::warn!(recipient = name, %why, "a notice was not taken; it is tried again");
                    ctx.notices.failed(&name, why.to_string(), Instant::now());
                }
                None => {}
            }
        });
    }
}

/// Who is told of alerts, and how that went.
pub(crate) fn recipients(ctx: &Context) -> Vec<Recipient> {
    let policy = ctx.policy();
    let recipient = |(name, to): (&String, &NotifyPolicy)| ctx.notices.recipient(name, to);
    policy.notify.iter().map(recipient).collect()
}

/// Sends a notice that says that it is only a trial, now.
///
/// # Errors
/// There is no such recipient, or it did not take the notice; says why.
pub(crate) async fn trial(ctx: &Context, name: &str) -> Result<(), Failure> {
    let policy = ctx.policy();
    let to = policy.notify.get(name).ok_or_else(|| {
        invalid(
            format!("Policy names nobody `{name}` who is told of alerts."),
            "See `trimtab monitor notify`, and [notify.<name>] in trimtab.toml.",
        )
    })?;
    let notice = Notice::trial(&policy.workspace.name);
    send::send(ctx, to, &notice).await.map_err(|why| {
        let said = why
            .detail()
            .map_or_else(String::new, |d| format!(" It said: {d}"));
        watch::peer(
            format!("`{name}` did not take the notice: {why}.{said}"),
            "Correct [notify] in trimtab.toml or what it names, and try again.",
        )
    })
}
