//! Who is told of alerts, and how.

use super::{
    Policy,
    check::{
        Faults,
        Step::{At, Key},
        bad_name, plain_name,
    },
    error::Fault,
};
use crate::notice::Occasion;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Somebody who is told of alerts: by a webhook, or by a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyPolicy {
    /// A file with the address that is posted to, relative to the workspace: such an address is a secret.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    /// What is posted. Default `text`.
    #[serde(default)]
    pub body: NoticeBody,
    /// A program and its arguments, never a shell line, that gets the text on its standard input; `{title}`
    /// in an argument is the notice in one line.
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// The monitors whose alerts are told. Default: all.
    #[serde(default)]
    pub monitors: Option<Vec<String>>,
    /// What is told. Default `firing`, `escalated` and `closed`.
    #[serde(default = "usual")]
    pub on: Vec<Occasion>,
}

/// What is posted to a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeBody {
    /// `{"text": …}`, as Slack, Mattermost, Rocket.Chat and others take it.
    #[default]
    Text,
    /// The same with `workspace` and `alerts`, each with `monitor`, `subject`, `occasion` and `words`.
    Json,
}

fn usual() -> Vec<Occasion> {
    vec![Occasion::Firing, Occasion::Escalated, Occasion::Closed]
}

pub(super) fn notify<'a>(policy: &'a Policy, faults: &mut Faults<'a>) {
    for (name, notify) in &policy.notify {
        let here = [Key("notify"), Key(name)];
        if !plain_name(name) {
            faults.add(here, bad_name("recipient", name));
        }
        match (&notify.url_file, &notify.command) {
            (None, None) => faults.add(
                here,
                Fault::new(
                    format!("nothing that tells `{name}`"),
                    "url_file = \"<file>\" or command = [\"<program>\", \"<argument>\"]",
                ),
            ),
            (Some(_), Some(_)) => faults.add(
                [here[0], here[1], Key("command")],
                Fault::new(
                    "a command beside a webhook",
                    "one of both; another recipient for the other",
                ),
            ),
            (Some(file), None) if file.as_os_str().is_empty() => faults.add(
                [here[0], here[1], Key("url_file")],
                Fault::new("an empty path", "the path of a file with the webhook's URL"),
            ),
            (None, Some(command)) if command.first().is_none_or(String::is_empty) => faults.add(
                [here[0], here[1], Key("command")],
                Fault::new("no program", "a program and its arguments"),
            ),
            _ => {}
        }
        if notify.command.is_some() && notify.body != NoticeBody::Text {
            faults.add(
                [here[0], here[1], Key("body")],
                Fault::new("a body for a command", "body only beside url_file"),
            );
        }
        if notify.on.is_empty() {
            faults.add(
                [here[0], here[1], Key("on")],
                Fault::new(
                    "nothing to tell",
                    "some of firing, escalated, closed, no_data",
                ),
            );
        }
        for (i, monitor) in notify.monitors.iter().flatten().enumerate() {
            if !policy.monitors.contains_key(monitor) {
                let known = policy.monitors.keys().map(String::as_str);
                faults.add(
                    [here[0], here[1], Key("monitors"), At(i)],
                    Fault::unknown("monitor", monitor, known),
                );
            }
        }
    }
}
