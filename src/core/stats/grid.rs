//! Exact distances from a frozen reference without sorting the window.
//!
//! The reference's axis is cut into many cells. Of each cell only how many values lie in it, and where in it they
//! lie on average, must be known, as long as two things hold: the distribution functions do not cross within it,
//! and their difference cannot there be greater than it is at some cell's border. Both can be told from the
//! counts. The few cells for which it cannot be told are sorted and stepped through value by value, so that the
//! result is exact: the same counts, hence the same Kolmogorov–Smirnov D to the last bit, and the same Wasserstein
//! distance but for the rounding of a sum. So a window costs two looks at each value, and the reference's values
//! are hardly touched: thirty windows cost as much as one with all of their rows.
//!
//! Cells are equal between knots, and knots are quantiles of the reference, or all of its values where they are
//! few: so no cell holds much, whatever the distribution, and equal values lie at a cell's lower border.

use super::{
    ks::{Distances, Walk},
    sort::sort,
};

/// A smaller reference is stepped through at once.
const FEW: usize = 4_096;
/// Counts and sums of so many cells stay in a core's second cache.
const MOST_CELLS: usize = 1 << 16;
/// Places for knots; one less of them, so that how many lie below a value is found in as many halvings as bits.
const KNOTS: usize = 256;

/// The cells between two knots.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Stretch {
    /// Where it begins.
    low: f64,
    /// Cells for each unit.
    scale: f64,
    /// Its first cell.
    first: u32,
}

/// How the axis is cut: one cell below the first knot, equal ones between knots, one above the last.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    /// Ascending; filled up with infinity.
    knots: Box<[f64; KNOTS]>,
    /// By how many knots are at or below a value.
    stretches: Vec<Stretch>,
    /// Cells between two knots.
    per: usize,
    /// The last cell, above all knots.
    last: usize,
    /// Where each cell of the sorted reference begins, and the end.
    starts: Vec<u32>,
    /// In each cell, the sum of how far into it the reference's values lie, in cells; 0 only when all are at its
    /// border.
    sums: Vec<f64>,
}

/// A window on the grid, and against the reference.
pub(super) struct Placed {
    /// Values below each edge.
    pub(super) below: Vec<u64>,
    /// The distances.
    pub(super) distances: Distances,
}

impl Grid {
    /// The grid of a sorted reference; `None` where stepping through it is as quick, or its range cannot be cut.
    pub(super) fn of(sorted: &[f64]) -> Option<Self> {
        let n = sorted.len();
        if n < FEW || u32::try_from(n).is_err() {
            return None;
        }
        let found = knots(sorted);
        // Functions of equal distributions differ by some 1/√n: cells must hold much less than that.
        let cells = ((n as f64).sqrt() as usize * 16).clamp(1_024, MOST_CELLS);
        let per = cells / KNOTS;
        let mut grid = Self {
            knots: Box::new([f64::INFINITY; KNOTS]),
            stretches: vec![Stretch::default()],
            per,
            last: 1,
            starts: Vec::new(),
            sums: Vec::new(),
        };
        for (place, knot) in grid.knots.iter_mut().zip(&found) {
            *place = *knot;
        }
        for ends in found.windows(2) {
            let scale = per as f64 / (ends[1] - ends[0]);
            if !(scale.is_finite() && scale > 0.0 && (1.0 / scale).is_finite()) {
                return None;
            }
            grid.stretches.push(Stretch {
                low: ends[0],
                scale,
                first: grid.last as u32,
            });
            grid.last += per;
        }
        grid.stretches.push(Stretch {
            low: *found.last()?,
            scale: 0.0,
            first: grid.last as u32,
        });
        if grid.stretches.len() < 3 {
            return None;
        }
        let (counts, sums, _) = grid.place(sorted);
        let mut at = 0;
        grid.starts = counts
            .iter()
            .map(|count| (at, at += count).0)
            .collect::<Vec<u32>>();
        grid.starts.push(at);
        grid.sums = sums;
        Some(grid)
    }

