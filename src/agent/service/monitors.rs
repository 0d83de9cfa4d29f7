//! Monitors, as clients ask for them.

use super::{Actor, Audited};
use crate::{Context, clock, error::invalid, notices, watch};
use std::sync::Arc;
use trimtab_core::{
    alarm::{Handled, Subject},
    alert::Handling,
    segment::Segment,
    time::Millis,
};
use trimtab_store::Change;
use trimtab_wire::{Failure, Reply};

pub(super) async fn list(ctx: &Context) -> Result<Reply, Failure> {
    Ok(Reply::Monitors(
        ctx.monitors.states().await.map_err(watch::failure)?,
    ))
}

/// Looking changes nothing that an operator decides on, so it is no act.
pub(super) async fn run(ctx: &Arc<Context>, monitor: &str) -> Result<Reply, Failure> {
    watch::look(ctx, monitor).await?;
    notices::consider(ctx).await;
    Ok(Reply::Monitors(vec![
        ctx.monitors.state(monitor).await.map_err(watch::failure)?,
    ]))
}

pub(super) async fn handle_alert(
    ctx: &Arc<Context>,
    actor: &Actor,
    monitor: &str,
    subject: Subject,
    handling: Handling,
) -> Result<Reply, Failure> {
    let (action, reason) = match &handling {
        Handling::Acknowledge { note } => ("alert.acknowledge", note.clone()),
        Handling::Snooze { until } => ("alert.snooze", format!("until {}", until.date())),
        Handling::Close => ("alert.close", String::new()),
    };
    let about = format!("{monitor} {}", subject.word());
    let act = Audited::begin(ctx, actor, action, about, &reason).await?;
    let result = record_handling(ctx, &act, monitor, subject, handling).await;
    notices::consider(ctx).await;
    act.close(result).await
}

async fn record_handling(
    ctx: &Context,
    act: &Audited<'_>,
    monitor: &str,
    subject: Subject,
    handling: Handling,
) -> Result<Reply, Failure> {
    let state = ctx.monitors.state(monitor).await.map_err(watch::failure)?;
    let alarm = state.alarms().into_iter().find(|a| a.subject == subject);
    let alarm = alarm.ok_or_else(|| {
        invalid(
            format!("Policy does not judge the {} of {monitor}.", subject.word()),
            "See `trimtab monitor alerts`.",
        )
    })?;
    let open = alarm.alert.state.is_open();
    if matches!(handling, Handling::Acknowledge { .. }) && !open {
        return Err(invalid(
            format!("The alert does not fire: {}.", alarm.words),
            "Only what fires can be acknowledged.",
        ));
    }
    let handled = Handled {
        monitor: monitor.to_owned(),
        subject,
        handling,
        // Not the newest window: labels that come later are news.
        after: alarm.judged.unwrap_or(Millis(i64::MIN)),
        at: clock::now(),
        actor: act.actor.0.clone(),
    };
    let changes = vec![Change::HandleAlert(handled), act.done(&alarm.words)];
    ctx.record(changes).await?;
    let state = ctx.monitors.state(monitor).await.map_err(watch::failure)?;
    Ok(Reply::Monitors(vec![state]))
}

/// Who is told of alerts, after a trial if one is asked for.
pub(super) async fn notify(
    ctx: &Context,
    actor: &Actor,
    trial: Option<&str>,
) -> Result<Reply, Failure> {
    if let Some(name) = trial {
        // It runs a program or speaks to others: an act.
        let act = Audited::begin(ctx, actor, "notify.trial", name.to_owned(), "").await?;
        let sent = match notices::trial(ctx, name).await {
            Ok(()) => ctx.record(vec![act.done("")]).await.map(|_| ()),
            Err(failure) => Err(failure),
        };
        act.close(sent).await?;
    }
    Ok(Reply::Recipients(notices::recipients(ctx)))
}

pub(super) async fn distribution(
    ctx: &Context,
    monitor: &str,
    start: Millis,
    (feature, segment): (&str, Option<Segment>),
) -> Result<Reply, Failure> {
    Ok(Reply::Distribution(
        ctx.monitors
            .distribution(monitor, start, (feature, segment))
            .await
            .map_err(watch::failure)?,
    ))
}
