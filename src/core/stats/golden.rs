//! Our numbers against numpy's, scipy's and scikit-learn's on real data, to 1e-9 relative.
//!
//! The data and the reference values are under `tests/data` of the repository.
use super::{
    multiple::benjamini_hochberg,
    profile::{Comparison, ReferenceProfile, WindowProfile},
    quality::{Confusion, auc, brier, log_loss},
    summary::quantile,
    *,
};
use rstest::rstest;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::PathBuf};

const TOLERANCE: f64 = 1e-9;

fn folder(set: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/data")
        .join(set)
}

/// A CSV file's columns; an empty field is NULL.
type Table = BTreeMap<String, Vec<Option<String>>>;

fn table(set: &str, file: &str) -> Table {
    let text = fs::read_to_string(folder(set).join(format!("{file}.csv"))).unwrap();
    let mut lines = text.lines().map(|l| l.split(','));
    let mut columns: Vec<(String, Vec<_>)> = lines
        .next()
        .unwrap()
        .map(|c| (c.to_owned(), Vec::new()))
        .collect();
    for mut line in lines {
        for (_, column) in &mut columns {
            let field = line.next().unwrap();
            column.push((!field.is_empty()).then(|| field.to_owned()));
        }
        assert_eq!(
            line.next(),
            None,
            "{set}/{file}: a line with too many fields"
        );
    }
    columns.into_iter().collect()
}

fn expected(set: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder(set).join("expected.json")).unwrap()).unwrap()
}

fn numbers(column: &[Option<String>]) -> Option<(Vec<f64>, u64)> {
    let values: Option<Vec<f64>> = column.iter().flatten().map(|v| v.parse().ok()).collect();
    Some((
        values?,
        column.iter().filter(|v| v.is_none()).count() as u64,
    ))
}

fn categories(column: &[Option<String>]) -> (Vec<(String, u64)>, u64) {
    let values = column.iter().flatten().map(|v| (v.clone(), 1)).collect();
    (values, column.iter().filter(|v| v.is_none()).count() as u64)
}

/// A column that the reference values call numeric but that no longer is comes back as categories.
fn window_profile(kind: &str, column: &[Option<String>]) -> WindowProfile {
    match numbers(column).filter(|_| kind == "num") {
        Some((values, nulls)) => WindowProfile::numeric(values, nulls),
        None => {
            let (counts, nulls) = categories(column);
            WindowProfile::categorical(counts, nulls)
        }
    }
}

fn reference_profile(kind: &str, column: &[Option<String>]) -> ReferenceProfile {
    if kind == "num" {
        let (values, nulls) = numbers(column).unwrap();
        ReferenceProfile::numeric(values, nulls)
    } else {
        let (counts, nulls) = categories(column);
        ReferenceProfile::categorical(counts, nulls)
    }
}

#[track_caller]
fn close(what: &str, got: f64, want: &Value) {
    let want = want
        .as_f64()
        .unwrap_or_else(|| panic!("{what}: no reference value"));
    // Below 1e-290 the reference value itself has lost digits.
    let off = (got - want).abs() / want.abs().max(1e-290);
    assert!(
        off <= TOLERANCE || got == want,
        "{what}: {got:e}, expected {want:e}, off by {off:.1e}"
    );
}

/// Compares one cell with its reference values; returns how many numbers were compared.
fn cell(
    at: &str,
    kind: &str,
    reference: &ReferenceProfile,
    window: &WindowProfile,
    c: &Comparison,
    want: &Value,
) -> usize {
    let is = |key: &str, got: f64| close(&format!("{at}.{key}"), got, &want[key]);
    is("n", c.rows as f64);
    is("n_valid", window.valid() as f64);
    if kind == "num" {
        is("psi_q10", c.psi_valid);
        is("psi_q10_null", c.psi);
        is("ks_stat", c.distance);
        is("ks_p_asymp", c.p);
        is("wasserstein", c.wasserstein);
        let (WindowProfile::Numeric(r), WindowProfile::Numeric(w)) = (reference.column(), window)
        else {
            panic!("{at}")
        };
        let d = ks::distances(r.sorted(), w.sorted()).unwrap();
        is(
            "ks_p_kolmogorov",
            ks::p_value_limit(d.ks, r.sorted().len(), w.sorted().len()),
        );
        is("n_null", w.nulls() as f64);
        is("n_nan", w.nan() as f64);
        is("n_inf", w.infinite() as f64);
        for (key, q) in [
            ("p01", 0.01),
            ("p05", 0.05),
            ("p25", 0.25),
            ("p50", 0.5),
            ("p75", 0.75),
            ("p95", 0.95),
            ("p99", 0.99),
        ] {
            is(key, quantile(w.sorted(), q));
        }
        let bins: Vec<u64> = serde_json::from_value(want["q10_counts"].clone()).unwrap();
        assert_eq!(
            profile::bin_counts(reference.edges(), w.sorted()),
            bins,
            "{at}.q10_counts"
        );
        return 18;
    }
    is("psi_cat", c.psi_valid);
    is("psi_cat_null", c.psi);
    is("tvd_cat", c.distance);
    close(&format!("{at}.chi2_cont.p"), c.p, &want["chi2_cont"]["p"]);
    6
}

