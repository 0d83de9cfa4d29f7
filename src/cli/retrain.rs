//! `trimtab retrain`: start, list, show, logs, cancel.

use super::{
    act,
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    output::Output,
    stamped::Stamped,
};
use std::{collections::BTreeMap, time::Duration};
use trimtab_core::{
    job::{Job, JobId, JobState, LogChunk, RetrainSpec},
    time::human_span,
};
use trimtab_wire::{Act, Acted, Delta, Event, Link, Reply, Request, Snapshot, Topic};

/// Retraining jobs.
#[derive(clap::Subcommand, Debug)]
pub enum RetrainCommand {
    /// Launch a recipe.
    Start {
        /// The recipe's name in policy.
        recipe: String,
        /// Train on data from this day (inclusive), `YYYY-MM-DD`.
        #[arg(long)]
        from: Option<String>,
        /// Train on data up to this day (exclusive).
        #[arg(long)]
        to: Option<String>,
        /// A parameter over the recipe's own; may be repeated.
        #[arg(long = "param", short = 'p', value_name = "KEY=VALUE", value_parser = parse_param)]
        params: Vec<(String, String)>,
        /// Wait for the end, with the log; exit 1 when it fails.
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        how: act::How,
    },
    /// List jobs, newest first.
    List,
    /// Show one job.
    Show {
        /// Its number.
        job: u64,
    },
    /// Print a job's log.
    Logs {
        /// Its number.
        job: u64,
        /// Go on until the job ends.
        #[arg(long, short)]
        follow: bool,
        /// Put before each line when it arrived, in UTC; blanks for jobs of agents that noted no times.
        #[arg(long)]
        times: bool,
    },
    /// End a job.
    Cancel {
        /// Its number.
        job: u64,
        #[command(flatten)]
        how: act::How,
    },
}

/// Runs the command.
pub async fn run(command: RetrainCommand, global: &Global, out: &mut Output) -> CliResult {
    let link = global.link().await?;
    match command {
        RetrainCommand::Start {
            recipe,
            from,
            to,
            params,
            wait,
            how,
        } => {
            let params: BTreeMap<_, _> = params.into_iter().collect();
            let spec = RetrainSpec {
                recipe,
                from,
                to,
                params,
                reason: how.reason.clone(),
            };
            let acted = act::carry_out(&link, Act::Retrain(spec), &how, out).await?;
            let Some(Acted::Job(job)) = acted else {
                return Ok(Exit::Done);
            };
            if !out.json {
                out.line(format!("job {} is {}", job.id, job.state.word()))?;
            }
            if !wait {
                return Ok(Exit::Done);
            }
            let ended = follow(&link, job.id, |chunk| super::narrate_raw(&chunk.text)).await?;
            if out.json {
                out.json(&ended)?
            } else {
                show(&ended, out)?
            }
            Ok(verdict(&ended))
        }
        RetrainCommand::List => {
            let jobs = expect_reply!(link.request(Request::Jobs).await?, Reply::Jobs(j) => j);
            if out.json {
                out.json(&jobs)?;
            } else {
                let rows: Vec<_> = jobs.iter().map(row).collect();
                out.table(
                    &[
                        ">job", "recipe", "state", "window", "by", "started", ">took", "why",
                    ],
                    &rows,
                )?;
            }
            Ok(Exit::Done)
        }
        RetrainCommand::Show { job } => {
            let job = get(&link, JobId(job)).await?;
            if out.json {
                out.json(&job)?
            } else {
                show(&job, out)?
            }
            Ok(Exit::Done)
        }
        RetrainCommand::Logs {
            job,
            follow: on,
            times,
        } => {
            let mut stamped = times.then(Stamped::default);
            let mut text = |chunk: &LogChunk| match &mut stamped {
                Some(stamped) => stamped.lines(chunk),
                None => chunk.text.clone(),
            };
            if on {
                // The log is the data here, so it goes to standard output.
                let mut failed = None;
                let ended = follow(&link, JobId(job), |chunk| {
                    failed = out.raw(text(chunk).as_bytes()).err().or(failed.take());
                })
                .await?;
                out.raw(
                    stamped
                        .map_or_else(String::new, |mut s| s.rest())
                        .as_bytes(),
                )?;
                return match failed {
                    Some(error) => Err(error),
                    None => Ok(verdict(&ended)),
                };
            }
            let mut offset = 0;
            loop {
                let request = Request::JobLog {
                    job: JobId(job),
                    offset,
                    max: 1 << 20,
                };
                let chunk = expect_reply!(link.request(request).await?, Reply::Log(c) => c);
                out.raw(text(&chunk).as_bytes())?;
                let next = chunk.offset + chunk.text.len() as u64;
                if chunk.text.is_empty() || next >= chunk.end {
                    out.raw(
                        stamped
                            .map_or_else(String::new, |mut s| s.rest())
                            .as_bytes(),
                    )?;
                    return Ok(Exit::Done);
                }
                offset = next;
            }
        }
        RetrainCommand::Cancel { job, how } => {
            let acted = act::carry_out(&link, Act::CancelJob(JobId(job)), &how, out).await?;
            if let (false, Some(Acted::Job(job))) = (out.json, acted) {
                out.line(format!("job {} is {}", job.id, job.state.word()))?;
            }
            Ok(Exit::Done)
        }
    }
}

