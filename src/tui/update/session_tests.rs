//! The session between two starts, and the digest of what changed meanwhile.

use insta::assert_snapshot;
use trimtab_core::job::JobState;
use trimtab_core::registry::DeploymentKind;
use trimtab_core::release::RequestState;
use trimtab_core::run::{RunPage, RunStatus};
use trimtab_core::time::Millis;
use trimtab_wire::{LinkState, Reply, Request, Snapshot};

use crate::model::data::Slot;
use crate::model::layer::Layer;
use crate::model::nav::Pane;
use crate::model::registry::Region;
use crate::msg::{Effect, Msg, Trouble};
use crate::remember::{Left, Remembered};
use crate::testing::fixtures;
use crate::testing::harness::{Harness, NOW};
use crate::update::update;

fn alive() -> Harness {
    let mut h = Harness::alive(100, 30);
    h.send(Msg::Recalled(Ok(Box::default())));
    h
}

fn page(rows: Vec<trimtab_core::run::RunRow>) -> RunPage {
    RunPage {
        total: rows.len() as u64,
        matching: rows.len() as u64,
        rows,
        ..RunPage::default()
    }
}

/// A session in Compare, with everything chosen that can be.
fn worked() -> Harness {
    let mut h = alive();
    h.keys("2 j space space j j m");
    h.keys("enter esc 3 S X X L");
    h.model.compare.curves.zoom = Some((3.0, 40.5));
    h.keys("4 tab j 6 j 5 j j j h 8 /");
    if h.follows.contains_key(&Slot::Audit) {
        h.feed(Slot::Audit, Snapshot::Audit(fixtures::audit()));
    }
    h.text("ana");
    h.keys("enter 3");
    h
}

#[test]
fn a_session_is_taken_up_at_the_next_start() {
    let mut before = worked();
    before.keys("ctrl-c");
    let written = before.remembered.clone().expect("written at leaving");
    // As it is on disk.
    let text = toml::to_string(&written).unwrap();
    let read: Remembered = toml::from_str(&text).unwrap();
    assert_eq!(read, written, "{text}");

    let mut after = Harness::start(100, 30, crate::testing::look());
    after.link_up();
    after.send(Msg::Recalled(Ok(Box::new(read))));
    after.load();
    let (b, a) = (&before.model, &after.model);
    assert_eq!(a.pane, Pane::Compare);
    assert_eq!(a.runs.marks, b.runs.marks);
    assert!(a.runs.marks.len() == 2);
    assert_eq!(a.runs.list.selected, b.runs.list.selected);
    assert_eq!(a.compare.curves.zoom, Some((3.0, 40.5)));
    assert_eq!(
        (
            &a.compare.curves.axis,
            a.compare.curves.smoothing,
            a.compare.curves.y_scale
        ),
        (
            &b.compare.curves.axis,
            b.compare.curves.smoothing,
            b.compare.curves.y_scale
        )
    );
    assert_eq!(a.registry.region, Region::Requests);
    assert_eq!(a.registry.requests.selected, b.registry.requests.selected);
    assert_eq!(a.retrain.list.selected, b.retrain.list.selected);
    assert_eq!(
        (a.monitors.row, a.monitors.column),
        (b.monitors.row, b.monitors.column)
    );
    assert_eq!(a.audit.filter, "ana");
}

