//! What must hold of every input, however odd.
use super::{
    cell::statistics,
    drift::{self, Cell, Thresholds},
    effect::{Method, Rule},
    multiple::benjamini_hochberg,
    profile::{Categories, ReferenceProfile, WindowProfile, bin_counts},
    quality::{auc, log_loss},
};
use proptest::{collection::vec, prelude::*};

/// Values as sensors send them: few distinct ones, wide ones, and what is no number.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3i32..4).prop_map(f64::from),
        4 => -1e3..1e3,
        1 => any::<f64>(),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(f64::MAX), Just(f64::MIN)],
    ]
}

fn counts() -> impl Strategy<Value = Vec<(String, u64)>> {
    vec(("[a-d]{1,2}", 0u64..50), 0..12)
}

proptest! {
    #[test]
    fn numbers(reference in vec(value(), 0..60), window in vec(value(), 0..60), nulls in (0u64..9, 0u64..9), turn in 0usize..60) {
        let r = ReferenceProfile::numeric(reference.clone(), nulls.0);
        let w = WindowProfile::numeric(window.clone(), nulls.1);
        prop_assert!(r.edges().windows(2).all(|e| e[0] < e[1]));
        prop_assert_eq!(w.rows(), window.len() as u64 + nulls.1);
        let Ok(c) = r.compare(&w) else {
            prop_assert!(r.column().valid() == 0 || w.valid() == 0);
            return Ok(());
        };
        prop_assert!(c.psi >= 0.0 && c.psi_valid >= 0.0, "{:?}", c);
        prop_assert!((0.0..=1.0).contains(&c.distance) && (0.0..=1.0).contains(&c.p), "{:?}", c);
        prop_assert!(c.wasserstein >= 0.0 && Method::Ks.evidence(&c, 0.1, 0).is_some_and(|e| (0.0..=1.0).contains(&e.p)), "{:?}", c);
        // The order of rows says nothing.
        let mut turned = window.clone();
        turned.rotate_left(turn % window.len().max(1));
        turned.reverse();
        let again = r.compare(&WindowProfile::numeric(turned, nulls.1)).unwrap();
        prop_assert_eq!((again.psi, again.distance, again.p), (c.psi, c.distance, c.p));
        // Every row twice: the same shares.
        let twice = r.compare(&WindowProfile::numeric([window.clone(), window.clone()].concat(), 2 * nulls.1)).unwrap();
        prop_assert!((twice.psi - c.psi).abs() < 1e-9 && (twice.distance - c.distance).abs() < 1e-12);
        prop_assert!(twice.p <= c.p + 1e-9, "{} {}", twice.p, c.p);
        // Buckets sum to one on both sides; both ways of binning agree.
        let b = r.buckets(&w, 5);
        prop_assert!((b.window.iter().sum::<f64>() - 1.0).abs() < 1e-9 && (b.reference.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let finite: Vec<f64> = window.iter().copied().filter(|v| v.is_finite()).collect();
        let bins = bin_counts(r.edges(), &finite);
        prop_assert_eq!(bins.iter().sum::<u64>(), w.valid());
        let from_buckets: Vec<u64> = b.window.iter().take(bins.len()).map(|s| (s * w.rows() as f64).round() as u64).collect();
        prop_assert_eq!(bins, from_buckets);
    }

    #[test]
    fn a_window_is_the_sum_of_its_parts(reference in vec(value(), 1..40), parts in vec((vec(value(), 0..20), 0u64..4), 0..6)) {
        let r = ReferenceProfile::numeric(reference, 1);
        let mut sum = WindowProfile::numeric(Vec::new(), 0);
        for (values, nulls) in &parts {
            prop_assert!(sum.merge(WindowProfile::numeric(values.clone(), *nulls)));
        }
        let values: Vec<f64> = parts.iter().flat_map(|p| p.0.clone()).collect();
        let whole = WindowProfile::numeric(values, parts.iter().map(|p| p.1).sum());
        prop_assert_eq!(&sum, &whole);
        let bits = |w| statistics(&r, w).into_iter().map(|s| (s.key, s.value.to_bits())).collect::<Vec<_>>();
        prop_assert_eq!(bits(&sum), bits(&whole));
    }

    #[test]
    fn categories_by_any_other_name(reference in counts(), parts in vec(counts(), 1..4)) {
        let mut sum = WindowProfile::categorical(Vec::new(), 0);
        for part in &parts {
            prop_assert!(sum.merge(WindowProfile::categorical(part.clone(), 1)));
        }
        let all = || parts.concat();
        prop_assert_eq!(&sum, &WindowProfile::categorical(all(), parts.len() as u64));
        // Other names in the same order: the same numbers.
        let renamed = |of: Vec<(String, u64)>| of.into_iter().map(|(name, n)| (format!("x{name}"), n)).collect::<Vec<_>>();
        let before = statistics(&ReferenceProfile::categorical(reference.clone(), 2), &sum);
        let after = statistics(
            &ReferenceProfile::categorical(renamed(reference), 2),
            &WindowProfile::categorical(renamed(all()), parts.len() as u64),
        );
        for (a, b) in before.iter().zip(&after) {
            prop_assert!(a.key == b.key && a.value.to_bits() == b.value.to_bits(), "{a:?} {b:?}");
        }
    }

    #[test]
    fn every_distance_answers_and_stays_within_its_range(reference in vec(value(), 0..40), window in vec(value(), 0..40), nulls in (0u64..9, 0u64..9)) {
        let r = ReferenceProfile::numeric(reference, nulls.0);
        let w = WindowProfile::numeric(window, nulls.1);
        let compared = r.compare(&w);
        for s in statistics(&r, &w) {
            let unit = ["js_", "hellinger", "tvd", "linf", "ks_stat", "ks_p", "ev_ks_p", "nml_js", "null_rate"];
            if compared.is_ok() && unit.iter().any(|u| s.key.contains(u)) {
                prop_assert!((0.0..=1.0).contains(&s.value), "{s:?}");
            }
        }
        if let Ok(c) = compared {
            for method in Method::ALL {
                let effect = method.of(&c);
                // Distances between the ends of the axis overflow.
                let known = effect >= 0.0 || method == Method::ZTest || !c.wasserstein_norm.is_finite();
                prop_assert!(known, "{method:?} {effect}");
            }
        }
    }

    #[test]
    fn a_column_against_itself_did_not_move(values in vec(value(), 1..60), nulls in 0u64..9) {
        let r = ReferenceProfile::numeric(values.clone(), nulls);
        if let Ok(c) = r.compare(&WindowProfile::numeric(values, nulls)) {
            prop_assert_eq!((c.psi, c.psi_valid, c.distance, c.wasserstein, c.p), (0.0, 0.0, 0.0, 0.0, 1.0));
        }
    }

    #[test]
    fn categories(reference in counts(), window in counts(), nulls in (0u64..9, 0u64..9)) {
        let r = ReferenceProfile::categorical(reference.clone(), nulls.0);
        let w = WindowProfile::categorical(window.clone(), nulls.1);
        let mut turned = window.clone();
        turned.reverse();
        prop_assert_eq!(&Categories::new(turned, nulls.1), &Categories::new(window, nulls.1));
        prop_assert_eq!(r.column().rows(), reference.iter().map(|c| c.1).sum::<u64>() + nulls.0);
        let Ok(c) = r.compare(&w) else {
            prop_assert!(r.column().valid() == 0 || w.valid() == 0);
            return Ok(());
        };
        prop_assert!(c.psi >= 0.0 && c.psi_valid >= 0.0 && (0.0..=1.0).contains(&c.distance), "{:?}", c);
        prop_assert!((0.0..=1.0).contains(&c.p) && c.wasserstein.is_nan());
        for most in [0, 1, 3, 99] {
            let b = r.buckets(&w, most);
            prop_assert!(b.labels.len() <= most + 2);
            prop_assert!((b.window.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn correction_never_lowers_a_p_and_keeps_the_order(p in vec(0.0f64..=1.0, 0..30)) {
        let adjusted = benjamini_hochberg(&p);
        for (i, a) in adjusted.iter().enumerate() {
            prop_assert!(*a >= p[i] && *a <= 1.0);
            for (j, b) in adjusted.iter().enumerate() {
                prop_assert!(p[i] > p[j] || a <= b);
            }
        }
    }

    #[test]
    fn auc_is_a_share_and_turning_scores_round_mirrors_it(rows in vec((any::<bool>(), -4i32..5), 0..80)) {
        let (labels, scores): (Vec<bool>, Vec<f64>) = rows.iter().map(|(l, s)| (*l, f64::from(*s))).unzip();
        let mirrored: Vec<f64> = scores.iter().map(|s| -s).collect();
        let (a, b) = (auc(&labels, &scores), auc(&labels, &mirrored));
        prop_assert!(a.is_nan() || ((0.0..=1.0).contains(&a) && (a + b - 1.0).abs() < 1e-12));
        prop_assert!(labels.is_empty() || log_loss(&labels, &scores) >= 0.0);
    }

    #[test]
    fn judging_answers_every_cell(windows in vec(vec(value(), 0..30), 0..8)) {
        let r = ReferenceProfile::numeric((0..200).map(f64::from).collect(), 1);
        let cells: Vec<Cell> = windows.into_iter().map(|w| {
            let w = WindowProfile::numeric(w, 0);
            Cell { rows: w.rows(), reference_rows: 201, rule: Rule { method: Method::Ks, threshold: 0.1, weight: 1.0 }, outcome: r.compare(&w).map_err(Into::into) }
        }).collect();
        let judged = drift::judge(&cells, &Thresholds { alpha: 0.05, min_rows: 10 });
        prop_assert_eq!(judged.len(), cells.len());
    }
}

#[test]
fn ten_thousand_categories() {
    let of = |shift: u64| {
        (0..10_000u64)
            .map(|i| (format!("c{i}"), 1 + (i + shift) % 7))
            .collect::<Vec<_>>()
    };
    let r = ReferenceProfile::categorical(of(0), 0);
    let c = r.compare(&WindowProfile::categorical(of(3), 5)).unwrap();
    assert!(c.p < 1e-12 && c.psi > 0.1, "{c:?}");
    let same = r.compare(&WindowProfile::categorical(of(0), 0)).unwrap();
    assert_eq!((same.psi, same.p), (0.0, 1.0));
}
