//! Gradient-boosted trees for log loss, one round at a time.
//!
//! The trees are grown by `forust-ml`. Its own `fit` tells nothing until it is done, and a
//! training curve must grow while training does; so the loop around its trees is ours: the
//! same steps in the same order (a test holds the two against each other), with a report
//! after each round and a chance to stop.

use crate::Error;
use forust_ml::{
    Matrix, binning::bin_matrix, constraints::ConstraintMap, gradientbooster::GrowPolicy,
    sampler::SampleMethod, splitter::MissingImputerSplitter, tree::Tree,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::ControlFlow};
use trimtab_core::stats::quality::{auc, log_loss};

/// Bins for each feature.
const BINS: u16 = 256;

/// Hyperparameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Params {
    /// Trees.
    pub rounds: usize,
    /// Levels of splits in a tree.
    pub depth: usize,
    /// What each tree's answer is multiplied by.
    pub learning_rate: f32,
    /// Share of the rows each tree sees.
    pub subsample: f64,
    /// L2 penalty on leaf weights.
    pub l2: f32,
    /// Least sum of hessians in a leaf.
    pub min_leaf_weight: f32,
    /// Seed of the subsampling.
    pub seed: u64,
    /// Milliseconds to wait after each round, so that a curve can be watched growing.
    pub pace_ms: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            rounds: 80,
            depth: 5,
            learning_rate: 0.1,
            subsample: 0.8,
            l2: 5.0,
            min_leaf_weight: 10.0,
            seed: 2013,
            pace_ms: 0,
        }
    }
}

impl Params {
    /// Takes the named values over the defaults.
    ///
    /// # Errors
    /// A name that is not known, or a value out of its range.
    pub fn from_map(given: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut p = Self::default();
        for (name, value) in given {
            match name.as_str() {
                "rounds" => p.rounds = within(name, value, 1, 5000)?,
                "depth" => p.depth = within(name, value, 1, 16)?,
                "learning_rate" => p.learning_rate = within(name, value, 1e-4, 1.0)?,
                "subsample" => p.subsample = within(name, value, 0.05, 1.0)?,
                "l2" => p.l2 = within(name, value, 0.0, 1e6)?,
                "min_leaf_weight" => p.min_leaf_weight = within(name, value, 0.0, 1e6)?,
                "seed" => p.seed = within(name, value, 0, u64::MAX)?,
                "pace_ms" => p.pace_ms = within(name, value, 0, 60_000)?,
                _ => {
                    return Err(Error::Value {
                        name: "a parameter".into(),
                        value: name.clone(),
                        expected: format!("one of {}", p.named().map(|(n, _)| n).join(", ")),
                    });
                }
            }
        }
        Ok(p)
    }

    /// Every value by name, as it is logged.
    pub fn named(&self) -> [(&'static str, String); 8] {
        [
            ("rounds", self.rounds.to_string()),
            ("depth", self.depth.to_string()),
            ("learning_rate", self.learning_rate.to_string()),
            ("subsample", self.subsample.to_string()),
            ("l2", self.l2.to_string()),
            ("min_leaf_weight", self.min_leaf_weight.to_string()),
            ("seed", self.seed.to_string()),
            ("pace_ms", self.pace_ms.to_string()),
        ]
    }
}

fn within<T>(name: &str, value: &str, least: T, most: T) -> Result<T, Error>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    match value.parse::<T>() {
        Ok(v) if v >= least && v <= most => Ok(v),
        _ => Err(Error::Value {
            name: name.to_owned(),
            value: value.to_owned(),
            expected: format!("a number from {least} to {most}"),
        }),
    }
}

/// Encoded rows with their labels, features column after column.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The features.
    pub numbers: Vec<f64>,
    /// The labels.
    pub labels: Vec<bool>,
}

impl Sample {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    fn matrix(&self) -> Matrix<'_, f64> {
        let columns = self.numbers.len().checked_div(self.rows()).unwrap_or(0);
        Matrix::new(&self.numbers, self.rows(), columns)
    }
}

/// What one round came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// Its number, from 1.
    pub round: usize,
    /// Log loss on the training rows.
    pub train_loss: f64,
    /// Log loss on the held-out rows.
    pub heldout_loss: f64,
    /// Area under the ROC curve on the held-out rows.
    pub heldout_auc: f64,
}

/// A fitted sum of trees, in log odds.
#[derive(Serialize, Deserialize)]
pub struct Ensemble {
    /// The log odds before any tree.
    pub base: f64,
    /// The trees; each adds its answer.
    pub trees: Vec<Tree>,
}

