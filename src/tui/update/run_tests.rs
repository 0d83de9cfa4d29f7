//! The Runs pane key by key: filters, columns, groups, views, acts.

use trimtab_core::run::{RunKey, RunLine, RunNames, RunOrder, RunPage, RunQuery, RunsEdit};
use trimtab_wire::{Act, Acted, Reply, Request, Snapshot, Topic};

use crate::model::data::Slot;
use crate::model::layer::{Layer, Part};
use crate::msg::{Msg, Trouble};
use crate::remember::Remembered;
use crate::testing::fixtures;
use crate::testing::harness::Harness;

fn runs() -> Harness {
    let mut h = Harness::alive(100, 30);
    h.keys("2");
    h
}

/// What the table asks for now.
fn asked(h: &Harness) -> RunQuery {
    match h.follows.get(&Slot::Runs) {
        Some((_, Topic::Runs(query))) => query.clone(),
        other => panic!("{other:?}"),
    }
}

/// Runs a line of the palette.
fn line(h: &mut Harness, text: &str) {
    h.keys(":");
    h.text(text);
    h.keys("enter");
}

fn columns(h: &Harness) -> Vec<String> {
    let shown = crate::model::run_columns::shown(&h.model);
    shown.iter().map(|c| c.key.name()).collect()
}

#[test]
fn the_last_good_filter_stays_while_one_types() {
    let mut h = runs();
    h.keys("/");
    h.text("metrics.heldout_auc > 0.7");
    assert_eq!(asked(&h).filter, "metrics.heldout_auc > 0.7");
    h.text(" and status = fin");
    assert_eq!(asked(&h).filter, "metrics.heldout_auc > 0.7");
    let Some(Layer::Filter(typed)) = h.model.layers.last() else {
        panic!("the line is open")
    };
    assert_eq!(typed.error.as_ref().map(|e| e.column), Some(40));
    h.keys("enter");
    assert_eq!(h.model.layers.len(), 1, "what is wrong is not kept");
    h.text("ished");
    h.keys("enter");
    assert!(h.model.layers.is_empty());
    assert_eq!(
        asked(&h).filter,
        "metrics.heldout_auc > 0.7 and status = finished"
    );
    h.keys("/ esc");
    assert_eq!(asked(&h).filter, "", "Esc shows all");
}

#[test]
fn names_are_completed() {
    let mut h = runs();
    h.keys("/");
    let names = RunNames {
        metrics: vec!["heldout_auc".into(), "train_loss".into()],
        params: vec!["depth".into()],
        ..RunNames::default()
    };
    h.answer(|r| *r == Request::RunNames, Ok(Reply::RunNames(names)));
    h.text("metrics.h");
    h.keys("tab");
    h.text("> 0.7 sta");
    h.keys("tab");
    h.text("= ");
    h.keys("down down tab");
    assert_eq!(
        asked(&h).filter,
        "metrics.heldout_auc > 0.7 status = finished"
    );
    h.keys("/");
    // In the middle of the text, too.
    h.keys("ctrl-u");
    h.text("loss > 1");
    h.keys("left left left left tab");
    assert_eq!(asked(&h).filter, "metrics.train_loss  > 1");
}

#[test]
fn orders_are_chosen_or_written() {
    let mut h = runs();
    h.keys("s down down enter");
    assert_eq!(asked(&h).order, RunOrder::parse_list("name").unwrap());
    line(&mut h, "sort metrics.heldout_auc:desc,started");
    assert_eq!(
        RunOrder::print_list(&asked(&h).order),
        "metrics.heldout_auc:desc,started"
    );
    line(&mut h, "sort colour");
    assert!(h.model.toasts.last().unwrap().text.contains("colour"));
    assert_eq!(asked(&h).order.len(), 2);
}

#[test]
fn columns_are_chosen_ordered_and_widened() {
    let mut h = runs();
    let usual = columns(&h);
    h.keys("C J space");
    assert!(!columns(&h).contains(&usual[0]), "{:?}", columns(&h));
    assert_eq!(columns(&h)[0], usual[1]);
    h.keys("g esc");
    assert_eq!(columns(&h), usual, "Esc puts back what was");
    h.keys("C j + s enter");
    let chosen = h.model.runs.view.columns.clone().unwrap();
    assert_eq!(chosen[1].width, Some(13));
    assert_eq!(RunOrder::print_list(&asked(&h).order), "status:desc");
    line(
        &mut h,
        "columns name,metrics.heldout_auc,min(metrics.train_loss),tags.window",
    );
    assert_eq!(
        columns(&h),
        [
            "name",
            "metrics.heldout_auc",
            "min(metrics.train_loss)",
            "tags.window"
        ]
    );
    assert!(
        h.text_frame().contains("min train_loss"),
        "{}",
        h.text_frame()
    );
    line(&mut h, "columns auto");
    assert_eq!(columns(&h), usual);
    line(&mut h, "columns name,colour");
    assert!(h.model.toasts.last().unwrap().text.contains("colour"));
}

