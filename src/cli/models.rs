//! `trimtab models`: list, show, gate, promote, approve, reject, rollback, requests.

use super::{
    act,
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    note::{self, NoteArgs},
    output::{Output, number},
};
use trimtab_core::{
    gate::GateResult,
    registry::{Model, Version},
    release::{PromotionRequest, RequestId, RequestState},
};
use trimtab_wire::{Act, Acted, Link, NoteOf, Reply, Request};

/// Models, their versions, and what is asked of them.
#[derive(clap::Subcommand, Debug)]
pub enum ModelsCommand {
    /// List models with their champion and what production answers.
    List,
    /// Show one model: versions, aliases, lineage.
    Show {
        /// The model's name.
        model: String,
    },
    /// Print the note on a model or on a version of it, or write it.
    Note {
        /// The model's name.
        model: String,
        /// The version; the model itself when absent.
        #[arg(value_parser = parse_version)]
        version: Option<Version>,
        #[command(flatten)]
        args: NoteArgs,
    },
    /// Judge a version by policy's gates; asks for nothing. Exit 1 when a gate says no.
    Gate {
        /// The model's name.
        model: String,
        /// The version.
        #[arg(value_parser = parse_version)]
        version: Version,
    },
    /// List promotion requests, newest first.
    Requests,
    /// Ask for a version to go into production. Exit 1 when a gate says no.
    Promote {
        /// The model's name.
        model: String,
        /// The version.
        #[arg(value_parser = parse_version)]
        version: Version,
        #[command(flatten)]
        how: act::How,
    },
    /// Say yes to a request; with enough yeses, production switches.
    Approve {
        /// The request's number.
        request: u64,
        #[command(flatten)]
        how: act::How,
    },
    /// Say no to a request.
    Reject {
        /// The request's number.
        request: u64,
        #[command(flatten)]
        how: act::How,
    },
    /// Put the last good version back.
    Rollback {
        /// The model's name.
        model: String,
        #[command(flatten)]
        how: act::How,
    },
}

/// Runs the command.
pub async fn run(command: ModelsCommand, global: &Global, out: &mut Output) -> CliResult {
    let link = global.link().await?;
    match command {
        ModelsCommand::List => {
            let rows = expect_reply!(link.request(Request::Fleet).await?, Reply::Fleet(f) => f);
            if out.json {
                out.json(&rows)?;
            } else {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|r| {
                        let answers = r.serving.as_ref().and_then(|s| s.version);
                        let quality = r.quality.iter().rev().find(|q| !q.value.is_nan());
                        vec![
                            r.model.clone(),
                            r.health.word().to_owned(),
                            word(r.champion),
                            word(answers),
                            word(r.newest),
                            quality.map_or_else(|| "-".into(), |q| number(q.value)),
                            format!("{}/{}", r.drifted.0, r.drifted.1),
                            r.why.clone(),
                        ]
                    })
                    .collect();
                out.table(
                    &[
                        "model", "health", "champion", "serving", "newest", ">quality", ">drifted",
                        "why",
                    ],
                    &rows,
                )?;
            }
            Ok(Exit::Done)
        }
        ModelsCommand::Show { model } => {
            let model = find(&link, &model).await?;
            if out.json {
                out.json(&model)?
            } else {
                show(&model, out)?
            }
            Ok(Exit::Done)
        }
        ModelsCommand::Note {
            model,
            version,
            args,
        } => {
            let known = find(&link, &model).await?;
            let (of, note) = match version {
                None => (NoteOf::Model(model), known.description.clone()),
                Some(number) => {
                    let found = known.version(number).ok_or_else(|| {
                        CliError::usage(
                            format!("{model} has no version {number}."),
                            format!("See `trimtab models show {model}`."),
                        )
                    })?;
                    let note = found.description.clone().unwrap_or_default();
                    (NoteOf::Version(model.clone(), number), note)
                }
            };
            note::note(&link, of, &note, args, out).await
        }
        ModelsCommand::Gate { model, version } => {
            let gates = expect_reply!(link.request(Request::Gates { model, version }).await?, Reply::Gates(g) => g);
            if out.json {
                out.json(&gates)?
            } else {
                show_gates(&gates, out)?
            }
            Ok(if gates.iter().all(|g| g.passed) {
                Exit::Done
            } else {
                Exit::Refused
            })
        }
        ModelsCommand::Requests => {
            let requests =
                expect_reply!(link.request(Request::Requests).await?, Reply::Requests(r) => r);
            if out.json {
                out.json(&requests)?;
            } else {
                let rows: Vec<_> = requests.iter().map(request_row).collect();
                out.table(
                    &[
                        ">no",
                        "model",
                        "version",
                        "state",
                        "author",
                        "approvals",
                        "asked",
                        "reason",
                    ],
                    &rows,
                )?;
            }
            Ok(Exit::Done)
        }
        ModelsCommand::Promote {
            model,
            version,
            how,
        } => {
            let acted = act::carry_out(&link, Act::Promote { model, version }, &how, out).await?;
            finish_request(acted, out)
        }
        ModelsCommand::Approve { request, how } => {
            let acted = act::carry_out(&link, Act::Approve(RequestId(request)), &how, out).await?;
            finish_request(acted, out)
        }
        ModelsCommand::Reject { request, how } => {
            let acted = act::carry_out(&link, Act::Reject(RequestId(request)), &how, out).await?;
            finish_request(acted, out)
        }
        ModelsCommand::Rollback { model, how } => {
            let acted = act::carry_out(&link, Act::Rollback { model }, &how, out).await?;
            if let (
                false,
                Some(Acted::RolledBack {
                    model,
                    from,
                    to,
                    switched_ms,
                    answered,
                }),
            ) = (out.json, acted)
            {
                out.line(format!(
                    "{model} rolled back from {from} to {to} in {switched_ms:.0} ms; {answered}"
                ))?;
            }
            Ok(Exit::Done)
        }
    }
}