#[test]
fn a_run_that_is_gone_goes_from_the_marks_and_nothing_is_said() {
    let before = worked();
    let marks = before.model.runs.marks.clone();
    let state = Remembered {
        session: crate::model::session::Session::of(&before.model),
        ..Remembered::default()
    };
    let mut h = Harness::alive(100, 30);
    h.send(Msg::Recalled(Ok(Box::new(state.clone()))));
    let asks = |r: &Request| matches!(r, Request::Runs(q) if q.filter.starts_with("id in ("));
    let left = fixtures::runs().into_iter().filter(|r| r.id == marks[1]);
    h.model.data.known_runs.remove(&marks[0]);
    // What is marked meanwhile was not asked for.
    h.model.runs.marks.push(fixtures::run_id(99));
    h.answer(asks, Ok(Reply::Runs(page(left.collect()))));
    assert_eq!(h.model.runs.marks, [marks[1].clone(), fixtures::run_id(99)]);
    assert!(h.model.toasts.is_empty());

    // An agent that cannot say takes no mark away.
    let mut h = Harness::alive(100, 30);
    h.send(Msg::Recalled(Ok(Box::new(state))));
    let no = Trouble {
        message: "no".into(),
        hint: String::new(),
    };
    h.answer(asks, Err(no));
    assert_eq!(h.model.runs.marks, marks);
    assert!(h.model.toasts.is_empty());
}

#[test]
fn what_somebody_does_before_the_file_is_read_stays() {
    let mut before = worked();
    before.keys("ctrl-c");
    let mut h = Harness::alive(100, 30);
    h.keys("2 j j space");
    h.send(Msg::Recalled(Ok(Box::new(before.remembered.unwrap()))));
    assert_eq!(h.model.pane, Pane::Runs);
    assert_eq!(h.model.runs.marks.len(), 1);
}

#[test]
fn a_place_is_written_once_somebody_stays_there() {
    let mut h = alive();
    h.keys("2 j j j");
    assert_eq!(h.remembered, None, "still on the way");
    let wait = h.model.wake_in().expect("will be written");
    assert!(wait <= 3_000);
    h.now.0 += 3_000;
    h.send(Msg::Woke);
    let first = h.remembered.take().expect("written");
    assert_eq!(first.left.at, h.now);
    h.now.0 += 5_000;
    h.send(Msg::Woke);
    assert_eq!(h.remembered, None, "nothing new");
    // There and back is no change.
    h.keys("j k");
    h.now.0 += 5_000;
    h.send(Msg::Woke);
    assert_eq!(h.remembered, None);
    // Looking away is a moment to write.
    h.keys("j");
    h.send(Msg::Focused(false));
    assert!(h.remembered.take().is_some());
    // Whoever only looks is known to have looked.
    h.send(Msg::Focused(true));
    h.now.0 += 11 * 60_000;
    h.send(Msg::Woke);
    assert_eq!(h.remembered.map(|r| r.left.at), Some(h.now));
}

#[test]
fn the_state_is_written_before_the_console_ends() {
    for end in [
        Msg::Terminated,
        Msg::Key("ctrl-c".parse().unwrap()),
        Msg::Stopped,
    ] {
        let mut h = alive();
        h.keys("2");
        let effects = update(&mut h.model, h.now, end);
        let at = |is: &dyn Fn(&Effect) -> bool| effects.iter().position(is);
        let written = at(&|e| matches!(e, Effect::Remember { .. }));
        let ends = at(&|e| matches!(e, Effect::Quit | Effect::Suspend));
        assert!(written.is_some() && written < ends, "{effects:?}");
    }
}

#[test]
fn odd_sessions_do_no_harm() {
    for text in [
        "[session]\npane = \"hosts\"\nmarks = [\"x\", \"\"]",
        "[session.compare]\nsmoothing = 99\naxis = \"epoch\"\nzoom = [5.0, 1.0]",
        "[session.compare]\nzoom = [nan, inf]",
        "[session.runs]\nrun = \"00000000000000000000000000000000\"\nat = 99999999999",
        "[session.monitors]\nname = \"gone\"\nwindow = -9",
        "[session.registry]\nversion = [\"gone\", 7]\nrequest = 99",
        "[left]\nat = 9223372036854775807",
        "[left]\nat = -9223372036854775808",
    ] {
        let state: Remembered = toml::from_str(text).unwrap();
        let mut h = Harness::start(80, 24, crate::testing::look());
        h.link_up();
        h.send(Msg::Recalled(Ok(Box::new(state))));
        h.load();
        assert!(
            h.model.runs.list.selected < h.model.runs.total(&h.model),
            "{text}"
        );
        assert_eq!(h.model.compare.curves.zoom, None, "{text}");
        for digit in ["1", "2", "3", "4", "5", "6", "8"] {
            h.keys(digit);
            let _ = h.buffer();
        }
    }
}

