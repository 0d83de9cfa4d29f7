//! A filter as text that reads back as the same filter.

use super::lexer::quote;
use super::names::{name_of, quoted};
use super::value::write_time;
use crate::{
    run::RunStatus,
    search::{Attribute, Clause, Expr, Field, Filter, Number, Test},
    table::RunKey,
};

/// Prints a filter that [`super::parse`] made. Times are printed as instants: what was relative no longer is.
pub fn print(filter: &Filter) -> String {
    if filter.is_everything() {
        return String::new();
    }
    expr(&filter.expr)
}

fn expr(e: &Expr) -> String {
    match e {
        Expr::And(parts) => join(parts, " and "),
        Expr::Or(parts) => join(parts, " or "),
        Expr::Not(inner) => format!("not {}", part(inner)),
        Expr::Clause(one) => clause(one),
        Expr::Word(word) => quoted(word.text()),
    }
}

fn join(parts: &[Expr], between: &str) -> String {
    parts.iter().map(part).collect::<Vec<_>>().join(between)
}

fn part(e: &Expr) -> String {
    match e {
        Expr::And(_) | Expr::Or(_) => format!("({})", expr(e)),
        _ => expr(e),
    }
}

fn clause(clause: &Clause) -> String {
    let name = name_of(&key(&clause.field));
    let text = |value: &str| match clause.field {
        Field::Attribute(Attribute::Status) => {
            RunStatus::from_mlflow(value).map_or_else(|| quote(value), |s| s.word().to_owned())
        }
        Field::Attribute(Attribute::Health) => value.to_owned(),
        _ => quote(value),
    };
    let not = |negated: &bool| if *negated { "not " } else { "" };
    match &clause.test {
        Test::Number(comparator, number) => {
            let value = match (&clause.field, number) {
                (Field::Attribute(Attribute::Duration), Number::Int(ms)) => format!("{ms}ms"),
                (Field::Attribute(_), Number::Int(at)) => write_time(*at),
                _ => number.to_string(),
            };
            format!("{name} {} {value}", comparator.sign())
        }
        Test::Text { value, negated } => {
            format!(
                "{name} {} {}",
                if *negated { "!=" } else { "=" },
                text(value)
            )
        }
        Test::Regex { pattern, negated } => {
            let sign = if *negated { "!~" } else { "~" };
            format!("{name} {sign} {}", quote(pattern.text()))
        }
        Test::Like(like) => {
            let word = if like.any_case() { "ilike" } else { "like" };
            format!("{name} {word} {}", quote(like.pattern()))
        }
        Test::Texts { values, negated } => {
            let values: Vec<String> = values.iter().map(|v| text(v)).collect();
            format!("{name} {}in ({})", not(negated), values.join(", "))
        }
        // This grammar has no list of numbers.
        Test::Numbers { values, negated } => {
            let values: Vec<String> = values.iter().map(i64::to_string).collect();
            format!("{name} {}in ({})", not(negated), values.join(", "))
        }
        Test::Null { negated } => format!("{name} is {}null", not(negated)),
    }
}

/// The column that a field is; a field that this grammar does not know is shown by its name.
fn key(field: &Field) -> RunKey {
    match field {
        Field::Metric(key) => RunKey::Metric(key.clone()),
        Field::Least(key) => RunKey::Least(key.clone()),
        Field::Greatest(key) => RunKey::Greatest(key.clone()),
        Field::Param(key) => RunKey::Param(key.clone()),
        Field::Tag(key) => RunKey::Tag(key.clone()),
        Field::Dataset(key) => RunKey::Tag(format!("dataset.{}", key.word())),
        Field::Attribute(attribute) => match attribute {
            Attribute::RunId => RunKey::Id,
            Attribute::Status => RunKey::Status,
            Attribute::Health => RunKey::Health,
            Attribute::UserId => RunKey::User,
            Attribute::ExperimentName => RunKey::Experiment,
            Attribute::Source => RunKey::Source,
            Attribute::Parent => RunKey::Parent,
            Attribute::StartTime => RunKey::Started,
            Attribute::EndTime => RunKey::Ended,
            Attribute::Duration => RunKey::Duration,
            _ => RunKey::Name,
        },
    }
}
