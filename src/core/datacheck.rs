//! A file against its reference, column by column: what changed in the schema, and what the values are that
//! the reference never had. Drift is judged apart, in [`crate::stats::drift`].

use crate::stats::profile::WindowProfile;
use serde::{Deserialize, Serialize};

/// What a column holds, as far as its file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Numbers.
    Numbers,
    /// Text.
    Text,
    /// Text of which some is numbers.
    Mixed,
    /// True and false.
    Truth,
    /// Instants and dates.
    Instants,
    /// Lists, structures, blobs.
    Nested,
    /// Not one value.
    Nothing,
}

impl Holds {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Text => "text",
            Self::Mixed => "numbers and text",
            Self::Truth => "true and false",
            Self::Instants => "instants",
            Self::Nested => "nested or binary values",
            Self::Nothing => "nothing",
        }
    }
}

/// A column's values as a file has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What they are.
    pub holds: Holds,
    /// Whether the format has types. CSV and JSON lines write instants and truth as text.
    pub typed: bool,
}

impl Column {
    /// Whether a file's column is of another kind than the reference's, which is `self`. Without types, text
    /// may be anything but numbers.
    pub fn changed(self, file: Self) -> bool {
        use Holds::{Mixed, Nothing, Numbers, Text};
        if self.holds == file.holds || self.holds == Nothing || file.holds == Nothing {
            return false;
        }
        match (self.typed, file.typed) {
            (true, true) => true,
            (false, false) => !(self.holds == Mixed || self.holds == Text && file.holds == Mixed),
            (true, false) => self.holds == Numbers,
            (false, true) => match self.holds {
                Numbers => !matches!(file.holds, Holds::Truth),
                Mixed => matches!(file.holds, Holds::Nested),
                _ => file.holds == Numbers,
            },
        }
    }
}

/// Something about a column that the reference does not have so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The reference has the column, the file does not.
    MissingColumn,
    /// The file has the column, the reference does not.
    NewColumn,
    /// Values of another kind.
    ChangedKind {
        /// What the reference holds.
        reference: Holds,
        /// What the file holds.
        file: Holds,
    },
    /// The reference has values in the column, the file none.
    NoValues,
    /// Categories that the reference never had.
    UnseenCategories {
        /// Rows that have one.
        rows: u64,
        /// Their share of the rows with a value.
        share: f64,
        /// Some of them, the commonest first.
        examples: Vec<String>,
    },
    /// Numbers below the reference's least or above its greatest.
    OutOfRange {
        /// Rows that have one.
        rows: u64,
        /// Their share of the rows with a value.
        share: f64,
        /// The reference's least.
        least: f64,
        /// The reference's greatest.
        greatest: f64,
    },
    /// One value in every row, where the reference has several.
    Constant {
        /// The value.
        value: String,
    },
}

