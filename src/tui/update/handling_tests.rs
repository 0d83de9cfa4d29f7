//! Mouse, themes, copying, stats and the way back, as somebody uses them.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;
use ratatui::layout::{Position, Size};
use trimtab_wire::Snapshot;

use crate::clipboard::Way;
use crate::config::Taste;
use crate::meter::Stats;
use crate::model::data::Slot;
use crate::model::layer::Layer;
use crate::model::nav::Pane;
use crate::mouse::{Gesture, Mouse};
use crate::msg::{Effect, Msg, Trouble};
use crate::taste::Tasted;
use crate::testing::fixtures;
use crate::testing::harness::Harness;
use crate::theme::user::read_all;
use crate::theme::{Palette, Role};

fn line(h: &mut Harness, text: &str) {
    h.keys(":");
    h.text(text);
    h.keys("enter");
}

fn mouse(h: &mut Harness, gesture: Gesture, at: Position) {
    let (x, y) = (at.x, at.y);
    h.send(Msg::Mouse(Mouse { gesture, x, y }));
}

fn click(h: &mut Harness, at: Position) {
    mouse(h, Gesture::Press, at);
    mouse(h, Gesture::Release, at);
}

/// Where a text stands on the screen.
fn find(h: &Harness, text: &str) -> Position {
    let frame = h.text_frame();
    let (y, line) = frame
        .lines()
        .enumerate()
        .find(|(_, l)| l.contains(text))
        .unwrap_or_else(|| panic!("{text} in\n{frame}"));
    let x = line[..line.find(text).unwrap()].chars().count();
    Position::new(x as u16, y as u16)
}

/// A console that has the mouse.
fn moused() -> Harness {
    let mut h = Harness::alive(100, 30);
    line(&mut h, "mouse");
    h.model.toasts.clear();
    h
}

fn compared(h: &mut Harness) {
    h.keys("2 j space space 3");
    let Some((_, trimtab_wire::Topic::Series { runs, key, .. })) =
        h.follows.get(&Slot::Compare(0)).cloned()
    else {
        panic!("not followed")
    };
    let all = fixtures::runs();
    let curves = all.iter().filter(|r| runs.contains(&r.id));
    let curves = curves.map(|r| fixtures::curve(r, &key)).collect();
    h.feed(Slot::Compare(0), Snapshot::Series(curves));
}

#[test]
fn the_mouse_is_the_terminals_until_it_is_asked_for() {
    let mut h = Harness::alive(100, 30);
    assert!(!h.model.mouse);
    let at = find(&h, "2 Runs");
    click(&mut h, at);
    assert_eq!(h.model.pane, Pane::Fleet);
    line(&mut h, "mouse");
    assert!(h.model.mouse);
    assert!(h.model.toasts[0].hint.contains("Shift"));
    click(&mut h, at);
    assert_eq!(h.model.pane, Pane::Runs);
    line(&mut h, "mouse");
    assert!(!h.model.mouse);
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut h = moused();
    for pane in ["Runs", "Audit", "4", "1"] {
        let tab = match pane {
            "4" => find(&h, "4 Registry"),
            "1" => find(&h, "1 Fleet"),
            name => find(&h, name),
        };
        click(&mut h, tab);
    }
    assert_eq!(h.model.pane, Pane::Fleet);
    h.keys("2");
    let at = find(&h, "slow-learner");
    click(&mut h, at);
    let name = h.model.runs.selected(&h.model).map(|r| r.name.clone());
    assert_eq!(name.as_deref(), Some("slow-learner"));
    assert!(!h.model.runs.detail);
    let at = find(&h, "slow-learner");
    click(&mut h, at);
    assert!(h.model.runs.detail);
    // Heads and rules are no rows.
    h.keys("esc");
    let before = h.model.runs.list;
    for y in [2, 3, 29] {
        click(&mut h, Position::new(10, y));
    }
    assert_eq!(h.model.runs.list, before);
    // The list under the mouse has the focus.
    h.keys("4");
    let at = find(&h, "gate failed");
    click(&mut h, at);
    assert_eq!(
        h.model.registry.region,
        crate::model::registry::Region::Requests
    );
    let state = h.model.registry.selected_request(&h.model).map(|r| r.state);
    assert_eq!(state, Some(trimtab_core::release::RequestState::GateFailed));
}

