//! `trimtab sql`: one query over the documented views, as a table, JSON, CSV or a file.

mod file;
mod schema;

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    narrate,
    output::{Output, number},
};
use file::Sink;
use serde_json::json;
use std::{
    io::{IsTerminal as _, Read as _},
    path::PathBuf,
};
use trimtab_core::sql::{
    self, DEADLINE_S, LONGEST_S, SHOWN, SqlAnswer, SqlCell, SqlColumn, SqlPage, SqlQuestion,
    SqlTable, SqlWrong,
};
use trimtab_wire::{Link, Reply, Request};

/// Characters of a cell that a table shows.
const WIDE: usize = 60;
/// Rows of a page.
const PAGE: u32 = 10_000;
/// The number of this client's only query.
const QUERY: u64 = 1;

/// One query that reads, over the views that docs/sql.md lists.
#[derive(clap::Args, Debug)]
pub struct SqlArgs {
    /// The query; `-`, or nothing where standard input is no terminal, reads it from there.
    query: Option<String>,
    /// List the views, or the columns of one.
    #[arg(long, value_name = "VIEW", num_args = 0..=1, default_missing_value = "")]
    schema: Option<String>,
    /// Print CSV: a first line of names, an empty field for null.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write every row to this file: .csv, .json or .parquet.
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print so many rows at most. All are printed with --csv and --json [default: 10000 in a table].
    #[arg(long, value_name = "ROWS")]
    limit: Option<u64>,
    /// Stop the query after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = DEADLINE_S, value_parser = clap::value_parser!(u32).range(1..=i64::from(LONGEST_S)))]
    timeout: u32,
}

/// Runs the command.
pub async fn run(args: SqlArgs, global: &Global, out: &mut Output) -> CliResult {
    if let Some(view) = &args.schema {
        return schema::print(view, out);
    }
    let text = text(args.query)?;
    // Before the query runs for nothing.
    let file = args.output.as_deref().map(Sink::create).transpose()?;
    let link = global.link().await?;
    let limit = match (args.limit, &file, args.csv || out.json) {
        (Some(limit), ..) => limit,
        (None, None, false) => SHOWN.into(),
        (None, ..) => u64::MAX,
    };
    let mut asked = Asked {
        link: &link,
        text: &text,
        timeout: args.timeout,
        left: limit,
    };
    let first = asked.first().await?;
    match file {
        Some(file) => save(asked, first, file).await,
        None if out.json => print_json(asked, first, out).await,
        None if args.csv => print_csv(asked, first, out).await,
        None => print_table(asked, first, out).await,
    }
}

/// The query, from the command line or from standard input.
fn text(query: Option<String>) -> CliResult<String> {
    let from_input = match query.as_deref() {
        Some("-") => true,
        Some(_) => false,
        None => !std::io::stdin().is_terminal(),
    };
    if !from_input {
        return query.ok_or_else(|| {
            CliError::usage(
                "There is no query.",
                "Give one, such as `trimtab sql 'SELECT name, status FROM runs'`; `trimtab sql --schema` lists what can be asked for.",
            )
        });
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| {
        CliError::usage("The query cannot be read from standard input.", "").caused_by(&e)
    })?;
    Ok(text)
}

/// A query under way.
struct Asked<'a> {
    link: &'a Link,
    text: &'a str,
    timeout: u32,
    /// Rows that may yet be taken.
    left: u64,
}

impl Asked<'_> {
    fn rows(&self) -> u32 {
        u32::try_from(self.left.min(PAGE.into()))
            .unwrap_or(PAGE)
            .max(1)
    }

    async fn first(&mut self) -> CliResult<SqlPage> {
        let question = SqlQuestion {
            sql: self.text.to_owned(),
            rows: self.rows(),
            deadline_s: self.timeout,
        };
        let request = Request::Sql {
            query: QUERY,
            question,
        };
        self.ask(request).await
    }

    /// The page after one; `None` when there is none or no more may be taken.
    async fn after(&mut self, page: &SqlPage) -> CliResult<Option<SqlPage>> {
        if !page.more || self.left == 0 {
            return Ok(None);
        }
        let request = Request::SqlMore {
            query: QUERY,
            rows: self.rows(),
        };
        self.ask(request).await.map(Some)
    }

    async fn ask(&mut self, request: Request) -> CliResult<SqlPage> {
        let answer = expect_reply!(self.link.request(request).await?, Reply::Sql(a) => a);
        match answer {
            SqlAnswer::Page(mut page) => {
                let most = usize::try_from(self.left).unwrap_or(usize::MAX);
                if page.table.rows() > most {
                    for cells in &mut page.table.cells {
                        drop(cells.split_off(most));
                    }
                    page.more = true;
                }
                self.left -= page.table.rows() as u64;
                Ok(page)
            }
            SqlAnswer::Wrong(wrong) => Err(refused(self.text, wrong)),
        }
    }
}

