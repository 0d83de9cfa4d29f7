//! The SQL pane: a query being written, the one that runs, and what came of the last.

use std::collections::BTreeSet;

use trimtab_core::sql::{self, Completion, SqlKind, SqlPage, SqlTable, SqlWrong};
use trimtab_core::time::Millis;

use super::list::List;
use crate::sheet::{Sheet, Value};
use crate::widget::chart::{Chart, Line, XKind};
use crate::widget::editor::Editor;

/// Queries remembered.
const HISTORY: usize = 100;
/// Runs that a result may make a list of: they are named one by one in its filter.
pub const RUNS: usize = 200;
/// Curves of a chart.
const CURVES: usize = 8;
/// Rows whose widths columns are measured by.
const SAMPLE: usize = 200;
/// Terminal columns of a column at most; the whole value is told below the table.
const WIDEST: usize = 40;

/// What the keys go to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Region {
    /// The query.
    #[default]
    Query,
    /// The result.
    Result,
}

/// A query that the agent answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Its number.
    pub query: u64,
    /// Its text.
    pub text: String,
    /// Since when.
    pub since: Millis,
}

/// What came of the last query.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Outcome {
    /// None has been run.
    #[default]
    Nothing,
    /// Rows.
    Page(Box<SqlPage>),
    /// It could not be run.
    Wrong {
        /// Its text, which the place is in.
        text: String,
        /// Why.
        wrong: SqlWrong,
    },
}

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql {
    /// The query being written.
    pub editor: Editor,
    /// What the keys go to.
    pub region: Region,
    /// The selected suggestion.
    pub suggestion: usize,
    /// Whether suggestions are wanted: from the first letter typed until one is taken or sent away.
    pub suggests: bool,
    /// Queries run, oldest first.
    pub history: Vec<String>,
    /// The one recalled, counted from the newest.
    pub recalled: Option<usize>,
    /// What was written before one was recalled.
    pub draft: String,
    /// The number of the last query.
    pub asked: u64,
    /// The query under way.
    pub running: Option<Running>,
    /// What came of the last.
    pub outcome: Outcome,
    /// The selected row.
    pub list: List,
    /// The selected column.
    pub column: usize,
    /// The first column shown.
    pub first: usize,
    /// Whether the result is shown as a chart.
    pub chart: bool,
}

impl Sql {
    /// What may stand at the cursor, while that is wanted.
    #[must_use]
    pub fn completion(&self) -> Completion {
        if !self.suggests {
            return Completion::default();
        }
        sql::complete(self.editor.text(), self.editor.cursor())
    }

    /// The rows that came.
    #[must_use]
    pub fn table(&self) -> Option<&SqlTable> {
        match &self.outcome {
            Outcome::Page(page) => Some(&page.table),
            Outcome::Nothing | Outcome::Wrong { .. } => None,
        }
    }

