//! A filter as data, and what it means for a record.

use super::{Attribute, Comparator, DatasetKey, Kind, Like, Number, Pattern, Subject, Word};

/// What to find. [`Filter::default`] finds everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The condition. MLflow's grammar only makes an [`Expr::And`] of clauses.
    pub expr: Expr,
}

/// A condition, as general as any grammar here needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of them; none is true.
    And(Vec<Expr>),
    /// Any of them; none is false.
    Or(Vec<Expr>),
    /// The opposite.
    Not(Box<Expr>),
    /// One comparison.
    Clause(Clause),
    /// A plain word, looked for in the record's text. Only the console's grammar makes it.
    Word(Box<Word>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What is looked at.
    pub field: Field,
    /// What must be true of it.
    pub test: Test,
}

/// A part of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// A column.
    Attribute(Attribute),
    /// A metric's latest value.
    Metric(String),
    /// A metric's least finite value.
    Least(String),
    /// A metric's greatest finite value.
    Greatest(String),
    /// A parameter.
    Param(String),
    /// A tag.
    Tag(String),
    /// A property of any dataset that was used.
    Dataset(DatasetKey),
}

/// What must be true of a field. A missing field passes only [`Test::Null`].
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Stands so to a number. NaN passes only `!=`.
    Number(Comparator, Number),
    /// Is this text, or is not.
    Text {
        /// The text.
        value: String,
        /// `!=`.
        negated: bool,
    },
    /// Matches a pattern.
    Like(Like),
    /// Matches a regular expression, or does not.
    Regex {
        /// The expression.
        pattern: Pattern,
        /// `!~`.
        negated: bool,
    },
    /// Is one of these texts, or none of them.
    Texts {
        /// The texts.
        values: Vec<String>,
        /// `NOT IN`.
        negated: bool,
    },
    /// Is one of these whole numbers, or none of them.
    Numbers {
        /// The numbers.
        values: Vec<i64>,
        /// `NOT IN`.
        negated: bool,
    },
    /// Is missing, or is there.
    Null {
        /// `IS NOT NULL`.
        negated: bool,
    },
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            expr: Expr::And(Vec::new()),
        }
    }
}

impl Filter {
    /// Whether the record is one of those looked for.
    pub fn matches(&self, subject: &impl Subject) -> bool {
        self.expr.matches(subject)
    }

    /// Whether every record matches.
    pub fn is_everything(&self) -> bool {
        matches!(&self.expr, Expr::And(all) if all.is_empty())
    }

    /// The same filter with its plain words found in pieces, for when they are found nowhere as they
    /// stand; `None` when there is no such word.
    pub fn fuzzily(&self) -> Option<Self> {
        let (expr, words) = self.expr.fuzzily();
        words.then_some(Self { expr })
    }
}

impl Expr {
    fn matches(&self, subject: &impl Subject) -> bool {
        match self {
            Self::And(all) => all.iter().all(|e| e.matches(subject)),
            Self::Or(any) => any.iter().any(|e| e.matches(subject)),
            Self::Not(inner) => !inner.matches(subject),
            Self::Clause(clause) => clause.matches(subject),
            Self::Word(word) => word.is_in(subject.words()),
        }
    }

    /// With fuzzy words, and whether there was one. What is excluded stays as it was said.
    fn fuzzily(&self) -> (Self, bool) {
        let all = |parts: &[Self]| {
            let (parts, found): (Vec<_>, Vec<_>) = parts.iter().map(Self::fuzzily).unzip();
            (parts, found.contains(&true))
        };
        match self {
            Self::And(parts) => {
                let (parts, found) = all(parts);
                (Self::And(parts), found)
            }
            Self::Or(parts) => {
                let (parts, found) = all(parts);
                (Self::Or(parts), found)
            }
            Self::Word(word) => (Self::Word(Box::new(word.fuzzily())), true),
            Self::Not(_) | Self::Clause(_) => (self.clone(), false),
        }
    }
}

impl Clause {
    fn matches(&self, subject: &impl Subject) -> bool {
        let test = &self.test;
        match &self.field {
            Field::Attribute(attribute) => match attribute.kind() {
                Kind::Text => test.text(subject.text(*attribute)),
                Kind::Integer | Kind::IntegerId => test.int(subject.number(*attribute)),
            },
            Field::Metric(key) => match test {
                Test::Null { negated } => subject.metric(key).is_some() == *negated,
                Test::Number(comparator, number) => {
                    subject.any_metric(key, |v| comparator.accepts(number.order_of_float(v)))
                }
                _ => false,
            },
            Field::Least(key) => test.float(subject.metric_range(key).map(|r| r.0)),
            Field::Greatest(key) => test.float(subject.metric_range(key).map(|r| r.1)),
            Field::Param(key) => test.text(subject.param(key)),
            Field::Tag(key) => test.text(subject.tag(key)),
            Field::Dataset(key) => subject.datasets().any(|d| {
                test.text(match key {
                    DatasetKey::Name => d.name,
                    DatasetKey::Digest => d.digest,
                    DatasetKey::Context => d.context,
                })
            }),
        }
    }
}

