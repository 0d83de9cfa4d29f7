//! The trainer: fits a model to the workspace's own rows and logs it through the agent.
//!
//! It is launched as a job and talks to the agent as any trainer would, over the console
//! protocol: a run, its parameters, a curve that grows while the trees do, a model file, a
//! registered version.

mod journal;
mod options;
mod split;

pub use options::Options;

use crate::{
    Error,
    booster::{self, Params, Round, Sample},
    dataset::{self, Labelled},
    features::Encoder,
    model::{self, Meta, Model},
    score,
    stop::Stop,
    workspace,
};
use journal::Journal;
use split::Split;
use std::{
    collections::BTreeMap,
    io::Write as _,
    ops::ControlFlow,
    path::Path,
    sync::{Arc, mpsc as sync_mpsc},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use trimtab_core::{
    registry::{NewVersion, Version},
    run::{NewRun, RunStatus},
    stats::quality::auc,
};
use trimtab_wire::{Dial, Link};

/// What training came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The run.
    pub run: String,
    /// The version registered.
    pub version: Version,
    /// Area under the ROC curve on the held-out rows.
    pub heldout_auc: f64,
    /// The production model's, on the same rows; `None` when nothing is in production.
    pub champion_heldout_auc: Option<f64>,
    /// Seconds that fitting took.
    pub fit_seconds: f64,
}

/// Trains, logs and registers; what it does is told on standard output, a line at a time.
/// SIGTERM ends it: the run is then recorded as killed.
///
/// # Errors
/// No agent answers, there is nothing to train on, the agent did not take what was logged, or
/// somebody asked for the end. A run that was opened is recorded as failed or killed.
pub async fn train(options: Options) -> Result<Outcome, Error> {
    let mut out = std::io::stdout();
    // The job's log is a file; a reader that went away must not end the training.
    train_and_say(options, |line| drop(writeln!(out, "{line}"))).await
}

async fn train_and_say(options: Options, mut say: impl FnMut(&str)) -> Result<Outcome, Error> {
    let mut stop = Stop::listen(false)?;
    let link = Link::persistent(&Dial::Unix(options.socket.clone()), "trainer");
    let mut journal = Journal::open(link, &options.root, new_run(&options)).await?;
    say(&format!(
        "run {} ({}) is open",
        journal.name,
        journal.run.short()
    ));
    let worked = work(&options, &mut journal, &mut stop, &mut say).await;
    let status = match &worked {
        Ok(_) => RunStatus::Finished,
        Err(Error::Stopped) => RunStatus::Killed,
        Err(_) => RunStatus::Failed,
    };
    let closed = journal.finish(status).await;
    let outcome = worked?;
    closed?;
    say(&format!("registered {} {}", options.model, outcome.version));
    Ok(outcome)
}

async fn work(
    options: &Options,
    journal: &mut Journal,
    stop: &mut Stop,
    say: &mut impl FnMut(&str),
) -> Result<Outcome, Error> {
    let read = options.clone();
    let split = Arc::new(off(move || Split::read(&read)).await?);
    say(&split.summary());
    journal.describe(split.params(&options.params), split.tags());

    let began = Instant::now();
    let fitted = fit(&split, &options.params, journal, stop, say).await?;
    let fit_seconds = began.elapsed().as_secs_f64();

    let (threshold, f1) = (fitted.threshold, fitted.f1);
    let model = fitted.into_model(options, journal.run.as_str(), &split);
    let file = journal.artifacts.join(model::FILE);
    let (root, rows) = (options.root.clone(), Arc::clone(&split));
    let (scores, champion) = off(move || {
        model.save(&file)?;
        Ok((
            model.score(&rows.heldout.frame)?,
            champion_auc(&root, &rows.heldout),
        ))
    })
    .await?;
    let heldout_auc = auc(&split.heldout.labels, &scores);
    let mut last = vec![
        ("heldout_f1", f1),
        ("threshold", threshold),
        ("fit_seconds", fit_seconds),
    ];
    match &champion {
        Some(Ok(auc)) => {
            last.push(("champion_heldout_auc", *auc));
            say(&format!(
                "held-out AUC {heldout_auc:.4}; the version in production has {auc:.4} on the same rows"
            ));
        }
        Some(Err(error)) => say(&format!(
            "held-out AUC {heldout_auc:.4}; production cannot be compared: {error}"
        )),
        None => say(&format!(
            "held-out AUC {heldout_auc:.4}; nothing is in production yet"
        )),
    }
    journal.log(options.params.rounds, &last).await?;
    journal.flush().await?;
    let mut tags = split.tags();
    tags.insert("run_name".into(), journal.name.clone());
    let version = journal
        .register(NewVersion {
            model: options.model.clone(),
            run: Some(journal.run.clone()),
            source: journal.artifacts.to_string_lossy().into_owned(),
            tags,
        })
        .await?;
    Ok(Outcome {
        run: journal.run.to_string(),
        version,
        heldout_auc,
        champion_heldout_auc: champion.and_then(Result::ok),
        fit_seconds,
    })
}

