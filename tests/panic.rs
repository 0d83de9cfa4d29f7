//! A panic inside the console leaves the terminal as it was.
//!
//! The product has no way to make it panic, so the console runs in a child of this test: the same loop, guard
//! and hook as in `trimtab`, beside something that panics when the test says so (SIGUSR1).

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};
use trimtab_testkit::{Pty, Signal, Workspace};
use trimtab_tui::{ConsoleError, ConsoleOptions};
use trimtab_wire::Dial;

const BINARY: &str = env!("CARGO_BIN_EXE_trimtab");
/// Where the child panics; only the child has it.
const PLACE: &str = "TRIMTAB_TEST_PANIC";
/// The agent's socket, for the child.
const SOCKET: &str = "TRIMTAB_TEST_SOCKET";

/// A console in a child process that panics in the given place when asked to.
fn child(workspace: &Workspace, place: &str) -> Pty {
    workspace.run(&["agent", "start"]).ok();
    let socket =
        trimtab_wire::socket::path(&workspace.path(), Some(workspace.home().join("run").into()));
    let args = ["--exact", "the_child", "--ignored", "--nocapture"];
    workspace
        .pty_of(std::env::current_exe().unwrap(), &args)
        .env(PLACE, place)
        .env(SOCKET, socket)
        .size(50, 120)
        .spawn()
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_what_to_do() {
    for (place, code) in [("loop", 101), ("task", 1)] {
        let workspace = Workspace::new(BINARY, "[workspace]\nname = \"quiet\"\n");
        let mut pty = child(&workspace, place);
        pty.wait_text("● connected");
        pty.send(b":mouse\r");
        pty.wait_text("The mouse is the console's");
        assert!(pty.mouse_taken());
        assert!(pty.alternate_screen() && pty.cursor_hidden() && !pty.cooked());
        pty.signal(Signal::USR1);
        // No key and no data: the console must notice by itself.
        let exit = pty.exit_status();
        assert_eq!((exit.code, exit.signal), (code, None), "{place}");
        assert!(
            !pty.alternate_screen(),
            "{place}: the alternate screen stays"
        );
        assert!(!pty.cursor_hidden(), "{place}: the cursor stays hidden");
        assert!(!pty.mouse_taken(), "{place}: the mouse stays taken");
        assert!(pty.cooked(), "{place}: the terminal stays raw");
        for words in [
            format!("a bug in the {place}"),
            "tests/panic.rs".to_owned(),
            "`trimtab` opens the console again".to_owned(),
        ] {
            pty.wait_for(|s| s.contents().contains(&words), &words);
        }
        // What is told is told once.
        let text = pty.screen_text();
        assert_eq!(
            text.matches("The console ended because of this bug")
                .count(),
            1,
            "{text}"
        );
        // And it is true: the agent has not noticed.
        assert!(workspace.run(&["agent", "status"]).ok().contains("quiet"));
    }
}

#[test]
#[ignore = "the child process of the test above"]
#[expect(
    clippy::disallowed_methods,
    reason = "the console is gone and the harness knows no exit code of its own"
)]
fn the_child() {
    let Ok(place) = std::env::var(PLACE) else {
        return;
    };
    color_eyre::install().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let socket = PathBuf::from(std::env::var_os(SOCKET).unwrap());
    runtime.block_on(async {
        let mut asked = signal(SignalKind::user_defined1()).unwrap();
        let console = trimtab_tui::run(ConsoleOptions::new(Dial::Unix(socket)));
        if place == "task" {
            let task = async move {
                asked.recv().await;
                panic!("a bug in the task");
            };
            tokio::spawn(task);
            let ended = console.await;
            assert!(matches!(ended, Err(ConsoleError::Panicked)), "{ended:?}");
            // As `trimtab` itself does it.
            std::process::exit(1);
        }
        // On the loop's own stack, with the terminal's guard alive, as a bug in an update or a view would:
        // the handlers of `select!` run after its futures are dropped, so the future itself panics.
        let bug = async {
            asked.recv().await;
            panic!("a bug in the loop");
        };
        tokio::select! {
            ended = console => panic!("the console ended by itself: {ended:?}"),
            () = bug => {}
        }
    });
}