#[test]
fn the_wheel_moves_what_is_in_front() {
    let mut h = moused();
    h.keys("2");
    let at = Position::new(5, 8);
    mouse(&mut h, Gesture::Wheel(1), at);
    mouse(&mut h, Gesture::Wheel(1), at);
    mouse(&mut h, Gesture::Wheel(-1), at);
    assert_eq!(h.model.runs.list.selected, 3);
    h.keys("?");
    mouse(&mut h, Gesture::Wheel(1), at);
    assert_eq!(h.model.layers.last(), Some(&Layer::Help { scroll: 3 }));
    h.keys("esc s");
    mouse(&mut h, Gesture::Wheel(1), at);
    assert!(matches!(h.model.layers.last(), Some(Layer::Picker(p)) if p.selected == 1));
    let row = find(&h, "oldest first");
    click(&mut h, row);
    assert!(h.model.layers.is_empty(), "the selected one was taken");
    h.keys("s");
    click(&mut h, Position::new(0, 0));
    assert!(h.model.layers.is_empty(), "beside it");
}

#[test]
fn a_drag_in_a_chart_zooms() {
    let mut h = moused();
    compared(&mut h);
    let (a, b) = (Position::new(16, 6), Position::new(36, 7));
    mouse(&mut h, Gesture::Press, a);
    mouse(&mut h, Gesture::Drag, b);
    assert!(
        h.model.compare.curves.cursor.is_some(),
        "the read-out follows"
    );
    mouse(&mut h, Gesture::Release, b);
    let (low, high) = h.model.compare.curves.zoom.expect("zoomed");
    assert!(0.0 < low && low < high && high < 120.0, "{low} {high}");
    // The other way round is the same; a click alone reads out.
    h.keys("=");
    mouse(&mut h, Gesture::Press, b);
    mouse(&mut h, Gesture::Release, a);
    assert_eq!(h.model.compare.curves.zoom, Some((low, high)));
    h.keys("=");
    click(&mut h, a);
    assert_eq!(h.model.compare.curves.zoom, None);
    let at = h.model.compare.curves.cursor.unwrap();
    assert!((at - low).abs() < 1e-9);
    // Let go somewhere else: as far as the curves go.
    mouse(&mut h, Gesture::Press, a);
    mouse(&mut h, Gesture::Release, Position::new(99, 29));
    let (_, end) = h.model.compare.curves.zoom.unwrap();
    assert!(end > high && end <= 120.0, "{end}");
}

#[test]
fn a_click_below_the_charts_selects_a_run() {
    let mut h = moused();
    compared(&mut h);
    assert_eq!(h.model.compare.list.selected, 0);
    // The last row above the hints is the second run.
    click(&mut h, Position::new(12, 28));
    assert_eq!(h.model.compare.list.selected, 1);
    // In a view without such a table nothing is selected by it.
    h.keys("p");
    let before = h.model.compare.list;
    click(&mut h, Position::new(12, 10));
    assert_eq!(h.model.compare.list, before);
}

#[test]
fn a_click_in_the_grid_moves_its_cursor() {
    let mut h = moused();
    h.keys("5");
    let at = find(&h, "carrier");
    click(&mut h, Position::new(at.x + 30, at.y));
    let feature = h.model.monitors.feature(&h.model);
    assert_eq!(feature.as_deref(), Some("carrier"));
    let column = h.model.monitors.column.expect("not the newest");
    click(&mut h, Position::new(at.x + 33, at.y));
    assert!(h.model.monitors.column.is_none_or(|c| c > column));
    // The name alone selects the row.
    let before = h.model.monitors.column;
    let at = find(&h, "distance");
    click(&mut h, at);
    assert_eq!(h.model.monitors.column, before);
    assert_eq!(
        h.model.monitors.feature(&h.model).as_deref(),
        Some("distance")
    );
}

