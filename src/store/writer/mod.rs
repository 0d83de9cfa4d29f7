//! The writer: one thread, one connection, one transaction for every call that waits.
//!
//! Acknowledged means durable: DuckDB writes the transaction to its write-ahead log and calls
//! `fsync` on it inside `COMMIT`, and a call is answered after `COMMIT` has returned. (Seen with
//! `strace -e trace=write,fsync`: each group is one write to the log, one fsync, then the answers.)

mod audit;
pub(crate) mod bins;
pub(crate) mod books;
mod experiments;
mod group;
mod jobs;
pub(crate) mod latest;
mod links;
mod logged;
mod monitors;
mod registry;
mod registry_rows;
mod releases;
mod rows;
mod runs;

use crate::{
    catalogue::{Catalogue, registry::Shelf},
    change::{Applied, Change},
    error::{StoreError, classify},
    open::Claim,
};
use bins::Bins;
use books::Books;
use duckdb::Connection;
use latest::Latest;
use rows::Rows;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use trimtab_core::registry::{Model, ModelVersion, Version};

/// Calls that may wait for the writer; further callers wait for a place.
pub(crate) const QUEUE: usize = 4096;
/// Rows that close a group.
const GROUP_ROWS: usize = 20_000;
/// How long a group is held open for callers that are expected back.
const LINGER: Duration = Duration::from_millis(3);

/// A call's answer.
pub(crate) type Answer = Result<Vec<Applied>, StoreError>;

/// What the thread is told.
pub(crate) enum Order {
    /// Apply these, all or none.
    Apply(Call),
    /// Write what came before, fold the log into the file, let go of it.
    Close(oneshot::Sender<Result<(), StoreError>>),
    /// Die, to see what callers notice.
    #[cfg(test)]
    Panic,
}

/// One caller's changes.
pub(crate) struct Call {
    pub changes: Vec<Change>,
    pub answer: oneshot::Sender<Answer>,
    /// Frees a place in the queue when the call is answered.
    pub _place: OwnedSemaphorePermit,
}

/// Numbers that readers may look at without asking the writer.
#[derive(Default)]
pub(crate) struct Gauges {
    pub runs: AtomicU64,
    pub points: AtomicU64,
    pub commits: AtomicU64,
}

/// The thread's own state.
pub(crate) struct Writer {
    db: Connection,
    books: Books,
    latest: Latest,
    bins: Bins,
    path: PathBuf,
    gauges: Arc<Gauges>,
    /// Places in the queue. Those taken are calls that wait or are being written.
    queue: Arc<Semaphore>,
    /// Calls that waited or were being written when the last group was: how many callers are
    /// expected back soon.
    crowd: usize,
    /// Goes after the connection, so that nobody opens the file before it is let go of.
    _claim: Claim,
}

impl Writer {
    /// Reads the books.
    pub fn new(
        db: Connection,
        claim: Claim,
        path: PathBuf,
        gauges: Arc<Gauges>,
        queue: Arc<Semaphore>,
    ) -> Result<Self, StoreError> {
        let (books, latest, bins) = rows::prepare(&db)
            .and_then(|()| Books::load(&db))
            .and_then(|(books, latest)| {
                let bins = Bins::load(&db, books.points)?;
                Ok((books, latest, bins))
            })
            .map_err(|e| classify(&path, "reading the store's books", &e))?;
        let writer = Self {
            db,
            books,
            latest,
            bins,
            path,
            gauges,
            queue,
            crowd: 1,
            _claim: claim,
        };
        writer.show();
        Ok(writer)
    }

    /// Works until told to close, or until nobody is left to tell it anything. DuckDB folds the
    /// log into the file when the last connection goes.
    pub fn run(mut self, orders: &mpsc::Receiver<Order>) {
        while let Some(first) = self.next(orders) {
            let mut calls = Vec::new();
            let mut close = None;
            self.gather(first, orders, &mut calls, &mut close);
            group::commit(&mut self, calls);
            if let Some(done) = close {
                self.catch_up();
                let result = self
                    .db
                    .execute_batch("CHECKPOINT")
                    .map_err(|e| classify(&self.path, "folding the log into the store", &e));
                drop(self);
                // Whoever asked may have gone; the store is closed all the same.
                let _ = done.send(result);
                return;
            }
        }
    }

