//! What may stand at the cursor of a filter that is being typed.

use super::lexer::bare;
use super::names::{COLUMNS, column, name_of, resolve};
use crate::{
    health,
    run::RunStatus,
    table::{RunKey, RunNames},
};

/// What is known of the workspace.
pub type Vocabulary = RunNames;

/// Options offered at most.
const MOST: usize = 60;
const SIGNS: [&str; 9] = [">", ">=", "<", "<=", "=", "!=", "~", "in (", "is null"];

/// What may replace a part of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The first byte that an option replaces; up to the cursor.
    pub from: usize,
    /// The options, the likeliest first.
    pub options: Vec<String>,
}

/// What may stand at a cursor (a byte within `text`).
pub fn complete(text: &str, cursor: usize, known: &Vocabulary) -> Completion {
    let head = text.get(..cursor).unwrap_or(text);
    let (before, typed) = pieces(head);
    let from = head.len() - typed.len();
    let last = before.last().copied().unwrap_or_default();
    let open_call = before.len() >= 2 && last == "(" && {
        let name = before[before.len() - 2].to_ascii_lowercase();
        matches!(name.as_str(), "has" | "min" | "max")
    };
    let is_sign = |token: &str| {
        let words = [
            "=", "!=", "==", "<>", "~", "!~", "<", "<=", ">", ">=", "like", "ilike",
        ];
        words.iter().any(|s| token.eq_ignore_ascii_case(s))
    };
    let before_last = before.iter().rev().nth(1).copied().unwrap_or_default();
    // What stands behind a sign is a value, whatever it looks like.
    let named =
        !is_sign(before_last) && (matches!(resolve(last, None), Ok(Some(_))) || ends_call(&before));
    let all = if is_sign(last) {
        values(before_last, known)
    } else if in_list(&before) {
        values(list_name(&before), known)
    } else if named {
        let mut signs: Vec<String> = SIGNS.iter().map(ToString::to_string).collect();
        signs.retain(|s| s.starts_with(typed));
        return Completion {
            from,
            options: signs,
        };
    } else if last.is_empty() || open_call || begins(last) {
        names(known, open_call)
    } else {
        let words = ["and", "or"].map(str::to_owned).into_iter();
        words.chain(names(known, false)).collect()
    };
    Completion {
        from,
        options: rank(all, typed),
    }
}

/// Whether the last word of a text that is being typed may yet become a column's name, a prefix or a keyword: it is
/// not worth looking for as a plain word until it is left.
pub fn is_unfinished(text: &str) -> bool {
    let (before, typed) = pieces(text);
    let last = before.last().copied().unwrap_or_default();
    let value = last.starts_with(['<', '>', '=', '~', '!']) || in_list(&before);
    let typed = typed.to_ascii_lowercase();
    let more = [
        "metrics.", "params.", "tags.", "and", "or", "has", "not", "min", "max",
    ];
    !value
        && !typed.is_empty()
        && COLUMNS
            .iter()
            .map(|(name, _)| *name)
            .chain(more)
            .any(|name| name.starts_with(&typed))
}

/// The options that fit what was typed: those that begin so, then those whose key does, then those that have it.
fn rank(all: Vec<String>, typed: &str) -> Vec<String> {
    let wanted = typed.to_lowercase();
    let mut fitting: Vec<(usize, String)> = all
        .into_iter()
        .filter_map(|option| {
            let lower = option.to_lowercase();
            let key = lower.split_once('.').map_or(&*lower, |(_, key)| key);
            let class = match () {
                () if lower == wanted => return None,
                () if lower.starts_with(&wanted) => 0,
                () if key.starts_with(&wanted) => 1,
                () if key.contains(&wanted) => 2,
                () => return None,
            };
            Some((class, option))
        })
        .collect();
    // Stable: within a class the order is the vocabulary's.
    fitting.sort_by_key(|(class, _)| *class);
    fitting.truncate(MOST);
    fitting.into_iter().map(|(_, option)| option).collect()
}

