//! Frames of every pane in its states. Text with styles at 80×24, text alone at 200×50.

use insta::assert_snapshot;
use trimtab_core::monitor::{MonitorState, Quality};
use trimtab_core::policy::{QualityMetric, QualityPolicy};
use trimtab_core::release::Preview;
use trimtab_core::run::RunPage;
use trimtab_wire::{Acted, Failure, FailureKind, LinkState, Reply, Request, Snapshot};

use crate::model::data::Slot;
use crate::msg::{Msg, Trouble};
use crate::testing::harness::Harness;
use crate::testing::{self, fixtures};

const DIGITS: [(&str, &str); 7] = [
    ("1", "fleet"),
    ("2", "runs"),
    ("3", "compare"),
    ("4", "registry"),
    ("5", "monitors"),
    ("6", "retrain"),
    ("8", "audit"),
];

/// Brings what a pane asks for once it is in front.
fn serve(h: &mut Harness) {
    testing::compare::fed(h);
    if h.follows.contains_key(&Slot::JobLog) {
        h.feed(Slot::JobLog, Snapshot::JobLog(fixtures::log()));
    }
    if h.follows.contains_key(&Slot::Audit) {
        h.feed(Slot::Audit, Snapshot::Audit(fixtures::audit()));
    }
    while let Some((_, Request::Distribution { feature, start, .. })) = h
        .asked
        .iter()
        .find(|(_, r)| matches!(r, Request::Distribution { .. }))
        .cloned()
    {
        h.answer(
            |r| matches!(r, Request::Distribution { .. }),
            Ok(Reply::Distribution(fixtures::distribution(&feature, start))),
        );
    }
}

fn alive(width: u16, height: u16, keys: &str) -> Harness {
    let mut h = Harness::alive(width, height);
    for key in keys.split_whitespace() {
        h.keys(key);
        serve(&mut h);
    }
    h
}

#[test]
fn panes_full() {
    for (digit, name) in DIGITS {
        let before = if name == "compare" {
            "2 j space space space "
        } else {
            ""
        };
        let after = if name == "monitors" {
            " j j j j j j j j"
        } else {
            ""
        };
        let keys = format!("{before}{digit}{after}");
        assert_snapshot!(format!("{name}_80x24"), alive(80, 24, &keys).frame());
        assert_snapshot!(format!("{name}_200x50"), alive(200, 50, &keys).text_frame());
    }
}

#[test]
fn panes_empty() {
    for (digit, name) in DIGITS {
        let mut h = Harness::start(80, 24, testing::look());
        h.link_up();
        h.feed(
            Slot::Fleet,
            Snapshot::Fleet {
                rows: vec![],
                demo: None,
            },
        );
        h.feed(
            Slot::Registry,
            Snapshot::Registry {
                models: vec![],
                requests: vec![],
                deployments: vec![],
            },
        );
        h.feed(Slot::Monitors, Snapshot::Monitors(vec![]));
        h.feed(Slot::Jobs, Snapshot::Jobs(vec![]));
        h.feed(Slot::Runs, Snapshot::Runs(RunPage::default()));
        h.keys(digit);
        if h.follows.contains_key(&Slot::Audit) {
            h.feed(Slot::Audit, Snapshot::Audit(vec![]));
        }
        assert_snapshot!(format!("empty_{name}"), h.text_frame());
    }
}

#[test]
fn panes_before_the_first_answer() {
    let mut h = Harness::start(80, 24, testing::look());
    assert_snapshot!("unconnected", h.text_frame());
    h.link_up();
    for (digit, name) in DIGITS {
        h.keys(digit);
        assert_snapshot!(format!("loading_{name}"), h.text_frame());
    }
}

#[test]
fn panes_that_failed() {
    for (digit, name) in [
        ("1", "fleet"),
        ("2", "runs"),
        ("5", "monitors"),
        ("8", "audit"),
    ] {
        let mut h = Harness::start(80, 24, testing::look());
        h.link_up();
        h.keys(digit);
        for slot in [Slot::Fleet, Slot::Runs, Slot::Monitors, Slot::Audit] {
            if let Some((generation, _)) = h.follows.get(&slot) {
                let failure = Failure::new(
                    FailureKind::Store,
                    "The store cannot be read: the disk is full.",
                    "Free some space on /srv, then press F5.",
                );
                h.send(Msg::Fed {
                    slot,
                    generation: *generation,
                    event: trimtab_wire::Event::Failed(failure),
                });
            }
        }
        assert_snapshot!(format!("failed_{name}"), h.text_frame());
    }
}