struct Fitted {
    encoder: Encoder,
    ensemble: booster::Ensemble,
    threshold: f64,
    f1: f64,
}

impl Fitted {
    fn into_model(self, options: &Options, run: &str, split: &Split) -> Model {
        Model {
            meta: Meta {
                format: Meta::format(),
                model: options.model.clone(),
                run: Some(run.to_owned()),
                window: split.window.clone(),
                heldout: split.heldout_window.clone(),
                data_version: split.data_version.clone(),
                code_version: code_version(),
                params: options.params.clone(),
                threshold: self.threshold,
            },
            encoder: self.encoder,
            ensemble: self.ensemble,
        }
    }
}

/// Fits on a thread of its own; what each round says goes to the journal while it goes on.
async fn fit(
    split: &Arc<Split>,
    params: &Params,
    journal: &mut Journal,
    stop: &mut Stop,
    say: &mut impl FnMut(&str),
) -> Result<Fitted, Error> {
    // Room for every round: the agent's slowness never slows training.
    let (rounds_tx, mut rounds) = mpsc::channel::<Round>(params.rounds);
    // A message, or this side's end, breaks the training off; meanwhile it keeps the pace.
    let (halt, halted) = sync_mpsc::channel::<()>();
    let (split, wanted) = (Arc::clone(split), params.clone());
    let mut fitting = tokio::task::spawn_blocking(move || {
        let pace = Duration::from_millis(wanted.pace_ms);
        fit_blocking(&split, &wanted, |round| {
            let sent = rounds_tx.blocking_send(round);
            match halted.recv_timeout(pace) {
                Err(sync_mpsc::RecvTimeoutError::Timeout) if sent.is_ok() => {
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Break(()),
            }
        })
    });
    loop {
        tokio::select! {
            biased;
            () = stop.asked() => {
                say("stopping: the end was asked for");
                // It may have ended by itself in the meantime.
                let _ = halt.send(());
                let _ = (&mut fitting).await;
                return Err(Error::Stopped);
            }
            round = rounds.recv() => match round {
                Some(round) => {
                    say(&format!(
                        "round {:>4}/{}  train loss {:.5}  held-out loss {:.5}  held-out AUC {:.4}",
                        round.round, params.rounds, round.train_loss, round.heldout_loss, round.heldout_auc
                    ));
                    journal.log(round.round, &[
                        ("train_loss", round.train_loss),
                        ("heldout_loss", round.heldout_loss),
                        ("heldout_auc", round.heldout_auc),
                    ]).await?;
                }
                None => break,
            },
        }
    }
    fitting.await.map_err(|e| Error::Fit(e.to_string()))?
}

fn fit_blocking(
    split: &Split,
    params: &Params,
    report: impl FnMut(Round) -> ControlFlow<()>,
) -> Result<Fitted, Error> {
    let encoder = Encoder::fit(&split.train.frame, &dataset::FEATURES, &split.train.labels)?;
    let sample = |rows: &Labelled| -> Result<Sample, Error> {
        Ok(Sample {
            numbers: encoder.encode(&rows.frame)?,
            labels: rows.labels.clone(),
        })
    };
    let (train, heldout) = (sample(&split.train)?, sample(&split.heldout)?);
    let ensemble = booster::fit(&train, &heldout, params, report)?;
    let (threshold, f1) = score::best_f1(&heldout.labels, &ensemble.probabilities(&heldout));
    Ok(Fitted {
        encoder,
        ensemble,
        threshold,
        f1,
    })
}

/// The production model on the held-out rows; `None` when nothing is in production.
fn champion_auc(root: &Path, heldout: &Labelled) -> Option<Result<f64, Error>> {
    if !workspace::production_file(root).exists() {
        return None;
    }
    let scored = workspace::production(root).and_then(|champion| champion.score(&heldout.frame));
    Some(scored.map(|scores| auc(&heldout.labels, &scores)))
}

fn new_run(options: &Options) -> NewRun {
    NewRun {
        experiment: options.experiment.clone(),
        name: options.run_name.clone(),
        user: options.user.clone(),
        job: options.job,
        tags: BTreeMap::from([
            ("code_version".into(), code_version()),
            ("model".into(), options.model.clone()),
        ]),
    }
}

/// What made the model: this build, with the source's state when the build was told it.
fn code_version() -> String {
    let own = concat!("trimtab ", env!("CARGO_PKG_VERSION"));
    option_env!("TRIMTAB_GIT_DESCRIBE")
        .map_or_else(|| own.to_owned(), |git| format!("{own} ({git})"))
}

/// Blocking work, off the runtime.
async fn off<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(broken) => Err(Error::Fit(broken.to_string())),
    }
}

#[cfg(test)]
mod tests;
