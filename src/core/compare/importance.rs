//! Which parameters go with a metric: the rank correlation of each, on how many runs it rests, and what it leaves out.
//!
//! A correlation is no cause, and with few runs it is mostly chance: [`Factor::noise`] says how large it is then.

use crate::{
    compare::scale::{Held, held},
    run::{RunKey, RunRow},
    stats::rank,
    time::Millis,
};
use std::collections::{BTreeMap, BTreeSet};

/// Words of one parameter that are looked at one by one at most; with more, each has too few runs.
const WORDS: usize = 8;
/// Runs without which no correlation is worth a line.
const LEAST: usize = 3;

/// What goes with a metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Importance {
    /// The strongest first: those beyond chance, then the others, each by |ρ|.
    pub factors: Vec<Factor>,
    /// What has no correlation, and why.
    pub left_out: Vec<LeftOut>,
    /// Runs that have a finite value of the metric.
    pub runs: usize,
    /// Runs without the metric.
    pub without: usize,
    /// Runs whose value is no finite number.
    pub not_finite: usize,
}

/// One parameter, or one of its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The parameter.
    pub param: String,
    /// For words: the one that counts as 1, every other one as 0.
    pub word: Option<String>,
    /// Spearman's ρ with the metric.
    pub rho: f64,
    /// Runs that it rests on.
    pub n: usize,
    /// Runs with the metric that it does not rest on: without the parameter, or with a word among numbers.
    pub skipped: usize,
}

impl Factor {
    /// The |ρ| that chance alone exceeds about once in twenty times.
    pub fn noise(&self) -> f64 {
        rank::noise(self.n)
    }

    /// Whether chance alone would rarely give so much.
    pub fn is_beyond_noise(&self) -> bool {
        self.rho.abs() > self.noise()
    }
}

/// A parameter without a correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// The parameter.
    pub param: String,
    /// Why.
    pub reason: Reason,
}

/// Why a parameter has no correlation.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// All runs that have it have the same value.
    Same(String),
    /// Only so many runs have it and the metric.
    Few(usize),
    /// It has so many different words.
    Words(usize),
    /// The metric is the same in all runs that have it.
    FlatMetric,
}

impl Importance {
    /// Correlates every parameter of some runs with one of their metrics (or any other column of numbers).
    pub fn of(rows: &[&RunRow], metric: &RunKey, now: Millis) -> Self {
        let mut out = Self::default();
        let mut usable: Vec<(&RunRow, f64)> = Vec::new();
        for row in rows {
            match held(metric, row, now) {
                Held::Number(v) => usable.push((row, v)),
                Held::Missing => out.without += 1,
                Held::NotFinite | Held::Word(_) => out.not_finite += 1,
            }
        }
        out.runs = usable.len();
        let params: BTreeSet<&String> = usable.iter().flat_map(|(r, _)| r.params.keys()).collect();
        for param in params {
            match factors(param, &usable, now) {
                Ok(found) => out.factors.extend(found),
                Err(reason) => out.left_out.push(LeftOut {
                    param: param.clone(),
                    reason,
                }),
            }
        }
        out.factors.sort_by(|a, b| {
            let strength = |f: &Factor| (f.is_beyond_noise(), f.rho.abs());
            let ((a_told, a_rho), (b_told, b_rho)) = (strength(a), strength(b));
            b_told.cmp(&a_told).then(b_rho.total_cmp(&a_rho))
        });
        out
    }
}

