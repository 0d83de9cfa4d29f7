//! numpy's histograms: how many bins, where, and what falls into each (`numpy.histogram_bin_edges`,
//! `numpy.histogram`).

use crate::stats::summary::moments;

/// Equal bins over a range; the last one is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    edges: Vec<f64>,
}

impl Histogram {
    /// Equal bins from `low` to `high`, which are moved apart by one when equal. At least one bin.
    pub fn equal(low: f64, high: f64, bins: usize) -> Self {
        let (low, high) = outer(low, high);
        let bins = bins.max(1);
        let step = (high - low) / bins as f64;
        let mut edges: Vec<f64> = (0..bins).map(|i| i as f64 * step + low).collect();
        edges.push(high);
        Self { edges }
    }

    /// Sturges' rule (1926): bins as wide as the range over log2(n) + 1. `integers`: the values are of an
    /// integer type, whose bins are at least 1 wide.
    pub fn sturges(low: f64, high: f64, n: usize, integers: bool) -> Self {
        let width = (high - low) / ((n as f64).log2() + 1.0);
        Self::of_width(low, high, width, integers)
    }

    /// Doane's rule (1976): Sturges' with more bins for skewed samples. Takes a sorted sample.
    pub fn doane(sorted: &[f64]) -> Self {
        let (Some(low), Some(high)) = (sorted.first(), sorted.last()) else {
            return Self::equal(0.0, 1.0, 1);
        };
        let n = sorted.len() as f64;
        let m = moments(sorted);
        let width = if sorted.len() > 2 && m.std > 0.0 {
            let error = (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).sqrt();
            (high - low) / (1.0 + n.log2() + (1.0 + m.skewness.abs() / error).log2())
        } else {
            0.0
        };
        Self::of_width(*low, *high, width, false)
    }

    fn of_width(low: f64, high: f64, width: f64, integers: bool) -> Self {
        let (first, last) = outer(low, high);
        let width = if integers && width > 0.0 {
            width.max(1.0)
        } else {
            width
        };
        let bins = if width > 0.0 {
            ((last - first) / width).ceil() as usize
        } else {
            1
        };
        Self::equal(low, high, bins)
    }

    /// The edges, ascending; one more than bins.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many of the sorted values fall into each bin. What lies outside all of them is not counted.
    pub fn count(&self, sorted: &[f64]) -> Vec<u64> {
        let last = self.edges.len() - 1;
        let before = |(i, edge): (usize, &f64)| {
            if i == last {
                sorted.partition_point(|v| v <= edge)
            } else {
                sorted.partition_point(|v| v < edge)
            }
        };
        let cuts: Vec<usize> = self.edges.iter().enumerate().map(before).collect();
        cuts.windows(2)
            .map(|c| c[1].saturating_sub(c[0]) as u64)
            .collect()
    }
}

fn outer(low: f64, high: f64) -> (f64, f64) {
    if low == high {
        (low - 0.5, high + 0.5)
    } else {
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bin_is_closed_and_the_rest_is_outside() {
        let h = Histogram::equal(0.0, 4.0, 2);
        assert_eq!(h.edges(), [0.0, 2.0, 4.0]);
        assert_eq!(h.count(&[-1.0, 0.0, 2.0, 4.0, 4.5]), [1, 2]);
        assert_eq!(Histogram::equal(3.0, 3.0, 1).edges(), [2.5, 3.5]);
    }

    #[test]
    fn rules_give_numpys_counts_of_bins() {
        // numpy.histogram_bin_edges(range(10), "sturges") has 5 bins; as floats, 5 too.
        assert_eq!(Histogram::sturges(0.0, 9.0, 10, true).edges().len(), 6);
        // Two integers: bins no narrower than 1.
        assert_eq!(Histogram::sturges(0.0, 1.0, 2, true).edges().len(), 2);
        assert_eq!(Histogram::sturges(0.0, 1.0, 2, false).edges().len(), 3);
        assert_eq!(Histogram::doane(&[1.0, 1.0, 1.0]).edges(), [0.5, 1.5]);
        assert_eq!(Histogram::doane(&[]).edges(), [0.0, 1.0]);
    }
}
