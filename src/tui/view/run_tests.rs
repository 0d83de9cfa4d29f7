//! Frames of the Runs pane: filters being typed, columns, groups and parents, runs that are not well, acts.

use insta::assert_snapshot;
use trimtab_core::release::Preview;
use trimtab_core::run::{RunLine, RunPage};
use trimtab_wire::{Reply, Request, Snapshot};

use crate::model::data::Slot;
use crate::testing::fixtures;
use crate::testing::harness::Harness;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

fn runs(size: (u16, u16)) -> Harness {
    let mut h = Harness::alive(size.0, size.1);
    h.keys("2");
    h
}

fn name(of: &str, size: (u16, u16)) -> String {
    format!("{of}_{}x{}", size.0, size.1)
}

#[test]
fn filters_being_typed() {
    for size in SIZES {
        let mut h = runs(size);
        h.keys("/");
        h.text("metrics.heldout_auc > 0.7 and metrics.");
        assert_snapshot!(name("filter_completing", size), h.text_frame());
        h.keys("tab");
        h.text("> high");
        assert_snapshot!(name("filter_wrong", size), h.frame());
    }
    let mut h = runs(SIZES[0]);
    h.keys("/");
    h.text("nothing-like-this");
    h.keys("enter");
    h.feed(Slot::Runs, Snapshot::Runs(RunPage::default()));
    assert_snapshot!("filter_none", h.text_frame());
    h.keys("esc /");
    h.text("dptrs");
    let page = RunPage {
        total: 1,
        matching: 1,
        fuzzy: true,
        rows: vec![fixtures::runs().remove(1)],
        ..RunPage::default()
    };
    h.feed(Slot::Runs, Snapshot::Runs(page));
    h.keys("enter");
    assert_snapshot!("filter_fuzzy", h.text_frame());
}

#[test]
fn columns_being_chosen() {
    for size in SIZES {
        let mut h = runs(size);
        h.keys("C j j + s");
        assert_snapshot!(name("columns", size), h.frame());
    }
    let mut h = runs(SIZES[0]);
    h.keys(":");
    h.text("columns status,name,max(metrics.heldout_auc),tags.window,source,id");
    h.keys("enter");
    assert_snapshot!("columns_chosen", h.text_frame());
}

#[test]
fn groups_and_parents() {
    let line = |depth, group: Option<&str>, under, open, unwell| RunLine {
        depth,
        group: group.map(str::to_owned),
        under,
        open,
        unwell,
    };
    let lines = vec![
        line(0, Some("6"), 48_200, false, 3),
        line(0, Some("8"), 7, true, 0),
        line(1, None, 4, true, 1),
        line(2, None, 0, false, 0),
        line(1, None, 12, false, 2),
        line(1, None, 0, false, 0),
        line(0, Some(""), 1, false, 0),
    ];
    let page = RunPage {
        total: 7,
        matching: 48_208,
        rows: fixtures::runs().into_iter().take(lines.len()).collect(),
        lines,
        ..RunPage::default()
    };
    for size in SIZES {
        let mut h = runs(size);
        h.keys(":");
        h.text("group params.depth");
        h.keys("enter :");
        h.text("sort metrics.heldout_auc:desc,name");
        h.keys("enter");
        h.feed(Slot::Runs, Snapshot::Runs(page.clone()));
        h.keys("j j");
        assert_snapshot!(name("grouped", size), h.frame());
    }
    let mut h = runs(SIZES[0]);
    h.keys("b");
    assert_snapshot!("picker_group", h.text_frame());
}

#[test]
fn runs_that_are_not_well() {
    let mut rows = fixtures::runs();
    rows[0].started = trimtab_core::time::Millis(rows[0].started.0 - 90 * 60_000);
    for m in rows[0].metrics.values_mut() {
        m.latest.time.0 -= 60 * 60_000;
    }
    if let Some(m) = rows[3].metrics.get_mut("heldout_loss") {
        (m.latest.value, m.min, m.max) = (4.2, 0.31, 4.3);
    }
    if let Some(m) = rows[8].metrics.get_mut("train_loss") {
        m.latest.value = f64::NAN;
    }
    for size in SIZES {
        let mut h = runs(size);
        let total = rows.len() as u64;
        let rows = rows.clone();
        h.feed(
            Slot::Runs,
            Snapshot::Runs(RunPage {
                total,
                rows,
                ..RunPage::default()
            }),
        );
        h.keys("! !");
        assert_snapshot!(name("unwell", size), h.text_frame());
        h.keys("enter");
        assert_snapshot!(name("unwell_detail", size), h.text_frame());
    }
}

#[test]
fn acts_on_many_runs() {
    let mut h = runs(SIZES[0]);
    h.keys("j space space space t");
    h.text("keep");
    h.keys("enter");
    assert_snapshot!("tag_complaint", h.text_frame());
    h.keys("esc D");
    let preview = Preview {
        title: "Delete 3 runs".into(),
        changes: vec![
            "deep-trees (02020202), finished".into(),
            "shallow (03030303), finished".into(),
            "slow-learner (04040404), finished".into(),
        ],
        evidence: vec!["they made late15 v2, which stay".into()],
        undo: "restore them: the console shows deleted runs with `:deleted runs`".into(),
        call: "trimtab runs delete 02020202 03030303 04040404".into(),
        refusal: None,
        reason_required: false,
    };
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(preview)),
    );
    assert_snapshot!("delete_fresh", h.text_frame());
    h.keys("esc W");
    assert_snapshot!("view_name", h.text_frame());
}

/// Whatever the size, nothing is drawn outside or panics.
#[test]
fn every_layer_at_odd_sizes() {
    for (w, height) in [
        (1, 1),
        (2, 2),
        (3, 7),
        (10, 3),
        (20, 5),
        (79, 6),
        (300, 8),
        (5, 100),
    ] {
        for keys in ["/ a =", "C j + s", "W x", "t x", "b", "V"] {
            let mut h = runs((w, height));
            h.keys(keys);
            let _ = h.buffer();
        }
    }
}
