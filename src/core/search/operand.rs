//! The right side of a comparison: what a field may be held against.

use super::identifier::unquote;
use super::lexer::Kind as Token;
use super::literal::read_list;
use super::number::Number;
use super::{
    Attribute, Comparator, Entity, Field, Grammar, Kind, Like, SearchError, Test, grammar::Lists,
    logged_model,
};

/// One side of a comparison: a token, or several with arithmetic between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand<'a> {
    /// The token's kind; [`Token::Arithmetic`] for several.
    pub(super) kind: Token,
    /// As it was written.
    pub(super) text: &'a str,
}

enum Value {
    Number(Number),
    Text(String),
    List(Vec<String>),
}

const NUMERIC: &str = "'>', '>=', '!=', '=', '<', '<='";
const TEXT: &str = "'!=', '=', 'LIKE', 'ILIKE'";
const TEXT_OR_NULL: &str = "'!=', '=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'";
const TEXT_OR_LIST: &str = "'!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'";
const IDENTITY: &str = "'!=', '=', 'IN', 'NOT IN'";

/// The test that a comparator (upper case, single blanks) and a value make of a field.
pub(super) fn test(
    field: &Field,
    comparator: &str,
    operand: Operand<'_>,
    grammar: &Grammar,
) -> Result<Test, SearchError> {
    let refused = || refused(field, comparator, grammar);
    let known = valid_comparators(field, grammar).contains(&format!("'{comparator}'"));
    if grammar.other_parser && !known {
        return Err(refused());
    }
    let value = value(field, operand, grammar)?;
    if !known {
        return Err(refused());
    }
    let mismatch = || SearchError::NotAValue(operand.text.to_owned());
    let negated = comparator.starts_with("NOT") || comparator == "!=";
    if matches!(field, Field::Attribute(Attribute::ExperimentId)) {
        return match (comparator, value) {
            ("IN" | "NOT IN", Value::List(ids)) => {
                let values = ids
                    .iter()
                    .map(|id| experiment_id(id))
                    .collect::<Result<_, _>>()?;
                Ok(Test::Numbers { values, negated })
            }
            (_, Value::Text(id)) => {
                let comparator = Comparator::from_sign(comparator).ok_or_else(mismatch)?;
                Ok(Test::Number(comparator, Number::Int(experiment_id(&id)?)))
            }
            _ => Err(mismatch()),
        };
    }
    match (comparator, value) {
        (sign, Value::Number(number)) => {
            let comparator = Comparator::from_sign(sign).ok_or_else(refused)?;
            Ok(Test::Number(comparator, number))
        }
        ("=" | "!=", Value::Text(value)) => Ok(Test::Text { value, negated }),
        ("LIKE", Value::Text(value)) => Ok(Test::Like(Like::new(&value, false))),
        ("ILIKE", Value::Text(value)) => Ok(Test::Like(Like::new(&value, true))),
        ("IN" | "NOT IN", Value::List(values)) => Ok(Test::Texts { values, negated }),
        _ => Err(mismatch()),
    }
}

/// The error about a comparator that the field does not have.
pub(super) fn refused(field: &Field, comparator: &str, grammar: &Grammar) -> SearchError {
    let valid = valid_comparators(field, grammar);
    match grammar.other_parser {
        true => logged_model::comparator(field, comparator, valid == NUMERIC),
        false => SearchError::Comparator {
            found: comparator.to_owned(),
            valid,
        },
    }
}

fn valid_comparators(field: &Field, grammar: &Grammar) -> &'static str {
    match field {
        Field::Metric(_) => NUMERIC,
        Field::Attribute(attribute) => match attribute.kind() {
            Kind::Integer => NUMERIC,
            Kind::IntegerId => IDENTITY,
            Kind::Text if grammar.takes_lists(field) => TEXT_OR_LIST,
            Kind::Text => TEXT,
        },
        _ if grammar.takes_lists(field) => TEXT_OR_LIST,
        _ if grammar.nulls.contains(&field.entity()) => TEXT_OR_NULL,
        _ => TEXT,
    }
}

fn experiment_id(text: &str) -> Result<i64, SearchError> {
    text.trim()
        .parse()
        .map_err(|_| SearchError::ExperimentId(text.to_owned()))
}

fn value(field: &Field, operand: Operand<'_>, grammar: &Grammar) -> Result<Value, SearchError> {
    let found = || operand.text.to_owned();
    match field {
        Field::Metric(_) => match number(operand) {
            // Metrics are floats, however the number is written.
            Some(number) => Ok(Value::Number(Number::Float(number.to_float()))),
            None => Err(SearchError::MetricValue(found())),
        },
        Field::Attribute(attribute) if attribute.kind() == Kind::Integer => {
            integer(attribute.name(), operand, grammar).map(Value::Number)
        }
        _ => text(field, operand, grammar),
    }
}

/// A number for a numeric attribute.
fn integer(
    key: &'static str,
    operand: Operand<'_>,
    grammar: &Grammar,
) -> Result<Number, SearchError> {
    let found = operand.text.to_owned();
    let quoted = grammar.quoted_numbers && matches!(operand.kind, Token::Text | Token::Name);
    match number(operand) {
        Some(Number::Float(_)) if grammar.whole_numbers => {
            Err(SearchError::NotWhole { key, found })
        }
        Some(number) => Ok(number),
        None if quoted => {
            let whole = unquote(operand.text, &['\'', '"']).trim().parse();
            whole
                .map(Number::Int)
                .map_err(|_| SearchError::NotWhole { key, found })
        }
        None => Err(SearchError::NumericAttribute { key, found }),
    }
}

fn number(operand: Operand<'_>) -> Option<Number> {
    match operand.kind {
        Token::Int | Token::Float => Number::parse(operand.text),
        _ => None,
    }
}

fn text(field: &Field, operand: Operand<'_>, grammar: &Grammar) -> Result<Value, SearchError> {
    let found = || operand.text.to_owned();
    match operand.kind {
        Token::Text | Token::Name => {
            let inner = unquote(operand.text, &['\'', '"']);
            if inner.len() == operand.text.len() && !grammar.bare_texts {
                return Err(SearchError::Unquoted(found()));
            }
            Ok(Value::Text(inner.to_owned()))
        }
        Token::Int | Token::Float if grammar.bare_texts => Ok(Value::Text(found())),
        Token::Parens if grammar.takes_lists(field) => Ok(Value::List(read_list(operand.text)?)),
        Token::Parens if matches!(field, Field::Attribute(_)) => {
            Err(SearchError::NoList(list_names(grammar)))
        }
        _ => Err(SearchError::TextValue {
            what: match (field.entity(), &grammar.lists) {
                (Entity::Param, _) => " for parameter (e.g. 'my-value')",
                (Entity::Tag, _) => " for tag (e.g. 'my-value')",
                (Entity::Dataset, _) => " for dataset attributes",
                (_, Lists::Only([Attribute::Name, ..])) => {
                    " or a list of quoted string values for attributes"
                }
                _ => " for attributes",
            },
            found: found(),
        }),
    }
}

fn list_names(grammar: &Grammar) -> String {
    match &grammar.lists {
        Lists::Any => String::new(),
        Lists::Only(list) => {
            let quoted: Vec<String> = list.iter().map(|a| format!("'{}'", a.name())).collect();
            quoted.join(", ")
        }
    }
}
