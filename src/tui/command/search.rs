//! Finding commands by a few letters, for the palette.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{COMMANDS, Command};
use crate::model::Model;

/// The commands that match what was typed, best first; all that are possible now when nothing was typed.
#[must_use]
pub fn search(model: &Model, typed: &str) -> Vec<&'static Command> {
    let listed = |c: &&Command| !c.scopes.iter().all(|s| s.is_layer());
    if typed.trim().is_empty() {
        let mut all: Vec<_> = COMMANDS
            .iter()
            .filter(listed)
            .filter(|c| (c.enabled)(model))
            .collect();
        // Acts first: that is what one opens the palette for.
        all.sort_by_key(|c| (c.tier == super::Tier::View, c.name));
        return all;
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(typed.trim(), CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut found: Vec<(u32, bool, &Command)> = COMMANDS
        .iter()
        .filter(listed)
        .filter_map(|c| {
            let haystack = format!("{} {} {}", c.name, c.title, c.aliases.join(" "));
            let mut score = pattern.score(Utf32Str::new(&haystack, &mut buffer), &mut matcher)?;
            // A typed name with its arguments is that command; the beginning of a name most likely means it.
            if typed.starts_with(c.name) || c.name.starts_with(typed.trim()) {
                score += 1_000;
            }
            Some((score, (c.enabled)(model), c))
        })
        .collect();
    if let Some((command, _)) = super::parse_line(typed)
        && !found.iter().any(|f| f.2.name == command.name)
    {
        found.push((2_000, true, command));
    }
    found.sort_by_key(|(score, enabled, c)| (u32::MAX - score, !enabled, c.name));
    found.into_iter().map(|(_, _, c)| c).collect()
}