#[test]
fn dialogs_take_keys_alone() {
    let mut h = moused();
    h.keys("1 B");
    let before = h.model.layers.clone();
    for y in 0..30 {
        for x in (0..100).step_by(7) {
            click(&mut h, Position::new(x, y));
            mouse(&mut h, Gesture::Wheel(1), Position::new(x, y));
        }
    }
    assert_eq!(h.model.layers, before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_gesture_anywhere_keeps_the_model_whole(
        gestures in proptest::collection::vec((0u8..5, 0u16..130, 0u16..50, 0usize..9), 1..60),
        w in 1u16..120, height in 1u16..45,
    ) {
        let mut h = Harness::start(w, height, crate::testing::look());
        h.link_up();
        h.load();
        h.model.mouse = true;
        for (g, x, y, pane) in gestures {
            if let Some(key) = ["1", "2", "3", "4", "5", "6", "8", "s", "?"].get(pane) {
                h.keys(key);
            }
            let gesture = match g {
                0 => Gesture::Press,
                1 => Gesture::Drag,
                2 => Gesture::Release,
                3 => Gesture::Wheel(1),
                _ => Gesture::Wheel(-1),
            };
            mouse(&mut h, gesture, Position::new(x, y));
            let m = &h.model;
            prop_assert!(m.runs.list.selected < m.runs.total(m).max(1));
            prop_assert!(m.fleet.list.selected < m.data.fleet_rows().len().max(1));
            let _ = h.buffer();
        }
    }
}

#[test]
fn views_are_gone_back_to_and_forward() {
    let mut h = Harness::alive(100, 30);
    h.keys("2 j j j /");
    h.text("status = finished");
    h.keys("enter enter 4 tab 8");
    let mut seen = Vec::new();
    while crate::model::trail::leads(&h.model, true) {
        h.keys("<");
        let m = &h.model;
        seen.push((m.pane, m.runs.view.filter.clone(), m.runs.detail));
    }
    let finished = "status = finished".to_owned();
    assert_eq!(
        seen,
        [
            (Pane::Registry, finished.clone(), true),
            (Pane::Registry, finished.clone(), true),
            (Pane::Runs, finished.clone(), true),
            (Pane::Runs, finished.clone(), false),
            (Pane::Runs, String::new(), false),
            (Pane::Fleet, String::new(), false),
        ]
    );
    h.keys(">");
    assert_eq!((h.model.pane, h.model.runs.list.selected), (Pane::Runs, 3));
    h.keys("> >");
    assert!(h.model.runs.detail);
    // Another way from here on: what lay ahead is no more.
    h.keys("< 1");
    assert!(!crate::model::trail::leads(&h.model, false));
    h.keys("<");
    assert_eq!(h.model.pane, Pane::Runs);
    // Half a filter is no view.
    h.keys("/");
    h.text(" and x");
    h.keys("esc");
    let steps = (0..100).take_while(|_| {
        let on = crate::model::trail::leads(&h.model, true);
        h.keys("<");
        on
    });
    assert!(steps.count() <= 4);
}

#[test]
fn a_copy_tells_which_way_it_went() {
    let mut h = Harness::alive(100, 30);
    h.keys("y");
    assert_eq!(h.effects.pop(), Some(Effect::Copy("late15".into())));
    assert!(h.model.toasts.is_empty(), "not before it is known");
    let copied = |way| Msg::Copied {
        text: "late15".into(),
        way,
    };
    for (way, words) in [
        (Way::Terminal, "to this terminal's clipboard (OSC 52)"),
        (Way::Tmux, "through tmux"),
        (Way::Screen, "through screen"),
        (
            Way::Program(&["wl-copy"]),
            "to this machine's clipboard (wl-copy)",
        ),
    ] {
        h.send(copied(Some(way)));
        let told = h.model.toasts.pop().unwrap().text;
        assert!(
            told.starts_with("Copied late15 ") && told.contains(words),
            "{told}"
        );
    }
    h.send(copied(None));
    assert_eq!(
        h.effects.pop(),
        Some(Effect::CopyByTerminal("late15".into()))
    );
    h.send(Msg::TooLongToCopy(123_456));
    assert!(h.model.toasts.pop().unwrap().text.contains("123 kB"));
}

#[test]
fn stats_stand_in_the_header_while_they_are_asked_for() {
    let mut h = Harness::alive(200, 50);
    let stats = Stats {
        bytes: 1_234,
        frames: 12,
        frame_us: 420,
        write_us: 90,
        rest_ms: 16,
    };
    h.send(Msg::Measured(stats));
    assert_eq!(h.model.stats, None, "nobody asked");
    line(&mut h, "stats");
    h.send(Msg::Measured(stats));
    h.model.link.answer = Some(12);
    let head = |h: &Harness| h.text_frame().lines().next().unwrap_or_default().to_owned();
    assert_snapshot!("stats_200", head(&h));
    h.send(Msg::Resized(80, 24));
    assert_snapshot!("stats_80", head(&h));
    h.send(Msg::Measured(Stats {
        rest_ms: 400,
        ..stats
    }));
    assert_snapshot!("stats_slow_80", head(&h));
    line(&mut h, "stats");
    assert_eq!(h.model.stats, None);
}

fn with_themes(files: &[(&str, &str)]) -> BTreeMap<String, crate::theme::user::Read> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(format!("{name}.toml")), text).unwrap();
    }
    read_all(dir.path())
}