    /// The cell that a finite value lies in, and how far into it, from 0 up to 1. Never falls as values rise. Only a
    /// knot is not into its cell at all, whatever is lost in rounding.
    fn cell(&self, value: f64) -> (usize, f64) {
        // How many knots are at or below it, without a branch to mispredict.
        let mut below = 0;
        let mut half = KNOTS / 2;
        while half > 0 {
            let knot = self.knots[(below + half - 1) % KNOTS];
            below += half * usize::from(knot <= value);
            half /= 2;
        }
        let stretch = self.stretches.get(below).copied().unwrap_or_default();
        let most = self.per as f64 * (1.0 - f64::EPSILON);
        let at = ((value - stretch.low) * stretch.scale).max(0.0).min(most);
        let cell = at as u32;
        let least = if value > stretch.low {
            f64::MIN_POSITIVE
        } else {
            0.0
        };
        let into = (at - f64::from(cell)).max(least);
        ((stretch.first + cell) as usize, into)
    }

    /// A cell's borders between two knots: the knot below it, and how far from there it begins and ends. `None` for
    /// the outermost cells.
    fn borders(&self, cell: usize) -> Option<(f64, f64, f64)> {
        let at = (cell.checked_sub(1)?) / self.per + 1;
        let (stretch, next) = (self.stretches.get(at)?, self.stretches.get(at + 1)?);
        let place = |cells: usize| match cells {
            all if all == self.per => next.low - stretch.low,
            cells => cells as f64 / stretch.scale,
        };
        let within = cell - stretch.first as usize;
        Some((stretch.low, place(within), place(within + 1)))
    }

    /// How many values lie in each cell, how far into it they lie together, and the cell of each value.
    fn place(&self, values: &[f64]) -> (Vec<u32>, Vec<f64>, Vec<u32>) {
        let mut table = vec![(0u64, 0.0f64); self.last + 1];
        let mut cells = Vec::with_capacity(values.len());
        for v in values {
            let (cell, into) = self.cell(*v);
            cells.push(cell as u32);
            if let Some(entry) = table.get_mut(cell) {
                entry.0 += 1;
                entry.1 += into;
            }
        }
        let (counts, sums) = table.into_iter().map(|(n, sum)| (n as u32, sum)).unzip();
        (counts, sums, cells)
    }

    /// Compares a window's finite values, in any order, with the reference's; `None` when there are none, or
    /// more than can be counted.
    pub(super) fn compare(&self, sorted: &[f64], edges: &[f64], values: &[f64]) -> Option<Placed> {
        if values.is_empty() || u32::try_from(values.len()).is_err() {
            return None;
        }
        let (counts, sums, cells) = self.place(values);
        let sides = (sorted.len() as f64, values.len() as f64);
        let open = self.open((&counts, &sums), edges, sides);
        let (starts, kept) = keep((values, &cells), &counts, &open);
        let mut walk = Walk::new(sides);
        let mut below = Vec::with_capacity(edges.len());
        let mut left = edges.iter().peekable();
        let mut before = 0u64;
        for (cell, &count) in counts.iter().enumerate() {
            let reference = self.reference(sorted, cell);
            let window = &kept[starts[cell] as usize..starts[cell + 1] as usize];
            while let Some(edge) = left.next_if(|e| self.cell(**e).0 == cell) {
                // Where nothing was kept, the edge is the cell's border: all there are at it or above.
                below.push(before + window.partition_point(|v| v < edge) as u64);
            }
            let borders = self.borders(cell);
            if let Some((knot, _, _)) = borders.filter(|(_, begin, _)| *begin == 0.0) {
                walk.from(knot);
            }
            match borders {
                Some((_, begin, end)) if !open.get(cell).copied().unwrap_or(true) => {
                    let rest = |count: f64, sum: f64, all: f64| (count - sum) / all;
                    let gap = walk.gap_here()
                        + rest(reference.len() as f64, self.sums[cell], sides.0)
                        - rest(f64::from(count), sums[cell], sides.1);
                    let values = (reference.len(), count as usize);
                    walk.over(values, (gap * (end - begin)).abs(), end);
                }
                borders => {
                    walk.through(reference, window);
                    let first = self.knots[0];
                    match borders {
                        Some((_, _, end)) => walk.to(end),
                        None if cell == 0 => walk.to(first),
                        None => {}
                    }
                }
            }
            before += u64::from(count);
        }
        Some(Placed {
            below,
            distances: walk.done(),
        })
    }

