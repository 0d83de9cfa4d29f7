//! What only the whole file shows: names that lead nowhere, numbers out of range.
//!
//! Serde has thrown positions away by then; the text is parsed once more into a tree that
//! kept them, and a fault's path is looked up there.

use super::{Bound, Direction, Policy, Target, TriggerRule, error::Fault};
use std::{collections::BTreeMap, ops::Range};
use toml::de::{DeTable, DeValue};

/// One step on the way to a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// A key of a table.
    Key(&'a str),
    /// An element of an array.
    At(usize),
}

/// Faults with the path of each.
pub(super) struct Faults<'a>(Vec<(Vec<Step<'a>>, Fault)>);

impl<'a> Faults<'a> {
    /// One more.
    pub(super) fn add<const N: usize>(&mut self, path: [Step<'a>; N], fault: Fault) {
        self.0.push((path.to_vec(), fault));
    }
}

/// The fault that stands first in the file, and where.
pub(super) fn first_fault(policy: &Policy, text: &str) -> Option<(Range<usize>, Fault)> {
    let mut faults = Faults(Vec::new());
    workspace(policy, &mut faults);
    models(policy, &mut faults);
    super::check_monitors::monitors(policy, &mut faults);
    recipes(policy, &mut faults);
    super::notify::notify(policy, &mut faults);
    if faults.0.is_empty() {
        return None;
    }
    // The text parsed a moment ago, so this cannot fail; without a tree every fault is at the top.
    let tree = DeTable::parse(text).ok();
    let at = |path: &[Step]| {
        tree.as_ref()
            .map_or(0..0, |tree| locate(tree.get_ref(), path))
    };
    faults
        .0
        .into_iter()
        .map(|(path, fault)| (at(&path), fault))
        .min_by_key(|(at, _)| at.start)
}

use Step::{At, Key};

fn workspace<'a>(policy: &'a Policy, faults: &mut Faults<'a>) {
    if policy.workspace.name.trim().is_empty() {
        faults.add(
            [Key("workspace"), Key("name")],
            Fault::new("an empty name", "a name"),
        );
    }
    for (key, fault) in policy.agent.faults() {
        faults.add([Key("agent"), Key(key)], fault);
    }
}

fn models<'a>(policy: &'a Policy, faults: &mut Faults<'a>) {
    let mut links: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, model) in &policy.models {
        let here = [Key("models"), Key(name)];
        if !plain_name(name) {
            faults.add(here, bad_name("model", name));
        }
        let mut seen: Vec<&str> = Vec::new();
        for (i, rule) in model.gate.rules.iter().enumerate() {
            let at = |key| [here[0], here[1], Key("gate"), Key("rules"), At(i), Key(key)];
            if seen.contains(&rule.name.as_str()) {
                faults.add(
                    at("name"),
                    Fault::new(
                        format!("a second gate rule named `{}`", rule.name),
                        "unique names",
                    ),
                );
            }
            seen.push(&rule.name);
            let (key, value) = match rule.bound {
                Bound::Min(v) => ("min", v),
                Bound::Max(v) => ("max", v),
                Bound::Champion { margin } => ("margin", margin),
            };
            if !value.is_finite() {
                faults.add(
                    at(key),
                    Fault::new(format!("{key} = {value}"), "a finite number"),
                );
            }
        }
        if let Target::Symlink(target) = &model.target {
            let at = |key| [here[0], here[1], Key("target"), Key(key)];
            if let Some(other) = links.insert(&target.path, name) {
                let found = format!("the link `{}`, which model `{other}` has too", target.path);
                faults.add(at("path"), Fault::new(found, "a link for each model"));
            }
            for (key, url) in [("reload", &target.reload), ("verify", &target.verify)] {
                if let Some(url) = url
                    .as_ref()
                    .filter(|u| !u.starts_with("http://") && !u.starts_with("https://"))
                {
                    faults.add(
                        at(key),
                        Fault::new(
                            format!("the URL `{url}`"),
                            "one that starts with http:// or https://",
                        ),
                    );
                }
            }
        }
    }
}

