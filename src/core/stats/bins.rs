//! Cutting the axis: counts in bins `(-inf, e1) [e1, e2) … [ek, +inf)`, and what the bins are called.

use std::fmt;

/// How many of the sorted values fall into each bin; one more bin than edges.
pub(super) fn bins_of_sorted(edges: &[f64], sorted: &[f64]) -> Vec<u64> {
    let mut before = 0;
    let mut bins: Vec<u64> = Vec::with_capacity(edges.len() + 1);
    for edge in edges {
        let below = sorted.partition_point(|v| v < edge).max(before);
        bins.push((below - before) as u64);
        before = below;
    }
    bins.push((sorted.len() - before) as u64);
    bins
}

/// How many of the values, in any order, fall into each bin; for counting without sorting. The bin is
/// the number of edges at or below the value: for ten bins that is quicker than a search, having no
/// branch to mispredict. NaN falls into the first bin; leave it out beforehand.
pub fn bin_counts(edges: &[f64], values: &[f64]) -> Vec<u64> {
    let mut bins = vec![0u64; edges.len() + 1];
    for v in values {
        let bin: usize = edges.iter().map(|e| usize::from(v >= e)).sum();
        if let Some(count) = bins.get_mut(bin) {
            *count += 1;
        }
    }
    bins
}

/// What each bin is, for a chart.
pub(super) fn bin_labels(edges: &[f64]) -> Vec<String> {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return vec!["(all)".into()];
    };
    let mut labels = vec![format!("< {}", Short(*first))];
    labels.extend(
        edges
            .windows(2)
            .map(|e| format!("[{}, {})", Short(e[0]), Short(e[1]))),
    );
    labels.push(format!(">= {}", Short(*last)));
    labels
}

/// A number in at most six significant digits, for a bin's label.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        if v == 0.0 {
            return f.write_str("0");
        }
        let digits = v.abs().log10().floor();
        if !(-4.0..9.0).contains(&digits) {
            return write!(f, "{v:.4e}");
        }
        let text = format!("{v:.*}", (5.0 - digits).max(0.0) as usize);
        let trimmed = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        f.write_str(trimmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_an_edge_goes_up() {
        assert_eq!(
            bins_of_sorted(&[1.0, 2.0], &[0.5, 1.0, 1.5, 2.0, 2.0]),
            [1, 2, 2]
        );
        assert_eq!(
            bin_counts(&[1.0, 2.0], &[2.0, 0.5, 1.0, 2.0, 1.5]),
            [1, 2, 2]
        );
        assert_eq!(bins_of_sorted(&[], &[1.0]), [1]);
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(
            bin_labels(&[0.1 + 0.2, 12_345.678]),
            ["< 0.3", "[0.3, 12345.7)", ">= 12345.7"]
        );
        assert_eq!(Short(-2.5e-9).to_string(), "-2.5000e-9");
        assert_eq!(
            (Short(0.0).to_string(), Short(100.0).to_string()),
            ("0".into(), "100".into())
        );
        assert_eq!(bin_labels(&[]), ["(all)"]);
    }
}
