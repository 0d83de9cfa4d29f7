//! `trimtab runs note` and `trimtab models note`: notes in Markdown, read and written.

use super::{
    act::{How, carry_out},
    error::{CliError, CliResult, Exit},
    output::Output,
};
use std::io::Read as _;
use trimtab_wire::{Act, Acted, Link, NoteOf};

/// What becomes of a note.
#[derive(clap::Args, Debug)]
pub struct NoteArgs {
    /// Put this in place of the note; `-` reads it from standard input, an empty text takes the note away.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    set: Option<String>,
    #[command(flatten)]
    how: How,
}

/// Prints the note as it stands, or writes another.
pub async fn note(
    link: &Link,
    of: NoteOf,
    current: &str,
    args: NoteArgs,
    out: &mut Output,
) -> CliResult {
    let Some(text) = args.set else {
        match out.json {
            true => out.json(&serde_json::json!({ "of": of.to_string(), "note": current }))?,
            false if current.is_empty() => {}
            false => out.line(current)?,
        }
        return Ok(Exit::Done);
    };
    let text = match text.as_str() {
        "-" => {
            let mut read = String::new();
            std::io::stdin().read_to_string(&mut read).map_err(|e| {
                CliError::usage("Standard input is no text.", "Write UTF-8.").caused_by(&e)
            })?;
            read.trim_end().to_owned()
        }
        _ => text,
    };
    let gone = text.is_empty();
    let act = Act::Note { of, text };
    if let (false, Some(Acted::Note(of))) = (out.json, carry_out(link, act, &args.how, out).await?)
    {
        let done = if gone { "taken away" } else { "saved" };
        out.line(format!("The note on {of} is {done}."))?;
    }
    Ok(Exit::Done)
}