/// Three hours away, with everything that can happen.
fn back(width: u16, height: u16) -> Harness {
    let since = Millis(NOW.0 - 3 * 3_600_000);
    let state = Remembered {
        left: Left {
            at: since,
            alerts: Vec::new(),
        },
        ..Remembered::default()
    };
    let mut h = Harness::start(width, height, crate::testing::look());
    h.link_up();
    h.send(Msg::Recalled(Ok(Box::new(state))));
    let mut registry = fixtures::registry();
    if let Snapshot::Registry { deployments, .. } = &mut registry {
        let mut back = deployments.last().cloned().unwrap();
        back.kind = DeploymentKind::Rollback;
        back.actor = "ben".into();
        back.at = Millis(NOW.0 - 600_000);
        deployments.push(back);
    }
    for (slot, snapshot) in fixtures::all() {
        if slot != Slot::Registry {
            h.feed(slot, snapshot);
        }
    }
    assert!(h.model.layers.is_empty(), "not everything is here");
    h.feed(Slot::Registry, registry);
    let runs = fixtures::runs();
    let of = |status: RunStatus, n: usize| {
        let rows = runs.iter().filter(|r| r.status == status).take(n).cloned();
        page(rows.collect())
    };
    let asks = |word: &'static str| move |r: &Request| matches!(r, Request::Runs(q) if q.filter.contains(word));
    h.answer(asks("failed"), Ok(Reply::Runs(of(RunStatus::Failed, 1))));
    let finished = RunPage {
        matching: 1_204,
        ..of(RunStatus::Finished, 5)
    };
    h.answer(asks("= finished"), Ok(Reply::Runs(finished)));
    h.answer(
        asks("started >"),
        Ok(Reply::Runs(of(RunStatus::Running, 1))),
    );
    h
}

#[test]
fn the_digest_tells_what_changed() {
    assert_snapshot!("digest_80x24", back(80, 24).frame());
    assert_snapshot!("digest_200x50", back(200, 50).text_frame());
    for (w, height) in [(1, 1), (12, 4), (40, 10)] {
        let _ = back(w, height).buffer();
    }
}

#[test]
fn the_digest_is_left_with_any_key_which_does_its_work() {
    let mut h = back(100, 30);
    assert!(matches!(h.model.layers.last(), Some(Layer::Digest(_))));
    h.keys("esc");
    assert!(h.model.layers.is_empty());
    let mut h = back(100, 30);
    h.keys("2");
    assert!(h.model.layers.is_empty());
    assert_eq!(h.model.pane, Pane::Runs);
    // It can be had again.
    h.keys(":");
    h.text("digest");
    h.keys("enter");
    assert!(matches!(h.model.layers.last(), Some(Layer::Digest(_))));
}

#[test]
fn enter_goes_where_it_happened() {
    let mut h = back(100, 30);
    h.keys("enter");
    assert_eq!(h.model.pane, Pane::Runs);
    assert!(
        h.model
            .runs
            .view
            .filter
            .contains("status in (failed, killed)")
    );
    let texts: Vec<String> = match back(100, 30).model.layers.pop() {
        Some(Layer::Digest(d)) => d.changes.into_iter().map(|c| c.text).collect(),
        other => panic!("{other:?}"),
    };
    for (i, text) in texts.iter().enumerate() {
        let mut h = back(100, 30);
        for _ in 0..i {
            h.keys("j");
        }
        h.keys("enter");
        assert!(h.model.layers.is_empty());
        let pane = match text {
            t if t.contains("run") => Pane::Runs,
            t if t.contains("rolled back") || t.contains("promoted") => Pane::Registry,
            t if t.contains("request") => Pane::Registry,
            t if t.starts_with("Job") => Pane::Retrain,
            _ => Pane::Monitors,
        };
        assert_eq!(h.model.pane, pane, "{text}");
    }
}