impl Test {
    fn text(&self, found: Option<&str>) -> bool {
        if let Self::Null { negated } = self {
            return found.is_some() == *negated;
        }
        let Some(found) = found else { return false };
        match self {
            Self::Text { value, negated } => (found == value) != *negated,
            Self::Like(like) => like.matches(found),
            Self::Texts { values, negated } => values.iter().any(|v| v == found) != *negated,
            Self::Regex { pattern, negated } => pattern.is_in(found) != *negated,
            // A parameter is text, and stands to a number as the number that it says: a whole one
            // digit for digit, for ids have more of them than a float keeps.
            Self::Number(comparator, number) => {
                let found = found.trim();
                if let Ok(whole) = found.parse() {
                    return comparator.accepts(number.order_of_int(whole));
                }
                match found.parse() {
                    Ok(value) => comparator.accepts(number.order_of_float(value)),
                    Err(_) => *comparator == Comparator::NotEqual,
                }
            }
            Self::Numbers { .. } | Self::Null { .. } => false,
        }
    }

    fn float(&self, found: Option<f64>) -> bool {
        match self {
            Self::Null { negated } => found.is_some() == *negated,
            Self::Number(comparator, number) => {
                found.is_some_and(|v| comparator.accepts(number.order_of_float(v)))
            }
            _ => false,
        }
    }

    fn int(&self, found: Option<i64>) -> bool {
        if let Self::Null { negated } = self {
            return found.is_some() == *negated;
        }
        let Some(found) = found else { return false };
        match self {
            Self::Number(comparator, number) => comparator.accepts(number.order_of_int(found)),
            Self::Numbers { values, negated } => values.contains(&found) != *negated,
            Self::Text { .. }
            | Self::Like(_)
            | Self::Regex { .. }
            | Self::Texts { .. }
            | Self::Null { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RUNS, tests::Record};
    use super::*;

    /// The only part of a filter of one clause.
    fn part(text: &str) -> Expr {
        match Filter::parse(text, &RUNS).unwrap().expr {
            Expr::And(mut parts) => parts.remove(0),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn conditions_nest_and_print() {
        let run = Record::run("r", Some(5), &[("loss", f64::NAN)]);
        let (old, odd) = (part("start_time < 9"), part("metrics.loss > 0"));
        let any = Expr::Or(vec![odd.clone(), old.clone()]);
        let none = Expr::Not(Box::new(Expr::And(vec![odd.clone(), old.clone()])));
        let both = Expr::And(vec![any.clone(), none]);
        assert!(both.matches(&run));
        assert_eq!(
            both.to_string(),
            "(metrics.loss > 0.0 OR start_time < 9) AND NOT (metrics.loss > 0.0 AND start_time < 9)"
        );
        assert!(!Expr::Or(Vec::new()).matches(&run));
        assert!(Filter::default().matches(&run) && Filter::default().is_everything());
    }

    #[test]
    fn texts_that_say_whole_numbers_are_compared_digit_for_digit() {
        let tagged = |value: &str| Record {
            tags: [("job".to_owned(), value.to_owned())].into(),
            ..Record::default()
        };
        let stands = |found: &str, comparator: Comparator, number: Number| {
            let (field, test) = (
                Field::Tag("job".to_owned()),
                Test::Number(comparator, number),
            );
            Clause { field, test }.matches(&tagged(found))
        };
        use Comparator::{Equal, Greater, NotEqual};
        // Neighbours that are the same float.
        let id = Number::Int(1_145_678_901_234_567_890);
        assert!(stands("1145678901234567890", Equal, id));
        assert!(!stands("1145678901234567891", Equal, id));
        assert!(stands(" 1145678901234567891 ", Greater, id));
        // What is written with a point or an exponent is still a number, and what is none only differs.
        assert!(stands("6.0", Equal, Number::Int(6)) && stands("6", Equal, Number::Float(6.0)));
        assert!(stands("1e3", Greater, Number::Int(999)));
        assert!(stands("six", NotEqual, Number::Int(6)) && !stands("six", Equal, Number::Int(6)));
    }

    #[test]
    fn a_metric_may_be_missing_though_mlflow_cannot_ask() {
        let run = Record::run("r", None, &[("loss", f64::NAN)]);
        let missing = |key: &str, negated| Clause {
            field: Field::Metric(key.to_owned()),
            test: Test::Null { negated },
        };
        assert!(missing("acc", false).matches(&run) && missing("loss", true).matches(&run));
        assert!(!missing("acc", true).matches(&run) && !missing("loss", false).matches(&run));
    }
}