/// One model by name.
pub async fn find(link: &Link, name: &str) -> CliResult<Model> {
    let models = expect_reply!(link.request(Request::Models).await?, Reply::Models(m) => m);
    let known: Vec<String> = models.iter().map(|m| m.name.clone()).collect();
    models.into_iter().find(|m| m.name == name).ok_or_else(|| {
        let hint = match known.is_empty() {
            true => "No model has a version yet: train one with `trimtab retrain start RECIPE`."
                .to_owned(),
            false => format!("There are: {}.", known.join(", ")),
        };
        CliError::usage(format!("There is no model {name:?}."), hint)
    })
}

fn show(model: &Model, out: &mut Output) -> CliResult<()> {
    out.line(&model.name)?;
    for (alias, version) in &model.aliases {
        out.line(format!("  {alias} → {version}"))?;
    }
    let rows: Vec<_> = model
        .versions
        .iter()
        .map(|v| {
            let metrics: Vec<String> = v
                .metrics
                .iter()
                .map(|(k, x)| format!("{k} {}", number(*x)))
                .collect();
            vec![
                v.version.to_string(),
                v.created.stamp(),
                v.author.clone(),
                v.run
                    .as_ref()
                    .map_or_else(|| "-".into(), |r| r.short().to_owned()),
                metrics.join(", "),
            ]
        })
        .collect();
    out.table(&["version", "registered", "by", "run", "metrics"], &rows)
}

fn show_gates(gates: &[GateResult], out: &mut Output) -> CliResult<()> {
    let rows: Vec<_> = gates
        .iter()
        .map(|g| {
            let verdict = if g.passed { "✔ passed" } else { "✘ failed" };
            vec![
                verdict.into(),
                g.name.clone(),
                g.candidate.map_or_else(|| "-".into(), number),
                g.bound.map_or_else(|| "-".into(), number),
                g.reason.clone(),
            ]
        })
        .collect();
    out.table(&["verdict", "gate", ">value", ">bound", "why"], &rows)
}

fn request_row(r: &PromotionRequest) -> Vec<String> {
    vec![
        r.id.0.to_string(),
        r.model.clone(),
        r.version.to_string(),
        r.state.word().to_owned(),
        r.author.clone(),
        format!("{}/{}", r.approvals.len(), r.required),
        r.created.stamp(),
        r.note.clone().unwrap_or_else(|| r.reason.clone()),
    ]
}

/// Says how the request stands; exit 1 when it went nowhere.
fn finish_request(acted: Option<Acted>, out: &mut Output) -> CliResult {
    let Some(Acted::Request(request)) = acted else {
        return Ok(Exit::Done);
    };
    if !out.json {
        let note = request
            .note
            .as_deref()
            .map(|n| format!(": {n}"))
            .unwrap_or_default();
        out.line(format!(
            "request {} ({} {}) is {}{note}",
            request.id,
            request.model,
            request.version,
            request.state.word()
        ))?;
        show_gates(&request.gates, out)?;
    }
    Ok(match request.state {
        RequestState::GateFailed | RequestState::Failed => Exit::Refused,
        _ => Exit::Done,
    })
}

fn word(version: Option<Version>) -> String {
    version.map_or_else(|| "-".into(), |v| v.to_string())
}

/// Reads `4` or `v4`.
fn parse_version(text: &str) -> Result<Version, String> {
    text.trim_start_matches('v')
        .parse()
        .map(Version)
        .map_err(|_| format!("{text:?} is not a version; expected a number such as 4 or v4"))
}
