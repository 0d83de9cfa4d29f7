//! From text to a [`Filter`].

use super::lexer::{Kind as Token, Token as Spanned, tokens};
use super::names::{KEYWORDS, Name, field, function, name_of, resolve};
use super::{ExprError, Wrong};
use crate::{
    search::{Clause, Expr, Field, Filter, Test, Word},
    table::RunKey,
    time::Millis,
};
use std::ops::Range;

/// Parentheses and `not`s in each other; the evaluator descends as deep.
const DEEPEST: usize = 64;

/// Reads a filter. `now` is what relative times count from. Empty text finds everything.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse(text: &str, now: Millis) -> Result<Filter, ExprError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(Filter::default());
    }
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
        now,
    };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(Filter { expr }),
        Some(token) => {
            let at = token.at.clone();
            Err(parser.misplaced(at))
        }
    }
}

pub(super) struct Parser<'a> {
    text: &'a str,
    pub(super) tokens: &'a [Spanned<'a>],
    pub(super) at: usize,
    depth: usize,
    pub(super) now: Millis,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<&'a Spanned<'a>> {
        self.tokens.get(self.at)
    }

    /// The token after the next `ahead` ones.
    pub(super) fn ahead(&self, ahead: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at + ahead).map(|t| &t.kind)
    }

    pub(super) fn is_keyword(&self, ahead: usize, keyword: &str) -> bool {
        self.tokens
            .get(self.at + ahead)
            .and_then(Spanned::word)
            .is_some_and(|w| w.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn error(&self, at: Range<usize>, wrong: Wrong) -> ExprError {
        ExprError::new(self.text, at, wrong)
    }

    /// The place of the next token, or of the end.
    pub(super) fn here(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        self.peek().map_or(end..end, |t| t.at.clone())
    }

    pub(super) fn missing(&self, what: &'static str) -> ExprError {
        match self.peek() {
            Some(token) => self.misplaced(token.at.clone()),
            None => self.error(self.here(), Wrong::Missing(what)),
        }
    }

    pub(super) fn misplaced(&self, at: Range<usize>) -> ExprError {
        let found = self.text.get(at.clone()).unwrap_or_default().to_owned();
        self.error(at, Wrong::Misplaced(format!("{found:?}")))
    }

    /// Parts with `or` between them.
    fn any(&mut self) -> Result<Expr, ExprError> {
        let mut parts = vec![self.all()?];
        while self.is_keyword(0, "or") {
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expr::Or))
    }

    /// Parts with `and`, or nothing, between them.
    fn all(&mut self) -> Result<Expr, ExprError> {
        let mut parts = vec![self.one()?];
        loop {
            if self.is_keyword(0, "and") {
                self.at += 1;
            } else if self.is_keyword(0, "or")
                || matches!(self.ahead(0), None | Some(Token::Close | Token::Comma))
            {
                return Ok(one_or(parts, Expr::And));
            }
            parts.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Expr, ExprError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(self.here(), Wrong::TooDeep));
        }
        let expr = self.shallow();
        self.depth -= 1;
        expr
    }

    fn shallow(&mut self) -> Result<Expr, ExprError> {
        let Some(token) = self.peek() else {
            return Err(self.missing("a condition"));
        };
        if self.is_keyword(0, "not") {
            self.at += 1;
            return Ok(Expr::Not(Box::new(self.one()?)));
        }
        let calls = matches!(self.ahead(1), Some(Token::Open));
        match &token.kind {
            Token::Open => {
                self.at += 1;
                let expr = self.any()?;
                self.close(token)?;
                Ok(expr)
            }
            Token::Word("has" | "HAS", None) if calls => self.has(),
            Token::Word(word, None) if calls && function(word).is_some() => self.test(),
            Token::Quoted(text) if !self.is_test(1) => {
                self.at += 1;
                Ok(Expr::Word(Box::new(Word::new(text))))
            }
            Token::Word(..) if self.is_test(1) => self.test(),
            Token::Word(word, key) => {
                let keyword = KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(word));
                if keyword {
                    return Err(self.misplaced(token.at.clone()));
                }
                match resolve(word, key.as_deref()) {
                    Ok(None) if key.is_none() => {
                        self.at += 1;
                        Ok(Expr::Word(Box::new(Word::new(word))))
                    }
                    Ok(None) => Err(self.unknown(token.at.clone(), word)),
                    Ok(Some(key)) => {
                        let lonely = Wrong::Lonely(name_of(&key), example(&key));
                        Err(self.error(token.at.clone(), lonely))
                    }
                    Err(wrong) => Err(self.error(token.at.clone(), wrong)),
                }
            }
            _ => Err(self.misplaced(token.at.clone())),
        }
    }

    /// Whether what stands behind the next `ahead` tokens makes a comparison of them.
    fn is_test(&self, ahead: usize) -> bool {
        let word = |n: usize, w: &str| self.is_keyword(ahead + n, w);
        match self.ahead(ahead) {
            Some(Token::Sign(_)) => true,
            _ => {
                word(0, "like")
                    || word(0, "ilike")
                    || word(0, "in")
                    || (word(0, "is") && (word(1, "null") || word(1, "not")))
                    || (word(0, "not") && (word(1, "in") || word(1, "like") || word(1, "ilike")))
            }
        }
    }

    pub(super) fn close(&mut self, open: &Spanned<'_>) -> Result<(), ExprError> {
        match self.ahead(0) {
            Some(Token::Close) => {
                self.at += 1;
                Ok(())
            }
            None => Err(self.error(open.at.clone(), Wrong::OpenParenthesis)),
            Some(_) => Err(self.misplaced(self.here())),
        }
    }

    fn unknown(&self, at: Range<usize>, word: &str) -> ExprError {
        let wrong = match word.split_once('.') {
            Some((prefix, _)) => Wrong::Prefix(format!("{prefix}.")),
            None => Wrong::Name(word.to_owned()),
        };
        self.error(at, wrong)
    }

    /// `has(params.depth)`.
    fn has(&mut self) -> Result<Expr, ExprError> {
        let open = self.at + 1;
        self.at += 2;
        let (key, at) = self.name()?;
        self.close(&self.tokens[open])?;
        match field(key) {
            Name::Field(field) => Ok(clause(field, Test::Null { negated: true })),
            Name::Age => Err(self.misplaced(at)),
        }
    }

    /// A column's name, and where it stands.
    pub(super) fn name(&mut self) -> Result<(RunKey, Range<usize>), ExprError> {
        let Some(token) = self.peek() else {
            return Err(self.missing("a column"));
        };
        let Token::Word(word, _) = &token.kind else {
            return Err(self.misplaced(token.at.clone()));
        };
        let make = function(word).filter(|_| matches!(self.ahead(1), Some(Token::Open)));
        if let Some((name, make)) = make {
            let open = self.at + 1;
            self.at += 2;
            let (inner, at) = self.column()?;
            let RunKey::Metric(key) = inner else {
                return Err(self.error(at, Wrong::NotAMetric(name)));
            };
            self.close(&self.tokens[open])?;
            let end = self.tokens.get(self.at - 1).map_or(0, |t| t.at.end);
            return Ok((make(key), token.at.start..end));
        }
        self.column()
    }

    /// A name that is no call.
    fn column(&mut self) -> Result<(RunKey, Range<usize>), ExprError> {
        let Some(token) = self.peek() else {
            return Err(self.missing("a column"));
        };
        let Token::Word(word, key) = &token.kind else {
            return Err(self.misplaced(token.at.clone()));
        };
        self.at += 1;
        match resolve(word, key.as_deref()) {
            Ok(Some(key)) => Ok((key, token.at.clone())),
            Ok(None) => Err(self.unknown(token.at.clone(), word)),
            Err(wrong) => Err(self.error(token.at.clone(), wrong)),
        }
    }
}

/// How a comparison with a column goes on.
fn example(key: &RunKey) -> &'static str {
    match key {
        RunKey::Metric(_) | RunKey::Least(_) | RunKey::Greatest(_) => "> 0.9",
        RunKey::Status => "= running",
        RunKey::Health => "!= ok",
        RunKey::Started | RunKey::Ended => "> -2d",
        RunKey::Age | RunKey::Duration => "< 2h",
        _ => "= …",
    }
}

pub(super) fn clause(field: Field, test: Test) -> Expr {
    Expr::Clause(Clause { field, test })
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}
