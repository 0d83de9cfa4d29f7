//! NannyML 0.13.1's numbers (`drift/univariate/methods.py`, Apache-2.0): read there, written anew.
//!
//! NULL, NaN and infinities are dropped. Numbers are cut by Doane's rule on the reference alone; all that
//! lies outside is one bin more, as is every category that the reference lacks. From 10,000 reference
//! rows on, its KS and Wasserstein are estimates over 10,000 equal bins.

use super::histogram::Histogram;
use crate::stats::{
    chi_square,
    column::{Categories, Numbers, WindowProfile, union},
    distance, ks,
};

/// Reference rows from which KS and Wasserstein are estimated, and the bins they are estimated from.
const ESTIMATED_FROM: usize = 10_000;

/// Every number NannyML has for one column. NaN: it has none for such a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NannyMl {
    /// `jensen_shannon`, base 2.
    pub jensen_shannon: f64,
    /// `hellinger`.
    pub hellinger: f64,
    /// `kolmogorov_smirnov`: the statistic.
    pub ks: f64,
    /// `wasserstein`, in the column's unit.
    pub wasserstein: f64,
    /// `chi2`: the statistic, with Yates' correction for two categories.
    pub chi_square: f64,
    /// `l_infinity`.
    pub largest: f64,
}

/// Compares a window with the reference. `None` when a side has no usable value or the kinds differ.
pub fn compare(reference: &WindowProfile, window: &WindowProfile) -> Option<NannyMl> {
    match (reference, window) {
        (WindowProfile::Numeric(r), WindowProfile::Numeric(c)) => numbers(r, c),
        (WindowProfile::Categorical(r), WindowProfile::Categorical(c)) => categories(r, c),
        _ => None,
    }
}

fn numbers(r: &Numbers, c: &Numbers) -> Option<NannyMl> {
    let (a, b) = (r.sorted(), c.sorted());
    let exact = ks::distances(a, b)?;
    // numpy refuses a range that overflows.
    a.last()
        .zip(a.first())
        .filter(|(high, low)| (*high - *low).is_finite())?;
    let bins = Histogram::doane(a);
    let counts = bins.count(b);
    let outside = b.len() as u64 - counts.iter().sum::<u64>();
    let pairs: Vec<(u64, u64)> = bins.count(a).into_iter().zip(counts).collect();
    let d = distance::of(
        pairs
            .into_iter()
            .chain([(0, outside)])
            .collect::<Vec<_>>()
            .into_iter(),
    )?;
    let (ks, wasserstein) = if a.len() < ESTIMATED_FROM {
        (exact.ks, exact.wasserstein)
    } else {
        estimate(a, b)
    };
    Some(NannyMl {
        jensen_shannon: d.jensen_shannon,
        hellinger: d.hellinger,
        ks,
        wasserstein,
        chi_square: f64::NAN,
        largest: f64::NAN,
    })
}

/// KS and Wasserstein from equal bins over the reference's range.
fn estimate(a: &[f64], b: &[f64]) -> (f64, f64) {
    let (low, high) = (a[0], a[a.len() - 1]);
    let bins = Histogram::equal(low, high, ESTIMATED_FROM);
    let width = bins.edges()[1] - bins.edges()[0];
    let (low, high) = (bins.edges()[0], bins.edges()[ESTIMATED_FROM]);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let smaller = &b[..b.partition_point(|v| *v < low)];
    let bigger = &b[b.partition_point(|v| *v <= high)..];
    // One row is counted too many on either side; that is how it is there.
    let shift = if smaller.is_empty() {
        0.0
    } else {
        (smaller.len() + 1) as f64 / m
    };
    let (mut ref_below, mut cur_below) = (0u64, 0u64);
    let (mut ks, mut within) = (0.0f64, 0.0f64);
    for (r, c) in bins.count(a).into_iter().zip(bins.count(b)) {
        ref_below += r;
        cur_below += c;
        let reference = ref_below as f64 / n;
        let current = cur_below as f64 / m;
        ks = ks.max((reference - (smaller.len() as f64 / m + current)).abs());
        within += (reference - (current + shift)).abs() * width;
    }
    let below: Vec<f64> = smaller.iter().copied().chain([low]).collect();
    let above: Vec<f64> = std::iter::once(high)
        .chain(bigger.iter().copied())
        .collect();
    let tail = |sorted: &[f64], share: fn(f64) -> f64| -> f64 {
        let rows = sorted.len() as f64;
        let gaps = sorted.windows(2).enumerate();
        let area: f64 = gaps
            .map(|(i, v)| share((i + 1) as f64 / rows) * (v[1] - v[0]))
            .sum();
        area * rows / m
    };
    let outside = tail(&below, |y| y) + tail(&above, |y| 1.0 - y);
    (ks, within + outside)
}

fn categories(r: &Categories, c: &Categories) -> Option<NannyMl> {
    let pairs: Vec<(u64, u64)> = union(r, c).map(|(_, a, b)| (a, b)).collect();
    let plain = distance::of(pairs.iter().copied())?;
    let known = pairs.iter().copied().filter(|(a, _)| *a > 0);
    let unseen: u64 = pairs.iter().filter(|(a, _)| *a == 0).map(|(_, b)| b).sum();
    let d = distance::of(known.chain([(0, unseen)]))?;
    let yates = chi_square::contingency_yates(pairs.iter().copied());
    Some(NannyMl {
        jensen_shannon: d.jensen_shannon,
        hellinger: d.hellinger,
        ks: f64::NAN,
        wasserstein: f64::NAN,
        chi_square: yates.map_or(f64::NAN, |c| c.statistic),
        largest: plain.largest,
    })
}
