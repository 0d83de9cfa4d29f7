//! The Compare pane key by key.

use trimtab_core::compare::Better;
use trimtab_core::run::{RunKey, RunPage, RunRow};
use trimtab_wire::{Request, Snapshot, Topic};

use crate::model::compare::View;
use crate::model::compare::axis::Axis;
use crate::model::data::Slot;
use crate::model::nav::Pane;
use crate::msg::Effect;
use crate::sheet::Value;
use crate::testing::compare::{compared, fed};
use crate::testing::fixtures::run_id;
use crate::testing::harness::Harness;

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
    let names = |h: &Harness| -> Vec<String> {
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

fn keys_followed(h: &Harness) -> Vec<String> {
    let mut slots: Vec<_> = h.follows.iter().collect();
    slots.sort_by_key(|(slot, _)| **slot);
    let series = slots.into_iter().filter_map(|(_, (_, topic))| match topic {
        Topic::Series { key, .. } => Some(key.clone()),
        _ => None,
    });
    series.collect()
}

#[test]
fn the_charts_on_the_screen_are_followed_and_no_others() {
    let mut h = compared((80, 24), 3, "");
    assert_eq!(
        keys_followed(&h),
        ["heldout_auc", "heldout_loss", "train_loss"]
    );
    h.keys("n enter");
    assert_eq!(keys_followed(&h), ["heldout_loss"]);
    h.keys("N N");
    assert_eq!(keys_followed(&h), ["train_loss"], "round at the ends");
    // A metric of single numbers has no place in the grid, and is shown alone.
    h.keys("enter m");
    h.keys("down down down enter");
    assert_eq!(keys_followed(&h), ["champion_heldout_auc"]);
    h.keys("n t");
    assert_eq!(
        keys_followed(&h),
        Vec::<String>::new(),
        "tables need no curves"
    );
    h.keys("c");
    assert_eq!(keys_followed(&h).len(), 3);
}

/// The cursor stands at the same x in every chart, wherever their curves end.
#[test]
fn the_read_out_is_one_for_all_charts() {
    let mut h = compared(
        (80, 24),
        3,
        "right right right right right right right right right right",
    );
    let charts = h.model.compare.charts(&h.model);
    assert_eq!(charts.len(), 3);
    let cursor = charts[0].cursor.unwrap();
    assert!(
        charts
            .iter()
            .all(|c| c.cursor == Some(cursor) && c.x_range == Some((0.0, 119.0)))
    );
    let read = crate::model::compare::Compare::read_out(&charts, 1, "heldout_auc").unwrap();
    let expected =
        crate::testing::fixtures::curve(&crate::testing::fixtures::runs()[1], "heldout_auc");
    assert!((read - expected.points[cursor as usize].value).abs() < 1e-12);
    h.keys("+");
    let zoomed = h.model.compare.charts(&h.model);
    assert!(
        zoomed
            .iter()
            .all(|c| c.x_range == zoomed[0].x_range && c.x_range != Some((0.0, 119.0)))
    );
    h.keys("=");
    assert_eq!(h.model.compare.charts(&h.model)[2].cursor, None);
}

#[test]
fn what_the_runs_count_can_be_the_x_axis() {
    let mut h = compared((80, 24), 2, "");
    let epoch = |run: RunRow| {
        let mut run = run;
        run.metrics
            .insert("epoch".into(), run.metrics["heldout_auc"]);
        run
    };
    let rows: Vec<_> = crate::testing::fixtures::runs()
        .into_iter()
        .map(epoch)
        .collect();
    let page = RunPage {
        total: rows.len() as u64,
        rows: rows.clone(),
        ..RunPage::default()
    };
    h.feed(Slot::Runs, Snapshot::Runs(page));
    h.keys("X X X");
    assert_eq!(h.model.compare.curves.axis, Axis::Of("epoch".into()));
    assert_eq!(keys_followed(&h).last().map(String::as_str), Some("epoch"));
    fed(&mut h);
    let mut counts = crate::testing::fixtures::curve(&rows[1], "epoch");
    for p in &mut counts.points {
        p.value = p.step as f64 / 10.0;
    }
    h.feed(Slot::CompareX, Snapshot::Series(vec![counts]));
    let charts = h.model.compare.charts(&h.model);
    let chart = charts.iter().find(|c| c.title == "heldout_auc").unwrap();
    let last = chart
        .lines
        .iter()
        .find(|l| l.series == 1)
        .unwrap()
        .points
        .last()
        .unwrap();
    assert!((last.0 - 11.9).abs() < 1e-9, "{last:?}");
    assert_eq!(chart.x_label, "epoch");
    h.keys("X");
    assert_eq!(h.model.compare.curves.axis, Axis::Step, "round again");
    h.keys(":");
    h.text("x axis train_loss");
    h.keys("enter");
    assert_eq!(h.model.compare.curves.axis, Axis::Of("train_loss".into()));
    h.keys(":");
    h.text("x axis colour");
    h.keys("enter");
    assert!(h.model.toasts.last().unwrap().text.contains("colour"));
}

/// Marks may be older than what this console has seen of the runs.
#[test]
fn runs_that_are_not_known_are_asked_for_once() {
    let mut h = compared((80, 24), 1, "1");
    h.model.runs.marks.push(run_id(77));
    h.keys("3 j k");
    let asked = h
        .asked
        .iter()
        .filter(|(_, r)| *r == Request::Run(run_id(77).to_string()));
    assert_eq!(asked.count(), 1);
}

#[test]
fn a_parameter_leads_to_its_scatter() {
    let mut h = compared((100, 30), 14, "i");
    let found = h.model.compare.importance(&h.model);
    assert_eq!((found.runs, found.not_finite, found.without), (13, 1, 0));
    assert_eq!(found.left_out[0].param, "rounds");
    let first = found.factors[0].param.clone();
    h.keys("enter");
    assert_eq!(h.model.compare.view, View::Scatter);
    let (x, y) = h.model.compare.scatter_keys(&h.model).unwrap();
    assert_eq!(
        (x, y),
        (RunKey::Param(first), RunKey::Metric("heldout_auc".into()))
    );
    let scatter = h.model.compare.scattered(&h.model).unwrap();
    assert_eq!((scatter.runs.len(), scatter.points().count()), (14, 13));
    // Both columns are chosen from lists, or written.
    h.keys("X enter");
    assert_eq!(
        h.model.compare.scatter_keys(&h.model).unwrap().0,
        RunKey::Param("depth".into())
    );
    h.keys("m down enter");
    assert_eq!(
        h.model.compare.scatter_keys(&h.model).unwrap().1,
        RunKey::Metric("heldout_loss".into())
    );
    h.keys(":");
    h.text("scatter duration,max(metrics.heldout_auc)");
    h.keys("enter");
    let keys = h.model.compare.scatter_keys(&h.model).unwrap();
    assert_eq!(
        keys,
        (RunKey::Duration, RunKey::Greatest("heldout_auc".into()))
    );
    h.keys(":");
    h.text("scatter colour of it");
    h.keys("enter");
    assert!(
        h.model
            .toasts
            .last()
            .is_some_and(|t| t.hint.contains("scatter"))
    );
}

#[test]
fn parallel_axes_are_moved_and_hidden() {
    let mut h = compared((80, 24), 14, "p");
    let names = |h: &Harness| -> Vec<String> {
        let keys = h.model.compare.parallel_keys(&h.model);
        keys.iter().map(RunKey::name).collect()
    };
    let usual = names(&h);
    assert_eq!(usual.len(), 5);
    assert_eq!(usual[..2], ["params.depth", "params.learning_rate"]);
    assert_eq!(
        usual[4], "metrics.heldout_auc",
        "what is looked for stands last"
    );
    h.keys("]");
    assert_eq!(names(&h)[..2], ["params.learning_rate", "params.depth"]);
    h.keys("- - - - - -");
    assert_eq!(names(&h).len(), 2, "two stay");
    h.keys("=");
    assert_eq!(names(&h), usual);
    h.keys(":");
    h.text("parallel params.depth,duration,metrics.train_loss");
    h.keys("enter");
    assert_eq!(
        names(&h),
        ["params.depth", "duration", "metrics.train_loss"]
    );
}

/// Without marks the table's runs are the crowd; with them only the marked ones, and of a scatter no more than fifty.
#[test]
fn a_crowd_is_marked_or_the_table() {
    let mut h = compared((80, 24), 0, "i");
    assert_eq!(h.model.compare.all_runs(&h.model).len(), 14);
    h.keys("2 space space space 3");
    assert_eq!(h.model.compare.all_runs(&h.model).len(), 3);
    for n in 0..80 {
        h.model.runs.marks.push(run_id(100 + n));
    }
    assert_eq!(h.model.compare.crowd(&h.model).len(), 50);
    assert_eq!(h.model.compare.all_runs(&h.model).len(), 83);
}

#[test]
fn every_view_is_exported_as_what_it_is() {
    let mut h = compared((100, 30), 3, "S");
    for (view, chart) in [
        ("c", true),
        ("x", false),
        ("t", false),
        ("s", true),
        ("p", true),
        ("i", false),
    ] {
        h.effects.clear();
        h.keys(view);
        fed(&mut h);
        h.keys("e");
        let is_chart = match &h.effects[..] {
            [Effect::Export { chart, .. }] => !chart.lines.is_empty(),
            [Effect::ExportSheet { sheet, .. }] => {
                assert!(
                    sheet.rows.len() == 3 && sheet.columns.len() > 3,
                    "{sheet:?}"
                );
                false
            }
            other => panic!("{view}: {other:?}"),
        };
        assert_eq!(is_chart, chart, "{view}");
    }
    h.keys("t j b");
    let (sheet, _) = h.model.compare.sheet(&h.model).unwrap();
    let at = sheet
        .columns
        .iter()
        .position(|c| c == "metrics.heldout_auc change")
        .unwrap();
    let Value::Number(change) = sheet.rows[0][at] else {
        panic!("{sheet:?}")
    };
    assert!((change + 0.009).abs() < 1e-12);
    assert_eq!(sheet.rows[1][at], Value::None, "the baseline has no change");
}

#[test]
fn values_are_copied_in_full() {
    let mut h = compared((100, 30), 3, "t j Y");
    let copied = |h: &Harness| match h.effects.last() {
        Some(Effect::Copy(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    let expected = h
        .model
        .data
        .run_by_id(&run_id(2))
        .unwrap()
        .metric("heldout_auc")
        .unwrap();
    assert_eq!(copied(&h), expected.to_string());
    h.keys("x l l Y");
    assert_eq!(copied(&h), "4", "the third run's depth");
    h.keys("y");
    assert_eq!(copied(&h), run_id(3).to_string());
    h.keys("c");
    fed(&mut h);
    h.keys("Y");
    assert!(
        copied(&h).starts_with("run "),
        "without a read-out the run itself"
    );
    h.keys("h Y");
    assert!(copied(&h).starts_with("0.6"), "{}", copied(&h));
}

/// What a range marks on slices that were never shown can be compared all the same.
#[test]
fn runs_of_a_range_are_known() {
    let mut h = compared((100, 30), 0, "");
    let page = RunPage {
        total: 1,
        rows: vec![crate::testing::fixtures::run(
            99,
            "far",
            trimtab_core::run::RunStatus::Finished,
        )],
        ..RunPage::default()
    };
    crate::update::runs::mark_page(&mut h.model, &page);
    assert!(h.model.compare.rows(&h.model).iter().all(Option::is_some));
    assert_eq!(h.model.compare.runs(&h.model), [run_id(99)]);
}