fn recipes<'a>(policy: &'a Policy, faults: &mut Faults<'a>) {
    for (name, recipe) in &policy.recipes {
        let here = [Key("recipes"), Key(name)];
        if !plain_name(name) {
            faults.add(here, bad_name("recipe", name));
        }
        if !policy.models.contains_key(&recipe.model) {
            let known = policy.models.keys().map(String::as_str);
            faults.add(
                [here[0], here[1], Key("model")],
                Fault::unknown("model", &recipe.model, known),
            );
        }
        if recipe
            .command
            .first()
            .is_none_or(|program| program.trim().is_empty())
        {
            let fault = Fault::new(
                "an empty command",
                "a program and its arguments, such as [\"python3\", \"train.py\"]",
            );
            faults.add([here[0], here[1], Key("command")], fault);
        }
        for param in recipe.params.keys().filter(|p| !environment_name(p)) {
            let fault = Fault::new(
                format!("the parameter `{param}`"),
                "letters, digits and _, no digit first",
            );
            faults.add([here[0], here[1], Key("params"), Key(param)], fault);
        }
        for (i, trigger) in recipe.triggers.iter().enumerate() {
            let at = |key| [here[0], here[1], Key("triggers"), At(i), Key(key)];
            if let Some(monitor) = trigger
                .rule
                .monitor()
                .filter(|m| !policy.monitors.contains_key(*m))
            {
                let known = policy.monitors.keys().map(String::as_str);
                faults.add(at("monitor"), Fault::unknown("monitor", monitor, known));
            }
            if trigger.windows == 0 {
                faults.add(at("windows"), Fault::new("windows = 0", "1 or more"));
            }
            match &trigger.rule {
                TriggerRule::Metric {
                    metric,
                    bound,
                    direction,
                    ..
                } => {
                    let key = if *direction == Direction::Max {
                        "below"
                    } else {
                        "above"
                    };
                    if !bound.is_finite() {
                        faults.add(
                            at(key),
                            Fault::new(format!("{key} = {bound}"), "a finite number"),
                        );
                    }
                    if metric.direction() != *direction {
                        let right = if *direction == Direction::Max {
                            "metric_above"
                        } else {
                            "metric_below"
                        };
                        let found = format!(
                            "{} for {metric}, which is then at its best",
                            trigger.rule.word()
                        );
                        faults.add(at("kind"), Fault::new(found, format!("kind = \"{right}\"")));
                    }
                }
                TriggerRule::DriftedShare { share, .. } if !(*share > 0.0 && *share <= 1.0) => {
                    faults.add(
                        at("share"),
                        Fault::new(format!("share = {share}"), "a share above 0, at most 1"),
                    );
                }
                TriggerRule::Schedule { cron } if cron.split_whitespace().count() != 5 => {
                    let fault = Fault::new(
                        format!("the schedule `{cron}`"),
                        "five fields: minute, hour, day of month, month, day of week",
                    );
                    faults.add(at("cron"), fault);
                }
                TriggerRule::DriftedShare { .. } | TriggerRule::Schedule { .. } => {}
            }
        }
    }
}

/// Whether a name can be a folder's and be typed: letters, digits, `_`, `-`, `.`; not a dot first.
pub(super) fn plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with(['.', '-'])
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

pub(super) fn bad_name(what: &str, name: &str) -> Fault {
    Fault::new(
        format!("the {what} name `{name}`"),
        "letters, digits, _, - and . (first a letter, digit or _), at most 100",
    )
}

/// Whether a name can be the end of an environment variable's.
fn environment_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Where a path leads: the value's place, or that of the last step that exists (a default is not in
/// the file). For a table's own path, its key: `[models.a b]` is better marked than all of its lines.
fn locate(root: &DeTable, path: &[Step]) -> Range<usize> {
    let mut place = 0..0;
    let mut table = Some(root);
    let mut array = None;
    for step in path {
        let value = match *step {
            Step::Key(name) => table
                .and_then(|t| t.iter().find(|(key, _)| key.get_ref() == name))
                .map(|(key, v)| {
                    place = if v.get_ref().is_table() {
                        key.span()
                    } else {
                        v.span()
                    };
                    v.get_ref()
                }),
            Step::At(i) => array.and_then(|a: &toml::de::DeArray| a.get(i)).map(|v| {
                place = v.span();
                v.get_ref()
            }),
        };
        let Some(value) = value else { break };
        (table, array) = (DeValue::as_table(value), DeValue::as_array(value));
    }
    place
}
