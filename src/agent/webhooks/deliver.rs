//! One delivery: signed, posted, and posted again while the other side cannot take it.

use super::{
    post::{Answer, post},
    sign,
};
use crate::{Context, clock};
use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderValue},
};
use reqwest::Url;
use serde::Serialize;
use std::{io, time::Duration};
use trimtab_core::{
    registry::webhook::{Event, Webhook},
    time::Millis,
};

/// How long an answer may take, as in MLflow.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is tried again.
const AGAIN: u32 = 3;
/// The first pause; each next one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that the other side may ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// A delivery that is ready to go.
#[derive(Debug)]
pub(crate) struct Delivery {
    url: String,
    id: String,
    timestamp: String,
    body: String,
    signature: Option<String>,
    public: bool,
}

#[derive(Serialize)]
struct Payload<'a> {
    entity: &'static str,
    action: &'static str,
    timestamp: String,
    data: &'a serde_json::Value,
}

impl Delivery {
    pub(super) fn new(
        ctx: &Context,
        hook: &Webhook,
        event: Event,
        data: &serde_json::Value,
    ) -> io::Result<Self> {
        let now = clock::now();
        let payload = Payload {
            entity: event.entity.word(),
            action: event.action.word(),
            timestamp: iso(now),
            data,
        };
        // Strings and numbers are always written.
        let body = serde_json::to_string(&payload).unwrap_or_default();
        let id = crate::random::uuid()?;
        let timestamp = now.0.div_euclid(1000).to_string();
        let secret = ctx.webhooks.secrets.get(&hook.id);
        Ok(Self {
            signature: secret.map(|s| sign::signature(&s, &id, &timestamp, &body)),
            url: hook.url.clone(),
            id,
            timestamp,
            body,
            public: ctx.webhooks.public,
        })
    }

    /// Tries until it is taken, or refused, or tried often enough.
    pub(super) async fn persistently(&self) -> Result<(), String> {
        let mut pause = PAUSE;
        let mut tries = 0;
        loop {
            let (wait, why) = match self.once().await {
                Ok(answer) if passing(answer.status) => {
                    let asked = answer.retry_after.map(Duration::from_secs);
                    let wait = asked.map_or(pause, |asked| asked.min(LONGEST));
                    (
                        wait,
                        format!("the answer is {} again and again", answer.status),
                    )
                }
                Ok(answer) if answer.status >= 400 => {
                    return Err(format!("the answer is {}", answer.status));
                }
                Ok(_) => return Ok(()),
                Err(why) => (pause, why),
            };
            if tries == AGAIN {
                return Err(why);
            }
            tries += 1;
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
    }

    async fn once(&self) -> Result<Answer, String> {
        let url: Url = self.url.parse().map_err(|e| format!("its URL: {e}"))?;
        let text = |text: &str| HeaderValue::try_from(text).map_err(|e| e.to_string());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-mlflow-delivery-id", text(&self.id)?);
        headers.insert("x-mlflow-timestamp", text(&self.timestamp)?);
        if let Some(signature) = &self.signature {
            headers.insert("x-mlflow-signature", text(signature)?);
        }
        let posted = post(&url, headers, self.body.clone(), self.public);
        tokio::time::timeout(PATIENCE, posted)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}")))
    }
}

/// Delivers once, now, and says what came of it.
pub(crate) async fn send(
    ctx: &Context,
    hook: &Webhook,
    event: Event,
    data: &serde_json::Value,
) -> Result<Answer, String> {
    let delivery = Delivery::new(ctx, hook, event, data).map_err(|e| e.to_string())?;
    delivery.once().await
}

/// Whether a status may be another one soon.
fn passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// As Python's `datetime.isoformat` writes UTC.
fn iso(at: Millis) -> String {
    at.civil()
        .strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_python_writes_them() {
        assert_eq!(
            iso(Millis(1_700_000_000_123)),
            "2023-11-14T22:13:20.123000+00:00"
        );
    }
}
