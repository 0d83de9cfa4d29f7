//! Properties of the reducer, and the operator's story key by key.

use proptest::prelude::*;
use trimtab_core::job::JobState;
use trimtab_core::release::RequestState;
use trimtab_core::run::RunStatus;
use trimtab_wire::{Act, Delta, Event, Failure, FailureKind, LinkState, Reply, Request, Snapshot};

use crate::key::Key;
use crate::model::data::Slot;
use crate::model::layer::{Layer, Part};
use crate::msg::{Effect, Msg, Trouble};
use crate::testing::fixtures;
use crate::testing::harness::{Harness, welcome};

/// A step of a random session; slots and calls are chosen among what exists then.
#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Size(u16, u16),
    Snapshot(usize),
    Delta(usize, usize),
    Trouble(usize),
    Link(u8),
    Answer(bool),
    Paste(String),
    Time(i64),
}

const KEYS: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "8",
    "j",
    "k",
    "h",
    "l",
    "g g",
    "G",
    "ctrl-d",
    "ctrl-u",
    "pgdn",
    "pgup",
    "tab",
    "enter",
    "esc",
    "q",
    "space",
    "v",
    "u",
    "c",
    "s",
    "/",
    "m",
    "x",
    "X",
    "S",
    "L",
    "+",
    "-",
    "[",
    "]",
    "=",
    "e",
    "n",
    "N",
    "r",
    "F",
    "y",
    "Y",
    ":",
    "?",
    "P",
    "A",
    "R",
    "B",
    "T",
    "up",
    "down",
    "left",
    "right",
    "shift-tab",
    "backspace",
    "a",
    "0",
    "世",
    "ctrl-z",
    "!",
    "b",
    "z",
    "C",
    "K",
    "J",
    "D",
    "t",
    "U",
    "V",
    "W",
    "o",
    "d",
    ".",
    "i",
    "p",
    "%",
    "<",
    ">",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => proptest::sample::select(KEYS).prop_map(Step::Key),
        1 => (0u16..140, 0u16..60).prop_map(|(w, h)| Step::Size(w, h)),
        3 => (0usize..14).prop_map(Step::Snapshot),
        3 => (0usize..12, 0usize..15).prop_map(|(a, b)| Step::Delta(a, b)),
        1 => (0usize..12).prop_map(Step::Trouble),
        1 => (0u8..3).prop_map(Step::Link),
        2 => any::<bool>().prop_map(Step::Answer),
        1 => "\\PC{0,6}".prop_map(Step::Paste),
        1 => (0i64..100_000).prop_map(Step::Time),
    ]
}

const SLOTS: [Slot; 12] = [
    Slot::Fleet,
    Slot::Registry,
    Slot::Monitors,
    Slot::Jobs,
    Slot::Runs,
    Slot::Audit,
    Slot::Compare(0),
    Slot::Compare(1),
    Slot::CompareX,
    Slot::Detail,
    Slot::JobCurve,
    Slot::JobLog,
];

fn snapshots() -> Vec<(Slot, Snapshot)> {
    let mut all = fixtures::all();
    let runs = fixtures::runs();
    all.push((Slot::Audit, Snapshot::Audit(fixtures::audit())));
    all.push((Slot::JobLog, Snapshot::JobLog(fixtures::log())));
    for slot in [
        Slot::Compare(0),
        Slot::Compare(1),
        Slot::CompareX,
        Slot::Detail,
        Slot::JobCurve,
    ] {
        all.push((
            slot,
            Snapshot::Series(
                runs.iter()
                    .map(|r| fixtures::curve(r, "heldout_auc"))
                    .collect(),
            ),
        ));
    }
    all.push((Slot::Jobs, Snapshot::Jobs(vec![])));
    all.push((Slot::Runs, Snapshot::Runs(Default::default())));
    all
}

