//! A place in an order, by the values of the record it stands behind, so that it survives changes around it.

use super::number::int_to_float;
use super::{Direction, Order, Subject};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A place just behind one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The order it was made in, printed.
    pub order: String,
    /// The record's value for each key of the order.
    pub at: Vec<Value>,
}

/// A cursor that was made in another order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Order by in the page token does not match the requested order by. Expected: {expected}. Found: {found}"
)]
pub struct CursorMismatch {
    /// The order asked for.
    pub expected: String,
    /// The order the cursor was made in.
    pub found: String,
}

/// One value of a record, as it is ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A number, as the bits of a float: JSON has no infinities.
    Float(u64),
    /// Text.
    Text(String),
    /// A metric that is not a number.
    Nan,
    /// Nothing.
    Missing,
}

/// A borrowed [`Value`]: what records are compared by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rank<'a> {
    Int(i64),
    Float(f64),
    Text(&'a str),
    Nan,
    Missing,
}

impl Value {
    fn rank(&self) -> Rank<'_> {
        match self {
            Self::Int(int) => Rank::Int(*int),
            Self::Float(bits) => Rank::float(Some(f64::from_bits(*bits))),
            Self::Text(text) => Rank::Text(text),
            Self::Nan => Rank::Nan,
            Self::Missing => Rank::Missing,
        }
    }
}

impl<'a> Rank<'a> {
    pub(super) fn float(value: Option<f64>) -> Self {
        match value {
            None => Self::Missing,
            Some(nan) if nan.is_nan() => Self::Nan,
            Some(float) => Self::Float(float),
        }
    }

    pub(super) fn int(value: Option<i64>) -> Self {
        value.map_or(Self::Missing, Self::Int)
    }

    pub(super) fn text(value: Option<&'a str>) -> Self {
        value.map_or(Self::Missing, Self::Text)
    }

    /// Whatever the direction: values, then NaN, then nothing. Numbers stand before text, so that even a forged
    /// cursor compares.
    fn class(&self) -> u8 {
        match self {
            Self::Int(_) | Self::Float(_) => 0,
            Self::Text(_) => 1,
            Self::Nan => 2,
            Self::Missing => 3,
        }
    }

    pub(super) fn compare(&self, other: &Self, direction: Direction) -> Ordering {
        let by_value = match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // No NaN gets here: it has its own class.
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::Int(a), Self::Float(b)) => int_to_float(*a, *b).unwrap_or(Ordering::Equal),
            (Self::Float(a), Self::Int(b)) => {
                int_to_float(*b, *a).map_or(Ordering::Equal, Ordering::reverse)
            }
            _ => return self.class().cmp(&other.class()),
        };
        match direction {
            Direction::Ascending => by_value,
            Direction::Descending => by_value.reverse(),
        }
    }

    fn to_value(self) -> Value {
        match self {
            Self::Int(int) => Value::Int(int),
            Self::Float(float) => Value::Float(float.to_bits()),
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Nan => Value::Nan,
            Self::Missing => Value::Missing,
        }
    }
}

impl Order {
    /// The place just behind a record.
    pub fn cursor(&self, subject: &impl Subject) -> Cursor {
        Cursor {
            order: self.to_string(),
            at: self
                .keys()
                .iter()
                .map(|key| key.rank(subject).to_value())
                .collect(),
        }
    }

    /// Whether a record stands behind the cursor. Check the cursor once with [`Order::accepts`].
    pub fn after(&self, cursor: &Cursor, subject: &impl Subject) -> bool {
        self.keys()
            .iter()
            .zip(&cursor.at)
            .map(|(key, value)| key.rank(subject).compare(&value.rank(), key.direction))
            .find(|order| order.is_ne())
            .is_some_and(Ordering::is_gt)
    }

    /// Refuses a cursor that was made in another order.
    pub fn accepts(&self, cursor: &Cursor) -> Result<(), CursorMismatch> {
        let expected = self.to_string();
        if cursor.order == expected && cursor.at.len() == self.keys().len() {
            Ok(())
        } else {
            Err(CursorMismatch {
                expected,
                found: cursor.order.clone(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Filter, RUNS, Start, page, tests::Record};
    use super::*;

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let run = Record::run("r", Some(1), &[]);
        let up = Order::parse(&["metrics.loss"], &RUNS).unwrap();
        let down = Order::parse(&["metrics.loss DESC"], &RUNS).unwrap();
        let cursor = up.cursor(&run);
        assert_eq!(up.accepts(&cursor), Ok(()));
        let refused = page([&run], &Filter::default(), &down, Start::After(&cursor), 1);
        assert_eq!(
            refused.unwrap_err().found,
            "metrics.loss ASC, start_time DESC, run_id ASC"
        );

        let mut forged = cursor;
        forged.at.pop();
        assert!(up.accepts(&forged).is_err());
    }

    #[test]
    fn values_of_the_wrong_kind_compare_somehow() {
        let run = Record::run("r", Some(1), &[("loss", 1.0)]);
        let order = Order::parse(&["metrics.loss"], &RUNS).unwrap();
        let mut forged = order.cursor(&run);
        forged.at[0] = Value::Text("1".into());
        assert!(!order.after(&forged, &run), "numbers stand before text");
        forged.at[0] = Value::Int(0);
        assert!(order.after(&forged, &run));
        forged.at[0] = Value::Float(f64::NAN.to_bits());
        assert!(!order.after(&forged, &run), "values stand before NaN");
    }
}
