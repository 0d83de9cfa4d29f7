//! The key reference, generated from the table: `docs/keys.md` and the help page cannot go stale.

use std::fmt::Write as _;

use super::keymap::Keymap;
use super::{COMMANDS, Command, Scope, Tier};

/// The commands of a scope in the order of the table. A command of several panes is listed in each.
pub fn of_scope(scope: Scope) -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().filter(move |c| c.scopes.contains(&scope))
}

/// The whole reference as Markdown.
#[must_use]
pub fn markdown() -> String {
    let keymap = Keymap::default();
    let mut out = String::from(
        "# Keys and commands\n\nGenerated from the console's command table; do not edit. Every command can also be run by name \
         after `:`. Keys are changed in the user's `config.toml`:\n\n```toml\n[keys]\n\"promote\" = [\"P\", \"f6\"]\n```\n\n\
         `ctrl-z` suspends the console as any program.\n",
    );
    for scope in Scope::ALL {
        let _ = write!(
            out,
            "\n## {}\n\n| key | command | what it does |\n|---|---|---|\n",
            scope.title()
        );
        for c in of_scope(scope) {
            let keys = keymap
                .keys_of(c.name)
                .iter()
                .map(|k| format!("`{}`", k.replace('|', "\\|")))
                .collect::<Vec<_>>()
                .join(" ");
            let tier = match c.tier {
                Tier::View => "",
                Tier::Reversible => " *(reversible act)*",
                Tier::Production => " *(production act: previewed, default Cancel)*",
            };
            let args = if c.args.is_empty() {
                String::new()
            } else {
                format!(" {}", c.args)
            };
            let aliases: String = c.aliases.iter().map(|a| format!(", `{a}`")).collect();
            let _ = writeln!(
                out,
                "| {keys} | `{}{args}`{aliases} | {}{tier} |",
                c.name, c.doc
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_the_reference() {
        let text = markdown();
        for c in COMMANDS {
            assert!(text.contains(&format!("`{}", c.name)), "{c:?}");
            assert!(text.contains(c.doc), "{c:?}");
        }
        insta::assert_snapshot!("keys_md", text);
    }
}
