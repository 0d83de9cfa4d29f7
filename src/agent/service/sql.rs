//! Queries that people write: begun, paged, stopped; each belongs to one client and ends with it.

mod given;

use crate::{Context, clock, error};
use given::given;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use trimtab_core::sql::{DEADLINE_S, LONGEST_S, SHOWN, SqlAnswer, SqlQuestion, SqlWrong};
use trimtab_store::{SqlError, SqlQuery};
use trimtab_wire::{Failure, FailureKind, Reply};

/// Queries that one client may have open.
const OPEN: usize = 4;
/// How long a query waits to be asked for more rows: as long as it does, it holds one of few turns.
const IDLE: Duration = Duration::from_secs(20);

/// One client's queries.
#[derive(Clone)]
pub(crate) struct Queries {
    open: Arc<Mutex<HashMap<u64, Open>>>,
    stop: CancellationToken,
}

struct Open {
    /// Dropped, it stops the query, whatever it does.
    _stop: DropGuard,
    /// Tells this query from another that was given its number later.
    token: CancellationToken,
    /// Between two pages, and since when.
    waiting: Option<(Running, Instant)>,
}

/// A query under way.
struct Running {
    query: SqlQuery,
    deadline: Instant,
    /// What the deadline was made of.
    seconds: u32,
}

/// How a page did not come.
enum End {
    /// Somebody stopped it.
    Stopped,
    /// Its time was over.
    Late(u32),
}

impl Queries {
    /// No queries yet; all end with the agent.
    pub fn new(agent: &CancellationToken) -> Self {
        Self {
            open: Arc::default(),
            stop: agent.child_token(),
        }
    }

    /// Begins a query and answers with its first rows.
    pub async fn begin(
        &self,
        ctx: &Context,
        query: u64,
        question: SqlQuestion,
    ) -> Result<Reply, Failure> {
        let token = self.open(query)?;
        let seconds = match question.deadline_s {
            0 => DEADLINE_S,
            s => s.min(LONGEST_S),
        };
        let deadline = Instant::now() + Duration::from_secs(seconds.into());
        let first = async {
            let given = given(ctx, &question.sql).await?;
            let begun = ctx.store.sql(question.sql, given, clock::now()).await;
            begun.map_err(error::failure)
        };
        let begun = tokio::select! {
            biased;
            () = token.cancelled() => Err(End::Stopped),
            () = tokio::time::sleep_until(deadline) => Err(End::Late(seconds)),
            begun = first => Ok(begun),
        };
        let running = match begun {
            Ok(Ok(query)) => Running {
                query,
                deadline,
                seconds,
            },
            Ok(Err(failure)) => {
                self.close_one(query, &token);
                return Err(failure);
            }
            Err(end) => {
                self.close_one(query, &token);
                return Ok(ended(&end));
            }
        };
        Ok(self.page(query, &token, running, question.rows).await)
    }

    /// The next rows of a query.
    pub async fn more(&self, query: u64, rows: u32) -> Result<Reply, Failure> {
        let waiting = {
            let mut open = self.lock();
            let entry = open.get_mut(&query);
            entry.and_then(|o| Some((o.token.clone(), o.waiting.take()?)))
        };
        let Some((token, (running, _))) = waiting else {
            return Err(Failure::new(
                FailureKind::NotFound,
                format!("The query {query} has ended, or nobody asked for more of it in time."),
                "Run it again.",
            ));
        };
        Ok(self.page(query, &token, running, rows).await)
    }

    /// Stops a query.
    pub fn stop(&self, query: u64) -> Result<Reply, Failure> {
        drop(self.lock().remove(&query));
        Ok(Reply::Done)
    }

    /// Stops all of them; none begins any more.
    pub fn close(&self) {
        self.stop.cancel();
        self.lock().clear();
    }

