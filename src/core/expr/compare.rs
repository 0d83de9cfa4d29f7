//! A name, a sign and a value: one comparison of the grammar.

use super::lexer::Kind as Token;
use super::names::{Name, field, name_of};
use super::parse::{Parser, clause};
use super::{ExprError, Wrong, value};
use crate::{
    health,
    run::RunStatus,
    search::{Attribute, Comparator, Expr, Field, Kind, Like, Number, Pattern, Test},
};
use std::ops::Range;

const NUMERIC: &str = "=, !=, <, <=, >, >=";
const TEXT: &str = "=, !=, ~, !~, like, in";

impl Parser<'_> {
    /// A name, a comparison and what it is compared with.
    pub(super) fn test(&mut self) -> Result<Expr, ExprError> {
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
                let any_case = any_case || is_word(&field);
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
            let read = match is_word(&field) {
                true => Pattern::in_any_case,
                false => Pattern::new,
            };
            let pattern =
                read(&value).map_err(|e| self.error(at, Wrong::Pattern(e.to_string())))?;
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
            let time = value::time(value, self.now).map_err(|wrong| self.error(at, wrong))?;
            return Ok((comparator, time));
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

/// Whether a column says one of a few words. They have no case here: the record keeps MLflow's `RUNNING`, the table
/// shows `running`.
fn is_word(field: &Field) -> bool {
    matches!(
        field,
        Field::Attribute(Attribute::Status | Attribute::Health)
    )
}

fn is_text(field: &Field) -> bool {
    match field {
        Field::Attribute(attribute) => attribute.kind() == Kind::Text,
        Field::Param(_) | Field::Tag(_) | Field::Dataset(_) => true,
        Field::Metric(_) | Field::Least(_) | Field::Greatest(_) => false,
    }
}