#[test]
fn a_lost_link_keeps_the_last_good_data() {
    let mut h = alive(80, 24, "1");
    h.send(Msg::Linked(LinkState::Connecting {
        tries: 2,
        reason: "connection refused".into(),
    }));
    h.now.0 += 7_000;
    h.send(Msg::Woke);
    assert_snapshot!("stale_fleet", h.frame());
    h.keys("2");
    assert_snapshot!("stale_runs", h.text_frame());
    h.keys("1 P");
    assert_snapshot!("stale_act_refused", h.text_frame());
}

#[test]
fn act_dialogs() {
    let mut h = alive(80, 24, "1 B");
    assert_snapshot!("dialog_loading", h.text_frame());
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(fixtures::preview())),
    );
    assert_snapshot!("dialog_fresh", h.frame());
    h.keys("tab tab enter");
    assert_snapshot!("dialog_reason_missing", h.text_frame());
    h.text("auc fell");
    h.keys("enter enter");
    assert_snapshot!("dialog_under_way", h.text_frame());
    let acted = Acted::RolledBack {
        model: "late15".into(),
        from: trimtab_core::registry::Version(2),
        to: trimtab_core::registry::Version(1),
        switched_ms: 212.4,
        answered: "{}".into(),
    };
    h.now.0 += 230;
    h.answer(
        |r| matches!(r, Request::Act { .. }),
        Ok(Reply::Acted(acted)),
    );
    assert_snapshot!("dialog_done", h.frame());
}

#[test]
fn refused_and_failed_previews() {
    let mut h = alive(80, 24, "1 P");
    let preview = Preview {
        refusal: Some(
            "The gate champion fails: heldout_auc 0.655 is below the champion's 0.661.".into(),
        ),
        title: "Promote late15 v3".into(),
        ..fixtures::preview()
    };
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Ok(Reply::Preview(preview)),
    );
    assert_snapshot!("dialog_refused", h.text_frame());
    h.keys("enter A");
    h.answer(
        |r| matches!(r, Request::Preview(_)),
        Err(Trouble {
            message: "Request #4 is gone.".into(),
            hint: "Look at the requests in Registry (4).".into(),
        }),
    );
    assert_snapshot!("dialog_failed", h.text_frame());
}

#[test]
fn retrain_form() {
    let mut h = alive(80, 24, "1 T");
    assert_snapshot!("form_fresh", h.frame());
    h.text("April");
    h.keys("tab tab tab tab enter");
    assert_snapshot!("form_complaint", h.text_frame());
}

#[test]
fn prompts_and_help() {
    let mut h = alive(80, 24, "2 :");
    assert_snapshot!("palette_fresh", h.text_frame());
    h.text("prom");
    assert_snapshot!("palette_typed", h.frame());
    h.keys("esc s");
    assert_snapshot!("picker_order", h.text_frame());
    h.keys("esc /");
    h.text("deep");
    assert_snapshot!("filter_typing", h.text_frame());
    h.keys("enter ?");
    assert_snapshot!("help", h.text_frame());
    assert_snapshot!("help_200x50", alive(200, 50, "4 ?").text_frame());
}

#[test]
fn details() {
    assert_snapshot!("run_detail_80x24", alive(80, 24, "2 j enter").text_frame());
    assert_snapshot!(
        "run_detail_200x50",
        alive(200, 50, "2 j enter").text_frame()
    );
    assert_snapshot!(
        "differences_80x24",
        alive(80, 24, "2 j space space space c x").text_frame()
    );
    assert_snapshot!(
        "compare_smoothed_cursor",
        alive(80, 24, "2 j space space space c S h h h h h").text_frame()
    );
    assert_snapshot!("registry_requests", alive(80, 24, "4 tab").text_frame());
    assert_snapshot!("retrain_wide_log", alive(80, 24, "6 l").text_frame());
    assert_snapshot!(
        "monitors_quality_row",
        alive(80, 24, "5 h h h").text_frame()
    );
    // A tall screen shows its course.
    assert_snapshot!(
        "monitors_quality_200x50",
        alive(200, 50, "5 h h h").text_frame()
    );
    // A version that nobody has asked for tells where it comes from.
    let mut h = alive(80, 24, "4");
    let Snapshot::Registry {
        models,
        deployments,
        ..
    } = fixtures::registry()
    else {
        panic!("the registry's snapshot");
    };
    h.feed(
        Slot::Registry,
        Snapshot::Registry {
            models,
            requests: vec![],
            deployments,
        },
    );
    assert_snapshot!("registry_version", h.text_frame());
}

#[test]
fn input_problems_are_listed() {
    let mut h = alive(80, 24, "5");
    h.feed(
        Slot::Monitors,
        Snapshot::Monitors(vec![MonitorState {
            problems: fixtures::problems(),
            ..fixtures::monitor()
        }]),
    );
    assert_snapshot!("monitors_problems", h.text_frame());
}