    /// Takes a number for a query.
    fn open(&self, query: u64) -> Result<CancellationToken, Failure> {
        let mut open = self.lock();
        if open.len() >= OPEN && !open.contains_key(&query) {
            return Err(Failure::new(
                FailureKind::Refused,
                format!("A client may have {OPEN} queries open at once."),
                "Stop one, or wait for its end.",
            ));
        }
        let token = self.stop.child_token();
        let entry = Open {
            _stop: token.clone().drop_guard(),
            token: token.clone(),
            waiting: None,
        };
        open.insert(query, entry);
        Ok(token)
    }

    async fn page(
        &self,
        query: u64,
        token: &CancellationToken,
        mut running: Running,
        rows: u32,
    ) -> Reply {
        let rows = match rows {
            0 => SHOWN,
            n => n.min(SHOWN),
        };
        let page = tokio::select! {
            biased;
            () = token.cancelled() => Err(End::Stopped),
            () = tokio::time::sleep_until(running.deadline) => Err(End::Late(running.seconds)),
            page = running.query.page(rows as usize) => Ok(page),
        };
        match page {
            Ok(Ok(page)) => {
                match page.more {
                    true => self.keep(query, token, running),
                    false => self.close_one(query, token),
                }
                Reply::Sql(SqlAnswer::Page(page))
            }
            Ok(Err(e)) => {
                self.close_one(query, token);
                Reply::Sql(SqlAnswer::Wrong(wrong(e)))
            }
            Err(end) => {
                self.close_one(query, token);
                ended(&end)
            }
        }
    }

    /// Keeps a query until its next rows are asked for, for a while.
    fn keep(&self, query: u64, token: &CancellationToken, running: Running) {
        let since = Instant::now();
        if let Some(open) = self.lock().get_mut(&query)
            && !token.is_cancelled()
        {
            open.waiting = Some((running, since));
        }
        let (queries, token) = (self.clone(), token.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = token.cancelled() => {}
                () = tokio::time::sleep(IDLE) => queries.give_up(query, &token, since),
            }
        });
    }

    /// Ends a query of which nobody has asked for more since then.
    fn give_up(&self, query: u64, token: &CancellationToken, since: Instant) {
        let mut open = self.lock();
        let waiting = open.get(&query).and_then(|o| o.waiting.as_ref());
        if waiting.is_some_and(|(_, at)| *at == since) && !token.is_cancelled() {
            open.remove(&query);
        }
    }

    /// Forgets a query, unless its number is another's by now.
    fn close_one(&self, query: u64, token: &CancellationToken) {
        let mut open = self.lock();
        // A stopped one is forgotten already, and its number may be taken.
        if !token.is_cancelled() {
            open.remove(&query);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ended(end: &End) -> Reply {
    let (message, hint) = match end {
        End::Stopped => ("The query was stopped.".to_owned(), ""),
        End::Late(seconds) => (
            format!("The query was stopped: it took longer than {seconds} seconds."),
            "Name a run and a key where it reads metrics, or give it more time with `trimtab sql --timeout`.",
        ),
    };
    Reply::Sql(SqlAnswer::Wrong(SqlWrong {
        message,
        hint: hint.to_owned(),
        place: None,
    }))
}

/// What a query's author is told.
fn wrong(error: SqlError) -> SqlWrong {
    let hint = match &error {
        SqlError::Wrong { .. } => "`trimtab sql --schema` and docs/sql.md list views and columns.",
        SqlError::NotReading(_) => "See docs/sql.md.",
        SqlError::Memory => {
            "Aggregate before you sort or join, name a run and a key where it reads metrics, or ask for fewer columns."
        }
        SqlError::Stopped => "",
        SqlError::Wide => "Ask for a part of it, such as substring(text, 1, 1000).",
        SqlError::Store(_) => "See `trimtab doctor` and .trimtab/agent.log.",
    };
    let place = match &error {
        SqlError::Wrong { place, .. } => *place,
        _ => None,
    };
    SqlWrong {
        message: error::sentence(&error.to_string()),
        hint: hint.to_owned(),
        place,
    }
}
