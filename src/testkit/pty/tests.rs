//! The driver against programs that every Unix has.

use super::*;

fn sh(script: &str) -> Pty {
    Program::new("/bin/sh")
        .args(["-c", script])
        .size(10, 40)
        .deadline(Duration::from_secs(10))
        .spawn()
}

#[test]
fn output_and_exit_code_are_seen() {
    let pty = sh("printf 'hello\\n'; exit 3");
    assert_eq!(
        pty.exit_status(),
        Exit {
            code: 3,
            signal: None
        }
    );
    pty.wait_for(
        |s| s.contents().starts_with("hello"),
        "hello on the first line",
    );
}

#[test]
fn keys_reach_the_program() {
    let mut pty = Pty::spawn("/bin/cat", &[], &[], 10, 40);
    pty.keys("two<space>words<enter>");
    // Once from the terminal's echo, once from cat.
    pty.wait_for(
        |s| s.contents().matches("two words").count() == 2,
        "two lines",
    );
    pty.keys("<ctrl-d>");
    assert_eq!(pty.exit_status().code, 0);
}

#[test]
fn the_size_is_told_and_changes() {
    let mut pty = sh("trap 'stty size' WINCH; stty size; while read line; do :; done");
    pty.wait_text("10 40");
    pty.resize(12, 50);
    // The shell runs its trap when it gets to it: at the latest after a line.
    pty.keys("<enter>");
    pty.wait_text("12 50");
    assert_eq!(pty.screen(|s| s.size().1.get()), 50);
}

#[test]
fn the_alternate_screen_is_left_again() {
    let mut pty =
        sh("printf '\\033[?1049h\\033[?25lfull'; read x; printf '\\033[?1049l\\033[?25h'; read y");
    pty.wait_text("full");
    assert!(pty.alternate_screen() && pty.cursor_hidden());
    pty.keys("<enter>");
    pty.wait_for(|s| !s.alternate_screen(), "the normal screen");
    assert!(!pty.cursor_hidden());
    pty.wait_gone("full");
}

#[test]
fn signals_end_it() {
    let pty = sh("echo ready; read x");
    pty.wait_text("ready");
    pty.signal(Signal::TERM);
    assert!(pty.exit_status().signal.is_some());
}

#[test]
fn stopping_and_going_on_are_seen() {
    let pty = sh("echo ready; kill -STOP $$; echo awake; read x");
    pty.wait_text("ready");
    pty.wait_stopped();
    assert!(!pty.screen_text().contains("awake"));
    pty.signal(Signal::CONT);
    pty.wait_text("awake");
}

#[test]
fn modes_are_seen() {
    let mut pty =
        sh("stty raw -echo; echo raw; head -c 1 >/dev/null; stty sane; echo cooked; read x");
    pty.wait_text("raw");
    assert!(!pty.cooked());
    pty.keys("x");
    pty.wait_text("cooked");
    assert!(pty.cooked());
}

#[test]
fn bytes_are_counted() {
    let mut pty = sh("stty -echo; printf 12345; read x; printf 678; read y");
    pty.wait_text("12345");
    assert_eq!(pty.take_bytes(), 5);
    pty.keys("<enter>");
    pty.settle(Duration::from_millis(50));
    assert_eq!((pty.take_bytes(), pty.bytes()), (3, 8));
}

#[test]
fn queries_are_answered() {
    let pty =
        sh("stty raw -echo; printf 'ab\\033[6n'; head -c 6 | od -An -c; printf 'done'; sleep 100");
    pty.wait_text("done");
    assert!(
        pty.screen_text().contains("1   ;   3   R"),
        "{}",
        pty.screen_text()
    );
}

#[test]
fn what_is_copied_and_titled_is_kept() {
    let pty = sh("printf '\\033]52;c;aGk=\\007\\033]2;Trimtab\\007.'; read x");
    pty.wait_text(".");
    assert_eq!(
        (pty.clipboard().as_deref(), pty.title().as_str()),
        (Some("aGk="), "Trimtab")
    );
}

#[test]
#[should_panic(expected = "│on screen")]
fn a_failed_wait_shows_the_screen() {
    let pty = sh("echo on screen");
    pty.wait_text("never written");
}

#[test]
fn the_environment_is_only_what_is_said() {
    let pty = Pty::spawn(
        "/usr/bin/env",
        &[],
        &[("TERM", "linux"), ("ONLY", "this")],
        30,
        200,
    );
    pty.exit_status();
    pty.wait_text("ONLY=this");
    let text = pty.screen_text();
    assert!(
        text.contains("TERM=linux") && !text.contains("CARGO"),
        "{text}"
    );
}
