//! A run in detail: what is asked for, where keys lead, what comes of answers.

use trimtab_core::job::LogChunk;
use trimtab_core::time::Millis;
use trimtab_wire::{Act, Acted, NoteOf, Reply, Request, Snapshot};

use crate::model::data::Slot;
use crate::model::detail::Tab;
use crate::model::nav::Pane;
use crate::msg::{Effect, Msg, Trouble};
use crate::testing::detail::{answer, answered, opened, run};
use crate::testing::fixtures;
use crate::testing::harness::Harness;

const SIZE: (u16, u16) = (80, 24);

fn copied(h: &mut Harness, keys: &str) -> String {
    h.effects.clear();
    h.keys(keys);
    match &h.effects[..] {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn enter_goes_closer_and_esc_comes_back_step_by_step() {
    let mut h = Harness::alive(80, 24);
    h.keys("2 j enter");
    assert!(h.model.runs.detail && !h.model.detail.is_open());
    h.keys("enter");
    assert_eq!(h.model.detail.run, Some(fixtures::run_id(2)));
    h.keys("tab ] ]");
    assert_eq!(h.model.detail.tab, Tab::Metrics);
    h.keys("enter");
    assert!(h.model.detail.alone);
    let run = h.model.run_in_front().unwrap().clone();
    let key = h.model.detail.charted(&h.model.runs, &run).unwrap();
    h.feed(
        Slot::Detail,
        Snapshot::Series(vec![fixtures::curve(&run, &key)]),
    );
    h.keys("left");
    assert!(h.model.detail.cursor.is_some());
    h.keys("esc");
    assert!(h.model.detail.alone, "the read-out goes first");
    h.keys("esc");
    assert!(!h.model.detail.alone && h.model.detail.is_open());
    h.keys("q");
    assert!(h.model.runs.detail && !h.model.detail.is_open());
    h.keys("q");
    assert!(!h.model.runs.detail);
    h.keys("<");
    assert!(h.model.runs.detail);
    h.keys("<");
    assert_eq!(
        (h.model.detail.is_open(), h.model.detail.tab),
        (true, Tab::Metrics)
    );
}

#[test]
fn the_run_stays_when_the_table_moves() {
    let mut h = opened(SIZE, Tab::Params);
    h.feed(Slot::Runs, Snapshot::Runs(Default::default()));
    assert!(
        h.text_frame().contains("retrain-apr-jun"),
        "{}",
        h.text_frame()
    );
    h.keys("J");
    assert_eq!(
        h.model.detail.run,
        Some(fixtures::run_id(1)),
        "there is no next one"
    );
}

#[test]
fn the_next_run_is_shown_in_the_same_tab() {
    let mut h = opened(SIZE, Tab::Params);
    h.keys("J J K");
    assert_eq!(
        (h.model.detail.run.clone(), h.model.detail.tab),
        (Some(fixtures::run_id(2)), Tab::Params)
    );
}

#[test]
fn curves_are_asked_for_as_far_as_they_are_seen() {
    let mut h = opened(SIZE, Tab::Metrics);
    let asked: Vec<Request> = h.asked.iter().map(|a| a.1.clone()).collect();
    let keys = |r: &Request| match r {
        Request::RunCurves { keys, .. } => Some(keys.clone()),
        _ => None,
    };
    let asked: Vec<_> = asked.iter().filter_map(keys).collect();
    assert_eq!(asked, [["heldout_auc", "heldout_loss", "train_loss"]]);
    answer(&mut h);
    assert!(!h.asked.iter().any(|a| keys(&a.1).is_some()));
    // A point more: asked again, but not at once.
    let mut more = run();
    more.metrics.get_mut("train_loss").unwrap().count += 1;
    h.delta(Slot::Runs, trimtab_wire::Delta::Run(Box::new(more)));
    assert!(!h.asked.iter().any(|a| keys(&a.1).is_some()));
    h.now.0 += 2_000;
    h.send(Msg::Woke);
    let asked: Vec<_> = h.asked.iter().filter_map(|a| keys(&a.1)).collect();
    assert_eq!(asked, [["train_loss"]]);
}

#[test]
fn names_and_values_are_copied() {
    let mut h = answered(SIZE, Tab::Params);
    assert_eq!(copied(&mut h, "y"), "depth");
    assert_eq!(copied(&mut h, "Y"), "6");
    let mut h = answered(SIZE, Tab::Metrics);
    assert_eq!(copied(&mut h, "y"), "heldout_auc");
    let mut h = answered(SIZE, Tab::Artifacts);
    assert_eq!(copied(&mut h, "j y"), "confusion.png");
    assert_eq!(
        copied(&mut h, "Y"),
        "mlflow-artifacts:/1/0101/artifacts/confusion.png"
    );
    let mut h = answered(SIZE, Tab::Notes);
    assert!(copied(&mut h, "Y").starts_with("# Why this run"));
}

#[test]
fn a_file_is_saved_and_a_chart_exported_by_one_key() {
    let mut h = answered(SIZE, Tab::Artifacts);
    h.keys("j e");
    let fetch = Effect::Fetch {
        run: fixtures::run_id(1),
        path: "confusion.png".into(),
        name: "confusion.png".into(),
    };
    assert_eq!(h.effects, [fetch]);
    let mut h = answered(SIZE, Tab::Overview);
    h.keys("e");
    assert!(matches!(h.effects[..], [Effect::Export { .. }]));
}

#[test]
fn the_log_is_gone_back_in_piece_by_piece() {
    let mut h = opened(SIZE, Tab::Log);
    let tail = LogChunk {
        offset: 2_000,
        text: (0..60).map(|i| format!("line {i}\n")).collect(),
        end: 2_470,
        stamps: Vec::new(),
    };
    h.feed(Slot::JobLog, Snapshot::JobLog(tail));
    assert!(h.model.detail.log.follow);
    assert!(
        !h.asked
            .iter()
            .any(|a| matches!(a.1, Request::JobLog { .. }))
    );
    h.keys("g g");
    assert!(!h.model.detail.log.follow);
    let older = LogChunk {
        offset: 0,
        text: "older\n".repeat(333) + "ab",
        end: 2_470,
        stamps: Vec::new(),
    };
    let top = h.model.detail.log.pager.top;
    h.answer(
        |r| {
            matches!(
                r,
                Request::JobLog {
                    offset: 0,
                    max: 2_000,
                    ..
                }
            )
        },
        Ok(Reply::Log(older)),
    );
    assert_eq!(
        h.model.detail.log.pager.top,
        top + 333,
        "what is in sight stays"
    );
    let log = h.model.data.log.value.as_ref().unwrap();
    assert_eq!(log.lines[333], "abline 0");
    h.keys("G");
    assert!(h.model.detail.log.follow);
}

#[test]
fn l_opens_the_log_at_the_moment_that_is_read_out() {
    let mut h = answered(SIZE, Tab::Overview);
    h.keys("right right right right l");
    assert_eq!(h.model.detail.tab, Tab::Log);
    let at = Millis(run().started.0 + 3 * 400);
    h.feed(Slot::JobLog, Snapshot::JobLog(fixtures::log()));
    let log = fixtures::log();
    let line = log.text.find("round   4").unwrap() as u64;
    h.answer(
        |r| matches!(r, Request::LogAt { at: asked, .. } if *asked == at),
        Ok(Reply::LogOffset(Some(line))),
    );
    assert_eq!(h.model.detail.log.mark, Some((line, at)));
    assert!(!h.model.detail.log.follow);
    assert!(h.text_frame().contains("round   4"), "{}", h.text_frame());
    // A log of an older agent.
    let mut h = answered(SIZE, Tab::Overview);
    h.keys("l");
    h.answer(
        |r| matches!(r, Request::LogAt { .. }),
        Ok(Reply::LogOffset(None)),
    );
    assert!(h.model.detail.log.follow);
    assert!(h.model.toasts[0].text.contains("Nobody noted"));
}

#[test]
fn l_in_compare_opens_the_log_of_the_selected_run() {
    let mut h = crate::testing::compare::compared(SIZE, 2, "");
    crate::testing::compare::fed(&mut h);
    h.keys("right right l");
    assert_eq!(h.model.pane, Pane::Runs);
    assert_eq!(h.model.detail.tab, Tab::Log);
    assert!(h.asked.iter().any(|a| matches!(a.1, Request::LogAt { .. })));
    h.keys("<");
    assert_eq!(h.model.pane, Pane::Compare);
}

fn note_act(h: &Harness) -> Option<(Act, String)> {
    h.asked.iter().find_map(|a| match &a.1 {
        Request::Act { act, reason } => Some((act.clone(), reason.clone())),
        _ => None,
    })
}

#[test]
fn a_note_is_saved_and_told() {
    let mut h = answered(SIZE, Tab::Notes);
    h.keys("E enter");
    h.text("More.");
    h.keys("ctrl-o");
    let (act, _) = note_act(&h).unwrap();
    let Act::Note { of, text } = &act else {
        panic!()
    };
    assert_eq!(*of, NoteOf::Run(fixtures::run_id(1)));
    assert!(
        text.ends_with("(https://tickets.example/42).\nMore."),
        "{text}"
    );
    h.answer(
        |r| matches!(r, Request::Act { .. }),
        Ok(Reply::Acted(Acted::Note(of.clone()))),
    );
    assert!(h.model.toasts[0].text.contains("is saved"));
}

#[test]
fn what_is_not_saved_is_not_lost() {
    let mut h = answered(SIZE, Tab::Notes);
    h.keys("E x esc");
    assert_eq!(h.model.layers.len(), 1, "it is warned of first");
    h.keys("esc");
    assert!(h.model.layers.is_empty());
    h.keys("E x ctrl-o");
    let refused = Trouble {
        message: "The disk is full.".into(),
        hint: String::new(),
    };
    h.answer(|r| matches!(r, Request::Act { .. }), Err(refused));
    assert!(
        h.text_frame().contains("Not saved: The disk is full."),
        "{}",
        h.text_frame()
    );
    // Saved as it was: nothing is asked.
    h.keys("backspace ctrl-o");
    assert_eq!(note_act(&h), None);
}

#[test]
fn the_users_own_editor_gives_its_text_back() {
    let mut h = answered(SIZE, Tab::Notes);
    h.keys("E ctrl-e");
    let Some(Effect::Edit { of, text }) = h.effects.pop() else {
        panic!()
    };
    assert!(text.starts_with("# Why"));
    h.send(Msg::Edited {
        of,
        result: Ok("short\n".into()),
    });
    h.keys("ctrl-o");
    let (act, _) = note_act(&h).unwrap();
    assert!(matches!(act, Act::Note { text, .. } if text == "short"));
}

#[test]
fn versions_and_models_have_notes() {
    let mut h = Harness::alive(100, 30);
    h.keys("4 E x ctrl-o");
    assert!(matches!(
        note_act(&h),
        Some((
            Act::Note {
                of: NoteOf::Version(..),
                ..
            },
            _
        ))
    ));
    let mut h = Harness::alive(100, 30);
    h.keys("4 M x ctrl-o");
    assert!(matches!(
        note_act(&h),
        Some((
            Act::Note {
                of: NoteOf::Model(_),
                ..
            },
            _
        ))
    ));
}
