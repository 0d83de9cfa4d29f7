//! `trimtab runs list`: the console's table without the console.

use super::super::{
    context::expect_reply,
    error::{CliError, CliResult},
    narrate,
    output::{Output, number},
};
use serde_json::{Map, Value, json};
use trimtab_core::{
    expr::{self, Wrong},
    health,
    run::{RunKey, RunOrder, RunPage, RunQuery, RunRow},
    time::{Millis, human_span},
};
use trimtab_wire::{Link, Reply, Request};

/// Metric columns when none are chosen: as many as a terminal bears.
const METRICS: usize = 4;

/// Which runs, in which order, with which columns.
#[derive(clap::Args, Debug)]
pub struct ListArgs {
    /// Plain words; each must occur in the name, id, a tag or a parameter.
    words: Vec<String>,
    /// Only runs of which this is true, such as `metrics.auc > 0.9 and status = running`; see docs/filters.md.
    #[arg(long = "where", value_name = "EXPR")]
    filter: Option<String>,
    /// Only this experiment.
    #[arg(long)]
    experiment: Option<String>,
    /// Order by these columns: `metrics.auc:desc,started`; a leading `-` is `:desc` too.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    sort: Option<String>,
    /// Show these columns: `name,status,metrics.auc,min(metrics.loss),params.depth,tags.x`.
    #[arg(long, value_name = "COLUMNS")]
    columns: Option<String>,
    /// Put runs with the same value of a column together and show the first of each group.
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// The deleted runs instead.
    #[arg(long)]
    deleted: bool,
    /// Rows at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

/// Lists runs.
pub async fn list(link: &Link, args: ListArgs, out: &mut Output) -> CliResult<()> {
    let now = Millis(jiff::Timestamp::now().as_millisecond());
    let filter = args.filter.unwrap_or_default();
    check(&filter, now)?;
    let order = args.sort.as_deref().map(RunOrder::parse_list);
    let order = order.transpose().map_err(|e| wrong("sort", &e))?;
    let columns = args.columns.as_deref().map(RunKey::parse_list);
    let columns = columns.transpose().map_err(|e| wrong("columns", &e))?;
    let group = args.group.as_deref().map(expr::key_of);
    let group = group.transpose().map_err(|e| wrong("group", &e))?;
    let query = RunQuery {
        experiment: args.experiment,
        words: args.words,
        filter,
        order: order.unwrap_or_default(),
        group: group.clone(),
        deleted: args.deleted,
        limit: args.limit,
        ..RunQuery::default()
    };
    let page = expect_reply!(link.request(Request::Runs(query)).await?, Reply::Runs(p) => p);
    if out.json {
        return match columns {
            Some(columns) => out.json(&objects(&page, &columns, now)),
            None => out.json(&page),
        };
    }
    let columns = columns.unwrap_or_else(|| usual(&page));
    table(&page, group.as_ref(), &columns, now, out)?;
    if page.total > page.rows.len() as u64 {
        let what = if group.is_some() { "groups" } else { "runs" };
        narrate(&format!(
            "{} of {} {what}; --limit shows more",
            page.rows.len(),
            page.total
        ));
    }
    Ok(())
}

/// Says where a filter is wrong before the agent is asked.
fn check(filter: &str, now: Millis) -> CliResult<()> {
    expr::parse(filter, now).map(drop).map_err(|error| {
        let marks = "^".repeat(filter[error.at.clone()].chars().count().max(1));
        let indent = " ".repeat(error.column - 1);
        CliError::usage(
            format!("--where, {error}:\n    {filter}\n    {indent}{marks}"),
            "Conditions are written like `metrics.auc > 0.9 and params.depth = 6`; see docs/filters.md.",
        )
    })
}

fn wrong(flag: &str, error: &Wrong) -> CliError {
    CliError::usage(
        format!("--{flag}: {error}."),
        "Columns are name, status, health, started, age, duration, user, experiment, source, id, parent, \
         metrics.KEY, min(metrics.KEY), max(metrics.KEY), params.KEY and tags.KEY.",
    )
}

/// The columns when none were chosen.
fn usual(page: &RunPage) -> Vec<RunKey> {
    let metrics: std::collections::BTreeSet<&String> =
        page.rows.iter().flat_map(|r| r.metrics.keys()).collect();
    let metrics = metrics
        .into_iter()
        .take(METRICS)
        .cloned()
        .map(RunKey::Metric);
    [
        RunKey::Name,
        RunKey::Status,
        RunKey::Started,
        RunKey::Duration,
    ]
    .into_iter()
    .chain(metrics)
    .collect()
}

fn objects(page: &RunPage, columns: &[RunKey], now: Millis) -> Value {
    let rows = page.rows.iter().enumerate().map(|(i, row)| {
        let mut object = Map::from_iter([("id".to_owned(), json!(row.id))]);
        let line = page.line(i);
        if let Some(group) = line.group {
            object.insert("group".into(), json!(group));
            object.insert("runs".into(), json!(line.under));
        }
        for key in columns {
            object.insert(key.name(), value(key, row, now));
        }
        Value::Object(object)
    });
    json!({ "total": page.total, "matching": page.matching, "rows": rows.collect::<Vec<_>>() })
}

/// Numbers as numbers, times in milliseconds.
fn value(key: &RunKey, row: &RunRow, now: Millis) -> Value {
    match key {
        RunKey::Metric(_) | RunKey::Least(_) | RunKey::Greatest(_) => json!(key.number_of(row)),
        RunKey::Started => json!(row.started),
        RunKey::Ended => json!(row.ended),
        RunKey::Age => json!(now.since(row.started)),
        RunKey::Duration => json!(row.duration(now)),
        _ => json!(key.text_of(row, now)),
    }
}

fn table(
    page: &RunPage,
    group: Option<&RunKey>,
    columns: &[RunKey],
    now: Millis,
    out: &mut Output,
) -> CliResult<()> {
    let mut headers: Vec<String> = match group {
        Some(key) => vec![key.name(), ">runs".into(), "first".into()],
        None => vec!["id".into()],
    };
    headers.extend(columns.iter().map(|key| match right(key) {
        true => format!(">{}", heading(key)),
        false => heading(key),
    }));
    let rows: Vec<Vec<String>> = page
        .rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let line = page.line(i);
            let mut cells = match line.group {
                Some(value) if value.is_empty() => vec!["-".into(), line.under.to_string()],
                Some(value) => vec![value, line.under.to_string()],
                None => Vec::new(),
            };
            cells.push(row.id.short().to_owned());
            cells.extend(columns.iter().map(|key| cell(key, row, now)));
            cells
        })
        .collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    out.table(&headers, &rows)
}

