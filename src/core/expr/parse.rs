//! From text to a [`Filter`].

use super::lexer::{Kind as Token, Token as Spanned, tokens};
use super::names::{KEYWORDS, Name, field, name_of, resolve};
use super::{ExprError, Wrong, value};
use crate::{
    health,
    run::RunStatus,
    search::{
        Attribute, Clause, Comparator, Expr, Field, Filter, Kind, Like, Number, Pattern, Test, Word,
    },
    table::RunKey,
    time::Millis,
};
use std::ops::Range;

/// Parentheses and `not`s in each other; the evaluator descends as deep.
const DEEPEST: usize = 64;

const NUMERIC: &str = "=, !=, <, <=, >, >=";
const TEXT: &str = "=, !=, ~, !~, like, in";

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

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Spanned<'a>],
    at: usize,
    depth: usize,
    now: Millis,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Spanned<'a>> {
        self.tokens.get(self.at)
    }

    /// The token after the next `ahead` ones.
    fn ahead(&self, ahead: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at + ahead).map(|t| &t.kind)
    }

    fn is_keyword(&self, ahead: usize, keyword: &str) -> bool {
        self.tokens
            .get(self.at + ahead)
            .and_then(Spanned::word)
            .is_some_and(|w| w.eq_ignore_ascii_case(keyword))
    }

    fn error(&self, at: Range<usize>, wrong: Wrong) -> ExprError {
        ExprError::new(self.text, at, wrong)
    }

    /// The place of the next token, or of the end.
    fn here(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        self.peek().map_or(end..end, |t| t.at.clone())
    }

    fn missing(&self, what: &'static str) -> ExprError {
        match self.peek() {
            Some(token) => self.misplaced(token.at.clone()),
            None => self.error(self.here(), Wrong::Missing(what)),
        }
    }

    fn misplaced(&self, at: Range<usize>) -> ExprError {
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
                Ok(Expr::Word(Word::new(text)))
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
                        Ok(Expr::Word(Word::new(word)))
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

    fn close(&mut self, open: &Spanned<'_>) -> Result<(), ExprError> {
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
    fn name(&mut self) -> Result<(RunKey, Range<usize>), ExprError> {
        let Some(token) = self.peek() else {
            return Err(self.missing("a column"));
        };
        let Token::Word(word, key) = &token.kind else {
            return Err(self.misplaced(token.at.clone()));
        };
        let make = function(word).filter(|_| matches!(self.ahead(1), Some(Token::Open)));
        if let Some((name, make)) = make {
            let open = self.at + 1;
            self.at += 2;
            let (inner, at) = self.name()?;
            let RunKey::Metric(key) = inner else {
                return Err(self.error(at, Wrong::NotAMetric(name)));
            };
            self.close(&self.tokens[open])?;
            let end = self.tokens.get(self.at - 1).map_or(0, |t| t.at.end);
            return Ok((make(key), token.at.start..end));
        }
        self.at += 1;
        match resolve(word, key.as_deref()) {
            Ok(Some(key)) => Ok((key, token.at.clone())),
            Ok(None) => Err(self.unknown(token.at.clone(), word)),
            Err(wrong) => Err(self.error(token.at.clone(), wrong)),
        }
    }

    /// A name, a comparison and what it is compared with.
    fn test(&mut self) -> Result<Expr, ExprError> {
        let (key, at) = self.name()?;
        let shown = name_of(&key);
        let (field, age) = match field(key) {
            Name::Field(field) => (field, false),
            Name::Age => (Field::Attribute(Attribute::StartTime), true),
        };
        let sign_at = self.here();
        let negated = self.is_keyword(0, "not");
        self.at += usize::from(negated);
        let bad = |parser: &Self, sign: &str| {
            parser.error(
                sign_at.clone(),
                Wrong::Sign {
                    name: shown.clone(),
                    sign: sign.to_owned(),
                    valid: if is_text(&field) { TEXT } else { NUMERIC },
                },
            )
        };
        if self.is_keyword(0, "is") {
            self.at += 1;
            let negated = self.is_keyword(0, "not");
            self.at += usize::from(negated);
            if !self.is_keyword(0, "null") {
                return Err(self.missing("null"));
            }
            self.at += 1;
            return Ok(clause(field, Test::Null { negated }));
        }
        if self.is_keyword(0, "in") {
            if !is_text(&field) {
                return Err(bad(self, "in"));
            }
            self.at += 1;
            let values = self.list(&field)?;
            return Ok(clause(field, Test::Texts { values, negated }));
        }
        for (word, any_case) in [("like", false), ("ilike", true)] {
            if self.is_keyword(0, word) {
                if !is_text(&field) {
                    return Err(bad(self, word));
                }
                self.at += 1;
                let (value, _) = self.value()?;
                let like = clause(field, Test::Like(Like::new(&value, any_case)));
                return Ok(if negated {
                    Expr::Not(Box::new(like))
                } else {
                    like
                });
            }
        }
        let Some(Token::Sign(sign)) = self.ahead(0) else {
            return match self.peek() {
                None => Err(self.error(at, Wrong::Lonely(shown, "= …"))),
                Some(_) => Err(self.missing("a comparison")),
            };
        };
        self.at += 1;
        if let "~" | "!~" = *sign {
            if !is_text(&field) {
                return Err(bad(self, sign));
            }
            let (value, at) = self.value()?;
            let pattern =
                Pattern::new(&value).map_err(|e| self.error(at, Wrong::Pattern(e.to_string())))?;
            let negated = *sign == "!~";
            return Ok(clause(field, Test::Regex { pattern, negated }));
        }
        let comparator = Comparator::from_sign(sign).ok_or_else(|| bad(self, sign))?;
        let plain = matches!(self.ahead(0), Some(Token::Word(..)));
        let (value, at) = self.value()?;
        let test = match &field {
            Field::Metric(_) | Field::Least(_) | Field::Greatest(_) => {
                let number = Number::parse(&value)
                    .ok_or_else(|| self.error(at, Wrong::Number(value.clone())))?;
                Test::Number(comparator, Number::Float(number.to_float()))
            }
            Field::Attribute(attribute) if attribute.kind() != Kind::Text => {
                let (comparator, number) = self.time(*attribute, age, comparator, &value, at)?;
                Test::Number(comparator, Number::Int(number))
            }
            Field::Param(_) | Field::Tag(_) if plain && Number::parse(&value).is_some() => {
                let number = Number::parse(&value).unwrap_or(Number::Int(0));
                Test::Number(comparator, number)
            }
            _ => {
                let negated = match comparator {
                    Comparator::Equal => false,
                    Comparator::NotEqual => true,
                    _ if matches!(field, Field::Param(_) | Field::Tag(_)) => {
                        return Err(self.error(at, Wrong::Number(value)));
                    }
                    _ => return Err(bad(self, sign)),
                };
                let value = self.known(&field, value, at)?;
                Test::Text { value, negated }
            }
        };
        Ok(clause(field, test))
    }

    /// A time or a span as milliseconds; an age becomes the moment that it reaches back to.
    fn time(
        &self,
        attribute: Attribute,
        age: bool,
        comparator: Comparator,
        value: &str,
        at: Range<usize>,
    ) -> Result<(Comparator, i64), ExprError> {
        if !age && attribute != Attribute::Duration {
            let time = value::time(value, self.now);
            let wrong = || self.error(at, Wrong::Time(value.to_owned()));
            return Ok((comparator, time.ok_or_else(wrong)?));
        }
        let wrong = || self.error(at.clone(), Wrong::Span(value.to_owned()));
        let span = value::span(value).ok_or_else(wrong)?;
        if !age {
            return Ok((comparator, span));
        }
        let back = self.now.0.checked_sub(span).ok_or_else(wrong)?;
        let turned = match comparator {
            Comparator::Less => Comparator::Greater,
            Comparator::LessOrEqual => Comparator::GreaterOrEqual,
            Comparator::Greater => Comparator::Less,
            Comparator::GreaterOrEqual => Comparator::LessOrEqual,
            same => same,
        };
        Ok((turned, back))
    }

    /// What a name is compared with.
    fn value(&mut self) -> Result<(String, Range<usize>), ExprError> {
        let Some(token) = self.peek() else {
            return Err(self.missing("a value"));
        };
        let text = match &token.kind {
            Token::Word(word, None) => (*word).to_owned(),
            Token::Quoted(text) => text.clone().into_owned(),
            _ => return Err(self.misplaced(token.at.clone())),
        };
        self.at += 1;
        Ok((text, token.at.clone()))
    }

    fn list(&mut self, field: &Field) -> Result<Vec<String>, ExprError> {
        let open = self.at;
        if !matches!(self.ahead(0), Some(Token::Open)) {
            return Err(self.missing("a list in parentheses"));
        }
        self.at += 1;
        let mut values = Vec::new();
        loop {
            let (value, at) = self.value()?;
            values.push(self.known(field, value, at)?);
            if !matches!(self.ahead(0), Some(Token::Comma)) {
                break;
            }
            self.at += 1;
        }
        self.close(&self.tokens[open])?;
        Ok(values)
    }

    /// A value as the record says it; status and health are one of a few words.
    fn known(&self, field: &Field, value: String, at: Range<usize>) -> Result<String, ExprError> {
        let lower = value.to_ascii_lowercase();
        let list = |words: &[&str]| words.join(", ");
        match field {
            Field::Attribute(Attribute::Status) => match RunStatus::from_word(&lower) {
                Some(status) => Ok(status.mlflow().to_owned()),
                None => Err(self.error(
                    at,
                    Wrong::Word {
                        found: value,
                        what: "status",
                        valid: list(&RunStatus::ALL.map(RunStatus::word)),
                    },
                )),
            },
            Field::Attribute(Attribute::Health) => match health::WORDS.contains(&&*lower) {
                true => Ok(lower),
                false => Err(self.error(
                    at,
                    Wrong::Word {
                        found: value,
                        what: "health",
                        valid: list(&health::WORDS),
                    },
                )),
            },
            _ => Ok(value),
        }
    }
}

/// `min` and `max`, and what each makes of a metric's key.
fn function(word: &str) -> Option<(&'static str, fn(String) -> RunKey)> {
    match word.to_ascii_lowercase().as_str() {
        "min" => Some(("min", RunKey::Least)),
        "max" => Some(("max", RunKey::Greatest)),
        _ => None,
    }
}

fn is_text(field: &Field) -> bool {
    match field {
        Field::Attribute(attribute) => attribute.kind() == Kind::Text,
        Field::Param(_) | Field::Tag(_) | Field::Dataset(_) => true,
        Field::Metric(_) | Field::Least(_) | Field::Greatest(_) => false,
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

fn clause(field: Field, test: Test) -> Expr {
    Expr::Clause(Clause { field, test })
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}
