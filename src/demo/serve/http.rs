//! The server's three routes.

use super::slot::{Slot, Standing};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The largest question, in bytes.
const LARGEST: usize = 32 << 20;

/// How the server is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`; `empty` before the first version; `degraded` when the pointer's version cannot be
    /// read and the one before it goes on answering.
    pub status: String,
    /// The model's name.
    pub model: String,
    /// The version that answers.
    pub version: Option<u32>,
    /// The run that made it.
    pub run: Option<String>,
    /// Questions answered since the start.
    pub requests: u64,
    /// What is wrong, when something is.
    pub error: Option<String>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Rows of feature → value; an absent feature counts as null.
    pub rows: Vec<Map<String, Value>>,
}

/// An answer: one score and one prediction for each row, all by the same version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The model's name.
    pub model: String,
    /// The version that answered.
    pub version: u32,
    /// Probabilities of "late".
    pub scores: Vec<f64>,
    /// 1 where the probability reaches the version's threshold.
    pub predictions: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, Serialize)]
struct Refusal {
    error: String,
}

type Refused = (StatusCode, Json<Refusal>);

#[derive(Clone)]
struct Shared {
    slot: Arc<Slot>,
    requests: Arc<AtomicU64>,
}

pub(super) fn router(slot: Arc<Slot>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/predict", post(predict))
        .route("/reload", post(reload))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Shared {
            slot,
            requests: Arc::default(),
        })
}

async fn health(State(shared): State<Shared>) -> Json<Health> {
    Json(shared.health())
}

/// 200 when the pointer's version answers from now on; 503 when it cannot.
async fn reload(State(shared): State<Shared>) -> (StatusCode, Json<Health>) {
    shared.slot.refresh().await;
    let health = shared.health();
    let code = if health.error.is_none() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(health))
}

async fn predict(
    State(shared): State<Shared>,
    Json(query): Json<Query>,
) -> Result<Json<Answer>, Refused> {
    let no = |code, error: String| (code, Json(Refusal { error }));
    let Standing { loaded, error } = shared.slot.standing();
    let Some(loaded) = loaded else {
        let why = error.unwrap_or_else(|| "nothing is in production".into());
        return Err(no(StatusCode::SERVICE_UNAVAILABLE, why));
    };
    let mut scores = Vec::with_capacity(query.rows.len());
    for (number, row) in query.rows.iter().enumerate() {
        let score = loaded.model.score_json(row);
        scores.push(score.map_err(|e| {
            no(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("row {number}: {e}"),
            )
        })?);
    }
    shared.requests.fetch_add(1, Ordering::Relaxed);
    Ok(Json(Answer {
        model: loaded.model.meta.model.clone(),
        version: loaded.version,
        predictions: scores
            .iter()
            .map(|s| u8::from(loaded.model.positive(*s)))
            .collect(),
        scores,
    }))
}

impl Shared {
    fn health(&self) -> Health {
        let Standing { loaded, error } = self.slot.standing();
        let status = match (&loaded, &error) {
            (None, _) => "empty",
            (Some(_), Some(_)) => "degraded",
            (Some(_), None) => "ok",
        };
        Health {
            status: status.into(),
            model: loaded
                .as_ref()
                .map_or_else(|| crate::MODEL.into(), |l| l.model.meta.model.clone()),
            version: loaded.as_ref().map(|l| l.version),
            run: loaded.as_ref().and_then(|l| l.model.meta.run.clone()),
            requests: self.requests.load(Ordering::Relaxed),
            error,
        }
    }
}