#[test]
fn nothing_new_is_not_told() {
    let left = |at| Remembered {
        left: Left {
            at,
            alerts: crate::model::digest::open_alerts(&alive().model),
        },
        ..Remembered::default()
    };
    // A minute ago is no absence: nothing is asked.
    let mut h = Harness::alive(80, 24);
    h.asked.clear();
    h.send(Msg::Recalled(Ok(Box::new(left(Millis(NOW.0 - 30_000))))));
    assert!(h.asked.is_empty(), "{:?}", h.asked);
    // Longer ago, but nothing happened since.
    let mut h = Harness::alive(80, 24);
    h.send(Msg::Recalled(Ok(Box::new(left(Millis(NOW.0 - 61_000))))));
    for _ in 0..3 {
        let asks = |r: &Request| matches!(r, Request::Runs(q) if q.limit == 5);
        h.answer(asks, Ok(Reply::Runs(RunPage::default())));
    }
    assert!(h.model.gathering.is_none());
    let told: Vec<_> = h.model.layers.iter().collect();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn whoever_types_is_not_disturbed() {
    let mut h = Harness::alive(80, 24);
    let state = Remembered {
        left: Left {
            at: Millis(NOW.0 - 3 * 3_600_000),
            alerts: Vec::new(),
        },
        ..Remembered::default()
    };
    h.send(Msg::Recalled(Ok(Box::new(state))));
    h.keys(":");
    for _ in 0..3 {
        let asks = |r: &Request| matches!(r, Request::Runs(q) if q.limit == 5);
        h.answer(asks, Ok(Reply::Runs(page(fixtures::runs()))));
    }
    assert!(matches!(h.model.layers.last(), Some(Layer::Palette(_))));
    h.keys("esc");
    assert!(matches!(h.model.layers.last(), Some(Layer::Digest(_))));
}

#[test]
fn a_window_without_focus_for_long_is_an_absence_too() {
    let mut h = alive();
    h.send(Msg::Focused(false));
    h.now.0 += 60 * 60_000;
    let mut job = fixtures::job(3, JobState::Failed);
    job.ended = Some(Millis(h.now.0 - 1_000));
    h.delta(Slot::Jobs, trimtab_wire::Delta::Job(Box::new(job)));
    let mut request = fixtures::request(9, 3, RequestState::AwaitingApproval);
    request.created = Millis(h.now.0 - 1_000);
    h.delta(
        Slot::Registry,
        trimtab_wire::Delta::Request(Box::new(request)),
    );
    h.send(Msg::Focused(true));
    for _ in 0..3 {
        let asks = |r: &Request| matches!(r, Request::Runs(q) if q.limit == 5);
        h.answer(asks, Ok(Reply::Runs(RunPage::default())));
    }
    let Some(Layer::Digest(digest)) = h.model.layers.last() else {
        panic!("{:?}", h.model.layers)
    };
    let texts: Vec<&str> = digest.changes.iter().map(|c| c.text.as_str()).collect();
    assert!(texts[0].starts_with("Job 3 (late15) failed"), "{texts:?}");
    assert!(texts[1].contains("asks for production"), "{texts:?}");
    // A lost link asks nothing.
    let mut h = alive();
    h.send(Msg::Focused(false));
    h.send(Msg::Linked(LinkState::Down {
        reason: "gone".into(),
    }));
    h.now.0 += 60 * 60_000;
    h.send(Msg::Focused(true));
    assert!(h.model.gathering.is_none());
}

#[test]
fn the_questions_are_filters_that_people_can_type() {
    for part in crate::model::digest::Part::ALL {
        let filter = part.filter(Millis(NOW.0 - 12_345));
        assert!(trimtab_core::expr::parse(&filter, NOW).is_ok(), "{filter}");
    }
}
