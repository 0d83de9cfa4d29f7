//! Frames of the Compare pane: every view at both sizes, and what is odd about runs.

use insta::assert_snapshot;

use trimtab_core::metric::Series;
use trimtab_core::run::RunPage;
use trimtab_wire::{Event, Failure, FailureKind, Snapshot};

use crate::model::data::Slot;
use crate::msg::Msg;
use crate::testing::compare::{SIZES, compared, fed};
use crate::testing::fixtures;
use crate::testing::harness::Harness;

fn name(of: &str, size: (u16, u16)) -> String {
    format!("{of}_{}x{}", size.0, size.1)
}

#[test]
fn grids_of_charts() {
    for size in SIZES {
        // The read-out stands in every chart, and the table tells its values.
        let h = compared(size, 3, "j S h h h h h h h h h h h h");
        assert_snapshot!(name("grid_cursor", size), h.text_frame());
        assert_snapshot!(
            name("grid_many", size),
            compared(size, 14, "n").text_frame()
        );
    }
    assert_snapshot!("chart_alone", compared(SIZES[0], 3, "n enter").text_frame());
    let mut h = Harness::alive(80, 24);
    h.keys("2 space space c");
    assert_snapshot!("grid_loading", h.text_frame());
    let failure = Failure::new(
        FailureKind::Store,
        "The store cannot be read.",
        "Look at the disk.",
    );
    let generation = h.follows[&Slot::Compare(1)].0;
    h.send(Msg::Fed {
        slot: Slot::Compare(1),
        generation,
        event: Event::Failed(failure),
    });
    assert_snapshot!("grid_failed", h.text_frame());
}

/// One metric's curves of the first two runs.
fn two_curves() -> Vec<Series> {
    let rows = fixtures::runs();
    let curves = rows[..2].iter();
    curves.map(|r| fixtures::curve(r, "heldout_auc")).collect()
}

/// Values that are no number are gaps with a mark: NaN where the curve was, infinities at the edge.
#[test]
fn gaps_are_marked() {
    let mut h = compared(SIZES[0], 2, "enter");
    let mut curves = two_curves();
    for at in [40, 41, 70, 71, 72] {
        curves[1].points[at].value = f64::NAN;
    }
    curves[1].points[90].value = f64::INFINITY;
    curves[0].points[20].value = f64::NEG_INFINITY;
    h.feed(Slot::Compare(0), Snapshot::Series(curves));
    assert_snapshot!("gaps_80x24", h.text_frame());
    h.model.look = crate::testing::ascii();
    assert_snapshot!("gaps_ascii", h.text_frame());
}

#[test]
fn metric_tables() {
    for size in SIZES {
        let h = compared(size, 3, "t l");
        assert_snapshot!(name("metrics", size), h.frame());
        // Another baseline, the least values, and a metric that the name misleads about.
        let h = compared(size, 3, "t j b v l d d");
        assert_snapshot!(name("metrics_other", size), h.text_frame());
    }
    // More runs than rows and columns, one of them with NaN.
    let mut h = compared(SIZES[0], 14, "t o G");
    assert_snapshot!("metrics_many", h.text_frame());
    h.model.look = crate::testing::ascii();
    assert_snapshot!("metrics_ascii", h.text_frame());
    assert_snapshot!("metrics_one", compared(SIZES[0], 1, "t").text_frame());
}

#[test]
fn parameters() {
    for size in SIZES {
        assert_snapshot!(name("params", size), compared(size, 6, "x l l l l").frame());
        assert_snapshot!(
            name("params_all", size),
            compared(size, 6, "x x j").text_frame()
        );
    }
    assert_snapshot!("params_one", compared(SIZES[0], 1, "x").text_frame());
}

#[test]
fn crowds() {
    for size in SIZES {
        assert_snapshot!(name("importance", size), compared(size, 14, "i j").frame());
        assert_snapshot!(name("scatter", size), compared(size, 14, "s j j j").frame());
        assert_snapshot!(
            name("parallel", size),
            compared(size, 14, "p j j l").frame()
        );
    }
    // Without marks, the runs of the table.
    assert_snapshot!(
        "importance_of_table",
        compared(SIZES[0], 0, "i v").text_frame()
    );
    assert_snapshot!("scatter_of_table", compared(SIZES[0], 0, "s").text_frame());
    let mut h = compared(SIZES[0], 14, "p l ] ] -");
    assert_snapshot!("parallel_moved", h.text_frame());
    h.model.look = crate::testing::ascii();
    assert_snapshot!("parallel_ascii", h.text_frame());
    h.keys("s");
    assert_snapshot!("scatter_ascii", h.text_frame());
    h.keys("i");
    assert_snapshot!("importance_ascii", h.text_frame());
}

/// Words have axes, too, and values that span decades are spread by their size.
#[test]
fn words_and_decades() {
    let mut rows = fixtures::runs();
    for (i, row) in rows.iter_mut().enumerate() {
        let optimizer = ["sgd", "adam", "lamb"][i % 3];
        row.params.insert("optimizer".into(), optimizer.into());
        row.params.insert(
            "learning_rate".into(),
            ["1e-4", "0.1", "0.01", "3e-3"][i % 4].into(),
        );
        row.params.insert("note".into(), format!("try {i}"));
        if i == 4 {
            row.params.insert("depth".into(), "None".into());
        }
    }
    let mut h = compared(SIZES[0], 14, "");
    let page = RunPage {
        total: rows.len() as u64,
        rows,
        ..RunPage::default()
    };
    h.feed(Slot::Runs, Snapshot::Runs(page));
    h.keys("i");
    assert_snapshot!("importance_words", h.text_frame());
    h.keys("s");
    assert_snapshot!("scatter_decades", h.text_frame());
    h.keys(":");
    h.text("scatter params.optimizer,params.depth");
    h.keys("enter");
    assert_snapshot!("scatter_words", h.text_frame());
    h.keys("p");
    assert_snapshot!("parallel_words", h.text_frame());
}

#[test]
fn log_symlog_and_clips() {
    let mut h = compared(SIZES[0], 2, "enter");
    let mut curves = two_curves();
    for (i, p) in curves[1].points.iter_mut().enumerate() {
        p.value = if i == 60 {
            5e6
        } else {
            (60.0 - i as f64).powi(3) / 10.0
        };
    }
    h.feed(Slot::Compare(0), Snapshot::Series(curves));
    h.keys("%");
    assert_snapshot!("chart_clipped", h.text_frame());
    h.keys("% % L");
    assert_snapshot!("chart_log", h.text_frame());
    h.keys("L");
    assert_snapshot!("chart_symlog", h.text_frame());
}

/// Whatever the size and the view, nothing is drawn outside or panics.
#[test]
fn every_view_at_odd_sizes() {
    for size in [
        (1, 1),
        (2, 2),
        (3, 7),
        (10, 3),
        (20, 5),
        (30, 9),
        (79, 6),
        (300, 8),
        (5, 100),
    ] {
        for view in ["c", "x", "t", "s", "p", "i"] {
            for runs in [0, 1, 14] {
                let mut h = compared(size, runs, view);
                h.keys("right right h j G b");
                fed(&mut h);
                let _ = h.buffer();
            }
        }
    }
}