/// One job by number.
pub async fn get(link: &Link, id: JobId) -> CliResult<Job> {
    Ok(*expect_reply!(link.request(Request::Job(id)).await?, Reply::Job(j) => j))
}

/// Follows a job's log and state until it ends.
pub async fn follow(link: &Link, id: JobId, mut on_text: impl FnMut(&LogChunk)) -> CliResult<Job> {
    let mut log = link
        .subscribe(Topic::JobLog {
            job: id,
            tail: 1 << 20,
        })
        .await?;
    let mut jobs = link.subscribe(Topic::Jobs).await?;
    let mut ended: Option<Job> = None;
    loop {
        tokio::select! {
            event = log.next() => match event {
                Some(Event::Snapshot(Snapshot::JobLog(chunk)) | Event::Delta(Delta::Log { chunk, .. })) => on_text(&chunk),
                Some(Event::Failed(failure)) => return Err(failure.into()),
                Some(_) => {}
                None => return Err(CliError::unreachable("The agent went away.", "See .trimtab/agent.log.")),
            },
            event = jobs.next() => {
                let seen = match event {
                    Some(Event::Snapshot(Snapshot::Jobs(all))) => all.into_iter().find(|j| j.id == id),
                    Some(Event::Delta(Delta::Job(job))) if job.id == id => Some(*job),
                    Some(Event::Failed(failure)) => return Err(failure.into()),
                    Some(_) => None,
                    None => return Err(CliError::unreachable("The agent went away.", "See .trimtab/agent.log.")),
                };
                ended = seen.filter(|j| j.state.ended()).or(ended);
            }
            // The log's last lines may come after the job's end was announced.
            () = tokio::time::sleep(Duration::from_millis(300)), if ended.is_some() => {
                if let Some(job) = ended { return Ok(job) }
            }
        }
    }
}

fn verdict(job: &Job) -> Exit {
    if job.state == JobState::Succeeded {
        Exit::Done
    } else {
        Exit::Refused
    }
}

fn row(j: &Job) -> Vec<String> {
    vec![
        j.id.to_string(),
        j.recipe.clone(),
        j.state.word().to_owned(),
        j.window
            .as_ref()
            .map_or_else(|| "-".into(), |(a, b)| format!("{a}..{b}")),
        j.actor.clone(),
        j.started.map_or_else(|| "-".into(), |s| s.stamp()),
        match (j.started, j.ended) {
            (Some(s), Some(e)) => human_span(e.since(s)),
            _ => "-".into(),
        },
        j.error.clone().unwrap_or_else(|| j.reason.clone()),
    ]
}

fn show(j: &Job, out: &mut Output) -> CliResult<()> {
    out.table(
        &[
            ">job", "recipe", "state", "window", "by", "started", ">took", "why",
        ],
        &[row(j)],
    )?;
    for (key, value) in &j.params {
        out.line(format!("  {key} = {value}"))?;
    }
    match &j.run {
        Some(run) => out.line(format!("  run {run}")),
        None => Ok(()),
    }
}

/// Reads `depth=6`.
fn parse_param(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} is not KEY=VALUE")),
    }
}