#[test]
fn the_last_column_stays() {
    let mut h = runs();
    line(&mut h, "columns name");
    h.keys("C space space enter");
    assert_eq!(columns(&h), ["name"]);
}

/// A page with a closed group, an open one and a parent in it.
fn grouped() -> Snapshot {
    let rows = fixtures::runs();
    let line = |depth, group: Option<&str>, under, open| RunLine {
        depth,
        group: group.map(str::to_owned),
        under,
        open,
        unwell: 0,
    };
    Snapshot::Runs(RunPage {
        total: 4,
        matching: 9,
        rows: vec![
            rows[1].clone(),
            rows[2].clone(),
            rows[2].clone(),
            rows[3].clone(),
        ],
        lines: vec![
            line(0, Some("6"), 5, false),
            line(0, Some("8"), 4, true),
            line(1, None, 2, false),
            line(1, None, 0, false),
        ],
        ..RunPage::default()
    })
}

#[test]
fn groups_and_parents_open_and_close() {
    let mut h = runs();
    line(&mut h, "group params.depth");
    assert_eq!(asked(&h).group, Some(RunKey::Param("depth".into())));
    h.feed(Slot::Runs, grouped());
    h.keys("enter");
    assert_eq!(asked(&h).open, ["6".to_owned()].into());
    assert!(!h.model.runs.detail, "a group has no detail");
    h.feed(Slot::Runs, grouped());
    h.keys("j j right");
    let parent = fixtures::runs()[2].id.to_string();
    assert!(asked(&h).open.contains(&parent));
    h.feed(Slot::Runs, grouped());
    h.keys("j left");
    assert_eq!(
        h.model.runs.list.selected, 1,
        "closing within a group goes to its head"
    );
    h.keys("z");
    assert!(!asked(&h).nest);
    line(&mut h, "group none");
    assert_eq!(asked(&h).group, None);
}

#[test]
fn views_are_saved_opened_and_remembered() {
    let mut h = runs();
    h.send(Msg::Recalled(Ok(Box::default())));
    line(&mut h, "sort metrics.heldout_auc:desc");
    h.keys("/");
    h.text("status = finished");
    h.keys("enter W");
    h.text("best");
    h.keys("enter");
    let written = h.remembered.clone().expect("written down");
    assert_eq!(written.views.len(), 1);
    line(&mut h, "reset view");
    assert_eq!((asked(&h).filter.as_str(), asked(&h).order.len()), ("", 0));
    assert!(!h.text_frame().contains("view best"));
    h.keys("V enter");
    assert_eq!(
        (asked(&h).filter.as_str(), asked(&h).order.len()),
        ("status = finished", 1)
    );
    assert!(h.text_frame().contains("view best"), "{}", h.text_frame());

    // The next start.
    let mut next = runs();
    next.send(Msg::Recalled(Ok(Box::new(h.remembered.clone().unwrap()))));
    assert_eq!(asked(&next).filter, "status = finished");
    assert!(next.model.runs.views.contains_key("best"));
    assert_eq!(next.remembered, None, "nothing new to write");
    line(&mut next, "delete view best");
    assert!(next.remembered.is_some_and(|r| r.views.is_empty()));

    // Somebody was faster than the disk, or the file is broken.
    let mut fast = runs();
    line(&mut fast, "sort name");
    fast.send(Msg::Recalled(Ok(Box::new(h.remembered.unwrap()))));
    assert_eq!(RunOrder::print_list(&asked(&fast).order), "name");
    let trouble = Trouble {
        message: "no".into(),
        hint: String::new(),
    };
    fast.send(Msg::Recalled(Err(trouble)));
    assert!(fast.model.remembered.is_some());
    assert_ne!(fast.remembered, Some(Remembered::default()));
}

#[test]
fn what_the_file_says_is_no_change_and_an_early_view_stays() {
    // A newer console wrote a column that this one cannot read.
    let file: Remembered = toml::from_str("[views.newer]\ncolumns = [\"?\"]").unwrap();
    let mut h = runs();
    h.send(Msg::Recalled(Ok(Box::new(file.clone()))));
    assert_eq!(h.remembered, None);

    let mut h = runs();
    h.keys("W");
    h.text("early");
    h.keys("enter");
    assert_eq!(h.remembered, None, "the file is not known yet");
    h.send(Msg::Recalled(Ok(Box::new(file))));
    let views = h.remembered.expect("written down").views;
    assert_eq!(views.keys().collect::<Vec<_>>(), ["early", "newer"]);
}

