//! Frames of the Compare pane: every view at both sizes, and what is odd about runs.

use insta::assert_snapshot;

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

/// Values that are no number are gaps with a mark: NaN where the curve was, infinities at the edge.
#[test]
fn gaps_are_marked() {
    let mut h = compared(SIZES[0], 2, "enter");
    let rows = fixtures::runs();
    let mut curves: Vec<_> = rows[..2]
        .iter()
        .map(|r| fixtures::curve(r, "heldout_auc"))
        .collect();
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
        for view in ["c", "x", "t"] {
            for runs in [0, 1, 14] {
                let mut h = compared(size, runs, view);
                h.keys("l l h j G b");
                fed(&mut h);
                let _ = h.buffer();
            }
        }
    }
}
