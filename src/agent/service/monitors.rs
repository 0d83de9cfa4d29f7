//! Monitors, as clients ask for them.

use super::{Actor, Audited};
use crate::{Context, clock, error::invalid, watch};
use trimtab_core::{
    alarm::{Handled, Subject},
    alert::Handling,
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
pub(super) async fn run(ctx: &Context, monitor: &str) -> Result<Reply, Failure> {
    watch::look(ctx, monitor).await?;
    Ok(Reply::Monitors(vec![
        ctx.monitors.state(monitor).await.map_err(watch::failure)?,
    ]))
}

pub(super) async fn handle_alert(
    ctx: &Context,
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

pub(super) async fn distribution(
    ctx: &Context,
    monitor: &str,
    start: Millis,
    feature: &str,
) -> Result<Reply, Failure> {
    Ok(Reply::Distribution(
        ctx.monitors
            .distribution(monitor, start, feature)
            .await
            .map_err(watch::failure)?,
    ))
}