#[test]
fn the_next_run_that_is_not_well_is_here_or_asked_for() {
    let mut h = runs();
    // The tenth run of the fixtures has a loss that is no number.
    let mut rows = fixtures::runs();
    let m = rows[9].metrics.get_mut("train_loss").unwrap();
    m.latest.value = f64::NAN;
    h.feed(
        Slot::Runs,
        Snapshot::Runs(RunPage {
            total: 500,
            rows,
            ..RunPage::default()
        }),
    );
    h.keys("!");
    assert_eq!(h.model.runs.list.selected, 9);
    assert!(
        h.text_frame().contains("train_loss is NaN at step"),
        "{}",
        h.text_frame()
    );
    h.keys("!");
    assert!(
        h.asked
            .iter()
            .any(|(_, r)| matches!(r, Request::NextUnwell { from: 9, .. }))
    );
    h.answer(
        |r| matches!(r, Request::NextUnwell { .. }),
        Ok(Reply::Line(Some(321))),
    );
    assert_eq!(h.model.runs.list.selected, 321);
    assert!(asked(&h).offset <= 321, "its slice is asked for");
    h.keys("!");
    h.answer(
        |r| matches!(r, Request::NextUnwell { .. }),
        Ok(Reply::Line(None)),
    );
    assert!(h.model.toasts.last().unwrap().text.contains("well"));
}

fn preview(h: &Harness) -> Option<Act> {
    h.asked.iter().find_map(|(_, r)| match r {
        Request::Preview(act) => Some(act.clone()),
        _ => None,
    })
}

#[test]
fn marked_runs_are_deleted_together_and_cancel_comes_first() {
    let mut h = runs();
    h.keys("j space space D");
    let Some(Act::EditRuns {
        runs,
        edit: RunsEdit::Delete,
    }) = preview(&h)
    else {
        panic!("{:?}", h.asked)
    };
    assert_eq!(runs.len(), 2);
    assert!(matches!(h.model.layers.last(), Some(Layer::Act(d)) if d.focus == Part::Cancel));
    let ready = trimtab_core::release::Preview {
        reason_required: false,
        ..fixtures::preview()
    };
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(ready)),
    );
    h.keys("shift-tab enter");
    let acted = Acted::Runs {
        runs: 2,
        edit: RunsEdit::Delete,
    };
    h.answer(
        |r| matches!(r, Request::Act { .. }),
        Ok(Reply::Acted(acted)),
    );
    assert!(h.model.runs.marks.is_empty());
    assert!(
        h.model
            .toasts
            .last()
            .unwrap()
            .text
            .contains("2 runs deleted")
    );
}

#[test]
fn tags_are_asked_for_and_checked() {
    let mut h = runs();
    h.keys("t");
    h.text("keep");
    h.keys("enter");
    assert!(matches!(h.model.layers.last(), Some(Layer::Ask(a)) if a.complaint.is_some()));
    h.text("=yes");
    h.keys("enter");
    let tag = RunsEdit::Tag {
        key: "keep".into(),
        value: "yes".into(),
    };
    assert!(matches!(preview(&h), Some(Act::EditRuns { edit, .. }) if edit == tag));
    let mut h = runs();
    line(&mut h, "tag runs keep=");
    let off = RunsEdit::Untag { key: "keep".into() };
    assert!(matches!(preview(&h), Some(Act::EditRuns { edit, .. }) if edit == off));
    // The head of a group is no run.
    let mut h = runs();
    h.feed(Slot::Runs, grouped());
    h.keys("D");
    assert!(h.model.layers.is_empty() && preview(&h).is_none());
}

#[test]
fn deleted_runs_are_restored() {
    let mut h = runs();
    h.keys("U");
    assert!(preview(&h).is_none(), "nothing of these is deleted");
    line(&mut h, "deleted runs");
    assert!(asked(&h).deleted);
    h.load();
    h.keys("U");
    assert!(matches!(
        preview(&h),
        Some(Act::EditRuns {
            edit: RunsEdit::Restore,
            ..
        })
    ));
    h.keys("esc esc esc");
    assert!(!asked(&h).deleted, "Esc shows the others again");
}

