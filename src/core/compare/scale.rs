//! What runs have of a column, as places on an axis.

use crate::{
    run::{RunKey, RunRow},
    time::Millis,
};

/// What one run has of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// A finite number.
    Number(f64),
    /// A word, or a parameter's value that is no finite number.
    Word(String),
    /// A metric's value that is no finite number.
    NotFinite,
    /// Nothing.
    Missing,
}

/// What a run has of a column.
pub fn held(key: &RunKey, row: &RunRow, now: Millis) -> Held {
    let number = |v: f64| {
        if v.is_finite() {
            Held::Number(v)
        } else {
            Held::NotFinite
        }
    };
    let metric = |k: &String| row.metrics.get(k);
    match key {
        RunKey::Metric(k) => metric(k).map_or(Held::Missing, |m| number(m.latest.value)),
        RunKey::Least(k) => metric(k).map_or(Held::Missing, |m| number(m.min)),
        RunKey::Greatest(k) => metric(k).map_or(Held::Missing, |m| number(m.max)),
        RunKey::Started => number(row.started.0 as f64),
        RunKey::Ended => row.ended.map_or(Held::Missing, |at| number(at.0 as f64)),
        RunKey::Age => number(now.since(row.started) as f64),
        RunKey::Duration => row
            .duration(now)
            .map_or(Held::Missing, |ms| number(ms as f64)),
        other => match other.text_of(row, now) {
            None => Held::Missing,
            Some(text) => match text.trim().parse::<f64>() {
                Ok(v) if v.is_finite() => Held::Number(v),
                _ => Held::Word(text.trim().to_owned()),
            },
        },
    }
}

/// What some runs have of a column, spread along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The column.
    pub key: RunKey,
    /// Where each run stands; `None` when it has no place.
    pub values: Vec<Option<f64>>,
    /// The words that stand at 0, 1, 2, …; empty on an axis of numbers.
    pub words: Vec<String>,
    /// Runs without the column.
    pub missing: usize,
    /// Runs whose value is no finite number.
    pub not_finite: usize,
}

impl Spread {
    /// Spreads runs along an axis. When any of them has a word, every value is one: numbers first, by size.
    pub fn of(key: &RunKey, rows: &[&RunRow], now: Millis) -> Self {
        let held: Vec<Held> = rows.iter().map(|r| held(key, r, now)).collect();
        let mut words: Vec<String> = Vec::new();
        if held.iter().any(|h| matches!(h, Held::Word(_))) {
            words = held.iter().filter_map(text).collect();
            words.sort_by(|a, b| order(a).total_cmp(&order(b)).then_with(|| a.cmp(b)));
            words.dedup();
        }
        let place = |h: &Held| match h {
            Held::Number(v) if words.is_empty() => Some(*v),
            other => {
                let own = text(other)?;
                Some(words.iter().position(|w| *w == own)? as f64)
            }
        };
        Self {
            key: key.clone(),
            values: held.iter().map(place).collect(),
            missing: held.iter().filter(|h| **h == Held::Missing).count(),
            not_finite: held.iter().filter(|h| **h == Held::NotFinite).count(),
            words,
        }
    }

    /// The least and the greatest place; `None` when there is none.
    pub fn range(&self) -> Option<(f64, f64)> {
        let mut values = self.values.iter().flatten();
        let first = *values.next()?;
        Some(values.fold((first, first), |(low, high), v| (low.min(*v), high.max(*v))))
    }

    /// Whether every run with a place has the same one.
    pub fn is_flat(&self) -> bool {
        self.range().is_none_or(|(low, high)| low == high)
    }

    /// Whether decades tell more than even steps: nothing at or below zero, and two decades or more.
    pub fn spans_decades(&self) -> bool {
        let wide = |(low, high): (f64, f64)| low > 0.0 && high / low >= 100.0;
        self.words.is_empty() && self.range().is_some_and(wide)
    }
}

fn text(held: &Held) -> Option<String> {
    match held {
        Held::Number(v) => Some(v.to_string()),
        Held::Word(word) => Some(word.clone()),
        Held::NotFinite | Held::Missing => None,
    }
}

/// Numbers by their size, words behind them.
fn order(word: &str) -> f64 {
    word.parse().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::importance::testing::run;
    use proptest::prelude::*;

    fn spread(values: &[Option<&str>]) -> Spread {
        let runs: Vec<RunRow> = values
            .iter()
            .map(|v| run(&v.map(|v| ("p", v)).into_iter().collect::<Vec<_>>(), 0.5))
            .collect();
        Spread::of(
            &RunKey::Param("p".into()),
            &runs.iter().collect::<Vec<_>>(),
            Millis(0),
        )
    }

    #[test]
    fn numbers_stay_numbers() {
        let s = spread(&[Some("0.1"), None, Some(" 3e-2 "), Some("10")]);
        assert_eq!(s.values, [Some(0.1), None, Some(0.03), Some(10.0)]);
        assert_eq!(
            (s.range(), s.missing, s.spans_decades()),
            (Some((0.03, 10.0)), 1, true)
        );
    }

    #[test]
    fn one_word_makes_all_words() {
        let s = spread(&[
            Some("None"),
            Some("12"),
            Some("6"),
            Some("None"),
            Some("inf"),
        ]);
        assert_eq!(s.words, ["6", "12", "None", "inf"]);
        assert_eq!(
            s.values,
            [Some(2.0), Some(1.0), Some(0.0), Some(2.0), Some(3.0)]
        );
        assert!(!s.spans_decades());
    }

    #[test]
    fn a_metric_that_is_no_number_has_no_place() {
        let runs = [run(&[], f64::NAN), run(&[], 0.5)];
        let s = Spread::of(
            &RunKey::Metric("auc".into()),
            &runs.iter().collect::<Vec<_>>(),
            Millis(0),
        );
        assert_eq!((s.values, s.not_finite), (vec![None, Some(0.5)], 1));
    }

    proptest! {
        #[test]
        fn places_are_words_or_numbers(values in prop::collection::vec(prop::option::of("[a-c0-3.]{1,3}"), 0..20)) {
            let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
            let s = spread(&values);
            prop_assert_eq!(s.values.iter().flatten().count() + s.missing, values.len());
            for (place, said) in s.values.iter().zip(&values) {
                if let (Some(place), false) = (place, s.words.is_empty()) {
                    let word = &s.words[*place as usize];
                    let same = word == said.unwrap() || word.parse::<f64>().ok() == said.unwrap().parse::<f64>().ok();
                    prop_assert!(same, "{word} for {said:?}");
                }
            }
        }
    }
}