#[rstest]
#[case::titanic("titanic", 700)]
#[case::shuttle("shuttle", 650)]
#[case::schema_edge("schema_edge", 800)]
fn every_cell_agrees(#[case] set: &str, #[case] at_least: usize) {
    let want = expected(set);
    let reference = table(set, "reference");
    let profiles: BTreeMap<&String, (&str, ReferenceProfile)> = want["columns"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, column)| {
            let kind = column["kind"].as_str().unwrap();
            let profile = reference_profile(kind, &reference[name]);
            if kind == "num" {
                let edges: Vec<f64> =
                    serde_json::from_value(column["reference"]["q10_edges"].clone()).unwrap();
                assert_eq!(profile.edges(), edges, "{set}.{name}.q10_edges");
            }
            (name, (kind, profile))
        })
        .collect();
    let mut compared = 0;
    for (window, w) in want["windows"].as_object().unwrap() {
        let data = table(set, &format!("current_{window}"));
        let mut p = Vec::new();
        for (name, column) in w["columns"].as_object().unwrap() {
            let at = format!("{set}.{window}.{name}");
            let (kind, reference) = &profiles[name];
            let Some(values) = data.get(name) else {
                assert_eq!(column["why"], "column missing in window", "{at}");
                continue;
            };
            let profile = window_profile(kind, values);
            match reference.compare(&profile) {
                Ok(c) => {
                    assert!(
                        column.get("why").is_none(),
                        "{at}: compared, but the reference refuses it"
                    );
                    compared += cell(&at, kind, reference, &profile, &c, column);
                    p.push((name.clone(), c.p));
                }
                Err(why) => {
                    let text = column["why"]
                        .as_str()
                        .unwrap_or_else(|| panic!("{at}: {why}"));
                    let same = text == why.to_string()
                        || text.starts_with("type changed")
                            && why.to_string().starts_with("type changed");
                    assert!(same, "{at}: {why}, expected {text}");
                    compared += 1;
                }
            }
        }
        if let Some(adjusted) = w["multiple_testing"]["bh_adjusted"].as_object() {
            let values: Vec<f64> = p.iter().map(|(_, p)| *p).collect();
            for ((name, _), got) in p.iter().zip(benjamini_hochberg(&values)) {
                close(
                    &format!("{set}.{window}.{name}.bh_adjusted"),
                    got,
                    &adjusted[name],
                );
                compared += 1;
            }
        }
    }
    assert!(
        compared >= at_least,
        "only {compared} numbers were compared"
    );
}

#[test]
fn the_classifier_scored_as_scikit_learn_scores_it() {
    let want = expected("titanic");
    for (window, w) in want["windows"].as_object().unwrap() {
        let data = table("titanic", &format!("current_{window}"));
        let class = |column: &str| -> Vec<bool> {
            data[column]
                .iter()
                .map(|v| v.as_deref() == Some("1"))
                .collect()
        };
        let (labels, predictions) = (class("Survived"), class("prediction"));
        let scores = numbers(&data["probability"]).unwrap().0;
        let c = Confusion::count(&labels, &predictions);
        let q = quality::assess(&labels, Some(&scores), Some(&predictions));
        for (key, got) in [
            ("n_labeled", q.labelled as f64),
            ("tp", c.true_positive as f64),
            ("fp", c.false_positive as f64),
            ("fn", c.false_negative as f64),
            ("tn", c.true_negative as f64),
            ("positive_rate", q.positive_rate),
            ("accuracy", q.accuracy),
            ("precision", c.precision()),
            ("recall", c.recall()),
            ("f1", q.f1),
            ("roc_auc", auc(&labels, &scores)),
            ("log_loss", log_loss(&labels, &scores)),
            ("brier", brier(&labels, &scores)),
        ] {
            close(
                &format!("titanic.{window}.{key}"),
                got,
                &w["performance"][key],
            );
        }
    }
}