    /// The next order; meanwhile the table of latest values is brought up to date when it is time, and
    /// long metrics are binned when nobody asks for anything.
    fn next(&mut self, orders: &mpsc::Receiver<Order>) -> Option<Order> {
        if self.bins.are_overdue() {
            self.bin();
        }
        loop {
            let rest = self.latest.rest();
            if rest.is_some_and(|rest| rest.is_zero()) {
                self.catch_up();
                continue;
            }
            let idle = self.bins.are_due().then_some(bins::IDLE);
            let Some(wait) = rest.into_iter().chain(idle).min() else {
                return orders.recv().ok();
            };
            match orders.recv_timeout(wait) {
                Ok(order) => return Some(order),
                Err(mpsc::RecvTimeoutError::Timeout) if idle == Some(wait) => self.bin(),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    self.catch_up();
                    return None;
                }
            }
        }
    }

    /// Bins some points. Nothing is lost when that fails: charts read the points themselves.
    fn bin(&mut self) {
        if let Err(e) = self.bins.turn(&self.db, self.books.points) {
            let error = classify(&self.path, "binning a long metric", &e);
            tracing::warn!(%error, "charts of it will read all its points");
        }
    }

    /// Brings the table of latest values up to date. Nothing is lost when that fails.
    fn catch_up(&mut self) {
        let points = self.books.points;
        let grown = self.latest.grown();
        let done = self.latest.write(&self.db, &self.books.catalogue, points);
        if let Err(e) = done {
            let error = classify(&self.path, "bringing latest values up to date", &e);
            tracing::warn!(%error, "the next start will read some history again");
        }
        self.bins.grown(&grown, &self.books.catalogue);
    }

    /// Takes in what waits. Callers in company are expected back within microseconds of their
    /// answers, so the group is held open for as many as there were, [`LINGER`] at most; a lone
    /// caller never waits for anybody.
    fn gather(
        &self,
        first: Order,
        orders: &mpsc::Receiver<Order>,
        calls: &mut Vec<Call>,
        close: &mut Option<oneshot::Sender<Result<(), StoreError>>>,
    ) {
        let deadline = Instant::now() + LINGER;
        let mut weight = 0;
        let mut next = Some(first);
        while let Some(order) = next.take() {
            match order {
                Order::Apply(call) => {
                    weight += call.changes.iter().map(Change::weight).sum::<usize>();
                    calls.push(call);
                }
                Order::Close(done) => {
                    *close = Some(done);
                    return;
                }
                #[cfg(test)]
                Order::Panic => panic!("told to"),
            }
            if weight >= GROUP_ROWS {
                return;
            }
            next = orders.try_recv().ok();
            if next.is_none() && calls.len() < self.crowd {
                let left = deadline.saturating_duration_since(Instant::now());
                next = orders.recv_timeout(left).ok();
            }
        }
    }

    /// Judges a call against the books; what it writes comes back, or the books stay as they were.
    fn plan(&mut self, changes: &[Change]) -> Result<(Rows, Vec<Applied>), StoreError> {
        let mark = self.books.mark();
        let mut rows = Rows::default();
        let mut applied = Vec::with_capacity(changes.len());
        for change in changes {
            let mut desk = Desk {
                books: &mut self.books,
                rows: &mut rows,
            };
            match desk.take(change) {
                Ok(done) => applied.push(done),
                Err(e) => {
                    self.books.undo_to(mark);
                    return Err(e);
                }
            }
        }
        Ok((rows, applied))
    }

    /// Writes rows in one transaction. On an error nothing of them is stored.
    fn write(&self, rows: &Rows) -> Result<(), StoreError> {
        let fail = |e: duckdb::Error| classify(&self.path, "writing to the store", &e);
        // Said a few hundred times a second: not parsed each time.
        let say = |word| self.db.prepare_cached(word)?.execute([]).map(drop);
        say("BEGIN TRANSACTION").map_err(fail)?;
        let written = rows
            .write(&self.db, &self.books)
            .and_then(|()| say("COMMIT"));
        written.map_err(|e| {
            // A failed COMMIT has rolled back already; then this has nothing to do, and says so.
            let _ = self.db.execute_batch("ROLLBACK");
            fail(e)
        })
    }

    /// Counts the callers, before they are answered.
    fn count_callers(&mut self) {
        self.crowd = QUEUE.saturating_sub(self.queue.available_permits());
    }

    /// What readers see of models and webhooks.
    pub fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.books.shelf)
    }

    /// What readers see of runs and experiments.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.books.catalogue)
    }

    fn show(&self) {
        self.gauges
            .runs
            .store(self.books.runs.len() as u64, Ordering::Relaxed);
        self.gauges
            .points
            .store(self.books.points, Ordering::Relaxed);
    }
}

