//! The Compare pane key by key.

use trimtab_core::compare::Better;

use crate::model::compare::View;
use crate::model::nav::Pane;
use crate::testing::compare::compared;
use crate::testing::fixtures::run_id;

#[test]
fn each_view_has_a_key_and_esc_leads_back() {
    let mut h = compared((100, 30), 3, "");
    for view in View::ALL {
        h.keys(h.model.keymap.keys_of(view.command())[0].clone().as_str());
        assert_eq!(h.model.compare.view, view);
    }
    h.keys("tab");
    assert_eq!(
        h.model.compare.view,
        View::Charts,
        "the last leads to the first"
    );
    h.keys("t esc");
    assert_eq!(h.model.compare.view, View::Charts);
    h.keys("1 :");
    h.text("metric table");
    h.keys("enter");
    assert_eq!(
        (h.model.pane, h.model.compare.view),
        (Pane::Compare, View::Metrics)
    );
}

#[test]
fn the_baseline_is_chosen_and_given_back() {
    let mut h = compared((100, 30), 3, "t j b");
    let runs = h.model.compare.runs(&h.model);
    assert_eq!(h.model.compare.baseline_at(&runs), 1);
    // It stays the baseline in another view, and when it is not compared the first one is.
    h.keys("x");
    assert_eq!(h.model.compare.baseline_at(&runs), 1);
    assert_eq!(h.model.compare.baseline_at(&runs[2..]), 0);
    h.keys("b");
    assert_eq!(h.model.compare.baseline_at(&runs), 0);
}

/// By hand: run n has 0.66 + (n mod 7)·0.009, so 6 beats 5 beats … beats 1 beats 7.
#[test]
fn the_best_come_first_and_the_selection_stays_on_its_run() {
    let mut h = compared((100, 30), 9, "t G");
    assert_eq!(
        h.model.compare.selected_metric(&h.model).as_deref(),
        Some("heldout_auc")
    );
    assert_eq!(h.model.compare.selected(&h.model), Some(run_id(9)));
    h.keys("o");
    let runs = h.model.compare.runs(&h.model);
    assert_eq!(
        runs,
        [6, 5, 4, 3, 2, 1, 8, 7, 9].map(run_id),
        "NaN comes last"
    );
    assert_eq!(h.model.compare.selected(&h.model), Some(run_id(9)));
    let column = h.model.compare.metric_column(&h.model, "heldout_auc");
    assert_eq!(column.best, column.values[0]);
    h.keys("d o");
    assert_eq!(h.model.compare.better("heldout_auc"), Better::Lower);
    assert_eq!(h.model.compare.runs(&h.model)[0], run_id(7));
    h.keys("d");
    assert_eq!(
        h.model.compare.metric_column(&h.model, "heldout_auc").best,
        None
    );
}

#[test]
fn only_differences_are_shown_unless_asked() {
    let mut h = compared((100, 30), 2, "x");
    let names = |h: &crate::testing::harness::Harness| -> Vec<String> {
        let lines = h.model.compare.params(&h.model);
        lines.iter().map(|l| l.key.name()).collect()
    };
    assert_eq!(names(&h), ["params.depth", "params.learning_rate"]);
    h.keys("x");
    assert_eq!(names(&h).len(), 6);
    // One run differs from nothing: all of it is shown.
    let h = compared((100, 30), 1, "x");
    assert_eq!(names(&h).len(), 6);
}