    fn reference<'a>(&self, sorted: &'a [f64], cell: usize) -> &'a [f64] {
        let end = |at: usize| self.starts.get(at).map_or(sorted.len(), |s| *s as usize);
        sorted.get(end(cell)..end(cell + 1)).unwrap_or_default()
    }

    /// Which cells must be stepped through.
    fn open(
        &self,
        (counts, sums): (&[u32], &[f64]),
        edges: &[f64],
        (n, m): (f64, f64),
    ) -> Vec<bool> {
        // The same operations as in a walk, so that a bound is one to the last bit.
        let gap = |i: u64, j: u64| i as f64 / n - j as f64 / m;
        let mut most = 0.0f64;
        let (mut i, mut j) = (0u64, 0u64);
        let steps = self.starts.windows(2).zip(counts);
        let steps: Vec<(u64, u64)> = steps
            .map(|(s, c)| (u64::from(s[1] - s[0]), u64::from(*c)))
            .collect();
        for (a, b) in &steps {
            (i, j) = (i + a, j + b);
            most = most.max(gap(i, j).abs());
        }
        (i, j) = (0, 0);
        let mut open: Vec<bool> = steps
            .iter()
            .zip(self.sums.iter().zip(sums))
            .map(|((a, b), (ours, theirs))| {
                let (up, down) = (gap(i + a, j), gap(i, j + b));
                (i, j) = (i + a, j + b);
                // One step at the border: nothing happens within.
                let step = *ours == 0.0 && *theirs == 0.0;
                // They cross, or may differ by more than anywhere at a border.
                !step && ((up > 0.0 && down < 0.0) || up.max(-down) > most)
            })
            .collect();
        let edges = edges.iter().map(|e| self.cell(*e));
        // An edge that is a cell's border counts whole cells.
        let edges = edges.filter(|(_, into)| *into > 0.0).map(|(cell, _)| cell);
        for cell in [0, self.last].into_iter().chain(edges) {
            if let Some(open) = open.get_mut(cell) {
                *open = true;
            }
        }
        open
    }
}

/// The window's values in open cells, cell by cell and sorted; where each cell's begin, and the end.
fn keep((values, cells): (&[f64], &[u32]), counts: &[u32], open: &[bool]) -> (Vec<u32>, Vec<f64>) {
    let mut at = 0;
    let mut starts: Vec<u32> = counts
        .iter()
        .zip(open)
        .map(|(count, open)| (at, at += if *open { *count } else { 0 }).0)
        .collect();
    starts.push(at);
    // One place more than there are values: what is not kept is written there, and over.
    let mut found = vec![(0u32, 0.0); at as usize + 1];
    let mut end = 0;
    for (v, cell) in values.iter().zip(cells) {
        if let Some(place) = found.get_mut(end) {
            *place = (*cell, *v);
        }
        end += usize::from(open.get(*cell as usize).copied().unwrap_or(false));
    }
    found.truncate(at as usize);
    let mut kept = vec![0.0; found.len()];
    let mut next = starts.clone();
    for (cell, v) in found {
        let place = &mut next[cell as usize];
        // Zero has one sign, so that equal values are equal bits.
        kept[*place as usize] = v + 0.0;
        *place += 1;
    }
    for ends in starts.windows(2) {
        sort(&mut kept[ends[0] as usize..ends[1] as usize]);
    }
    (starts, kept)
}

