//! What models of this year are worth, as the documentation tells it: run with
//! `cargo test --release -p trimtab-demo figures -- --ignored --nocapture`.

use crate::{
    booster::{self, Params, Round, Sample},
    dataset::{self, FEATURES, Labelled},
    features::Encoder,
    workspace,
};
use std::{ops::ControlFlow, path::Path, time::Instant};
use trimtab_core::{stats::quality::auc, time::Millis};
use trimtab_store::frame::write_parquet;

/// A workspace in which the whole year is labelled.
fn whole_year() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("w");
    workspace::prepare(&root).unwrap();
    let year = dataset::year(&root, None, None).unwrap();
    write_parquet(&root.join("reference.parquet"), &year).unwrap();
    dir
}

fn rows(root: &Path, from: &str, to: &str) -> Labelled {
    dataset::labelled(root, Millis::parse(from), Millis::parse(to)).unwrap()
}

struct Fitted(Encoder, booster::Ensemble);

impl Fitted {
    fn on(train: &Labelled, params: &Params) -> Self {
        let encoder = Encoder::fit(&train.frame, &FEATURES, &train.labels).unwrap();
        let sample = Sample {
            numbers: encoder.encode(&train.frame).unwrap(),
            labels: train.labels.clone(),
        };
        let silent = |_: Round| ControlFlow::Continue(());
        let ensemble = booster::fit(&sample, &Sample::default(), params, silent).unwrap();
        Self(encoder, ensemble)
    }

    fn auc(&self, rows: &Labelled) -> f64 {
        let sample = Sample {
            numbers: self.0.encode(&rows.frame).unwrap(),
            labels: rows.labels.clone(),
        };
        auc(&rows.labels, &self.1.probabilities(&sample))
    }
}

#[test]
#[ignore = "fits on the whole year; for its figures"]
fn retraining_in_july_pays() {
    let dir = whole_year();
    let root = dir.path().join("w");
    let january = rows(&root, "2013-01-01", "2013-02-01");
    let spring = rows(&root, "2013-04-01", "2013-07-01");
    let months: Vec<(String, Labelled)> = (2..=12)
        .map(|m| {
            let to = if m == 12 {
                "2014-01-01".to_owned()
            } else {
                format!("2013-{:02}-01", m + 1)
            };
            (
                format!("2013-{m:02}"),
                rows(&root, &format!("2013-{m:02}-01"), &to),
            )
        })
        .collect();
    for (depth, rounds, learning_rate) in [(3, 60, 0.2), (5, 80, 0.1), (6, 100, 0.1), (8, 60, 0.1)]
    {
        let params = Params {
            depth,
            rounds,
            learning_rate,
            ..Params::default()
        };
        let old = Fitted::on(&january, &params);
        let began = Instant::now();
        let new = Fitted::on(&spring, &params);
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "depth {depth}, {rounds} rounds, rate {learning_rate}: {} rows in {seconds:.1} s",
            spring.rows()
        );
        let gain = |month: &str| {
            let rows = &months.iter().find(|m| m.0 == month).unwrap().1;
            new.auc(rows) - old.auc(rows)
        };
        for (month, rows) in &months {
            println!(
                "  {month}: January's {:.4}, spring's {:.4}",
                old.auc(rows),
                new.auc(rows)
            );
        }
        assert!(
            gain("2013-07") > 0.03 && gain("2013-09") > 0.03,
            "retraining pays"
        );
        assert!(gain("2013-11") < 0.03, "and not for ever");
    }
}
