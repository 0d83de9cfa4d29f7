//! Our numbers against numpy's, scipy's, scikit-learn's, Evidently's and NannyML's on real data, to 1e-9
//! relative.
//!
//! The data and the reference values are under `tests/data` of the repository. `TRIMTAB_GOLDENS` names a
//! folder of further sets of the same form, made by `tests/data/slim.py PACK OUT`.
use super::{
    cell::statistics,
    multiple::benjamini_hochberg,
    profile::{Comparison, ReferenceProfile, WindowProfile},
    quality::{Confusion, auc, brier, log_loss},
    *,
};
use rstest::rstest;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::PathBuf};

const TOLERANCE: f64 = 1e-9;

fn folder(set: &str) -> PathBuf {
    // An absolute path replaces what it is joined to.
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

/// How a number is compared, where 1e-9 relative asks for digits that the reference value lacks. `single`: the
/// column is of single precision, in which pandas and numpy then also compute.
fn agrees(key: &str, single: bool, got: f64, want: f64) -> bool {
    let near = |relative: f64, least: f64| (got - want).abs() <= relative * want.abs().max(least);
    match key {
        // One less a number near 1: what is left has an absolute error.
        "ev_z_p" => (got - want).abs() <= 1e-15 || near(TOLERANCE, 0.0),
        // The spread of a constant is the rounding of its mean.
        "std_pop" => near(TOLERANCE, 1e-5),
        _ if single && (key.starts_with("ev_") || key.starts_with("nml_")) => near(1e-4, 1e-9),
        // The root of one less a sum near 1, and of a sum of terms that cancel: the same of their squares.
        _ if key.contains("hellinger") || key.contains("js") => {
            near(TOLERANCE, 0.0) || (got * got - want * want).abs() <= 1e-15
        }
        _ => near(TOLERANCE, 1e-290) || (got - want).abs() <= 1e-15,
    }
}

/// Columns of single precision.
const SINGLE: [&str; 2] = ["flights_clf.probability", "flights_reg.prediction"];

/// Compares one cell with its reference values; returns how many numbers were compared, and which are wrong.
fn cell(
    at: &str,
    single: bool,
    (reference, window): (&ReferenceProfile, &WindowProfile),
    c: &Comparison,
    want: &Value,
) -> (usize, Vec<String>) {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for s in statistics(reference, window) {
        let place = match s.key {
            "ev_default" => "ev_default.score",
            // Ours is from the tail; the plain one there has lost its digits.
            "z_prop.p" => "z_prop.p_sf",
            key => key,
        };
        let Some(value) = want.pointer(&format!("/{}", place.replace('.', "/"))) else {
            continue;
        };
        let same = match value.as_f64() {
            Some(value) => agrees(s.key, single, s.value, value),
            // Infinite and undefined numbers have no place in JSON.
            None => !s.value.is_finite(),
        };
        if !same {
            wrong.push(format!("{at}.{}: {:e}, expected {value}", s.key, s.value));
        }
        compared += 1;
    }
    if let Some(drifted) = want.pointer("/ev_default/drifted") {
        let e = compat::evidently::compare(reference.column(), window).unwrap();
        assert_eq!(want["ev_default"]["method"], e.chosen.method, "{at}");
        assert_eq!(*drifted, e.chosen.drifted, "{at}");
    }
    if let Some(bins) = want.get("q10_counts") {
        let bins: Vec<u64> = serde_json::from_value(bins.clone()).unwrap();
        let WindowProfile::Numeric(w) = window else {
            panic!("{at}")
        };
        assert_eq!(
            profile::bin_counts(reference.edges(), w.sorted()),
            bins,
            "{at}.q10_counts"
        );
    }
    // The stored cell's own numbers are the same ones.
    let is = |keys: [&str; 2], got: f64| {
        let want = keys.iter().find_map(|k| want.get(k)).unwrap();
        assert!(
            agrees(keys[0], single, got, want.as_f64().unwrap()),
            "{at}.{keys:?} {got}"
        );
    };
    is(["psi_q10_null", "psi_cat_null"], c.psi);
    is(["psi_q10", "psi_cat"], c.psi_valid);
    is(["ks_stat", "tvd_cat"], c.distance);
    (compared + 3, wrong)
}

#[test]
fn further_sets_agree() {
    let Ok(folder) = std::env::var("TRIMTAB_GOLDENS") else {
        return;
    };
    for set in fs::read_dir(folder).unwrap() {
        let set = set.unwrap().path();
        every_cell(set.to_str().unwrap(), 700);
    }
}

#[rstest]
#[case::titanic("titanic", 1_700)]
#[case::shuttle("shuttle", 1_400)]
#[case::schema_edge("schema_edge", 2_000)]
fn every_cell_agrees(#[case] set: &str, #[case] at_least: usize) {
    every_cell(set, at_least);
}

fn every_cell(set: &str, at_least: usize) {
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
    let mut wrong = Vec::new();
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
                    let short = set.rsplit('/').next().unwrap_or(set);
                    let single = SINGLE.contains(&format!("{short}.{name}").as_str());
                    let (n, off) = cell(&at, single, (reference, &profile), &c, column);
                    compared += n;
                    wrong.extend(off);
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
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    println!("{set}: {compared} numbers agree");
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
            ("average_precision", q.average_precision),
        ] {
            close(
                &format!("titanic.{window}.{key}"),
                got,
                &w["performance"][key],
            );
        }
    }
}