    /// How many rows came.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.table().map_or(0, SqlTable::rows)
    }

    /// The drawing of a plan, line by line: it is no table.
    #[must_use]
    pub fn plan(&self) -> Option<String> {
        let table = self.table()?;
        let is_plan = table.columns.first()?.name == "explain_key" && table.rows() > 0;
        is_plan.then(|| table.text(0, 1).unwrap_or_default())
    }

    /// Remembers a query that is run.
    pub fn remember(&mut self, text: &str) {
        self.history.retain(|t| t != text);
        self.history.push(text.to_owned());
        if self.history.len() > HISTORY {
            self.history.remove(0);
        }
        self.recalled = None;
    }

    /// Puts an earlier (1) or later (-1) query into the editor.
    pub fn recall(&mut self, by: isize) {
        let next = match self.recalled {
            None if by > 0 => Some(0),
            None => return,
            Some(0) if by < 0 => None,
            Some(at) => Some(at.saturating_add_signed(by)),
        };
        if self.recalled.is_none() {
            self.draft = self.editor.text().to_owned();
        }
        let text = match next {
            None => Some(std::mem::take(&mut self.draft)),
            Some(at) => self.history.iter().rev().nth(at).cloned(),
        };
        // Past the oldest, the oldest stays.
        if let Some(text) = text {
            self.recalled = next;
            self.editor = Editor::with(&text);
            self.suggests = false;
        }
    }

    /// Terminal columns that a column of the result takes.
    #[must_use]
    pub fn width(&self, column: usize) -> u16 {
        let Some(table) = self.table() else {
            return 0;
        };
        let head = table.columns.get(column).map_or("", |c| &c.name);
        let head = crate::widget::text::width(head) + 1;
        let cell = |row| crate::widget::text::width(&self.cell(row, column));
        let widest = (0..table.rows().min(SAMPLE)).map(cell).max().unwrap_or(0);
        widest.max(head).clamp(3, WIDEST) as u16
    }

    /// A value as the table shows it: on one line.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> String {
        let Some(table) = self.table() else {
            return String::new();
        };
        let text = match table.text(row, column) {
            Some(text) => text,
            None => return "NULL".to_owned(),
        };
        let most = text
            .char_indices()
            .nth(4 * WIDEST)
            .map_or(text.len(), |(i, _)| i);
        text[..most].replace(['\n', '\r', '\t'], " ")
    }

    /// Brings the selected column into view of so many terminal columns.
    pub fn show_column(&mut self, room: u16) {
        let columns = self.table().map_or(0, |t| t.columns.len());
        self.column = self.column.min(columns.saturating_sub(1));
        self.first = self.first.min(self.column);
        let needs = |s: &Self| {
            (s.first..=s.column)
                .map(|c| u32::from(s.width(c)) + 2)
                .sum::<u32>()
        };
        while self.first < self.column && needs(self) > u32::from(room.saturating_sub(2)) {
            self.first += 1;
        }
    }

    /// The selected value, whole.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        let table = self.table()?;
        (self.list.selected < table.rows())
            .then(|| table.text(self.list.selected, self.column))
            .flatten()
    }

    /// The selected row, as names and values.
    #[must_use]
    pub fn row_text(&self) -> Option<String> {
        let table = self.table().filter(|t| self.list.selected < t.rows())?;
        let names = sql::names(&table.columns);
        let cells = names.iter().enumerate().map(|(i, name)| {
            let value = table.text(self.list.selected, i);
            format!("{name}={}", value.as_deref().unwrap_or("NULL"))
        });
        Some(cells.collect::<Vec<_>>().join(" "))
    }

    /// The result as data.
    #[must_use]
    pub fn sheet(&self) -> Option<Sheet> {
        let table = self.table()?;
        let mut sheet = Sheet::new(sql::names(&table.columns));
        for row in 0..table.rows() {
            let cell = |column| match table.cell(row, column) {
                sql::SqlCell::Number(n) => Value::Number(n),
                // Beyond what a number of the sheet holds, digits are kept as text.
                sql::SqlCell::Integer(i) if i.unsigned_abs() < 1 << 53 => Value::Number(i as f64),
                _ => table.text(row, column).map_or(Value::None, Value::Text),
            };
            sheet
                .rows
                .push((0..table.columns.len()).map(cell).collect());
        }
        Some(sheet)
    }

    /// The result as curves: the first column across, every other column of numbers a curve. Where there is one
    /// column of numbers only, its rows are counted across.
    ///
    /// # Errors
    /// What is missing, in a sentence.
    pub fn curves(&self) -> Result<Chart, &'static str> {
        let table = self.table().ok_or("There is no result yet.")?;
        if table.rows() == 0 {
            return Err("The result has no rows.");
        }
        let numbers = |from: usize| -> Vec<usize> {
            let columns = table.columns.iter().enumerate().skip(from);
            let fitting = columns.filter(|(_, c)| c.kind.is_number());
            fitting.map(|(i, _)| i).take(CURVES).collect()
        };
        let after = numbers(1);
        let (across, drawn) = match after.is_empty() {
            true => (None, numbers(0)),
            false => (Some(0), after),
        };
        if drawn.is_empty() {
            return Err("The result has no column of numbers to draw.");
        }
        let mut chart = Chart {
            title: "sql".to_owned(),
            ..Chart::default()
        };
        let xs: Vec<f64> = match across.map(|x| (x, table.columns[x].kind)) {
            Some((x, SqlKind::Time)) => {
                chart.x_kind = XKind::Date;
                let at = |row| {
                    table
                        .cell(row, x)
                        .number()
                        .map_or(f64::NAN, |s| s * 1_000.0)
                };
                (0..table.rows()).map(at).collect()
            }
            Some((x, kind)) if kind.is_number() => {
                let at = |row| table.cell(row, x).number().unwrap_or(f64::NAN);
                (0..table.rows()).map(at).collect()
            }
            words => {
                if let Some((x, _)) = words {
                    let word = |row| table.text(row, x).unwrap_or_else(|| "NULL".into());
                    chart.x_words = (0..table.rows()).map(word).collect();
                }
                (0..table.rows()).map(|row| row as f64).collect()
            }
        };
        chart.x_label = across.map_or_else(|| "row".into(), |x| table.columns[x].name.clone());
        for (series, column) in drawn.into_iter().enumerate() {
            let y = |row| table.cell(row, column).number().unwrap_or(f64::NAN);
            let mut points: Vec<(f64, f64)> = xs
                .iter()
                .enumerate()
                .filter(|(_, x)| x.is_finite())
                .map(|(row, x)| (*x, y(row)))
                .collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            chart.lines.push(Line {
                name: table.columns[column].name.clone(),
                points,
                series,
                faint: false,
            });
        }
        Ok(chart)
    }

    /// The runs that a result names, each once, in order: the column `run_id`, or `id` where it holds runs' ids.
    #[must_use]
    pub fn run_ids(&self) -> Vec<String> {
        let Some(table) = self.table() else {
            return Vec::new();
        };
        let named = ["run_id", "id"].into_iter().find_map(|n| table.column(n));
        let Some(column) = named else {
            return Vec::new();
        };
        let mut seen = BTreeSet::new();
        (0..table.rows())
            .filter_map(|row| table.text(row, column))
            .filter(|id| id.parse::<trimtab_core::run::RunId>().is_ok())
            .filter(|id| seen.insert(id.clone()))
            .collect()
    }
}