fn taste(theme: Option<&str>) -> Taste {
    Taste {
        theme: theme.map(str::to_owned),
        ascii: false,
        mouse: false,
        alert: Default::default(),
        keymap: Default::default(),
    }
}

#[test]
fn themes_are_shown_while_one_moves_in_their_list() {
    let mut h = Harness::alive(100, 30);
    h.model.taste.themes = with_themes(&[
        ("night", "[roles]\nok = { fg = \"99\" }"),
        ("odd", "base = 3"),
    ]);
    line(&mut h, "theme");
    assert_snapshot!("theme_list", h.text_frame());
    h.keys("down");
    assert_eq!(h.model.look.theme.palette(), Palette::Light);
    h.keys("esc");
    assert_eq!(h.model.look.theme.palette(), Palette::Dark);
    line(&mut h, "theme");
    h.keys("down down down down down");
    assert_eq!(h.model.look.theme.name(), "night");
    assert_eq!(
        h.model.look.theme.style(Role::Ok).fg,
        Some(ratatui::style::Color::Indexed(99))
    );
    // A broken one is told when it is taken, and the one before comes back.
    h.keys("down enter");
    assert_eq!(h.model.look.theme.name(), "dark");
    assert!(
        h.model.toasts[0].text.contains("odd.toml:1:8: base"),
        "{:?}",
        h.model.toasts
    );
    line(&mut h, "theme contrast");
    assert_eq!(h.model.look.theme.palette(), Palette::Contrast);
    line(&mut h, "theme pink");
    let last = h.model.toasts.last().unwrap();
    assert!(
        last.text.contains("pink") && last.hint.contains("night"),
        "{last:?}"
    );
    assert_eq!(h.model.look.theme.palette(), Palette::Contrast);
}

#[test]
fn files_of_taste_are_read_while_the_console_runs() {
    let mut h = Harness::alive(100, 30);
    let tell = |h: &mut Harness, taste: Result<Taste, Trouble>, files: &[(&str, &str)]| {
        let themes = with_themes(files);
        h.model.toasts.clear();
        h.send(Msg::Tasted(Box::new(Tasted { taste, themes })));
    };
    tell(&mut h, Ok(taste(Some("light"))), &[]);
    assert_eq!(h.model.look.theme.name(), "light");
    // The theme in use is written anew.
    let own = |n: &str| format!("[roles]\nok = {{ fg = \"{n}\" }}");
    tell(&mut h, Ok(taste(Some("mine"))), &[("mine", &own("99"))]);
    assert_eq!(h.model.look.theme.name(), "mine");
    tell(&mut h, Ok(taste(Some("mine"))), &[("mine", &own("98"))]);
    let ok = h.model.look.theme.style(Role::Ok).fg;
    assert_eq!(ok, Some(ratatui::style::Color::Indexed(98)));
    // While it is broken, what was read before stays.
    tell(&mut h, Ok(taste(Some("mine"))), &[("mine", &own("nine"))]);
    assert_eq!(h.model.look.theme.style(Role::Ok).fg, ok);
    assert!(
        h.model.toasts[0]
            .text
            .contains("mine.toml:2:13: roles.ok.fg: "),
        "{:?}",
        h.model.toasts
    );
    // Mended, it is used, and the complaint goes.
    let toasts = h.model.toasts.clone();
    h.send(Msg::Tasted(Box::new(Tasted {
        taste: Ok(taste(Some("mine"))),
        themes: with_themes(&[("mine", &own("97"))]),
    })));
    assert_eq!(
        h.model.look.theme.style(Role::Ok).fg,
        Some(ratatui::style::Color::Indexed(97))
    );
    assert!(
        h.model.toasts.iter().all(|t| !toasts.contains(t)),
        "{:?}",
        h.model.toasts
    );
    let no = Trouble {
        message: "config.toml: line 3".into(),
        hint: String::new(),
    };
    tell(&mut h, Err(no), &[]);
    assert!(h.model.toasts.iter().any(|t| t.text.contains("line 3")));
    // A theme that the config names and that cannot be used at first is taken once it can.
    let mut late = Harness::alive(100, 30);
    tell(&mut late, Ok(taste(Some("mine"))), &[("mine", "base = 3")]);
    assert_eq!(late.model.look.theme.name(), "dark");
    tell(&mut late, Ok(taste(Some("mine"))), &[("mine", &own("97"))]);
    assert_eq!(late.model.look.theme.name(), "mine");
    // A list that is open goes: its lines may mean others now.
    late.keys(":");
    late.text("theme");
    late.keys("enter down");
    tell(&mut late, Ok(taste(Some("mine"))), &[("mine", &own("97"))]);
    assert!(late.model.layers.is_empty());
    assert_eq!(late.model.look.theme.name(), "mine");
    // Keys and mouse.
    let keys = BTreeMap::from([("help".to_owned(), vec!["f2".to_owned()])]);
    let changed = Taste {
        mouse: true,
        keymap: crate::command::keymap::Keymap::with(&keys).unwrap(),
        ..taste(None)
    };
    tell(&mut h, Ok(changed), &[]);
    assert!(h.model.mouse);
    assert_eq!(h.model.look.theme.name(), "dark");
    h.keys("f2");
    assert!(matches!(h.model.layers.last(), Some(Layer::Help { .. })));
    // The command line's theme is not taken away by the file.
    let mut h = Harness::alive(100, 30);
    h.model.taste.fixed = true;
    tell(&mut h, Ok(taste(Some("light"))), &[]);
    assert_eq!(h.model.look.theme.name(), "dark");
}