fn delta(n: usize) -> Delta {
    match n {
        0 => Delta::Fleet(Box::new(fixtures::fleet_row(
            "aaa",
            trimtab_wire::Health::Ok,
            "",
        ))),
        1 => Delta::Demo(fixtures::demo()),
        2 => Delta::Run(Box::new(fixtures::run(77, "new", RunStatus::Running))),
        3 => Delta::Run(Box::new(fixtures::run(2, "deep-trees", RunStatus::Killed))),
        4 => Delta::Points {
            run: fixtures::run_id(1),
            key: "heldout_auc".into(),
            points: fixtures::curve(&fixtures::runs()[2], "heldout_auc").points,
        },
        5 => Delta::Request(Box::new(fixtures::request(9, 3, RequestState::Switching))),
        6 => Delta::Window(Box::new(fixtures::window(40))),
        7 => Delta::Problems {
            monitor: "late15".into(),
            problems: fixtures::problems(),
        },
        8 => Delta::Job(Box::new(fixtures::job(7, JobState::Queued))),
        9 => Delta::Job(Box::new(fixtures::job(3, JobState::Succeeded))),
        10 => Delta::Log {
            job: trimtab_core::job::JobId(3),
            chunk: fixtures::log(),
        },
        11 => Delta::Audit(trimtab_core::audit::AuditEntry {
            seq: 99,
            ..fixtures::audit().remove(0)
        }),
        12 => Delta::Deployment(
            fixtures::fleet_row("late15", trimtab_wire::Health::Ok, "")
                .deployments
                .remove(1),
        ),
        13 => Delta::WindowsGone {
            monitor: "late15".into(),
            starts: fixtures::monitor()
                .windows
                .iter()
                .skip(3)
                .map(|w| w.start)
                .collect(),
        },
        _ => match fixtures::registry() {
            Snapshot::Registry { mut models, .. } => Delta::Model(Box::new(models.remove(0))),
            _ => unreachable!(),
        },
    }
}

fn take(h: &mut Harness, step: Step) {
    match step {
        Step::Key(keys) => h.keys(keys),
        Step::Size(w, height) => h.send(Msg::Resized(w, height)),
        Step::Snapshot(n) => {
            let all = snapshots();
            let (slot, snapshot) = all[n % all.len()].clone();
            if h.follows.contains_key(&slot) {
                h.feed(slot, snapshot);
            }
        }
        Step::Delta(slot, n) => {
            if h.follows.contains_key(&SLOTS[slot]) {
                h.delta(SLOTS[slot], delta(n));
            }
        }
        Step::Trouble(slot) => {
            if let Some((generation, _)) = h.follows.get(&SLOTS[slot]) {
                let failure = Failure::new(FailureKind::Store, "no", "");
                h.send(Msg::Fed {
                    slot: SLOTS[slot],
                    generation: *generation,
                    event: Event::Failed(failure),
                });
            }
        }
        Step::Link(0) => h.link_up(),
        Step::Link(1) => h.send(Msg::Linked(LinkState::Connecting {
            tries: 1,
            reason: "gone".into(),
        })),
        Step::Link(_) => h.send(Msg::Linked(LinkState::Down {
            reason: "gone".into(),
        })),
        Step::Answer(good) => {
            if let Some((call, request)) = h.asked.pop() {
                let reply = match request {
                    Request::Preview(_) => Reply::Preview(fixtures::preview()),
                    Request::Distribution { feature, start, .. } => {
                        Reply::Distribution(fixtures::distribution(&feature, start))
                    }
                    Request::Runs(_) => Reply::Runs(Default::default()),
                    Request::RunNames => Reply::RunNames(Default::default()),
                    Request::NextUnwell { .. } => Reply::Line(Some(3)),
                    _ => Reply::Done,
                };
                let result = if good {
                    Ok(Box::new(reply))
                } else {
                    Err(Trouble {
                        message: "no".into(),
                        hint: String::new(),
                    })
                };
                h.send(Msg::Answered { call, result });
            }
        }
        Step::Paste(text) => h.send(Msg::Pasted(text)),
        Step::Time(ms) => h.now.0 += ms,
    }
}