#[test]
fn a_range_beyond_the_slice_is_asked_for() {
    let mut h = runs();
    let rows: Vec<_> = (0..200u8)
        .map(|i| fixtures::run(i, "r", trimtab_core::run::RunStatus::Finished))
        .collect();
    h.feed(
        Slot::Runs,
        Snapshot::Runs(RunPage {
            total: 900,
            rows: rows.clone(),
            ..RunPage::default()
        }),
    );
    h.keys("v G");
    let offset = asked(&h).offset;
    assert!(offset > 0);
    let end = slice(220, 880);
    h.feed(Slot::Runs, Snapshot::Runs(end));
    h.keys("v");
    let range = h.asked.iter().find_map(|(_, r)| match r {
        Request::Runs(q) => Some((q.offset, q.limit)),
        _ => None,
    });
    assert_eq!(range, Some((0, 900)));
    let page = RunPage {
        total: 900,
        rows,
        ..RunPage::default()
    };
    h.answer(|r| matches!(r, Request::Runs(_)), Ok(Reply::Runs(page)));
    assert_eq!(h.model.runs.marks.len(), 200);
}

/// The runs `r0`, `r1` … from a place on.
fn slice(from: u8, offset: u64) -> RunPage {
    let rows = (from..from + 20)
        .map(|i| fixtures::run(i, &format!("r{i}"), trimtab_core::run::RunStatus::Finished));
    RunPage {
        total: 900,
        matching: 900,
        offset,
        rows: rows.collect(),
        ..RunPage::default()
    }
}

fn selected(h: &Harness) -> String {
    h.model.runs.selected(&h.model).unwrap().name.clone()
}

#[test]
fn selection_and_range_stay_on_their_runs_when_lines_move() {
    let mut h = runs();
    h.feed(Slot::Runs, Snapshot::Runs(slice(50, 0)));
    h.keys("j j v j j j");
    assert_eq!(selected(&h), "r55");
    // Three newer runs came above.
    h.feed(Slot::Runs, Snapshot::Runs(slice(47, 0)));
    assert_eq!(selected(&h), "r55");
    h.keys("v");
    let marked =
        |h: &Harness| -> Vec<_> { h.model.runs.marks.iter().map(ToString::to_string).collect() };
    let expected: Vec<_> = slice(52, 0).rows[..4]
        .iter()
        .map(|r| r.id.to_string())
        .collect();
    assert_eq!(marked(&h), expected);
}

#[test]
fn heads_of_groups_are_no_runs() {
    let mut h = runs();
    h.feed(Slot::Runs, grouped());
    h.keys("space");
    assert!(h.model.runs.marks.is_empty());
    h.keys("v G v");
    let rows = fixtures::runs();
    assert_eq!(h.model.runs.marks, [rows[2].id.clone(), rows[3].id.clone()]);
    h.keys("g g P");
    assert!(preview(&h).is_none());
}

#[test]
fn answers_about_another_table_are_left_out() {
    let mut h = runs();
    let marks = |h: &Harness| h.model.runs.marks.len();
    h.feed(Slot::Runs, Snapshot::Runs(slice(0, 0)));
    h.keys("v G");
    h.feed(Slot::Runs, Snapshot::Runs(slice(40, 880)));
    h.keys("v !");
    eprintln!(
        "DBG {:?} {:?} {:?}",
        h.asked, h.model.toasts, h.model.runs.list
    );
    line(&mut h, "sort name");
    h.feed(Slot::Runs, Snapshot::Runs(slice(100, 0)));
    h.answer(
        |r| matches!(r, Request::Runs(_)),
        Ok(Reply::Runs(slice(0, 0))),
    );
    h.answer(
        |r| matches!(r, Request::NextUnwell { .. }),
        Ok(Reply::Line(Some(7))),
    );
    assert_eq!((marks(&h), h.model.runs.list.selected), (0, 0));
    assert_eq!(selected(&h), "r100");
}

#[test]
fn news_of_a_run_does_not_make_a_plain_table_ask_again() {
    let mut h = runs();
    line(&mut h, "columns name,status");
    let mut row = fixtures::runs()[1].clone();
    row.ended = None;
    h.delta(Slot::Runs, trimtab_wire::Delta::Run(Box::new(row.clone())));
    assert!(!h.model.runs.dirty && h.asked.is_empty(), "{:?}", h.asked);
    // Sorted, it may have moved; the answer is taken though more news came meanwhile.
    line(&mut h, "sort name");
    h.feed(Slot::Runs, Snapshot::Runs(slice(0, 0)));
    h.now.0 += 2_000;
    h.delta(Slot::Runs, trimtab_wire::Delta::Run(Box::new(row.clone())));
    h.delta(Slot::Runs, trimtab_wire::Delta::Run(Box::new(row)));
    assert!(h.model.runs.dirty);
    h.answer(
        |r| matches!(r, Request::Runs(_)),
        Ok(Reply::Runs(slice(30, 0))),
    );
    assert_eq!(selected(&h), "r30");
}
