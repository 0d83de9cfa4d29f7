//! One notice on its way: posted to a webhook, or given to a program.

use crate::{Context, webhooks};
use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderValue},
};
use reqwest::Url;
use serde::Serialize;
use std::{io, path::Path, process::Stdio, time::Duration};
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};
use trimtab_core::{
    notice::{Item, Notice},
    policy::{NoticeBody, NotifyPolicy},
};

/// How long a webhook may take to answer.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a program may take.
const PROGRAM: Duration = Duration::from_secs(60);
/// How much of what the other side says is shown, in characters.
const SHOWN: usize = 300;

/// Why a notice was not taken. Neither the webhook's address nor what the other side says is in its text,
/// which is logged: both may hold secrets.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// The file with the address.
    #[error("the file with the webhook's URL, {file}: {reason}")]
    Address { file: String, reason: String },
    /// No answer.
    #[error("the webhook: {0}")]
    Webhook(String),
    /// A refusal.
    #[error("the webhook answers with status {status}")]
    Refused { status: u16, said: String },
    /// The program cannot be run.
    #[error("the command `{program}`: {reason}")]
    Command { program: String, reason: String },
    /// The program failed.
    #[error("the command `{program}` ended with {status}")]
    Failed {
        program: String,
        status: String,
        said: String,
    },
}

impl NotTaken {
    /// What the other side said, for the eyes of who asked.
    pub(super) fn detail(&self) -> Option<&str> {
        match self {
            Self::Refused { said, .. } | Self::Failed { said, .. } => Some(said.trim()),
            _ => None,
        }
        .filter(|said| !said.is_empty())
    }
}

/// What is posted.
#[derive(Serialize)]
struct Body<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    alerts: &'a [Item],
}

/// Sends a notice once.
pub(super) async fn send(
    ctx: &Context,
    to: &NotifyPolicy,
    notice: &Notice,
) -> Result<(), NotTaken> {
    if let Some(file) = &to.url_file {
        return post(&ctx.workspace.root().join(file), to.body, notice).await;
    }
    match to.command.as_deref() {
        Some([program, args @ ..]) => run(ctx.workspace.root(), program, args, notice).await,
        // Policy lets neither through.
        Some([]) | None => Ok(()),
    }
}

async fn post(file: &Path, form: NoticeBody, notice: &Notice) -> Result<(), NotTaken> {
    let wrong = |reason: String| NotTaken::Address {
        file: file.display().to_string(),
        reason,
    };
    let text = tokio::fs::read_to_string(file).await;
    let text = text.map_err(|error| wrong(error.to_string()))?;
    let url: Url = text
        .trim()
        .parse()
        .map_err(|error| wrong(format!("it holds no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("its URL is neither http nor https".into()));
    }
    let text = notice.text();
    let (workspace, alerts) = match form {
        NoticeBody::Text => (None, &[][..]),
        NoticeBody::Json => (Some(&*notice.workspace), &*notice.alerts),
    };
    let body = Body {
        text: &text,
        workspace,
        alerts,
    };
    // Strings are always written.
    let body = serde_json::to_string(&body).unwrap_or_default();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Whoever writes policy may name any address: it is no caller's choice.
    let posted = webhooks::post(&url, headers, body, false);
    let answer = timeout(ANSWER, posted)
        .await
        .map_err(|_| NotTaken::Webhook(format!("no answer within {ANSWER:?}")))?
        .map_err(NotTaken::Webhook)?;
    match answer.status {
        200..=299 => Ok(()),
        status => Err(NotTaken::Refused {
            status,
            said: shown(&answer.body),
        }),
    }
}

/// Runs a program in the workspace's folder with the text on its standard input.
async fn run(root: &Path, program: &str, args: &[String], notice: &Notice) -> Result<(), NotTaken> {
    let wrong = |reason: String| NotTaken::Command {
        program: program.to_owned(),
        reason,
    };
    let title = notice.title();
    let mut command = Command::new(program);
    command
        .args(args.iter().map(|arg| arg.replace("{title}", &title)))
        .current_dir(root)
        .env("TRIMTAB_NOTICE_TITLE", &title)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| wrong(error.to_string()))?;
    let input = child.stdin.take();
    let text = notice.text() + "\n";
    let told = async {
        let give = async {
            match input {
                // A program that does not read its input may still do its work.
                Some(mut input) => match input.write_all(text.as_bytes()).await {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                    _ => Ok(()),
                },
                None => Ok(()),
            }
        };
        tokio::try_join!(give, child.wait_with_output())
    };
    let ended = timeout(PROGRAM, told).await;
    let ((), output) = ended
        .map_err(|_| wrong(format!("it did not end within {PROGRAM:?}")))?
        .map_err(|error| wrong(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(NotTaken::Failed {
        program: program.to_owned(),
        status: output.status.to_string(),
        said: shown(&String::from_utf8_lossy(&output.stderr)),
    })
}

/// The start of what was said, in one line and without what a terminal would act on.
fn shown(said: &str) -> String {
    said.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SHOWN)
        .collect()
}