#[test]
fn a_regression_is_told_by_its_errors_and_less_is_better() {
    let mut monitor = fixtures::monitor();
    monitor.quality_metric = "mae".into();
    monitor.quality_min = 12.0;
    monitor.rules.quality = Some(QualityPolicy {
        metric: QualityMetric::Mae,
        min: None,
        max: Some(12.0),
        min_labels: 500,
        label_delay: None,
    });
    for (i, window) in monitor.windows.iter_mut().enumerate() {
        window.quality = Quality {
            labelled: 5_800,
            mae: if i == 20 { 13.0 } else { 11.0 },
            rmse: 15.0,
            r2: 0.4,
            bias: 1.0,
            ..Quality::unknown()
        };
    }
    let mut h = alive(120, 40, "5");
    h.feed(Slot::Monitors, Snapshot::Monitors(vec![monitor]));
    assert!(h.text_frame().contains("mae 11.000"), "{}", h.text_frame());
    // Windows below the bound are the good ones.
    h.keys("N");
    let frame = h.text_frame();
    for part in [
        "mae 13.000",
        "rmse 15.000",
        "r2 0.400",
        "bias 1.000",
        "bound on mae 12.00",
    ] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(!frame.contains("log loss"), "{frame}");
    h.keys("N");
    assert!(
        h.text_frame()
            .contains("mae is good in every earlier window")
    );
}

#[test]
fn other_looks() {
    for (name, look) in [("ascii", testing::ascii()), ("mono", testing::mono())] {
        for pane in ["1", "5", "3"] {
            let mut h = alive(80, 24, "2 space space 5 j j j j j j j j");
            h.model.look = look.clone();
            h.keys(pane);
            serve(&mut h);
            assert_snapshot!(format!("{name}_pane_{pane}"), h.text_frame());
        }
    }
}

#[test]
fn many_rows_are_paged() {
    let mut h = Harness::alive(80, 24);
    h.feed(
        Slot::Runs,
        Snapshot::Runs(RunPage {
            total: 100_000,
            offset: 0,
            rows: (0..200)
                .map(|i| {
                    fixtures::run(
                        (i % 250) as u8,
                        &format!("run-{i}"),
                        trimtab_core::run::RunStatus::Finished,
                    )
                })
                .collect(),
            ..RunPage::default()
        }),
    );
    h.keys("2 G");
    assert_snapshot!("runs_end_loading", h.text_frame());
    let Some((_, trimtab_wire::Topic::Runs(query))) = h.follows.get(&Slot::Runs) else {
        panic!("runs")
    };
    assert!(
        query.offset > 99_000 && query.offset + 200 >= 100_000,
        "{query:?}"
    );
}

#[test]
fn small_and_odd_sizes() {
    assert_snapshot!("tiny_40x10", alive(40, 10, "1").text_frame());
    assert_snapshot!("runs_60x16", alive(60, 16, "2").text_frame());
    assert_snapshot!("audit_60x16", alive(60, 16, "8").text_frame());
    assert_snapshot!("monitors_60x16", alive(60, 16, "5 j j j").text_frame());
    for (digit, _) in DIGITS {
        for (w, h) in [
            (1, 1),
            (2, 2),
            (3, 7),
            (10, 3),
            (20, 5),
            (79, 6),
            (300, 8),
            (5, 100),
        ] {
            let _ = alive(w, h, &format!("2 space space {digit}")).frame();
            let _ = alive(w, h, &format!("{digit} ?")).frame();
            let _ = alive(w, h, &format!("{digit} :")).frame();
            let _ = alive(w, h, "1 T").frame();
            let _ = alive(w, h, "1 B").frame();
        }
    }
}

/// The budget of DESIGN.md §11: one `j` in a table at 200×50 costs at most 1 kB, and idling nothing.
#[test]
fn one_step_down_costs_less_than_a_kilobyte() {
    use ratatui::layout::Rect;
    use ratatui::{Terminal, TerminalOptions, Viewport};
    for pane in ["1", "2", "4", "6", "8"] {
        let mut h = alive(200, 50, pane);
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 200, 50)),
        };
        let mut terminal =
            Terminal::with_options(crate::backend::Quiet::new(Vec::new()), options).unwrap();
        let mut draw = |h: &Harness| {
            let before = terminal.backend().bytes_sent();
            terminal
                .draw(|frame| super::view(&h.model, frame.buffer_mut()))
                .unwrap();
            terminal.backend().bytes_sent() - before
        };
        draw(&h);
        assert_eq!(draw(&h), 0, "pane {pane} writes while idle");
        if matches!(pane, "2" | "8") {
            h.keys("j");
            let bytes = draw(&h);
            assert!(
                bytes > 0 && bytes <= 1_000,
                "pane {pane}: {bytes} bytes for j"
            );
        }
        h.send(Msg::Woke);
        assert_eq!(draw(&h), 0, "pane {pane} writes when woken for nothing");
    }
}