/// What holds after every message.
fn check(h: &Harness) {
    let m = &h.model;
    let within =
        |selected: usize, len: usize| assert!(selected < len.max(1), "{selected} of {len}");
    within(m.fleet.list.selected, m.data.fleet_rows().len());
    if m.data.runs.value.is_some() {
        within(m.runs.list.selected, m.runs.total(m));
    }
    within(m.retrain.list.selected, m.data.job_rows().len());
    within(m.registry.requests.selected, m.data.request_rows().len());
    within(
        m.registry.versions.selected,
        crate::model::registry::Registry::rows(m).len(),
    );
    within(m.audit.list.selected, m.audit.rows(m).len());
    // The same thing is never asked twice at once.
    let mut seen: Vec<&crate::msg::Call> = Vec::new();
    for (call, _) in m.calls.values() {
        let once = matches!(
            call,
            crate::msg::Call::RunsPage(_) | crate::msg::Call::Distribution { .. }
        );
        assert!(
            !once
                || !seen
                    .iter()
                    .any(|c| std::mem::discriminant(*c) == std::mem::discriminant(call)),
            "{call:?} twice"
        );
        seen.push(call);
    }
    // What the model follows is what it told the runner to follow.
    let mut followed: Vec<Slot> = m.followed().collect();
    let mut told: Vec<Slot> = h.follows.keys().copied().collect();
    followed.sort();
    told.sort();
    assert_eq!(followed, told);
    if let Some(Layer::Act(dialog)) = m.layers.last() {
        assert!(dialog.parts().contains(&dialog.focus), "{dialog:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_session_keeps_the_model_whole(steps in proptest::collection::vec(step(), 1..80), w in 1u16..140, height in 1u16..60) {
        let mut h = Harness::start(w, height, crate::testing::look());
        h.link_up();
        for s in steps {
            take(&mut h, s);
            check(&h);
            let _ = h.buffer();
        }
    }

    #[test]
    fn deltas_before_a_snapshot_change_nothing_of_it(order in proptest::collection::vec((0usize..12, 0usize..15), 0..30)) {
        let mut straight = Harness::alive(100, 30);
        straight.load();
        let mut stirred = Harness::alive(100, 30);
        for (slot, n) in order {
            take(&mut stirred, Step::Delta(slot, n));
        }
        stirred.load();
        prop_assert_eq!(format!("{:?}", straight.model.data.fleet), format!("{:?}", stirred.model.data.fleet));
        prop_assert_eq!(format!("{:?}", straight.model.data.registry), format!("{:?}", stirred.model.data.registry));
        prop_assert_eq!(format!("{:?}", straight.model.data.monitors), format!("{:?}", stirred.model.data.monitors));
        prop_assert_eq!(format!("{:?}", straight.model.data.jobs), format!("{:?}", stirred.model.data.jobs));
        prop_assert_eq!(format!("{:?}", straight.model.data.runs), format!("{:?}", stirred.model.data.runs));
    }

    #[test]
    fn no_key_acts_in_a_fresh_dialog(keys in proptest::collection::vec(proptest::sample::select(&["enter", "space", "y", "Y", "enter", "esc"][..]), 1..4)) {
        let mut h = Harness::alive(100, 30);
        h.keys("1 B");
        h.answer(|r| matches!(r, Request::Preview(_)), Ok(Reply::Preview(fixtures::preview())));
        h.keys(keys[0]);
        prop_assert!(act(&h).is_none());
    }
}

fn act(h: &Harness) -> Option<(Act, String)> {
    h.asked.iter().find_map(|(_, r)| match r {
        Request::Act { act, reason } => Some((act.clone(), reason.clone())),
        _ => None,
    })
}

#[test]
fn rolling_back_takes_a_reason_and_two_decisions() {
    let mut h = Harness::alive(80, 24);
    h.keys("1 B");
    assert!(matches!(h.model.layers.last(), Some(Layer::Act(d)) if d.focus == Part::Cancel));
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(fixtures::preview())),
    );
    h.keys("enter");
    assert!(h.model.layers.is_empty(), "Enter in a fresh dialog cancels");
    h.keys("B");
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(fixtures::preview())),
    );
    h.text("fell");
    h.keys("enter");
    assert_eq!(act(&h), None, "Enter in the reason only moves on");
    h.keys("enter");
    assert_eq!(
        act(&h),
        Some((
            Act::Rollback {
                model: "late15".into()
            },
            "fell".into()
        ))
    );
}

