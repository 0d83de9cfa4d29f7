//! Standard output is data: aligned columns for people, JSON for programs.

use super::error::{CliError, CliResult};
use serde::Serialize;
use std::io::{self, Write};

/// Where a command's data goes, and in which form.
pub struct Output {
    /// JSON instead of text.
    pub json: bool,
    sink: Box<dyn Write>,
}

impl Output {
    /// Standard output.
    pub fn stdout(json: bool) -> Self {
        Self {
            json,
            sink: Box::new(io::BufWriter::new(io::stdout())),
        }
    }

    /// One line of text.
    pub fn line(&mut self, text: impl AsRef<str>) -> CliResult<()> {
        written(writeln!(self.sink, "{}", text.as_ref()))
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> CliResult<()> {
        written(self.sink.write_all(bytes).and_then(|()| self.sink.flush()))
    }

    /// A value as one JSON document. NaN and infinities become `null`.
    pub fn json(&mut self, value: &impl Serialize) -> CliResult<()> {
        let text = serde_json::to_string_pretty(value).map_err(|e| {
            CliError::refused("The answer cannot be written as JSON.", "").caused_by(&e)
        })?;
        self.line(text)
    }

    /// Rows under headers, columns as wide as their content. A header that starts with `>`
    /// is aligned to the right.
    pub fn table(&mut self, headers: &[&str], rows: &[Vec<String>]) -> CliResult<()> {
        let names: Vec<&str> = headers.iter().map(|h| h.trim_start_matches('>')).collect();
        let width = |i: usize| {
            rows.iter()
                .map(|r| r[i].chars().count())
                .chain([names[i].chars().count()])
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..names.len()).map(width).collect();
        let format = |cells: &mut dyn Iterator<Item = &str>| {
            let line: Vec<String> = cells
                .enumerate()
                .map(|(i, cell)| match headers[i].starts_with('>') {
                    true => format!("{cell:>w$}", w = widths[i]),
                    false => format!("{cell:<w$}", w = widths[i]),
                })
                .collect();
            line.join("  ").trim_end().to_owned()
        };
        let head = format(&mut names.iter().copied());
        self.line(head)?;
        for row in rows {
            let text = format(&mut row.iter().map(String::as_str));
            self.line(text)?;
        }
        Ok(())
    }

    /// Flushes; a reader that went away (`| head`) is no error.
    pub fn finish(mut self) -> CliResult<()> {
        written(self.sink.flush())
    }
}

fn written(result: io::Result<()>) -> CliResult<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(CliError::refused("Standard output cannot be written.", "").caused_by(&e)),
        Ok(()) => Ok(()),
    }
}

/// A number for people: four significant digits, `-` when there is none.
pub fn number(value: f64) -> String {
    match value {
        v if v.is_nan() => "-".into(),
        0.0 => "0".into(),
        v if v.abs() >= 10_000.0 || v.abs() < 0.001 => format!("{v:.3e}"),
        v if v.abs() >= 100.0 => format!("{v:.1}"),
        v => format!("{v:.4}"),
    }
}

/// A whole number as it is, any other as [`number`].
pub fn whole(value: f64) -> String {
    // Below 2^53 every whole number is exact.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        format!("{}", value as i64)
    } else {
        number(value)
    }
}

/// A share as a percentage, `-` when there is none.
pub fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => "-".into(),
        _ => format!("{:.0}%", 100.0 * part as f64 / whole as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(f64::NAN), "-");
        assert_eq!(number(0.73215), "0.7321");
        assert_eq!(number(123.456), "123.5");
        assert_eq!(number(1e-9), "1.000e-9");
        assert_eq!((whole(6592.0), whole(-0.0)), ("6592".into(), "0".into()));
        assert_eq!((whole(0.5), whole(f64::NAN)), ("0.5000".into(), "-".into()));
        assert_eq!(
            (whole(1e300), whole(f64::INFINITY)),
            ("1.000e300".into(), "inf".into())
        );
        assert_eq!(percent(1, 3), "33%");
        assert_eq!(percent(0, 0), "-");
    }
}
