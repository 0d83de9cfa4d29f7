//! Filters and orders as text. What was parsed prints as something that parses to the same.

use super::identifier;
use super::literal::{quote, write_list};
use super::{Attribute, Clause, Direction, Expr, Field, Filter, Order, OrderKey, Test};
use std::fmt::{self, Display, Formatter};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(all) => join(all, " AND ", f),
            Self::Or(any) => join(any, " OR ", f),
            Self::Not(inner) => write!(f, "NOT ({inner})"),
            Self::Clause(clause) => clause.fmt(f),
            Self::Word(word) => f.write_str(&quote(word.text())),
        }
    }
}

fn join(parts: &[Expr], between: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        match part {
            Expr::And(_) | Expr::Or(_) => write!(f, "({part})")?,
            Expr::Not(_) | Expr::Clause(_) | Expr::Word(_) => part.fmt(f)?,
        }
    }
    Ok(())
}

impl Display for Clause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let field = identifier::write(&self.field);
        let in_list = |negated: &bool| if *negated { "NOT IN" } else { "IN" };
        match &self.test {
            // An experiment's number is written in quotes.
            Test::Number(comparator, number)
                if self.field == Field::Attribute(Attribute::ExperimentId) =>
            {
                write!(f, "{field} {} '{number}'", comparator.sign())
            }
            Test::Number(comparator, number) => write!(f, "{field} {} {number}", comparator.sign()),
            Test::Text { value, negated } => {
                write!(
                    f,
                    "{field} {} {}",
                    if *negated { "!=" } else { "=" },
                    quote(value)
                )
            }
            Test::Like(like) => {
                let word = if like.any_case() { "ILIKE" } else { "LIKE" };
                write!(f, "{field} {word} {}", quote(like.pattern()))
            }
            Test::Regex { pattern, negated } => {
                let sign = if *negated { "!~" } else { "~" };
                write!(f, "{field} {sign} {}", quote(pattern.text()))
            }
            Test::Texts { values, negated } => {
                write!(f, "{field} {} {}", in_list(negated), write_list(values))
            }
            Test::Numbers { values, negated } => {
                let texts: Vec<String> = values.iter().map(i64::to_string).collect();
                write!(f, "{field} {} {}", in_list(negated), write_list(&texts))
            }
            Test::Null { negated } => {
                write!(
                    f,
                    "{field} IS {}",
                    if *negated { "NOT NULL" } else { "NULL" }
                )
            }
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, key) in self.keys().iter().enumerate() {
            let between = if i > 0 { ", " } else { "" };
            write!(f, "{between}{key}")?;
        }
        Ok(())
    }
}

impl Display for OrderKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&identifier::write(&self.field))?;
        if let Some(on) = &self.dataset {
            write!(f, " ON")?;
            for part in [&on.name, &on.digest] {
                write!(
                    f,
                    " {}",
                    part.as_deref().map_or_else(|| "ANY".to_owned(), quote)
                )?;
            }
        }
        f.write_str(match self.direction {
            Direction::Ascending => " ASC",
            Direction::Descending => " DESC",
        })
    }
}