/// What is wrong with a query, with its line and a mark under the place.
fn refused(text: &str, wrong: SqlWrong) -> CliError {
    let mut message = wrong.message;
    if let Some(place) = wrong.place {
        let line = text.split('\n').nth(place.line as usize - 1);
        let line = line.unwrap_or_default().replace('\t', " ");
        let indent = " ".repeat(place.column as usize - 1);
        message = format!(
            "{message}\n  line {}, column {}:\n    {line}\n    {indent}^",
            place.line, place.column
        );
    }
    match wrong.place {
        Some(_) => CliError::usage(message, wrong.hint),
        None => CliError::refused(message, wrong.hint),
    }
}

async fn save(mut asked: Asked<'_>, first: SqlPage, mut file: Sink) -> CliResult {
    let mut rows = 0;
    let mut next = Some(first);
    while let Some(page) = next {
        rows += page.table.rows();
        file.write(&page.table)?;
        next = asked.after(&page).await?;
    }
    let path = file.finish()?;
    narrate(&format!("{rows} rows written to {}", path.display()));
    Ok(Exit::Done)
}

async fn print_json(mut asked: Asked<'_>, first: SqlPage, out: &mut Output) -> CliResult {
    let names = sql::names(&first.table.columns);
    let columns: Vec<_> = names
        .iter()
        .zip(&first.table.columns)
        .map(|(name, c)| json!({ "name": name, "type": c.type_name }))
        .collect();
    let (mut rows, mut more, mut elapsed) = (Vec::new(), false, 0.0);
    let mut next = Some(first);
    while let Some(page) = next {
        rows.extend(sql::json_rows(&page.table));
        (more, elapsed) = (page.more, page.elapsed_ms);
        next = asked.after(&page).await?;
    }
    out.json(&json!({
        "columns": columns, "rows": rows, "truncated": more, "elapsed_ms": elapsed
    }))?;
    Ok(Exit::Done)
}

async fn print_csv(mut asked: Asked<'_>, first: SqlPage, out: &mut Output) -> CliResult {
    out.raw(sql::csv_head(&first.table.columns).as_bytes())?;
    let mut next = Some(first);
    while let Some(page) = next {
        out.raw(sql::csv_rows(&page.table).as_bytes())?;
        next = asked.after(&page).await?;
    }
    Ok(Exit::Done)
}

async fn print_table(mut asked: Asked<'_>, first: SqlPage, out: &mut Output) -> CliResult {
    let mut table = first.table.clone();
    let (mut more, mut elapsed) = (first.more, first.elapsed_ms);
    let mut last = first;
    while let Some(page) = asked.after(&last).await? {
        (more, elapsed) = (page.more, page.elapsed_ms);
        table.append(page.table.cells.clone());
        last = page;
    }
    let is_plan = table
        .columns
        .first()
        .is_some_and(|c| c.name == "explain_key");
    if is_plan {
        // A plan is a drawing: its lines are kept.
        for row in 0..table.rows() {
            out.line(table.text(row, 1).unwrap_or_default().trim_end())?;
        }
        return Ok(Exit::Done);
    }
    let headers: Vec<String> = table
        .columns
        .iter()
        .map(|c| match c.kind.is_number() {
            true => format!(">{}", c.name),
            false => c.name.clone(),
        })
        .collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = (0..table.rows())
        .map(|row| {
            let columns = table.columns.iter().enumerate();
            columns.map(|(i, c)| cell(&table, row, i, c)).collect()
        })
        .collect();
    out.table(&headers, &rows)?;
    let count = match more {
        true => format!(
            "the first {} rows; --limit prints more, --csv and -o FILE all",
            table.rows()
        ),
        false => format!("{} rows", table.rows()),
    };
    narrate(&format!("{count}, {elapsed:.0} ms"));
    Ok(Exit::Done)
}

/// A cell for people: on one line, not too wide.
fn cell(table: &SqlTable, row: usize, column: usize, of: &SqlColumn) -> String {
    let text = match table.cell(row, column) {
        SqlCell::Null => return "-".into(),
        SqlCell::Number(n) if !n.is_finite() => n.to_string(),
        SqlCell::Number(n) => number(n),
        cell => cell.text(of).unwrap_or_default(),
    };
    let text = text.replace(['\n', '\r', '\t'], " ");
    match text.char_indices().nth(WIDE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