#[test]
fn retraining_goes_through_form_and_preview() {
    let mut h = Harness::alive(80, 24);
    h.keys("1 T");
    h.text("2013-04-01");
    h.keys("tab");
    h.text("2013-07-01");
    h.keys("tab");
    h.text("depth=8");
    h.keys("tab");
    h.text("drift");
    h.keys("tab enter");
    let Some(Request::Preview(Act::Retrain(spec))) = h
        .asked
        .iter()
        .map(|(_, r)| r)
        .find(|r| matches!(r, Request::Preview(_)))
    else {
        panic!("no preview asked: {:?}", h.asked);
    };
    assert_eq!(
        (
            spec.recipe.as_str(),
            spec.from.as_deref(),
            spec.params["depth"].as_str()
        ),
        ("late15", Some("2013-04-01"), "8")
    );
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(trimtab_core::release::Preview {
            reason_required: false,
            ..fixtures::preview()
        })),
    );
    h.keys("shift-tab enter");
    assert!(matches!(act(&h), Some((Act::Retrain(_), reason)) if reason == "drift"));
    let job = Box::new(fixtures::job(9, JobState::Queued));
    h.answer(
        |r| matches!(r, Request::Act { .. }),
        Ok(Reply::Acted(trimtab_wire::Acted::Job(job))),
    );
    assert_eq!(
        h.model.pane,
        crate::model::nav::Pane::Retrain,
        "what one starts one watches"
    );
}

#[test]
fn acts_need_a_link_and_a_writable_agent() {
    let mut h = Harness::alive(80, 24);
    h.send(Msg::Linked(LinkState::Connecting {
        tries: 1,
        reason: "gone".into(),
    }));
    h.keys("1 B");
    assert!(h.model.layers.is_empty() && h.model.toasts[0].text.contains("Not connected"));
    let read_only = trimtab_wire::Welcome {
        read_only: true,
        ..welcome()
    };
    h.send(Msg::Linked(LinkState::Up(Box::new(read_only))));
    h.keys("esc B");
    assert!(
        h.model.layers.is_empty() && h.model.toasts[0].text.contains("read-only"),
        "{:?}",
        h.model.toasts
    );
}

#[test]
fn the_palette_runs_commands_and_remembers() {
    let mut h = Harness::alive(80, 24);
    h.keys(":");
    h.text("demo speed 500");
    h.keys("enter");
    assert!(
        h.asked
            .iter()
            .any(|(_, r)| matches!(r, Request::Demo(trimtab_wire::DemoCommand::Speed(500)))),
        "{:?}",
        h.asked
    );
    h.keys(": up");
    assert!(
        matches!(h.model.layers.last(), Some(Layer::Palette(p)) if p.input.text() == "demo speed 500")
    );
    h.keys("esc :");
    h.text("nonsense");
    h.keys("enter");
    assert!(h.model.toasts.last().unwrap().text.contains("nonsense"));
}

#[test]
fn the_selection_stays_on_what_was_selected() {
    let mut h = Harness::alive(80, 24);
    h.keys("6 j");
    let before = h.model.retrain.selected(&h.model).unwrap().id;
    h.delta(
        Slot::Jobs,
        Delta::Job(Box::new(fixtures::job(8, JobState::Queued))),
    );
    assert_eq!(h.model.retrain.selected(&h.model).unwrap().id, before);
    h.keys("g g");
    h.delta(
        Slot::Jobs,
        Delta::Job(Box::new(fixtures::job(9, JobState::Queued))),
    );
    assert_eq!(
        h.model.retrain.selected(&h.model).unwrap().id.0,
        9,
        "the top row follows the newest"
    );
}

#[test]
fn old_generations_are_ignored() {
    let mut h = Harness::alive(80, 24);
    let runs = h.model.data.runs.clone();
    h.send(Msg::Fed {
        slot: Slot::Runs,
        generation: 999,
        event: Event::Snapshot(Snapshot::Runs(Default::default())),
    });
    // Compared as text: NaN is a value of metrics.
    assert_eq!(format!("{:?}", h.model.data.runs), format!("{runs:?}"));
}

#[test]
fn pastes_never_run_commands() {
    let mut h = Harness::alive(80, 24);
    h.send(Msg::Pasted("B\rquit\r".into()));
    assert!(h.model.layers.is_empty() && h.effects.is_empty());
}