#[test]
fn a_theme_that_cannot_be_used_keeps_nobody_out() {
    let mut h = Harness::alive(80, 24);
    crate::update::themes::begin(&mut h.model, taste(Some("gone")), BTreeMap::new());
    assert_eq!(h.model.look.theme.name(), "dark");
    assert!(h.model.toasts[0].text.contains("gone"));
}

#[test]
fn where_there_is_no_colour_that_is_said() {
    let mut h = Harness::start(80, 24, crate::testing::mono());
    line(&mut h, "theme light");
    assert!(!h.model.look.theme.has_colour());
    assert!(h.model.toasts[0].hint.contains("NO_COLOR"));
    // A theme of weight alone is meant to have none.
    h.model.toasts.clear();
    line(&mut h, "theme none");
    assert!(!h.model.toasts[0].hint.contains("NO_COLOR"));
}

#[test]
fn a_theme_with_its_own_ground_covers_every_cell() {
    let mut h = Harness::alive(80, 24);
    h.model.look.theme = crate::theme::Theme::new(Palette::Contrast, crate::theme::Depth::True);
    for keys in ["1", "2", "5", "?", "esc", ":", "esc", "s"] {
        h.keys(keys);
        let buf = h.buffer();
        let bare = buf
            .content
            .iter()
            .filter(|c| c.bg == ratatui::style::Color::Reset);
        assert_eq!(bare.count(), 0, "{keys}");
    }
    assert_eq!(h.model.size, Size::new(80, 24));
}

#[test]
fn what_is_stale_says_so_in_every_region() {
    for (keys, least) in [
        ("1", 1),
        ("2 enter", 2),
        ("3", 1),
        ("4", 1),
        ("5", 1),
        ("6", 3),
        ("8", 1),
    ] {
        let mut h = Harness::alive(160, 40);
        if keys == "3" {
            compared(&mut h);
        }
        h.keys(keys);
        let all = fixtures::runs();
        for slot in [Slot::Detail, Slot::JobCurve] {
            if let Some((_, trimtab_wire::Topic::Series { runs, key, .. })) =
                h.follows.get(&slot).cloned()
            {
                let curves = all.iter().filter(|r| runs.contains(&r.id));
                let curves = curves.map(|r| fixtures::curve(r, &key)).collect();
                h.feed(slot, Snapshot::Series(curves));
            }
        }
        if h.follows.contains_key(&Slot::JobLog) {
            h.feed(Slot::JobLog, Snapshot::JobLog(fixtures::log()));
        }
        if h.follows.contains_key(&Slot::Audit) {
            h.feed(Slot::Audit, Snapshot::Audit(fixtures::audit()));
        }
        h.send(Msg::Linked(trimtab_wire::LinkState::Connecting {
            tries: 1,
            reason: "gone".into(),
        }));
        let frame = h.text_frame();
        let told = frame.matches("stale since").count();
        assert!(told >= least, "{keys}: {told} of {least}\n{frame}");
    }
}