impl Finding {
    /// Whether it is more than chance brings: of values never seen, a share up to `tolerance` is let pass,
    /// since another sample of the same data has some too.
    pub fn counts(&self, tolerance: f64) -> bool {
        match self {
            Self::UnseenCategories { share, .. } | Self::OutOfRange { share, .. } => {
                *share > tolerance
            }
            _ => true,
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        let percent = |share: &f64| format!("{:.1}%", 100.0 * share);
        match self {
            Self::MissingColumn => "column missing".into(),
            Self::NewColumn => "new column".into(),
            Self::ChangedKind { reference, file } => {
                format!(
                    "{} where the reference has {}",
                    file.words(),
                    reference.words()
                )
            }
            Self::NoValues => "no value in any row".into(),
            Self::UnseenCategories {
                share, examples, ..
            } => {
                format!(
                    "{} unseen categories ({})",
                    percent(share),
                    examples.join(", ")
                )
            }
            Self::OutOfRange {
                share,
                least,
                greatest,
                ..
            } => format!("{} outside {least} to {greatest}", percent(share)),
            Self::Constant { value } => format!("always {value}"),
        }
    }
}

/// Unseen categories that are named.
const EXAMPLES: usize = 3;

/// What a file's values are that the reference's are not. Nothing where the kinds differ.
pub fn values(reference: &WindowProfile, file: &WindowProfile) -> Vec<Finding> {
    let mut found = Vec::new();
    match (reference, file) {
        (WindowProfile::Numeric(r), WindowProfile::Numeric(f)) => {
            let (Some(least), Some(greatest)) = (r.sorted().first(), r.sorted().last()) else {
                return found;
            };
            let values = f.sorted();
            let (Some(first), Some(last)) = (values.first(), values.last()) else {
                return vec![Finding::NoValues];
            };
            let below = values.partition_point(|v| v < least);
            let within = values.partition_point(|v| v <= greatest);
            let rows = (below + values.len() - within) as u64;
            if rows > 0 {
                found.push(Finding::OutOfRange {
                    rows,
                    share: rows as f64 / values.len() as f64,
                    least: *least,
                    greatest: *greatest,
                });
            }
            // One row is no column that stands still.
            if first == last && least < greatest && values.len() > 1 {
                found.push(Finding::Constant {
                    value: first.to_string(),
                });
            }
        }
        (WindowProfile::Categorical(r), WindowProfile::Categorical(f)) => {
            if r.counts().is_empty() {
                return found;
            }
            let all: u64 = f.counts().iter().map(|(_, n)| n).sum();
            if all == 0 {
                return vec![Finding::NoValues];
            }
            let known = |name: &String| r.counts().binary_search_by(|(k, _)| k.cmp(name)).is_ok();
            let mut unseen: Vec<&(String, u64)> =
                f.counts().iter().filter(|(k, _)| !known(k)).collect();
            let rows: u64 = unseen.iter().map(|(_, n)| n).sum();
            if rows > 0 {
                // Stable: equals stay in the order of their names.
                unseen.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
                found.push(Finding::UnseenCategories {
                    rows,
                    share: rows as f64 / all as f64,
                    examples: unseen
                        .iter()
                        .take(EXAMPLES)
                        .map(|(k, _)| k.clone())
                        .collect(),
                });
            }
            if let [(only, n)] = f.counts()
                && *n > 1
                && r.counts().len() > 1
            {
                found.push(Finding::Constant {
                    value: only.clone(),
                });
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f64]) -> WindowProfile {
        WindowProfile::numeric(values.to_vec(), 0)
    }

    fn categories(counts: &[(&str, u64)]) -> WindowProfile {
        let counts = counts.iter().map(|(k, n)| ((*k).to_owned(), *n));
        WindowProfile::categorical(counts.collect(), 0)
    }

    #[test]
    fn numbers_the_reference_never_had_are_counted() {
        let reference = numbers(&[1.0, 2.0, 3.0]);
        assert_eq!(values(&reference, &numbers(&[3.0, 1.0])), []);
        let out = values(&reference, &numbers(&[0.5, 2.0, 3.5, 9.0]));
        let [finding] = out.as_slice() else {
            panic!("{out:?}")
        };
        assert_eq!(finding.words(), "75.0% outside 1 to 3");
        assert!(finding.counts(0.01) && !finding.counts(0.75));
        assert_eq!(values(&reference, &numbers(&[])), [Finding::NoValues]);
        assert_eq!(values(&numbers(&[]), &numbers(&[])), []);
        let still = values(&reference, &numbers(&[2.0, 2.0]));
        assert_eq!(still, [Finding::Constant { value: "2".into() }]);
        assert_eq!(values(&reference, &numbers(&[2.0])), []);
        assert_eq!(values(&numbers(&[2.0, 2.0]), &numbers(&[2.0, 2.0])), []);
    }

    #[test]
    fn unseen_categories_are_named_commonest_first() {
        let reference = categories(&[("a", 5), ("b", 5)]);
        let found = values(&reference, &categories(&[("a", 6), ("x", 1), ("y", 3)]));
        assert_eq!(found[0].words(), "40.0% unseen categories (y, x)");
        assert_eq!(values(&reference, &categories(&[])), [Finding::NoValues]);
        let still = values(&reference, &categories(&[("a", 2)]));
        assert_eq!(still, [Finding::Constant { value: "a".into() }]);
        assert_eq!(values(&reference, &numbers(&[1.0])), []);
    }

    #[test]
    fn kinds_change_only_where_formats_can_say_so() {
        use Holds::{Instants, Mixed, Nested, Nothing, Numbers, Text, Truth};
        let typed = |holds| Column { holds, typed: true };
        let loose = |holds| Column {
            holds,
            typed: false,
        };
        for (reference, file, changed) in [
            (typed(Numbers), typed(Text), true),
            (typed(Truth), typed(Numbers), true),
            (typed(Numbers), typed(Nothing), false),
            (loose(Numbers), loose(Mixed), true),
            (loose(Text), loose(Numbers), true),
            (loose(Text), loose(Mixed), false),
            (loose(Mixed), loose(Numbers), false),
            (typed(Numbers), loose(Mixed), true),
            // A CSV file has no other way to write them.
            (typed(Instants), loose(Text), false),
            (typed(Text), loose(Numbers), false),
            (loose(Text), typed(Instants), false),
            (loose(Numbers), typed(Truth), false),
            (loose(Numbers), typed(Text), true),
            (loose(Mixed), typed(Nested), true),
        ] {
            assert_eq!(reference.changed(file), changed, "{reference:?} {file:?}");
        }
    }
}
