//! A curve's points made ready: gaps split, and thinned to what the pixels can show.

use crate::{chart::Series, scale::drawable};

/// A curve without gaps.
pub(crate) type Piece = Vec<(f64, f64)>;

/// The unbroken pieces of a curve, and how many points could not be drawn.
pub(crate) fn pieces(series: &Series, log: bool) -> (Vec<Piece>, usize) {
    let (mut out, mut open, mut lost) = (Vec::new(), Vec::new(), 0);
    for &(x, y) in &series.points {
        if drawable(x, false) && drawable(y, log) {
            open.push((x, y));
            continue;
        }
        // NaN is how a gap is written; anything else was a value somebody logged.
        lost += usize::from(!y.is_nan());
        if !open.is_empty() {
            out.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        out.push(open);
    }
    (out, lost)
}

/// The first, least, greatest and last point of each pixel column (M4), so that a file's size does
/// not depend on the history's length and no spike is lost. Points are in pixels; a curve whose x
/// goes backwards is left as it is.
pub(crate) fn thin(points: Piece) -> Piece {
    if points.len() < 3 || !points.is_sorted_by(|a, b| a.0 <= b.0) {
        return points;
    }
    let mut out: Piece = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let extreme = |sign: f64| {
            (0..column.len())
                .max_by(|&a, &b| (sign * column[a].1).total_cmp(&(sign * column[b].1)))
                .unwrap_or(0)
        };
        let mut keep = [0, extreme(-1.0), extreme(1.0), column.len() - 1];
        keep.sort_unstable();
        let mut last = usize::MAX;
        for i in keep {
            if i != last {
                out.push(column[i]);
            }
            last = i;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_split_and_losses_are_counted() {
        let s = Series::new(
            0,
            "s",
            vec![
                (0.0, 1.0),
                (1.0, f64::NAN),
                (2.0, 2.0),
                (3.0, f64::INFINITY),
                (4.0, -1.0),
            ],
        );
        assert_eq!(
            pieces(&s, false),
            (
                vec![vec![(0.0, 1.0)], vec![(2.0, 2.0)], vec![(4.0, -1.0)]],
                1
            )
        );
        assert_eq!(pieces(&s, true).1, 2);
    }

    proptest! {
        #[test]
        fn thinning_keeps_extremes_and_ends(ys in prop::collection::vec(-1e3f64..1e3, 1..500)) {
            let points: Piece = ys.iter().enumerate().map(|(i, y)| (i as f64 / 20.0, *y)).collect();
            let kept = thin(points.clone());
            let most = |p: &Piece, f: fn(f64, f64) -> f64| p.iter().map(|q| q.1).reduce(f).unwrap();
            prop_assert!(kept.len() <= 4 * (ys.len() / 20 + 1));
            prop_assert_eq!(kept.first(), points.first());
            prop_assert_eq!(kept.last(), points.last());
            prop_assert_eq!(most(&kept, f64::max), most(&points, f64::max));
            prop_assert_eq!(most(&kept, f64::min), most(&points, f64::min));
        }
    }
}