fn names(known: &Vocabulary, metrics_only: bool) -> Vec<String> {
    let keyed = |keys: &[String], make: fn(String) -> RunKey| -> Vec<String> {
        keys.iter().map(|k| name_of(&make(k.clone()))).collect()
    };
    let mut all = keyed(&known.metrics, RunKey::Metric);
    all.extend(keyed(&known.params, RunKey::Param));
    all.extend(keyed(&known.tags, RunKey::Tag));
    if !metrics_only {
        let bare = COLUMNS.iter().map(|(name, _)| (*name).to_owned());
        all = bare.chain(all).collect();
        all.extend(["not", "has(", "min(metrics.", "max(metrics."].map(str::to_owned));
    }
    all
}

fn values(name: &str, known: &Vocabulary) -> Vec<String> {
    let quoted = |all: &[String]| all.iter().map(|v| super::quoted(v)).collect();
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
    match column(name) {
        Some(RunKey::Status) => words(&RunStatus::ALL.map(RunStatus::word)),
        Some(RunKey::Health) => words(&health::WORDS),
        Some(RunKey::User) => quoted(&known.users),
        Some(RunKey::Experiment) => quoted(&known.experiments),
        Some(RunKey::Started | RunKey::Ended) => {
            words(&["-1h", "-1d", "-7d", "today", "yesterday"])
        }
        Some(RunKey::Age | RunKey::Duration) => words(&["10m", "1h", "1d", "7d"]),
        _ => Vec::new(),
    }
}

/// Whether the cursor is within `in ( … `.
fn in_list(before: &[&str]) -> bool {
    let open = before.iter().rposition(|t| *t == "(");
    open.is_some_and(|at| {
        at > 0 && before[at - 1].eq_ignore_ascii_case("in") && !before[at..].contains(&")")
    })
}

fn list_name<'a>(before: &[&'a str]) -> &'a str {
    let open = before.iter().rposition(|t| *t == "(").unwrap_or(0);
    let not = open >= 2 && before[open - 2].eq_ignore_ascii_case("not");
    let at = open.checked_sub(if not { 3 } else { 2 });
    at.and_then(|at| before.get(at))
        .copied()
        .unwrap_or_default()
}

/// Whether the last tokens are `min(metrics.x)`.
fn ends_call(before: &[&str]) -> bool {
    let n = before.len();
    n >= 4
        && before[n - 1] == ")"
        && before[n - 3] == "("
        && ["min", "max"]
            .iter()
            .any(|f| before[n - 4].eq_ignore_ascii_case(f))
}

/// Whether a condition follows a token.
fn begins(token: &str) -> bool {
    ["(", "and", "or", "not"]
        .iter()
        .any(|t| token.eq_ignore_ascii_case(t))
}

/// The tokens before the word at the end, roughly, and that word: text being typed may have open quotes.
fn pieces(head: &str) -> (Vec<&str>, &str) {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = head[at..].chars().next() {
        let rest = &head[at..];
        let len = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' | ')' | ',' => 1,
            '<' | '>' | '=' | '~' | '!' => {
                rest.find(|c| !"<>=~!".contains(c)).unwrap_or(rest.len())
            }
            '"' | '\'' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            _ => {
                let word = bare(rest);
                match rest[word..].chars().next() {
                    Some(q @ ('"' | '\'' | '`')) if rest[..word].ends_with('.') => rest[word + 1..]
                        .find(q)
                        .map_or(rest.len(), |end| word + end + 2),
                    _ => word,
                }
            }
        };
        found.push(&rest[..len]);
        at += len;
    }
    let typing = !head.ends_with(char::is_whitespace)
        && found
            .last()
            .is_some_and(|t| !t.starts_with(['(', ')', ',', '<', '>', '=', '~', '!']));
    let typed = if typing { found.pop() } else { None };
    (found, typed.unwrap_or_default())
}
