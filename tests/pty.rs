//! Journeys of the real console in a pseudo-terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{path::Path, time::Duration};
use trimtab_core::run::NewRun;
use trimtab_testkit::{Program, Pty, Signal, Workspace};
use trimtab_wire::{Dial, Link, Request};

const BINARY: &str = env!("CARGO_BIN_EXE_trimtab");
const POLICY: &str = "[workspace]\nname = \"quiet\"\n";

/// The demonstration, standing still after its first weeks, at 80×24.
fn demo(home: &Path) -> Pty {
    let mut program = Program::new(BINARY)
        .args(["demo", "--dir", "w", "--speed", "3600"])
        .env("HOME", home)
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .cwd(home)
        .size(24, 80)
        .log(home.join("w/.trimtab/agent.log"))
        .deadline(Duration::from_secs(120));
    // A prebuilt DuckDB, where the build links one.
    if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
        program = program.env("LD_LIBRARY_PATH", path);
    }
    program.spawn()
}

/// Degrade, see the drift, retrain, promote, approve, roll back, read the audit: by keys alone.
#[test]
fn the_operators_story_by_keyboard() {
    let home = tempfile::Builder::new().prefix("tt-").tempdir().unwrap();
    let mut pty = demo(home.path());
    pty.wait_text("late15");
    pty.wait_text("connected");

    pty.keys("5");
    pty.wait_text("drift against");
    pty.wait_text("drifted: temp");

    // Retrain: the form opens on the window's first day.
    pty.keys("T");
    pty.wait_text("the recipe's name in trimtab.toml");
    pty.send(b"2013-02-01\t2013-03-25\trounds=30 pace_ms=0 run_name=by-hand\tnewest weeks\t\r");
    pty.wait_text("What changes");
    pty.wait_text("Start training");
    press(&mut pty, "Start training");
    pty.keys("6");
    pty.wait_text("following");
    pty.wait_for(
        |s| {
            let done = |l: &str| l.contains("● succeeded") && l.contains("2013-02-01 →");
            s.contents().lines().any(done)
        },
        "the job on that window",
    );

    // The newest version passes its gates, and asks.
    pty.keys("4");
    pty.wait_text("Versions");
    promote_newest(&mut pty);
    pty.keys("A");
    pty.wait_text("Approve request");
    pty.send(b"reviewed");
    press(&mut pty, "Approve");
    pty.wait_text("is live");
    pty.wait_text("production answers with");

    pty.keys("B");
    pty.wait_text("Roll late15 back");
    // A fresh dialog never takes Enter: its answer is Cancel until somebody moves.
    pty.send(b"worse for the night shift");
    press(&mut pty, "Roll back");
    pty.wait_text("rolled back from");

    pty.keys("8");
    pty.wait_text("rollback");
    pty.wait_text("promotion.approve");

    pty.keys("<ctrl-c>");
    assert_eq!(pty.exit_status().code, 0, "{}", pty.screen_text());
    assert!(!pty.alternate_screen() && !pty.cursor_hidden());
}

/// Promotes the selected version, the newest; another job may have brought a newer one meanwhile.
fn promote_newest(pty: &mut Pty) {
    pty.keys("P");
    pty.wait_text("Request promotion");
    pty.wait_text("passed absolute");
    pty.send(b"better on the newest held-out rows");
    press(pty, "Request promotion");
    pty.wait_text("awaiting approval");
}

/// Moves to a dialog's button and presses it.
fn press(pty: &mut Pty, button: &str) {
    let chosen = format!("[ {button} ]");
    for _ in 0..4 {
        if pty.screen_text().contains(&chosen) {
            break;
        }
        let before = pty.screen_text();
        pty.keys("<tab>");
        pty.wait_for(|screen| screen.contents() != before, "the focus moves");
        pty.listen(Duration::from_millis(50));
    }
    pty.wait_text(&chosen);
    pty.keys("<enter>");
    pty.wait_gone(&chosen);
}

/// A console on a workspace without a model.
fn quiet(workspace: &Workspace) -> Program {
    workspace.pty(&[]).size(24, 80)
}