/// The factors that a parameter makes: one of numbers or of two words, else one for each word.
fn factors(param: &str, runs: &[(&RunRow, f64)], now: Millis) -> Result<Vec<Factor>, Reason> {
    let key = RunKey::Param(param.to_owned());
    let (mut numbers, mut words) = (Vec::new(), Vec::new());
    for (row, metric) in runs {
        match held(&key, row, now) {
            Held::Number(v) => numbers.push((v, *metric)),
            Held::Word(word) => words.push((word, *metric)),
            Held::NotFinite | Held::Missing => {}
        }
    }
    let one = |word: Option<&String>, pairs: &[(f64, f64)]| -> Result<Factor, Reason> {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        if x.len() < LEAST {
            return Err(Reason::Few(x.len()));
        }
        Ok(Factor {
            param: param.to_owned(),
            word: word.cloned(),
            rho: rank::spearman(&x, &y).ok_or(Reason::FlatMetric)?,
            n: x.len(),
            skipped: runs.len() - x.len(),
        })
    };
    // Words among numbers ("None") leave those runs out, unless numbers tell nothing by themselves.
    if numbers.len() >= LEAST && numbers.iter().any(|n| n.0 != numbers[0].0) {
        return one(None, &numbers).map(|f| vec![f]);
    }
    words.extend(numbers.iter().map(|(v, metric)| (v.to_string(), *metric)));
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for (word, _) in &words {
        *counts.entry(word).or_default() += 1;
    }
    let is = |wanted: &String| -> Vec<(f64, f64)> {
        let place = |word: &String| f64::from(u8::from(word == wanted));
        words.iter().map(|(word, m)| (place(word), *m)).collect()
    };
    if words.len() < LEAST {
        return Err(Reason::Few(words.len()));
    }
    match counts.len() {
        0 | 1 => Err(Reason::Same(
            counts
                .keys()
                .next()
                .map_or_else(String::new, |w| (*w).clone()),
        )),
        // Of two words one tells what the other does; the second of `false`, `true` is the one people mean.
        2 => {
            let last = counts.keys().next_back();
            last.map_or(Ok(Vec::new()), |word| Ok(vec![one(Some(word), &is(word))?]))
        }
        3..=WORDS => counts
            .keys()
            .map(|word| one(Some(word), &is(word)))
            .collect(),
        many => Err(Reason::Words(many)),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use crate::{
        metric::{MetricSummary, Point},
        run::{ExperimentId, RunId, RunRow, RunStatus},
        time::Millis,
    };

    /// A finished run of these parameters whose `auc` is so.
    pub fn run(params: &[(&str, &str)], auc: f64) -> RunRow {
        let point = Point {
            step: 1,
            time: Millis(1),
            value: auc,
        };
        RunRow {
            id: RunId::from_bytes([1; 16]),
            experiment: ExperimentId(0),
            experiment_name: "e".into(),
            name: "r".into(),
            status: RunStatus::Finished,
            user: "u".into(),
            started: Millis(0),
            ended: Some(Millis(1)),
            job: None,
            deleted: false,
            params: params
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            tags: Default::default(),
            metrics: [("auc".to_owned(), MetricSummary::of(point))].into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::run;
    use super::*;
    use proptest::prelude::*;

    fn of(runs: &[RunRow]) -> Importance {
        Importance::of(
            &runs.iter().collect::<Vec<_>>(),
            &RunKey::Metric("auc".into()),
            Millis(0),
        )
    }

    /// ρ by hand: depth is in order of auc but for one swap (Σd² = 2: 1 − 12/120), seeds are 3 1 5 2 4 (Σd² = 14:
    /// 1 − 84/120), optimizer splits the upper two from the lower three.
    #[test]
    fn by_hand() {
        let rows = [
            ("2", "30", "sgd", 0.1),
            ("4", "10", "sgd", 0.2),
            ("8", "50", "sgd", 0.3),
            ("6", "20", "adam", 0.4),
            ("9", "40", "adam", 0.5),
        ];
        let runs: Vec<RunRow> = rows
            .iter()
            .map(|(depth, seed, opt, auc)| {
                run(
                    &[
                        ("depth", depth),
                        ("seed", seed),
                        ("opt", opt),
                        ("rounds", "120"),
                    ],
                    *auc,
                )
            })
            .collect();
        let found = of(&runs);
        let told: Vec<_> = found
            .factors
            .iter()
            .map(|f| (f.param.as_str(), f.word.as_deref(), f.n))
            .collect();
        assert_eq!(
            told,
            [
                ("depth", None, 5),
                ("opt", Some("sgd"), 5),
                ("seed", None, 5)
            ]
        );
        let rho: Vec<f64> = found.factors.iter().map(|f| f.rho).collect();
        assert!((rho[0] - 0.9).abs() < 1e-12, "{rho:?}");
        // Ranks 4 4 4 1½ 1½ against 1 2 3 4 5: −7.5 / √(7.5·10).
        assert!((rho[1] + 0.75f64.sqrt()).abs() < 1e-12, "{rho:?}");
        assert!((rho[2] - 0.3).abs() < 1e-12, "{rho:?}");
        assert!(
            found.factors.iter().all(|f| !f.is_beyond_noise()),
            "five runs tell nothing under 0.98"
        );
        let constant = LeftOut {
            param: "rounds".into(),
            reason: Reason::Same("120".into()),
        };
        assert_eq!(found.left_out, [constant]);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let mut runs = vec![
            run(&[("depth", "None"), ("note", "a")], 0.5),
            run(&[("depth", "3"), ("note", "b")], 0.6),
            run(&[("depth", "4")], 0.7),
            run(&[("depth", "5")], 0.8),
            run(&[("depth", "6")], f64::NAN),
            run(&[("depth", "7")], 0.1),
        ];
        runs[5].metrics.clear();
        let found = of(&runs);
        assert_eq!((found.runs, found.without, found.not_finite), (4, 1, 1));
        let depth = &found.factors[0];
        assert_eq!(
            (depth.param.as_str(), depth.n, depth.skipped),
            ("depth", 3, 1)
        );
        assert_eq!(found.left_out[0].reason, Reason::Few(2));
    }

    #[test]
    fn many_words_are_looked_at_one_by_one() {
        let runs: Vec<RunRow> = (0..9)
            .map(|i| {
                run(
                    &[
                        ("opt", ["adam", "lamb", "sgd"][i % 3]),
                        ("id", &format!("x{i}")),
                    ],
                    i as f64,
                )
            })
            .collect();
        let found = of(&runs);
        let words: BTreeSet<_> = found
            .factors
            .iter()
            .filter_map(|f| f.word.as_deref())
            .collect();
        assert_eq!(words, BTreeSet::from(["adam", "lamb", "sgd"]));
        assert_eq!(found.left_out[0].reason, Reason::Words(9));
        let flat: Vec<RunRow> = (0..4)
            .map(|i| run(&[("lr", &i.to_string())], 0.5))
            .collect();
        assert_eq!(of(&flat).left_out[0].reason, Reason::FlatMetric);
        assert_eq!(of(&[]), Importance::default());
    }

    proptest! {
        #[test]
        fn every_parameter_is_told_about_once(values in prop::collection::vec(
            (prop::option::of("[0-3]|None|a|b"), prop::option::of("[a-m]"), prop_oneof![Just(f64::NAN), -1.0..1.0]), 0..25,
        )) {
            let runs: Vec<RunRow> = values
                .iter()
                .map(|(p, q, auc)| {
                    let params = [("p", p), ("q", q)];
                    let params: Vec<_> = params.iter().filter_map(|(k, v)| Some((*k, v.as_deref()?))).collect();
                    run(&params, *auc)
                })
                .collect();
            let found = of(&runs);
            prop_assert_eq!(found.runs + found.without + found.not_finite, runs.len());
            for f in &found.factors {
                prop_assert!((-1.0..=1.0).contains(&f.rho) && f.n >= LEAST && f.n + f.skipped == found.runs);
                prop_assert!(!found.left_out.iter().any(|l| l.param == f.param));
            }
            let strengths: Vec<_> = found.factors.iter().map(|f| (f.is_beyond_noise(), f.rho.abs())).collect();
            prop_assert!(strengths.windows(2).all(|w| w[0] >= w[1]));
        }
    }
}
