//! Frames of the Compare pane: every view at both sizes, and what is odd about runs.

use insta::assert_snapshot;

use crate::testing::compare::{SIZES, compared, fed};

fn name(of: &str, size: (u16, u16)) -> String {
    format!("{of}_{}x{}", size.0, size.1)
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
