//! A result on its way into a file: whole or not at all.

use super::super::error::{CliError, CliResult};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use trimtab_core::{
    sql::{self, SqlCells, SqlTable},
    time::Millis,
};
use trimtab_store::frame::{Column, Frame, write_parquet};

/// In which form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
    Parquet,
}

/// The file, and what goes into it.
pub(super) struct Sink {
    form: Form,
    path: PathBuf,
    /// Beside the file, renamed into its place at the end.
    draft: Draft,
    /// For Parquet, which is written by columns: all of them.
    table: SqlTable,
    is_empty: bool,
}

/// A file that is removed unless it was renamed away.
struct Draft {
    path: PathBuf,
    file: fs::File,
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone after the rename; otherwise what is left of a failure.
        let _ = fs::remove_file(&self.path);
    }
}

impl Sink {
    /// Makes the file's draft, so that a place that cannot be written is known before the query runs.
    pub fn create(path: &Path) -> CliResult<Self> {
        let form = match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => Form::Csv,
            Some("json") => Form::Json,
            Some("parquet") => Form::Parquet,
            _ => {
                return Err(CliError::usage(
                    format!(
                        "{} does not say in which form it is to be written.",
                        path.display()
                    ),
                    "End its name in .csv, .json or .parquet.",
                ));
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft = path.with_file_name(format!(".{name}.{}.draft", std::process::id()));
        let file = fs::File::create(&draft).map_err(|e| failed(path, &e))?;
        Ok(Self {
            form,
            path: path.to_owned(),
            draft: Draft { path: draft, file },
            table: SqlTable::default(),
            is_empty: true,
        })
    }

    /// Takes rows in.
    pub fn write(&mut self, rows: &SqlTable) -> CliResult<()> {
        let is_first = std::mem::replace(&mut self.is_empty, false);
        let text = match self.form {
            Form::Csv => {
                let head = is_first.then(|| sql::csv_head(&rows.columns));
                head.unwrap_or_default() + &sql::csv_rows(rows)
            }
            Form::Json => {
                let objects = sql::json_rows(rows);
                let mut text = if is_first { "[" } else { "" }.to_owned();
                for (i, object) in objects.iter().enumerate() {
                    let comma = if is_first && i == 0 { "" } else { "," };
                    text += &format!("{comma}\n{object}");
                }
                text
            }
            Form::Parquet => {
                if is_first {
                    self.table = SqlTable::new(rows.columns.clone());
                }
                self.table.append(rows.cells.clone());
                return Ok(());
            }
        };
        let written = self.draft.file.write_all(text.as_bytes());
        written.map_err(|e| failed(&self.path, &e))
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> CliResult<PathBuf> {
        let fail = |e: &(dyn std::error::Error + 'static)| failed(&self.path, e);
        if self.form == Form::Parquet {
            let frame = frame(&self.table).map_err(|e| fail(&e))?;
            write_parquet(&self.path, &frame).map_err(|e| fail(&e))?;
            return Ok(self.path.clone());
        }
        if self.form == Form::Json {
            let end = self.draft.file.write_all(b"\n]\n");
            end.map_err(|e| fail(&e))?;
        }
        self.draft.file.sync_all().map_err(|e| fail(&e))?;
        fs::rename(&self.draft.path, &self.path).map_err(|e| fail(&e))?;
        Ok(self.path.clone())
    }
}

fn failed(path: &Path, error: &(dyn std::error::Error + 'static)) -> CliError {
    CliError::refused(
        format!("{} cannot be written.", path.display()),
        "Name a place that you may write to, with room for the rows.",
    )
    .caused_by(error)
}

/// The same columns as a frame. Whole numbers wider than 64 bits are written as text, so that no digit is lost.
fn frame(table: &SqlTable) -> Result<Frame, trimtab_store::frame::FrameError> {
    let mut frame = Frame::new();
    for (name, cells) in sql::names(&table.columns).into_iter().zip(&table.cells) {
        let column = match cells {
            SqlCells::Flag(v) => Column::Bool(v.clone()),
            SqlCells::Number(v) => Column::Number(v.clone()),
            SqlCells::Text(v) => Column::Text(v.clone()),
            SqlCells::Time(v) => Column::Time(
                v.iter()
                    .map(|t| t.map(|us| Millis(us.div_euclid(1_000))))
                    .collect(),
            ),
            SqlCells::Integer(v) => {
                let narrow: Option<Vec<Option<i64>>> = v
                    .iter()
                    .map(|i| {
                        i.map(|i| i64::try_from(i).ok())
                            .map_or(Some(None), |i| i.map(Some))
                    })
                    .collect();
                match narrow {
                    Some(narrow) => Column::Integer(narrow),
                    None => Column::Text(v.iter().map(|i| i.map(|i| i.to_string())).collect()),
                }
            }
        };
        frame.push(name, column)?;
    }
    Ok(frame)
}
