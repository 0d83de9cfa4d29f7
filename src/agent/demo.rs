//! The demonstration's clock: the world process writes where it is, the agent tells it what to do.
//! Both are small files that are replaced whole; neither exists in an ordinary workspace.

use crate::{
    Context, Workspace,
    error::{broken, invalid, refused},
    files,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use trimtab_core::registry::Version;
use trimtab_wire::{Delta, DemoCommand, DemoState, Failure};

/// How often the world's state is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// `demo/control.json`: what the world is told.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Control {
    /// Milliseconds between weeks.
    speed_ms: u64,
    /// Stand still.
    paused: bool,
    /// Pause before the first week that starts on or after this day.
    until: Option<String>,
}

/// `demo/state.json`, as far as it is understood here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    week: Option<String>,
    weeks_done: u32,
    total_weeks: u32,
    speed_ms: u64,
    paused: bool,
    finished: bool,
    last_error: Option<String>,
    version: Option<Version>,
}

/// Where the world is; `None` outside a demonstration.
pub(crate) fn state(workspace: &Workspace) -> Option<DemoState> {
    let text = std::fs::read(workspace.demo().join("state.json")).ok()?;
    let state: State = serde_json::from_slice(&text)
        .inspect_err(|error| tracing::warn!(%error, "demo/state.json is not understood"))
        .ok()?;
    Some(DemoState {
        week: state.week.unwrap_or_default(),
        weeks_done: state.weeks_done,
        total_weeks: state.total_weeks,
        speed_ms: state.speed_ms,
        paused: state.paused,
        finished: state.finished,
        last_error: state.last_error,
        version: state.version,
    })
}

/// Tells the world what to do.
pub(crate) fn steer(ctx: &Context, command: DemoCommand) -> Result<(), Failure> {
    let folder = ctx.workspace.demo();
    if !folder.is_dir() {
        return Err(refused(
            "This workspace is no demonstration: its clock is the world's.",
            "Start one with `trimtab demo`.",
        ));
    }
    let path = folder.join("control.json");
    let mut control: Control = match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
        Err(_) => Control {
            speed_ms: state(&ctx.workspace).map_or(0, |s| s.speed_ms),
            ..Control::default()
        },
    };
    match command {
        DemoCommand::Speed(millis) => control.speed_ms = millis,
        DemoCommand::Pause => control.paused = true,
        DemoCommand::Resume { until } => {
            if let Some(day) = &until
                && day.parse::<jiff::civil::Date>().is_err()
            {
                return Err(invalid(
                    format!("{day:?} is no day."),
                    "Write it as YYYY-MM-DD.",
                ));
            }
            control.paused = false;
            control.until = until;
        }
    }
    let text =
        serde_json::to_vec(&control).map_err(|e| broken("Writing demo/control.json failed", &e))?;
    files::replace(&path, &text).map_err(|e| broken("Writing demo/control.json failed", &e))
}

/// Tells subscribers where the world is, until the agent stops.
pub(crate) async fn watch(ctx: Arc<Context>) {
    let path = ctx.workspace.demo().join("state.json");
    let mut age = None;
    let mut last = None;
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ctx.stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let modified = std::fs::metadata(&path)
            .and_then(|meta| meta.modified())
            .ok();
        if modified == age {
            continue;
        }
        age = modified;
        let now = state(&ctx.workspace);
        if let Some(state) = &now
            && now != last
        {
            ctx.hub.publish(Delta::Demo(state.clone()));
            ctx.new_files.notify_one();
        }
        last = now;
    }
}
