//! Writing a [`Frame`] as Parquet, whole or not at all.

use super::{Column, Frame, FrameError, quoted, scratch};
use duckdb::{
    appender_params_from_iter,
    types::{TimeUnit, Value},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// Writes a frame as one zstd Parquet file, replacing what was there in one step: a reader sees
/// the old file or the new one, after a crash too. Makes the folder. Blocking.
pub fn write_parquet(path: &Path, frame: &Frame) -> Result<(), FrameError> {
    let io = |source| FrameError::Io {
        path: path.to_owned(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(io)?;
    let draft = Draft::beside(path);
    copy_out(&draft.0, frame).map_err(|source| FrameError::Db {
        operation: "writing",
        subject: path.display().to_string(),
        source,
    })?;
    File::open(&draft.0)
        .and_then(|f| f.sync_all())
        .map_err(io)?;
    fs::rename(&draft.0, path).map_err(io)?;
    // The rename itself is durable only once the folder is.
    File::open(folder).and_then(|f| f.sync_all()).map_err(io)
}

/// A file that is removed unless it was renamed away.
struct Draft(PathBuf);

impl Draft {
    /// A hidden name that no glob for `*.parquet` matches, apart from other processes' drafts.
    fn beside(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self(path.with_file_name(format!(".{name}.{}.draft", std::process::id())))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone after the rename; otherwise what is left of a failure.
        let _ = fs::remove_file(&self.0);
    }
}

fn copy_out(path: &Path, frame: &Frame) -> Result<(), duckdb::Error> {
    let db = scratch()?;
    let list: Vec<String> = frame
        .columns()
        .map(|(n, c)| format!("{} {}", quoted(n), sql_type(c)))
        .collect();
    db.execute_batch(&format!("CREATE TABLE frame ({})", list.join(", ")))?;
    let columns: Vec<&Column> = frame.columns().map(|(_, c)| c).collect();
    let mut appender = db.appender("frame")?;
    for row in 0..frame.rows() {
        appender.append_row(appender_params_from_iter(
            columns.iter().map(|c| value(c, row)),
        ))?;
    }
    appender.flush()?;
    drop(appender);
    // COPY takes no bound parameter for its file; a literal is quoted as SQL wants it.
    let literal = path.to_string_lossy().replace('\'', "''");
    db.execute_batch(&format!(
        "COPY frame TO '{literal}' (FORMAT parquet, COMPRESSION zstd)"
    ))
}

fn sql_type(column: &Column) -> &'static str {
    match column {
        Column::Number(_) => "DOUBLE",
        Column::Integer(_) => "BIGINT",
        Column::Text(_) => "VARCHAR",
        Column::Time(_) => "TIMESTAMP",
        Column::Bool(_) => "BOOLEAN",
    }
}

fn value(column: &Column, row: usize) -> Value {
    let value = match column {
        Column::Number(v) => v[row].map(Value::Double),
        Column::Integer(v) => v[row].map(Value::BigInt),
        Column::Text(v) => v[row].clone().map(Value::Text),
        Column::Time(v) => v[row].map(|t| Value::Timestamp(TimeUnit::Millisecond, t.0)),
        Column::Bool(v) => v[row].map(Value::Boolean),
    };
    value.unwrap_or(Value::Null)
}
