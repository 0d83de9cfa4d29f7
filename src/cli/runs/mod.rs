//! `trimtab runs`: list, show, compare, metric, and the acts on many runs.

mod artifacts;
mod edit;
mod list;

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    note::{self, NoteArgs},
    output::{Output, number},
};
use artifacts::ArtifactArgs;
use edit::{TagArgs, Which};
use list::ListArgs;
use serde::Serialize;
use std::collections::BTreeSet;
use trimtab_core::{
    metric::{SeriesQuery, Span},
    run::{RunRow, RunsEdit},
};
use trimtab_wire::{Link, NoteOf, Reply, Request};

/// MLflow's tag for a run's note.
const NOTE: &str = "mlflow.note.content";

/// Runs of experiments.
#[derive(clap::Subcommand, Debug)]
pub enum RunsCommand {
    /// List runs, newest first.
    List(ListArgs),
    /// Delete runs; they can be restored.
    Delete(Which),
    /// Restore deleted runs.
    Restore(Which),
    /// Give runs a tag, or take one off.
    Tag(TagArgs),
    /// Show one run: parameters, tags and metrics.
    Show {
        /// Its id, the start of its id, or its name.
        run: String,
    },
    /// List a run's artifacts, print one, or save it.
    Artifacts(ArtifactArgs),
    /// Show what a run read and made: data sets and models.
    Inputs {
        /// Its id, the start of its id, or its name.
        run: String,
    },
    /// Print the note on a run, or write it.
    Note {
        /// Its id, the start of its id, or its name.
        run: String,
        #[command(flatten)]
        args: NoteArgs,
    },
    /// Compare runs: metrics, and the parameters that differ.
    Compare {
        /// Ids, starts of ids, or names.
        #[arg(num_args = 2.., required = true)]
        runs: Vec<String>,
        /// Equal parameters too.
        #[arg(long)]
        all: bool,
    },
    /// Print a metric's history, thinned to what a chart of that width shows.
    Metric {
        /// The run.
        run: String,
        /// The metric's key.
        key: String,
        /// Columns; each keeps its first, last, least and greatest value.
        #[arg(long, default_value_t = 200)]
        columns: u32,
    },
}

/// Runs the command.
pub async fn run(command: RunsCommand, global: &Global, out: &mut Output) -> CliResult {
    let link = global.link().await?;
    match command {
        RunsCommand::List(args) => list::list(&link, args, out).await?,
        RunsCommand::Delete(which) => {
            return edit::edit_runs(&link, which, RunsEdit::Delete, out).await;
        }
        RunsCommand::Restore(which) => {
            return edit::edit_runs(&link, which, RunsEdit::Restore, out).await;
        }
        RunsCommand::Tag(args) => return edit::tag(&link, args, out).await,
        RunsCommand::Show { run } => {
            let row = find(&link, &run).await?;
            if out.json {
                out.json(&row)?;
            } else {
                show(&row, out)?;
            }
        }
        RunsCommand::Artifacts(args) => return artifacts::artifacts(&link, args, out).await,
        RunsCommand::Inputs { run } => return artifacts::inputs(&link, &run, out).await,
        RunsCommand::Note { run, args } => {
            let row = find(&link, &run).await?;
            let note = row.tags.get(NOTE).map_or("", String::as_str);
            return note::note(&link, NoteOf::Run(row.id.clone()), note, args, out).await;
        }
        RunsCommand::Compare { runs, all } => {
            let mut rows = Vec::new();
            for name in &runs {
                rows.push(find(&link, name).await?);
            }
            compare(&rows, all, out)?;
        }
        RunsCommand::Metric { run, key, columns } => {
            let row = find(&link, &run).await?;
            if !row.metrics.contains_key(&key) {
                let known: Vec<&str> = row.metrics.keys().map(String::as_str).collect();
                return Err(CliError::usage(
                    format!("The run {} has no metric {key:?}.", row.name),
                    format!("It has: {}.", known.join(", ")),
                ));
            }
            let query = SeriesQuery {
                run: row.id,
                key,
                span: Span::All,
                smoothing: 0.0,
                columns,
            };
            let series =
                expect_reply!(link.request(Request::Series(query)).await?, Reply::Series(s) => s);
            if out.json {
                out.json(&series)?;
            } else {
                let rows: Vec<_> = series
                    .points
                    .iter()
                    .map(|p| vec![p.step.to_string(), p.time.stamp(), p.value.to_string()])
                    .collect();
                out.table(&[">step", "time", ">value"], &rows)?;
            }
        }
    }
    Ok(Exit::Done)
}

