//! Trimtab: parse, choose a role, exit with its code.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A second installation can only happen in tests; the report is then the default one.
    let _ = color_eyre::install();
    ExitCode::from(cli::main())
}