impl std::fmt::Debug for Ensemble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ensemble of {} trees", self.trees.len())
    }
}

impl Ensemble {
    /// The probability for one encoded row.
    pub fn probability(&self, row: &[f64]) -> f64 {
        let sum: f64 = self
            .trees
            .iter()
            .map(|t| t.predict_row_from_row_slice(row, &f64::NAN))
            .sum();
        sigmoid(self.base + sum)
    }

    /// The probability for every row of a sample.
    pub fn probabilities(&self, sample: &Sample) -> Vec<f64> {
        let mut sums = vec![self.base; sample.rows()];
        let data = sample.matrix();
        for tree in &self.trees {
            add(&mut sums, &tree.predict(&data, true, &f64::NAN));
        }
        probabilities(&sums)
    }
}

/// Fits trees to `train`, telling `report` of every round as soon as it is done; a break ends
/// the training there. The same input and seed give the same trees, on any number of cores.
///
/// # Errors
/// Fewer than two classes to learn from, or a break.
pub fn fit(
    train: &Sample,
    heldout: &Sample,
    params: &Params,
    mut report: impl FnMut(Round) -> ControlFlow<()>,
) -> Result<Ensemble, Error> {
    let rows = train.rows();
    let positives = train.labels.iter().filter(|label| **label).count() as f64;
    if positives == 0.0 || positives == rows as f64 {
        return Err(Error::NotEnough(format!(
            "there is nothing to learn from {rows} rows with {positives} positives"
        )));
    }
    let data = train.matrix();
    let weights = vec![1.0; rows];
    let bins =
        bin_matrix(&data, &weights, BINS, f64::NAN, true).map_err(|e| Error::Fit(e.to_string()))?;
    let binned = Matrix::new(&bins.binned_data, data.rows, data.cols);
    let splitter = MissingImputerSplitter::new(
        0.0,
        params.l2,
        0.0,
        0.0,
        params.min_leaf_weight,
        params.learning_rate,
        true,
        ConstraintMap::new(),
    );
    let columns: Vec<usize> = (0..data.cols).collect();
    let heldout_data = heldout.matrix();
    let base = (positives / (rows as f64 - positives)).ln();
    let mut sums = vec![base; rows];
    let mut heldout_sums = vec![base; heldout.rows()];
    let mut draw = Draw(params.seed);
    let mut trees = Vec::with_capacity(params.rounds);
    for round in 1..=params.rounds {
        let (gradients, hessians) = slopes(&train.labels, &sums);
        let (index, method) = if params.subsample < 1.0 {
            let chosen = (0..rows)
                .filter(|_| draw.unit() < params.subsample)
                .collect();
            (chosen, SampleMethod::Random)
        } else {
            ((0..rows).collect(), SampleMethod::None)
        };
        let mut tree = Tree::new();
        tree.fit(
            &binned,
            index,
            &columns,
            &bins.cuts,
            &gradients,
            &hessians,
            &splitter,
            usize::MAX,
            params.depth,
            true,
            &method,
            &GrowPolicy::DepthWise,
        );
        add(&mut sums, &tree.predict(&data, true, &f64::NAN));
        add(
            &mut heldout_sums,
            &tree.predict(&heldout_data, true, &f64::NAN),
        );
        trees.push(tree);
        let said = Round {
            round,
            train_loss: log_loss(&train.labels, &probabilities(&sums)),
            heldout_loss: log_loss(&heldout.labels, &probabilities(&heldout_sums)),
            heldout_auc: auc(&heldout.labels, &heldout_sums),
        };
        if report(said).is_break() {
            return Err(Error::Stopped);
        }
    }
    Ok(Ensemble { base, trees })
}

/// First and second derivative of log loss by the log odds, in the precision trees are grown with.
fn slopes(labels: &[bool], sums: &[f64]) -> (Vec<f32>, Vec<f32>) {
    let of = |(label, sum): (&bool, &f64)| {
        let p = sigmoid(*sum);
        ((p - f64::from(*label)) as f32, (p * (1.0 - p)) as f32)
    };
    labels.iter().zip(sums).map(of).unzip()
}

fn add(sums: &mut [f64], more: &[f64]) {
    sums.iter_mut().zip(more).for_each(|(sum, m)| *sum += m);
}

fn probabilities(sums: &[f64]) -> Vec<f64> {
    sums.iter().map(|s| sigmoid(*s)).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// SplitMix64: a seeded stream that is the same on every machine and in every version.
struct Draw(u64);

impl Draw {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests;