#[test]
fn the_terminal_is_given_back() {
    for way in [None, Some(Signal::TERM), Some(Signal::HUP)] {
        let workspace = Workspace::new(BINARY, POLICY);
        let mut pty = quiet(&workspace).spawn();
        pty.wait_text("connected");
        assert!(pty.alternate_screen() && !pty.mouse_taken());
        pty.send(b":mouse\r");
        pty.wait_text("The mouse is the console's");
        assert!(pty.mouse_taken());
        match way {
            None => pty.keys("<ctrl-c>"),
            Some(signal) => pty.signal(signal),
        }
        let exit = pty.exit_status();
        assert!(
            !pty.alternate_screen(),
            "{way:?}: the alternate screen stays"
        );
        assert!(!pty.cursor_hidden(), "{way:?}: the cursor stays hidden");
        assert!(!pty.mouse_taken(), "{way:?}: the mouse stays taken");
        assert!(pty.cooked(), "{way:?}: the terminal stays raw");
        if way.is_none() {
            assert_eq!(exit.code, 0);
        }
    }
}

/// `ctrl-z` in a real shell: the shell has a usable terminal meanwhile, and `fg` brings the console back.
#[test]
fn a_shell_suspends_and_resumes_the_console() {
    let workspace = Workspace::new(BINARY, POLICY);
    let mut pty = workspace
        .pty_of("/bin/sh", &["-i"])
        .env("PS1", "shell> ")
        .size(24, 80)
        .spawn();
    pty.wait_text("shell>");
    pty.send(format!("{BINARY}\r").as_bytes());
    pty.wait_text("● connected");
    pty.keys("5");
    pty.wait_text("No monitors yet.");
    // The rest of the frame may still be on its way.
    pty.settle(Duration::from_millis(100));
    let before = body(&pty);

    pty.keys("<ctrl-z>");
    pty.wait_for(
        |s| !s.alternate_screen() && s.contents().trim_end().ends_with("shell>"),
        "the shell's prompt",
    );
    assert!(!pty.cursor_hidden());
    // What is typed is echoed and edited as ever.
    pty.send(b"echo $((40 + 2))x\x7fnd\r");
    pty.wait_text("42nd");

    pty.send(b"fg\r");
    // Entering the alternate screen has cleared it, so all that stands there now is new.
    pty.wait_for(|s| s.alternate_screen(), "the console's screen");
    pty.wait_for(|s| lines_below_the_header(s) == before, "the same frame");
    // Keys arrive as before.
    pty.keys("2");
    pty.wait_text("No runs yet.");
    pty.keys(":quit<enter>");
    // Once the shell asks again: what is typed before goes to the console, which reads to its end.
    let asks = |s: &vt100::Screen| s.contents().trim_end().ends_with("\nshell>");
    pty.wait_for(|s| !s.alternate_screen() && asks(s), "the shell's prompt");
    pty.send(b"exit\r");
    assert_eq!(pty.exit_status().code, 0, "{}", pty.screen_text());
}

/// A stop from outside, and a window that changed its size meanwhile.
#[test]
fn a_stopped_console_gives_the_terminal_back() {
    let workspace = Workspace::new(BINARY, POLICY);
    let mut pty = quiet(&workspace).spawn();
    pty.wait_text("● connected");
    pty.signal(Signal::TSTP);
    pty.wait_stopped();
    pty.wait_for(|s| !s.alternate_screen(), "the normal screen");
    assert!(!pty.cursor_hidden() && pty.cooked());

    pty.resize(30, 120);
    pty.signal(Signal::CONT);
    pty.wait_for(|s| s.alternate_screen(), "the console's screen");
    pty.wait_for(
        |s| {
            let last = s.rows(0, 120).last().unwrap_or_default();
            last.contains("? help") && s.contents().contains("● connected")
        },
        "a frame of the new size",
    );
    assert!(!pty.cooked());
    pty.keys("q");
    assert_eq!(pty.exit_status().code, 0);
    assert!(!pty.alternate_screen() && pty.cooked());
}

/// What the console shows below its first line, in which a clock goes.
fn body(pty: &Pty) -> Vec<String> {
    pty.screen(lines_below_the_header)
}

fn lines_below_the_header(screen: &vt100::Screen) -> Vec<String> {
    let text = screen.contents();
    // Blanks that were written and cells that were never touched look the same.
    text.lines()
        .skip(1)
        .map(|l| l.trim_end().to_owned())
        .collect()
}

