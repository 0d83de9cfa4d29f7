//! Numbers of a filter, compared without losing a digit.

use std::{cmp::Ordering, fmt};

/// A number as it was written: a time in ms must not go through a float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent, or too large for [`Number::Int`]. Never NaN.
    Float(f64),
}

/// How two numbers must stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Number {
    /// Reads an unquoted literal; `None` when it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(whole) => Some(Self::Int(whole)),
            Err(_) => text
                .parse()
                .ok()
                .filter(|f: &f64| !f.is_nan())
                .map(Self::Float),
        }
    }

    /// The same number as a float, as metrics are.
    pub(crate) fn to_float(self) -> f64 {
        match self {
            // Rounds as MLflow's float() does; metrics are floats on both sides.
            Self::Int(whole) => whole as f64,
            Self::Float(float) => float,
        }
    }

    /// How `value` stands to this number; exact.
    pub(super) fn order_of_int(self, value: i64) -> Option<Ordering> {
        match self {
            Self::Int(whole) => Some(value.cmp(&whole)),
            Self::Float(float) => int_to_float(value, float),
        }
    }

    /// How `value` stands to this number; `None` when it is NaN.
    pub(super) fn order_of_float(self, value: f64) -> Option<Ordering> {
        value.partial_cmp(&self.to_float())
    }
}

/// Compares a whole number with a float exactly.
pub(super) fn int_to_float(int: i64, float: f64) -> Option<Ordering> {
    /// 2^63, the first float above every `i64`.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= BEYOND {
        return Some(Ordering::Less);
    }
    if float < -BEYOND {
        return Some(Ordering::Greater);
    }
    let (whole, rest) = (float.trunc(), float.fract());
    let by_rest = 0.0_f64.partial_cmp(&rest)?;
    Some(int.cmp(&(whole as i64)).then(by_rest))
}

impl Comparator {
    /// Whether two values that stand so to each other pass. `None` (NaN) passes only `!=`.
    pub(super) fn accepts(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// The sign in the grammar.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Reads [`Self::sign`] back.
    pub fn from_sign(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(whole) => write!(f, "{whole}"),
            // The grammar has no word for infinity; a literal beyond the range reads back as one.
            Self::Float(float) if float.is_infinite() => {
                f.write_str(if *float > 0.0 { "1e999" } else { "-1e999" })
            }
            // Debug keeps the point or the exponent, so that it reads back as a float.
            Self::Float(float) => write!(f, "{float:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_numbers_are_exact_beyond_a_floats_digits() {
        let big = 9_007_199_254_740_993; // 2^53 + 1, not a float
        assert_eq!(
            int_to_float(big, 9_007_199_254_740_992.0),
            Some(Ordering::Greater)
        );
        assert_eq!(
            int_to_float(i64::MAX, 9.223_372_036_854_776e18),
            Some(Ordering::Less)
        );
        assert_eq!(
            int_to_float(i64::MIN, -9.223_372_036_854_776e18),
            Some(Ordering::Equal)
        );
        assert_eq!(int_to_float(1, 1.5), Some(Ordering::Less));
        assert_eq!(int_to_float(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(int_to_float(0, f64::INFINITY), Some(Ordering::Less));
        assert_eq!(int_to_float(0, f64::NAN), None);
    }

    #[test]
    fn nan_passes_only_not_equal() {
        let all = ["=", "!=", "<", "<=", ">", ">="].map(|s| Comparator::from_sign(s).unwrap());
        let passed: Vec<_> = all.into_iter().filter(|c| c.accepts(None)).collect();
        assert_eq!(passed, [Comparator::NotEqual]);
    }

    proptest! {
        #[test]
        fn numbers_read_back(bits in any::<u64>(), whole in any::<i64>()) {
            let float = f64::from_bits(bits);
            if !float.is_nan() {
                prop_assert_eq!(Number::parse(&Number::Float(float).to_string()), Some(Number::Float(float)));
            }
            prop_assert_eq!(Number::parse(&whole.to_string()), Some(Number::Int(whole)));
        }
    }
}