/// One run by id, start of id, or name.
pub async fn find(link: &Link, name: &str) -> CliResult<RunRow> {
    Ok(*expect_reply!(link.request(Request::Run(name.to_owned())).await?, Reply::Run(r) => r))
}

/// One deleted run by id, start of id, or name.
async fn find_deleted(link: &Link, name: &str) -> CliResult<RunRow> {
    let request = Request::DeletedRun(name.to_owned());
    Ok(*expect_reply!(link.request(request).await?, Reply::Run(r) => r))
}

fn show(run: &RunRow, out: &mut Output) -> CliResult<()> {
    out.line(format!("{}  {}  {}", run.name, run.status.word(), run.id))?;
    out.line(format!(
        "experiment {}, by {}, started {}",
        run.experiment_name,
        run.user,
        run.started.stamp()
    ))?;
    for (title, pairs) in [("parameters", &run.params), ("tags", &run.tags)] {
        out.line(format!("\n{title}"))?;
        for (key, value) in pairs {
            out.line(format!("  {key} = {value}"))?;
        }
    }
    out.line("\nmetrics")?;
    let rows: Vec<_> = run
        .metrics
        .iter()
        .map(|(key, m)| {
            vec![
                format!("  {key}"),
                number(m.latest.value),
                number(m.min),
                number(m.max),
                m.latest.step.to_string(),
                m.count.to_string(),
            ]
        })
        .collect();
    out.table(
        &["  metric", ">latest", ">min", ">max", ">step", ">points"],
        &rows,
    )
}

/// What `runs compare --json` prints.
#[derive(Serialize)]
struct Comparison<'a> {
    runs: Vec<&'a str>,
    params: Vec<Line>,
    metrics: Vec<Line>,
}

/// One parameter or metric across the runs.
#[derive(Serialize)]
struct Line {
    key: String,
    differs: bool,
    values: Vec<Option<String>>,
}

fn compare(runs: &[RunRow], all: bool, out: &mut Output) -> CliResult<()> {
    let keys = |of: fn(&RunRow) -> Vec<&String>| -> BTreeSet<String> {
        runs.iter()
            .flat_map(|r| of(r).into_iter().cloned())
            .collect()
    };
    let line = |key: String, values: Vec<Option<String>>| {
        let differs = values.windows(2).any(|w| w[0] != w[1]);
        Line {
            key,
            differs,
            values,
        }
    };
    let params: Vec<Line> = keys(|r| r.params.keys().collect())
        .into_iter()
        .map(|k| {
            let values = runs.iter().map(|r| r.params.get(&k).cloned()).collect();
            line(k, values)
        })
        .filter(|l| all || l.differs)
        .collect();
    let metrics: Vec<Line> = keys(|r| r.metrics.keys().collect())
        .into_iter()
        .map(|k| {
            let values = runs.iter().map(|r| r.metric(&k).map(number)).collect();
            line(k, values)
        })
        .collect();
    let comparison = Comparison {
        runs: runs.iter().map(|r| r.name.as_str()).collect(),
        params,
        metrics,
    };
    if out.json {
        return out.json(&comparison);
    }
    let mut headers = vec![""];
    let names: Vec<String> = comparison.runs.iter().map(|n| format!(">{n}")).collect();
    headers.extend(names.iter().map(String::as_str));
    let mut rows = Vec::new();
    for (title, lines) in [
        ("metrics", &comparison.metrics),
        ("parameters", &comparison.params),
    ] {
        rows.push([vec![title.to_owned()], vec![String::new(); runs.len()]].concat());
        for l in lines {
            let cells = l
                .values
                .iter()
                .map(|v| v.clone().unwrap_or_else(|| "-".into()));
            rows.push([format!("  {}", l.key)].into_iter().chain(cells).collect());
        }
    }
    out.table(&headers, &rows)
}