/// Where one change is judged: the books, and the rows that its call will write.
struct Desk<'a> {
    books: &'a mut Books,
    rows: &'a mut Rows,
}

impl Desk<'_> {
    fn take(&mut self, change: &Change) -> Result<Applied, StoreError> {
        match change {
            Change::CreateExperiment {
                name,
                artifact_location,
                tags,
                at,
            } => self.create_experiment(name, artifact_location, tags, *at),
            Change::EditExperiment { id, edit, at } => self.edit_experiment(*id, edit, *at),
            Change::CreateRun {
                id,
                new,
                within,
                name,
                at,
            } => self.create_run(id, new, *within, name, *at),
            Change::EditRun { run, edit } => self.edit_run(run, edit),
            Change::SetRunDeleted { run, deleted } => self.set_run_deleted(run, *deleted),
            Change::DeleteRunTag { run, key } => self.delete_run_tag(run, key),
            Change::LogBatch {
                run,
                metrics,
                params,
                tags,
            } => self.log(run, metrics, params, tags),
            Change::LogInputs {
                run,
                datasets,
                models,
            } => self.log_inputs(run, datasets, models),
            Change::LogOutputs { run, models } => self.log_outputs(run, models),
            Change::CreateLoggedModel(model) => self.create_logged_model(model),
            Change::EditLoggedModel { id, edit, at } => self.edit_logged_model(id, edit, *at),
            Change::LogModelMetrics { run, metrics } => self.log_model_metrics(run, metrics),
            Change::SetRunStatus { run, status, at } => self.set_run_status(run, *status, *at),
            Change::RegisterVersion {
                model,
                run,
                source,
                author,
                tags,
                metrics,
                at,
            } => self.register(ModelVersion {
                run: run.clone(),
                author: author.clone(),
                tags: tags.clone(),
                metrics: metrics.clone(),
                ..ModelVersion::new(model, Version(0), source, *at)
            }),
            Change::CreateModel {
                name,
                description,
                tags,
                at,
            } => self.create_model(Model {
                description: description.clone(),
                tags: tags.clone(),
                ..Model::new(name, *at)
            }),
            Change::EditModel { model, edit, at } => self.edit_model(model, edit, *at),
            Change::AddVersion(version) => self.add_version(version),
            Change::EditVersion {
                model,
                version,
                edit,
                at,
            } => self.edit_version(model, *version, edit, *at),
            Change::PutWebhook(webhook) => Ok(self.put_webhook(webhook)),
            Change::DeleteWebhook(id) => Ok(self.delete_webhook(id)),
            Change::SetAlias {
                model,
                alias,
                version,
            } => self.set_alias(model, alias, *version),
            Change::Deploy(deployment) => self.deploy(deployment),
            Change::PutRequest(request) => self.put_request(request),
            Change::PutJob(job) => self.put_job(job),
            Change::PutWindow { window, inputs } => Ok(self.put_window(window, inputs)),
            Change::HandleAlert(handled) => Ok(self.handle_alert(handled)),
            Change::RemoveWindows { monitor, starts } => Ok(self.remove_windows(monitor, starts)),
            Change::SetProblems { monitor, problems } => Ok(self.set_problems(monitor, problems)),
            Change::Audit {
                at,
                actor,
                action,
                subject,
                outcome,
                reason,
                detail,
            } => Ok(self.audit(trimtab_core::audit::AuditEntry {
                seq: 0,
                at: *at,
                actor: actor.clone(),
                action: action.clone(),
                subject: subject.clone(),
                outcome: *outcome,
                reason: reason.clone(),
                detail: detail.clone(),
                digest: String::new(),
            })),
        }
    }
}