/// A metric's key alone; the rest as it is written in filters.
fn heading(key: &RunKey) -> String {
    match key {
        RunKey::Metric(key) | RunKey::Param(key) | RunKey::Tag(key) => key.clone(),
        other => other.name(),
    }
}

fn right(key: &RunKey) -> bool {
    matches!(
        key,
        RunKey::Metric(_) | RunKey::Least(_) | RunKey::Greatest(_) | RunKey::Duration | RunKey::Age
    )
}

fn cell(key: &RunKey, row: &RunRow, now: Millis) -> String {
    let text = match key {
        RunKey::Metric(_) | RunKey::Least(_) | RunKey::Greatest(_) => {
            // A loss that is no number is news; a missing one is none.
            key.number_of(row).map(|v| {
                if v.is_finite() {
                    number(v)
                } else {
                    v.to_string()
                }
            })
        }
        // Whole: who asks for it needs more than the first digits, which are shown anyway.
        RunKey::Id => Some(row.id.to_string()),
        RunKey::Duration => row.duration(now).map(human_span),
        RunKey::Health => health::of_row(row, now).map(|f| format!("{}: {f}", f.word())),
        _ => key.text_of(row, now),
    };
    // A value of many lines must not break the table.
    text.map_or_else(|| "-".into(), |t| t.replace(['\n', '\r', '\t'], " "))
}
