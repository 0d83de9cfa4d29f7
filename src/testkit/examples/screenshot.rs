//! Runs a program in a terminal, presses keys, and saves what it shows as SVG:
//!
//! ```text
//! cargo run -p trimtab-testkit --example screenshot -- OUT.svg ROWSxCOLS STEPS PROGRAM [ARG…]
//! ```
//!
//! STEPS are separated by `;`: `wait TEXT`, `keys KEYS`, `settle`. The program gets this process's
//! environment with `TERM` and `COLORTERM` set for full colour.

use std::{error::Error, fs, time::Duration};
use trimtab_testkit::{Program, shot};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, size, steps, program, rest @ ..] = args.as_slice() else {
        return Err("Usage: screenshot OUT.svg ROWSxCOLS STEPS PROGRAM [ARG…]".into());
    };
    let (rows, cols) = size
        .split_once('x')
        .ok_or("The size is ROWSxCOLS, for example 30x100.")?;
    let program = Program::new(program)
        .args(rest)
        .size(rows.parse()?, cols.parse()?)
        .deadline(Duration::from_secs(180));
    let program = std::env::vars_os()
        .fold(program, |p, (k, v)| p.env(k, v))
        .env("TERM", "xterm-256color")
        .env("COLORTERM", "truecolor");
    let mut pty = program.cwd(std::env::current_dir()?).spawn();
    for step in steps.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        match step.split_once(' ').unwrap_or((step, "")) {
            ("wait", text) => pty.wait_text(text),
            ("keys", keys) => {
                pty.take_bytes();
                pty.keys(keys);
            }
            ("settle", _) => pty.settle(Duration::from_millis(400)),
            _ => {
                return Err(
                    format!("The step {step:?} is none of: wait TEXT, keys KEYS, settle.").into(),
                );
            }
        }
    }
    fs::write(out, pty.screen(|s| shot::svg(s, "Trimtab")))?;
    Ok(())
}