/// All values where they are few, else quantiles; the outermost thousandths are beyond them.
fn knots(sorted: &[f64]) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    let mut at = 0;
    while let Some(value) = sorted.get(at)
        && found.len() < KNOTS
    {
        found.push(*value);
        at += sorted[at..].partition_point(|v| v <= value);
    }
    if found.len() < KNOTS {
        return found;
    }
    let (n, most) = (sorted.len() as f64, KNOTS - 2);
    let share = |i: usize| 0.001 + 0.998 * i as f64 / most as f64;
    let found = (0..=most).filter_map(|i| sorted.get((share(i) * n) as usize));
    let mut found: Vec<f64> = found.copied().collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{
        bins::bins_of_sorted,
        ks,
        profile::{ReferenceProfile, WindowProfile},
    };
    use proptest::prelude::*;

    /// A sample of a distribution, by splitmix64.
    fn sample(n: usize, seed: u64, of: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..n).map(|_| of(next())).collect()
    }

    /// As exact as a difference of two values is: those far from zero are told apart less well.
    fn check(mut reference: Vec<f64>, window: &[f64], what: &str) {
        reference.sort_by(f64::total_cmp);
        let mut sorted = window.to_vec();
        sorted.sort_by(f64::total_cmp);
        let edges = ReferenceProfile::numeric(reference.clone(), 0)
            .edges()
            .to_vec();
        let grid = Grid::of(&reference).unwrap_or_else(|| panic!("{what}: no grid"));
        let placed = grid.compare(&reference, &edges, window).unwrap();
        let stepped = ks::distances(&reference, &sorted).unwrap();
        let bits = |d: &Distances| d.ks.to_bits();
        assert_eq!(bits(&placed.distances), bits(&stepped), "{what}");
        let (ours, theirs) = (placed.distances.wasserstein, stepped.wasserstein);
        let range = reference[reference.len() - 1] - reference[0];
        assert!(
            (ours - theirs).abs() <= 1e-12 * theirs + 1e-15 * range,
            "{what}: {ours} {theirs}"
        );
        let bins = bins_of_sorted(&edges, &sorted);
        let mut before = 0;
        let below: Vec<u64> = bins[..edges.len()]
            .iter()
            .map(|n| {
                before += n;
                before
            })
            .collect();
        assert_eq!(placed.below, below, "{what}");
    }

    #[test]
    fn as_if_all_were_sorted() {
        type Shape = fn(f64) -> f64;
        let shapes: [(&str, Shape); 12] = [
            ("uniform", |u| u),
            ("moved", |u| u + 0.3),
            ("wider", |u| 2.0 * u - 0.5),
            ("skewed", |u| -(1.0 - u).ln()),
            ("heavy tails", |u| (std::f64::consts::PI * (u - 0.5)).tan()),
            ("whole numbers", |u| (u * 40.0).floor()),
            ("two values", |u| (u * 2.0).floor()),
            ("mostly nothing", |u| (u - 0.7).max(0.0)),
            ("late instants", |u| 1.7e12 + (u * 8.64e7).floor()),
            ("three hundred", |u| (u * 300.0).floor()),
            ("huge", |u| (u - 0.5) * f64::MAX * 1.9),
            ("all sizes", |u| 10f64.powf(600.0 * u - 300.0)),
        ];
        let mut seed = 1;
        for (name, reference) in shapes {
            for (other, window) in shapes {
                for m in [1, 7, 300, 20_000] {
                    seed += 1;
                    let what = format!("{name}, {other}, {m}");
                    check(
                        sample(9_000, seed, reference),
                        &sample(m, !seed, window),
                        &what,
                    );
                }
            }
        }
        let same = sample(9_000, 4, |u| u);
        check(same.clone(), &same, "the same");
    }

    #[test]
    fn what_has_no_range_is_stepped_through() {
        assert_eq!(Grid::of(&[3.0; 9_000]), None);
        assert_eq!(Grid::of(&[1.0, 2.0]), None);
        // Knots a denormal apart.
        let mut near = sample(9_000, 1, |u| (u * 3.0).floor() * 5e-324);
        near.sort_by(f64::total_cmp);
        assert_eq!(Grid::of(&near), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_two_samples(
            seed in any::<u64>(), m in 1usize..9_000,
            (steps, moved, power) in (1u32..3_000, -1.5f64..1.5, 0.2f64..6.0),
        ) {
            let steps = f64::from(steps);
            let reference = sample(6_000, seed, |u| (u.powf(power) * steps).round() / 7.0);
            let window = sample(m, !seed, |u| (u.powf(power) * steps).round() / 7.0 + moved);
            check(reference, &window, "any");
        }

        #[test]
        fn unsorted_as_sorted(seed in any::<u64>(), missing in 0u64..50, odd in any::<f64>()) {
            let reference = ReferenceProfile::numeric(sample(5_000, seed, |u| u * u), 3);
            let mut values = sample(4_000, !seed, |u| u);
            values.push(odd);
            let sorted = reference.compare(&WindowProfile::numeric(values.clone(), missing)).unwrap();
            let unsorted = reference.compare_values(values, missing).unwrap();
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs();
            prop_assert!(close(unsorted.wasserstein, sorted.wasserstein));
            prop_assert!(close(unsorted.wasserstein_norm, sorted.wasserstein_norm));
            let rest = |mut c: crate::stats::profile::Comparison| {
                (c.wasserstein, c.wasserstein_norm, c.last_of_two) = (0.0, 0.0, 0.0);
                c
            };
            prop_assert_eq!(rest(unsorted), rest(sorted));
        }
    }
}
