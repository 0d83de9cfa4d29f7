//! From text to a [`Filter`]: first what is a comparison and what is not, then each comparison, as MLflow does it, so
//! that the same mistake gets the same answer.

use super::identifier::resolve;
use super::lexer::{Keyword, Kind, Token, tokens};
use super::operand::{Operand, refused, test};
use super::{Clause, Entity, Expr, Filter, Grammar, SearchError, Test, logged_model};

/// What stands between two `AND`s.
enum Comparison<'a> {
    /// Name (or what stands in its place), comparator, value.
    Binary(Operand<'a>, String, Operand<'a>),
    /// `IS NULL`, or `IS NOT NULL`.
    Null(&'a str, bool),
}

impl Filter {
    /// Reads MLflow's grammar. Empty text finds everything.
    ///
    /// # Errors
    /// [`SearchError`], in MLflow's words.
    pub fn parse(text: &str, grammar: &Grammar) -> Result<Self, SearchError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::parse_some(text, grammar).map_err(|error| match grammar.other_parser {
            true => logged_model::filter(text, error),
            false => error,
        })
    }

    fn parse_some(text: &str, grammar: &Grammar) -> Result<Self, SearchError> {
        if text.trim().is_empty() {
            return Err(SearchError::Blank(text.to_owned()));
        }
        let tokens = tokens(text);
        let ends = tokens.iter().position(|t| t.kind == Kind::Semicolon);
        if ends.is_some_and(|at| at + 1 < tokens.len()) {
            return Err(SearchError::Several(text.to_owned()));
        }
        let clauses = comparisons(text, &tokens)?
            .into_iter()
            .map(|comparison| Ok(Expr::Clause(clause(comparison, grammar)?)))
            .collect::<Result<_, SearchError>>()?;
        Ok(Self {
            expr: Expr::And(clauses),
        })
    }
}

/// The comparisons of a filter. `AND` may stand where it likes or not at all; anything else is an error.
fn comparisons<'a>(
    text: &'a str,
    tokens: &[Token<'a>],
) -> Result<Vec<Comparison<'a>>, SearchError> {
    let (mut found, mut stray, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        if token.kind == Kind::Keyword(Keyword::And) {
            at += 1;
        } else if let Some((comparison, next)) = comparison(text, tokens, at) {
            found.push(comparison);
            at = next;
        } else {
            // A whole operand at once: nothing inside it begins a comparison.
            let skipped = operand(text, tokens, at);
            let (shown, next) = skipped.map_or((token.text, at + 1), |(o, next)| (o.text, next));
            stray.push(format!("'{shown}'"));
            at = next;
        }
    }
    if stray.is_empty() {
        Ok(found)
    } else {
        Err(SearchError::Clauses(stray.join(", ")))
    }
}

fn comparison<'a>(
    text: &'a str,
    tokens: &[Token<'a>],
    at: usize,
) -> Option<(Comparison<'a>, usize)> {
    let (left, at) = operand(text, tokens, at)?;
    let kind = |i: usize| tokens.get(i).map(|t| t.kind);
    let keyword = |i: usize, word| kind(i) == Some(Kind::Keyword(word));
    let list = |i: usize| {
        let token = tokens.get(i).filter(|t| t.kind == Kind::Parens)?;
        Some(Operand {
            kind: token.kind,
            text: token.text,
        })
    };
    if kind(at) == Some(Kind::Comparator) {
        let words = tokens.get(at)?.text.to_uppercase();
        let sign = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let (right, next) = operand(text, tokens, at + 1)?;
        return Some((Comparison::Binary(left, sign, right), next));
    }
    if left.kind != Kind::Name {
        return None;
    }
    if keyword(at, Keyword::In) {
        return Some((
            Comparison::Binary(left, "IN".to_owned(), list(at + 1)?),
            at + 2,
        ));
    }
    if keyword(at, Keyword::Not) && keyword(at + 1, Keyword::In) {
        return Some((
            Comparison::Binary(left, "NOT IN".to_owned(), list(at + 2)?),
            at + 3,
        ));
    }
    if keyword(at, Keyword::Is) && keyword(at + 1, Keyword::Null) {
        return Some((Comparison::Null(left.text, false), at + 2));
    }
    if keyword(at, Keyword::Is) && keyword(at + 1, Keyword::Not) && keyword(at + 2, Keyword::Null) {
        return Some((Comparison::Null(left.text, true), at + 3));
    }
    None
}

/// One side of a comparison, and where it ends.
fn operand<'a>(text: &'a str, tokens: &[Token<'a>], at: usize) -> Option<(Operand<'a>, usize)> {
    let is_value = |t: &&Token<'_>| {
        matches!(
            t.kind,
            Kind::Name
                | Kind::Text
                | Kind::Int
                | Kind::Float
                | Kind::Parens
                | Kind::Keyword(Keyword::Null)
        )
    };
    let first = tokens.get(at).filter(is_value)?;
    let (mut last, mut next) = (first, at + 1);
    while tokens.get(next).is_some_and(|t| t.kind == Kind::Arithmetic) {
        match tokens.get(next + 1).filter(is_value) {
            Some(token) => last = token,
            None => break,
        }
        next += 2;
    }
    let kind = if last.start == first.start {
        first.kind
    } else {
        Kind::Arithmetic
    };
    let text = &text[first.start..last.end()];
    Some((Operand { kind, text }, next))
}

fn clause(comparison: Comparison<'_>, grammar: &Grammar) -> Result<Clause, SearchError> {
    match comparison {
        Comparison::Binary(left, comparator, right) => {
            if left.kind != Kind::Name {
                return Err(SearchError::NotAName(left.text.to_owned()));
            }
            let field = resolve(left.text, grammar, grammar.filter)?;
            let test = test(&field, &comparator, right, grammar)?;
            Ok(Clause { field, test })
        }
        Comparison::Null(name, negated) => {
            let field = resolve(name, grammar, grammar.filter)?;
            let entity = field.entity();
            if !grammar.nulls.contains(&entity) {
                let valid = match grammar.nulls {
                    [] => {
                        let words = if negated { "IS NOT NULL" } else { "IS NULL" };
                        return Err(match grammar.other_parser {
                            true => logged_model::null(name, words),
                            false => refused(&field, words, grammar),
                        });
                    }
                    [Entity::Tag] => "tags",
                    _ => "tags and params",
                };
                let key = field.key().to_owned();
                return Err(SearchError::Null {
                    valid,
                    entity: entity.word(),
                    key,
                });
            }
            Ok(Clause {
                field,
                test: Test::Null { negated },
            })
        }
    }
}
