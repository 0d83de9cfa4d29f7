//! Talking to a model server: tell it to reload, ask which version answers.

use reqwest::{Client, redirect::Policy};
use serde::Deserialize;
use std::time::Duration;
use trimtab_core::registry::Version;

/// How long one question may take. Several are asked while a switch is verified.
const QUESTION: Duration = Duration::from_secs(1);
/// How much of an answer is kept for people.
const SHOWN: usize = 300;

/// A client for model servers: named addresses only, no proxy, no redirect.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(QUESTION)
        .build()
}

/// What a model server says of itself; other fields are its own business.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    /// The model, when it says.
    pub model: Option<String>,
    /// The version it answers with; `None` before its first.
    pub version: Option<Version>,
    /// Everything it said.
    #[serde(skip)]
    pub text: String,
}

/// Asks a server who it is.
pub(super) async fn ask(client: &Client, url: &str) -> Result<Answer, String> {
    let response = client
        .get(url)
        .timeout(QUESTION)
        .send()
        .await
        .map_err(|e| reason("GET", url, &e))?;
    let status = response.status();
    let text = response.text().await.map_err(|e| reason("GET", url, &e))?;
    if !status.is_success() {
        return Err(format!("GET {url} answered {status}"));
    }
    let mut answer: Answer = serde_json::from_str(&text).map_err(|e| {
        format!("GET {url} answered something else than {{\"version\": N, …}}: {e}")
    })?;
    answer.text = shorten(text.trim());
    Ok(answer)
}

/// Tells a server to read its pointer again.
pub(super) async fn tell(client: &Client, url: &str) -> Result<(), String> {
    let response = client
        .post(url)
        .timeout(QUESTION)
        .send()
        .await
        .map_err(|e| reason("POST", url, &e))?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => {
            let said = response.text().await.unwrap_or_default();
            Err(format!(
                "POST {url} answered {status}: {}",
                shorten(said.trim())
            ))
        }
    }
}

/// The innermost cause says what happened; the layers above it repeat the address.
fn reason(verb: &str, url: &str, error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("{verb} {url} was not answered within {QUESTION:?}");
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("{verb} {url} failed: {cause}")
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
