//! One week: its rows are put to the server, the answers and later the labels are written down.

use super::plan::Week;
use crate::{
    Error, MODEL,
    dataset::{self, FEATURES},
    features::Cell,
    serve::{Answer, Query},
};
use serde_json::{Map, Value};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use trimtab_store::frame::{Column, Frame, write_parquet};

/// Rows in one question.
const BATCH: usize = 250;
/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Puts questions to the model server.
#[derive(Debug)]
pub(super) struct Asker {
    client: reqwest::Client,
    server: String,
}

impl Asker {
    pub(super) fn new(server: &str) -> Result<Self, Error> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build();
        let failed = |e: reqwest::Error| Error::Server {
            address: server.into(),
            problem: e.to_string(),
        };
        Ok(Self {
            client: client.map_err(failed)?,
            server: server.into(),
        })
    }

    async fn ask(&self, query: &Query) -> Result<(Answer, u16), Error> {
        let failed = |problem: String| Error::Server {
            address: self.server.clone(),
            problem,
        };
        let url = format!("http://{}/predict", self.server);
        let sent = self.client.post(url).json(query).send().await;
        let answer = sent.map_err(|e| failed(e.without_url().to_string()))?;
        let status = answer.status();
        if !status.is_success() {
            let why = answer.text().await.unwrap_or_default();
            return Err(failed(format!("answered {status}: {why}")));
        }
        let said: Answer = answer
            .json()
            .await
            .map_err(|e| failed(e.without_url().to_string()))?;
        if said.scores.len() != query.rows.len() || said.predictions.len() != query.rows.len() {
            return Err(failed(format!(
                "{} answers to {} rows",
                said.scores.len(),
                query.rows.len()
            )));
        }
        Ok((said, status.as_u16()))
    }
}

/// A week's rows, and the answers so far; kept while the server is away.
#[derive(Debug)]
pub(super) struct Progress {
    rows: Frame,
    answers: Answers,
}

#[derive(Debug, Default)]
struct Answers {
    version: Vec<Option<String>>,
    prediction: Vec<Option<i64>>,
    probability: Vec<Option<f64>>,
    latency_ms: Vec<Option<f64>>,
    status_code: Vec<Option<i64>>,
    last: Option<u32>,
}

impl Progress {
    /// Reads a week's rows.
    pub(super) async fn of(root: &Path, week: &Week) -> Result<Self, Error> {
        let (root, week) = (root.to_owned(), *week);
        let rows = off(move || dataset::year(&root, Some(week.from), Some(week.to))).await?;
        Ok(Self {
            rows,
            answers: Answers::default(),
        })
    }

    /// Puts the rows that have no answer yet to the server, in order.
    ///
    /// # Errors
    /// The first question without an answer; what was answered before it is kept.
    pub(super) async fn go_on(&mut self, asker: &Asker) -> Result<(), Error> {
        while self.answers.probability.len() < self.rows.rows() {
            let from = self.answers.probability.len();
            let query = question(&self.rows, from..(from + BATCH).min(self.rows.rows()))?;
            let began = Instant::now();
            let (answer, status) = asker.ask(&query).await?;
            self.answers.take(&answer, status, began.elapsed());
        }
        Ok(())
    }

    /// The version that answered last.
    pub(super) fn last_version(&self) -> Option<u32> {
        self.answers.last
    }

    /// Writes the week's inference log, whole.
    pub(super) async fn write(self, file: PathBuf) -> Result<(), Error> {
        off(move || {
            let Self { rows, answers } = self;
            let mut log = Frame::new();
            for name in ["timestamp", "request_id"] {
                log.push(name, rows.column(name)?.clone())?;
            }
            log.push("model_version", Column::Text(answers.version))?;
            for name in FEATURES {
                log.push(name, rows.column(name)?.clone())?;
            }
            log.push("prediction", Column::Integer(answers.prediction))?;
            log.push("probability", Column::Number(answers.probability))?;
            log.push("latency_ms", Column::Number(answers.latency_ms))?;
            log.push("status_code", Column::Integer(answers.status_code))?;
            Ok(write_parquet(&file, &log)?)
        })
        .await
    }
}

impl Answers {
    fn take(&mut self, answer: &Answer, status: u16, took: Duration) {
        let ms = took.as_secs_f64() * 1000.0;
        for (score, prediction) in answer.scores.iter().zip(&answer.predictions) {
            self.version
                .push(Some(format!("{MODEL}-v{}", answer.version)));
            self.prediction.push(Some(i64::from(*prediction)));
            self.probability.push(Some(*score));
            // Each row waited for the question it was part of.
            self.latency_ms.push(Some(ms));
            self.status_code.push(Some(i64::from(status)));
        }
        self.last = Some(answer.version);
    }
}

fn question(rows: &Frame, range: std::ops::Range<usize>) -> Result<Query, Error> {
    let mut query = Query {
        rows: vec![Map::new(); range.len()],
    };
    for name in FEATURES {
        let column = rows.column(name)?;
        for (row, asked) in range.clone().zip(&mut query.rows) {
            let value = match Cell::of(column, row) {
                Cell::Missing => Value::Null,
                Cell::Number(v) => Value::from(v),
                Cell::Text(text) => Value::from(text),
            };
            asked.insert(name.to_owned(), value);
        }
    }
    Ok(query)
}

/// Writes the labels of a week's rows; rows that never get one are left out.
pub(super) async fn write_labels(root: &Path, week: &Week, file: PathBuf) -> Result<(), Error> {
    let (root, week) = (root.to_owned(), *week);
    off(move || {
        let rows = dataset::year(&root, Some(week.from), Some(week.to))?;
        let label = rows.column("label")?;
        let known: Vec<usize> = (0..rows.rows())
            .filter(|r| label.number(*r).is_some())
            .collect();
        let mut labels = Frame::new();
        for name in ["request_id", "label_ts", "label"] {
            labels.push(name, rows.column(name)?.take(&known))?;
        }
        Ok(write_parquet(&file, &labels)?)
    })
    .await
}

/// Blocking work, off the runtime.
async fn off<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(Error::Stopped),
    }
}