#[test]
fn leaving() {
    let mut h = Harness::alive(80, 24);
    h.keys("2 enter q");
    assert!(
        !h.model.runs.detail && h.effects.is_empty(),
        "q goes back first"
    );
    h.keys("q");
    assert_eq!(h.effects, [Effect::Quit]);
    h.send(Msg::Key("ctrl-z".parse::<Key>().unwrap()));
    h.send(Msg::Terminated);
    assert_eq!(h.effects, [Effect::Quit, Effect::Suspend, Effect::Quit]);
}

#[test]
fn an_idle_console_sleeps() {
    let mut h = Harness::alive(80, 24);
    h.feed(Slot::Jobs, Snapshot::Jobs(vec![]));
    h.feed(Slot::Runs, Snapshot::Runs(Default::default()));
    // Nothing but the minute in the header.
    assert_eq!(h.model.wake_in(), Some(60_000));
    h.send(Msg::Focused(false));
    assert_eq!(h.model.wake_in(), None);
}

#[test]
fn curves_do_not_grow_for_ever() {
    let mut h = Harness::alive(80, 24);
    h.keys("2 space c");
    let Some((first, trimtab_wire::Topic::Series { runs, key, .. })) =
        h.follows.get(&Slot::Compare(0)).cloned()
    else {
        panic!("curves are followed");
    };
    h.feed(Slot::Compare(0), Snapshot::Series(vec![]));
    for i in 0..40 {
        let points = (0..100).map(|n| trimtab_core::metric::Point {
            step: i * 100 + n,
            time: h.now,
            value: 0.5,
        });
        h.delta(
            Slot::Compare(0),
            Delta::Points {
                run: runs[0].clone(),
                key: key.clone(),
                points: points.collect(),
            },
        );
    }
    assert!(
        h.follows[&Slot::Compare(0)].0 > first,
        "thinned by the agent again"
    );
}

#[test]
fn news_reach_the_operator_in_any_pane() {
    let mut h = Harness::alive(80, 24);
    h.keys("2");
    h.delta(
        Slot::Jobs,
        Delta::Job(Box::new(fixtures::job(3, JobState::Succeeded))),
    );
    assert!(h.model.toasts[0].text.contains("Job 3 (late15) succeeded"));
    h.delta(
        Slot::Jobs,
        Delta::Job(Box::new(fixtures::job(3, JobState::Succeeded))),
    );
    assert_eq!(h.model.toasts.len(), 1, "told once");
}

#[test]
fn promoting_from_the_request_that_is_live_means_the_newest_version() {
    let mut h = Harness::alive(80, 24);
    h.keys("4 tab j j");
    assert_eq!(
        h.model.registry.selected_request(&h.model).unwrap().state,
        RequestState::Live
    );
    h.keys("P");
    let asked = h.asked.iter().find_map(|(_, r)| match r {
        Request::Preview(Act::Promote { version, .. }) => Some(version.0),
        _ => None,
    });
    assert_eq!(asked, Some(3));
}

#[test]
fn quitting_by_name_asks_nothing() {
    for line in ["quit", "q", "q!", "exit"] {
        let mut h = Harness::alive(80, 24);
        // There is much to go back from: a detail, a range, a filter.
        h.keys("2 enter v : ");
        h.text(line);
        h.keys("enter");
        assert_eq!(h.effects, [Effect::Quit], ":{line}");
    }
    let mut h = Harness::alive(80, 24);
    h.keys("2 enter q");
    assert_eq!(
        (h.effects.len(), h.model.runs.detail),
        (0, false),
        "q goes back first"
    );
    h.keys("q");
    assert_eq!(h.effects, [Effect::Quit]);
}

#[test]
fn a_silent_agent_is_told_in_the_header() {
    let mut h = Harness::alive(80, 24);
    h.keys("1 B");
    assert_eq!(h.model.lag(), None);
    h.now.0 += 2_000;
    h.send(Msg::Woke);
    assert!(
        h.text_frame().contains("no answer for 2s"),
        "{}",
        h.text_frame()
    );
}