#[test]
fn quality_before_labels_is_nannymls() {
    let sets = std::env::var("TRIMTAB_GOLDENS").map_or(vec!["titanic".to_owned()], |further| {
        vec!["titanic".to_owned(), format!("{further}/flights_clf")]
    });
    for set in sets {
        let want = expected(&set);
        let spec = |key: &str| want["performance_spec"][key].as_str().unwrap();
        let answers = |data: &Table| -> (Vec<f64>, Vec<bool>) {
            let predictions = data[spec("prediction")]
                .iter()
                .map(|v| v.as_deref() == Some("1"));
            (
                numbers(&data[spec("probability")]).unwrap().0,
                predictions.collect(),
            )
        };
        let reference = table(&set, "reference");
        let labels: Vec<bool> = reference[spec("label")]
            .iter()
            .map(|v| v.as_deref() == Some("1"))
            .collect();
        let (scores, _) = answers(&reference);
        let calibration = isotonic::Isotonic::fit_where_better(&labels, &scores);
        for (window, w) in want["windows"].as_object().unwrap() {
            let (scores, predictions) = answers(&table(&set, &format!("current_{window}")));
            let e = estimate::estimate(calibration.as_ref(), &scores, &predictions).unwrap();
            for (key, got) in [
                ("roc_auc", e.auc),
                ("accuracy", e.accuracy),
                ("precision", e.precision),
                ("recall", e.recall),
                ("f1", e.f1),
            ] {
                close(&format!("{set}.{window}.cbpe.{key}"), got, &w["cbpe"][key]);
            }
        }
    }
}

#[test]
fn a_regression_scored_as_scikit_learn_scores_it() {
    let want = &expected("flights_reg")["windows"]["2013-02"]["performance"];
    let data = table("flights_reg", "current_2013-02");
    let rows = data["arr_delay"].iter().zip(&data["prediction"]);
    let (labels, predictions): (Vec<f64>, Vec<f64>) = rows
        .filter_map(|(y, p)| {
            Some((
                y.as_ref()?.parse::<f64>().ok()?,
                p.as_ref()?.parse::<f64>().ok()?,
            ))
        })
        .unzip();
    assert_eq!(labels.len() as u64, want["n_labeled"].as_u64().unwrap());
    let e = regression::errors(&labels, &predictions);
    for (key, got) in [
        ("mae", e.mae),
        ("rmse", e.rmse),
        ("mape", e.mape),
        ("mape_nonzero", e.mape_nonzero),
        ("r2", e.r2),
        ("mean_error", e.bias),
    ] {
        close(&format!("flights_reg.{key}"), got, &want[key]);
    }
}

#[test]
fn three_classes_scored_as_scikit_learn_scores_them() {
    for (window, w) in expected("cards_multi")["windows"].as_object().unwrap() {
        let want = &w["performance"];
        let matrix: Vec<Vec<u64>> = serde_json::from_value(want["confusion"].clone()).unwrap();
        let c = multiclass::Classes::from_matrix(&matrix);
        let (all, weighted) = (c.macro_average(), c.weighted());
        for (key, got) in [
            ("accuracy", c.accuracy()),
            ("f1_micro", c.accuracy()),
            ("precision_macro", all.precision),
            ("recall_macro", all.recall),
            ("f1_macro", all.f1),
            ("f1_weighted", weighted.f1),
        ] {
            close(&format!("cards_multi.{window}.{key}"), got, &want[key]);
        }
    }
}
