//! What may stand at the cursor of a query that is being typed.

use super::{
    FUNCTIONS, KEYWORDS, VIEWS, View,
    lexer::{Token, TokenKind, tokens},
    view,
};

/// Suggestions at most.
const MOST: usize = 60;

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A view's column.
    Column,
    /// A view, or a name that the query gives.
    View,
    /// A keyword.
    Keyword,
    /// A function.
    Function,
}

impl Sort {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::View => "view",
            Self::Keyword => "keyword",
            Self::Function => "function",
        }
    }
}

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is put in.
    pub text: String,
    /// What it is.
    pub sort: Sort,
    /// What it says, in a line.
    pub doc: String,
}

/// What may replace a part of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The first byte that a suggestion replaces; up to the cursor.
    pub from: usize,
    /// The suggestions, the likeliest first.
    pub options: Vec<Suggestion>,
}

/// A view in the query, by the name that it has there.
struct Named {
    name: String,
    view: &'static View,
}

/// What may stand at a cursor (a byte within `sql`).
pub fn complete(sql: &str, cursor: usize) -> Completion {
    let head = sql.get(..cursor).unwrap_or(sql);
    let before = tokens(head);
    if let Some(last) = before.last()
        && (!last.closed && last.kind != TokenKind::Word)
    {
        // Within a text, a quoted name or a remark, nothing is known.
        return Completion::default();
    }
    let typed = before.last().filter(|t| {
        t.at.end == head.len() && matches!(t.kind, TokenKind::Word | TokenKind::Number)
    });
    if typed.is_some_and(|t| t.kind == TokenKind::Number) {
        return Completion::default();
    }
    let from = typed.map_or(head.len(), |t| t.at.start);
    let word = head[from..].to_lowercase();
    let left = match typed {
        Some(_) => &before[..before.len() - 1],
        None => &before[..],
    };
    let names = names(sql, cursor);
    let all = match left {
        [.., owner, dot] if &head[dot.at.clone()] == "." => {
            let owner = head[owner.at.clone()].trim_matches('"').to_owned();
            columns_of(&names, &owner)
        }
        _ if wants_view(head, left) => views(),
        _ => anything(&names),
    };
    let mut fitting: Vec<(u8, Suggestion)> = all
        .into_iter()
        .filter_map(|s| {
            let lower = s.text.to_lowercase();
            let class = match () {
                () if lower.trim_end_matches('(') == word => return None,
                () if lower.starts_with(&word) => 0,
                () if word.len() > 1 && lower.contains(&word) => 1,
                () => return None,
            };
            Some((class, s))
        })
        .collect();
    // Stable: within a class the order is the likeliest first.
    fitting.sort_by_key(|(class, _)| *class);
    fitting.dedup_by(|a, b| a.1.text == b.1.text && a.1.sort == b.1.sort);
    fitting.truncate(MOST);
    Completion {
        from,
        options: fitting.into_iter().map(|(_, s)| s).collect(),
    }
}

/// Whether the word before asks for a view.
fn wants_view(head: &str, left: &[Token]) -> bool {
    const ASKS: [&str; 5] = ["from", "join", "describe", "summarize", "into"];
    let Some(last) = left.last() else {
        return false;
    };
    let word = head[last.at.clone()].to_lowercase();
    if ASKS.contains(&word.as_str()) {
        return true;
    }
    // After a comma it is what the list is of.
    word == "," && {
        let clause = left.iter().rev().map(|t| head[t.at.clone()].to_lowercase());
        let clause = clause.into_iter().find(|w| {
            [
                "from", "select", "where", "by", "on", "having", "using", "(",
            ]
            .contains(&w.as_str())
        });
        clause.as_deref() == Some("from")
    }
}

/// The views that the whole query names, with their aliases: those of the statement that the cursor is in.
fn names(sql: &str, cursor: usize) -> Vec<Named> {
    let all = tokens(sql);
    let text = |t: &Token| &sql[t.at.clone()];
    // One statement is run; another one before it says nothing about this one.
    let mut parts = all.split(|t| t.kind == TokenKind::Sign && text(t) == ";");
    let part = parts
        .rfind(|p| p.first().is_some_and(|t| t.at.start <= cursor))
        .unwrap_or(&[]);
    let mut out = Vec::new();
    for (at, token) in part.iter().enumerate() {
        let word = matches!(text(token).to_lowercase().as_str(), "from" | "join" | ",");
        let next = part.get(at + 1).map(|t| (text(t), t.at.end));
        let Some((view, end)) = next.and_then(|(name, end)| Some((view(name)?, end))) else {
            continue;
        };
        // The name that is being typed is not there yet.
        if !word || end == cursor {
            continue;
        }
        let mut alias = part.get(at + 2);
        if alias.is_some_and(|t| text(t).eq_ignore_ascii_case("as")) {
            alias = part.get(at + 3);
        }
        let alias = alias
            .filter(|t| t.kind == TokenKind::Word && t.at.end != cursor && !is_keyword(text(t)));
        out.push(Named {
            name: alias.map_or(view.name, |t| text(t)).to_owned(),
            view,
        });
    }
    out
}

fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|k| {
        let first = k.split(' ').next().unwrap_or(k);
        first.eq_ignore_ascii_case(word)
    })
}

fn columns(view: &View) -> impl Iterator<Item = Suggestion> + use<> {
    let columns = view.columns;
    columns.iter().map(|c| Suggestion {
        text: c.name.to_owned(),
        sort: Sort::Column,
        doc: format!("{}: {}", c.kind.type_name(), c.doc),
    })
}

fn columns_of(names: &[Named], owner: &str) -> Vec<Suggestion> {
    let named = names.iter().find(|n| n.name.eq_ignore_ascii_case(owner));
    let of = named.map(|n| n.view).or_else(|| view(owner));
    of.map_or_else(Vec::new, |view| columns(view).collect())
}

fn views() -> Vec<Suggestion> {
    let view = |v: &View| Suggestion {
        text: v.name.to_owned(),
        sort: Sort::View,
        doc: v.doc.to_owned(),
    };
    VIEWS.iter().map(view).collect()
}

fn anything(names: &[Named]) -> Vec<Suggestion> {
    let mut out: Vec<Suggestion> = Vec::new();
    for named in names {
        for suggestion in columns(named.view) {
            // A column of several views needs its owner's name.
            if !out.iter().any(|s| s.text == suggestion.text) {
                out.push(suggestion);
            }
        }
    }
    out.extend(
        names
            .iter()
            .filter(|_| names.len() > 1)
            .map(|n| Suggestion {
                text: n.name.clone(),
                sort: Sort::View,
                doc: n.view.doc.to_owned(),
            }),
    );
    out.extend(KEYWORDS.iter().map(|k| Suggestion {
        text: (*k).to_owned(),
        sort: Sort::Keyword,
        doc: String::new(),
    }));
    out.extend(FUNCTIONS.iter().map(|(name, doc)| Suggestion {
        text: format!("{name}("),
        sort: Sort::Function,
        doc: (*doc).to_owned(),
    }));
    if names.is_empty() {
        // Without a FROM yet, any column may be meant: those of the views most asked.
        for view in VIEWS
            .iter()
            .filter(|v| ["runs", "metrics"].contains(&v.name))
        {
            for suggestion in columns(view) {
                if !out.iter().any(|o| o.text == suggestion.text) {
                    out.push(suggestion);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The suggestions at `|`.
    fn at(sql: &str) -> Vec<String> {
        let cursor = sql.find('|').unwrap();
        let sql = sql.replace('|', "");
        let found = complete(&sql, cursor);
        found.options.into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn views_stand_behind_from_and_join() {
        assert_eq!(at("SELECT * FROM ru|")[0], "runs");
        assert_eq!(
            at("SELECT * FROM runs r JOIN met|"),
            ["metrics", "run_metrics", "version_metrics"]
        );
        assert_eq!(at("SELECT * FROM runs, audi|"), ["audit"]);
        assert_eq!(at("DESCRIBE dr|"), ["drift"]);
    }

    #[test]
    fn columns_are_of_the_views_that_are_named() {
        assert_eq!(at("SELECT stat| FROM runs")[0], "status");
        assert!(at("SELECT verd| FROM runs").is_empty());
        assert_eq!(at("SELECT verd| FROM drift")[0], "verdict");
        assert_eq!(
            at("SELECT m.st| FROM runs r JOIN metrics AS m USING (run_id)"),
            ["step"]
        );
        assert_eq!(at("SELECT * FROM runs WHERE runs.dele|"), ["deleted"]);
        assert!(at("SELECT x.| FROM runs").is_empty());
        assert!(at("SELECT r.| FROM runs r").len() > 10);
    }

    #[test]
    fn keywords_and_functions_are_offered() {
        assert_eq!(at("SEL|")[0], "SELECT");
        assert!(at("SELECT quant| FROM metrics").contains(&"quantile_cont(".to_owned()));
        assert_eq!(at("SELECT * FROM runs ord|")[0], "ORDER BY");
    }

    #[test]
    fn nothing_within_texts_and_remarks() {
        assert!(at("SELECT 'ru|").is_empty());
        assert!(at("SELECT 1 -- ru|").is_empty());
        assert!(at("SELECT 12|").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_a_completion(sql in "[a-zA-Z.,;'\"() \né]{0,60}", cut in 0usize..70) {
            let mut cursor = cut.min(sql.len());
            while !sql.is_char_boundary(cursor) {
                cursor -= 1;
            }
            let found = complete(&sql, cursor);
            prop_assert!(found.options.is_empty() || found.from <= cursor);
            prop_assert!(sql.is_char_boundary(found.from.min(sql.len())));
        }
    }
}