#[test]
fn any_size_will_do() {
    let workspace = Workspace::new(BINARY, POLICY);
    let mut pty = quiet(&workspace).spawn();
    pty.wait_text("connected");
    for (rows, cols) in [(50, 200), (2, 2), (10, 40), (24, 80)] {
        pty.resize(rows, cols);
        pty.listen(Duration::from_millis(100));
    }
    pty.wait_text("connected");
    pty.keys("q");
    assert_eq!(pty.exit_status().code, 0);
}

#[test]
fn without_colour_nothing_is_coloured_and_idle_writes_nothing() {
    let workspace = Workspace::new(BINARY, POLICY);
    let mut pty = quiet(&workspace).env("NO_COLOR", "1").spawn();
    pty.wait_text("connected");
    pty.listen(Duration::from_millis(500));
    let coloured = pty.screen(|screen| {
        let (rows, cols) = screen.size();
        let (rows, cols) = (rows.get(), cols.get());
        (0..rows)
            .flat_map(|y| (0..cols).map(move |x| (y, x)))
            .any(|(y, x)| {
                screen.cell(y, x).is_some_and(|c| {
                    c.fgcolor() != vt100::Color::Default || c.bgcolor() != vt100::Color::Default
                })
            })
    });
    assert!(!coloured);
    let before = pty.screen_text();
    let written = pty.listen(Duration::from_millis(700));
    // The header's clock is the one thing that may have changed.
    if pty.screen_text() == before {
        assert_eq!(written, 0, "idle writes to the terminal");
    }
    pty.keys("q");
    pty.exit_status();
}

#[test]
fn two_consoles_see_the_same() {
    let workspace = Workspace::new(BINARY, POLICY);
    let mut consoles = [quiet(&workspace).spawn(), quiet(&workspace).spawn()];
    for pty in &mut consoles {
        pty.wait_text("connected");
        pty.keys("2");
    }
    // A third client logs; nobody asks for anything.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let dial = Dial::Unix(trimtab_wire::socket::path(
            &workspace.path(),
            Some(workspace.home().join("run").into()),
        ));
        let link = Link::connect(&dial, "test").await.unwrap();
        let run = NewRun {
            experiment: "shared".into(),
            name: "seen-by-both".into(),
            user: "ana".into(),
            job: None,
            tags: Default::default(),
        };
        link.request(Request::CreateRun(run)).await.unwrap();
    });
    for pty in &mut consoles {
        pty.wait_text("seen-by-both");
        pty.keys("<ctrl-c>");
        assert_eq!(pty.exit_status().code, 0);
    }
}

#[test]
fn a_dead_agent_is_shown_and_survived() {
    let workspace = Workspace::new(BINARY, POLICY);
    let mut pty = quiet(&workspace).spawn();
    pty.wait_text("connected");
    let status: serde_json::Value =
        serde_json::from_str(&workspace.run(&["agent", "status", "--json"]).ok()).unwrap();
    let pid = i32::try_from(status["welcome"]["pid"].as_i64().unwrap()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), Signal::KILL)
        .unwrap();
    pty.wait_gone("● connected");
    // The next agent says what it found; the console comes back by itself.
    workspace.run(&["agent", "start"]).ok();
    pty.wait_text("● connected");
    pty.keys("<ctrl-c>");
    assert_eq!(pty.exit_status().code, 0);
}

/// Ask in SQL, stop a slow query, see the rows, and make them the list of runs: by keys alone.
#[test]
fn the_store_is_asked_by_keyboard() {
    let home = tempfile::Builder::new().prefix("tt-").tempdir().unwrap();
    let mut pty = demo(home.path());
    pty.wait_text("connected");
    pty.keys("0");
    pty.wait_text("Queries read, and nothing else.");
    // Takes hours; meanwhile the other panes are there.
    pty.send(b"SELECT count(*) FROM range(1000000000000000) WHERE range % 7 = 9;\r");
    pty.wait_text("running");
    pty.send(b"\x1b");
    pty.wait_text("The query was stopped.");
    pty.send(b"\x15SELECT run_id, name, status FROM runs ORDER BY started DESC LIMIT 2;\r");
    pty.wait_text("2 rows");
    pty.keys("o");
    pty.wait_text("id in ('");
}
