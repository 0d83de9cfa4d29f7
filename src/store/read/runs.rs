//! Reading runs: filter, order, cut a page, and only then put the page's rows together.

use super::{order, parsed, rows, word};
use crate::{
    Store, StoreError,
    writer::books::{RunNo, summary},
};
use duckdb::{Connection, ToSql, types::Value};
use std::collections::HashMap;
use trimtab_core::{
    job::JobId,
    run::{ExperimentId, RunId, RunPage, RunQuery, RunRow, RunStatus},
    time::Millis,
};

/// Rows of a page when the query does not say.
const PAGE: u32 = 200;
/// Runs that a text may stand for before the rest is left out.
const FOUND: u32 = 50;

impl Store {
    /// The runs that a query matches, in its order, one page of them.
    pub async fn runs(&self, query: RunQuery) -> Result<RunPage, StoreError> {
        self.read("reading runs", move |db| page(db, &query)).await
    }

    /// One run.
    pub async fn run(&self, id: &RunId) -> Result<Option<RunRow>, StoreError> {
        let id = id.clone();
        self.read("reading a run", move |db| {
            let nos = rows(
                db,
                "SELECT run_no FROM runs WHERE id = ?",
                [id.as_str()],
                |r| r.get(0),
            )?;
            Ok(assemble(db, &nos)?.pop())
        })
        .await
    }

    /// The runs that a text stands for: the one with that id, else those whose id starts with it
    /// or whose name it is, newest first, 50 at most.
    pub async fn find_runs(&self, text: &str) -> Result<Vec<RunRow>, StoreError> {
        let text = text.to_owned();
        self.read("looking for a run", move |db| {
            let nos = rows(
                db,
                "SELECT run_no FROM runs WHERE name = $1 OR ($1 <> '' AND starts_with(id, $1))
                 QUALIFY id = $1 OR NOT bool_or(id = $1) OVER ()
                 ORDER BY started DESC, run_no DESC LIMIT $2",
                duckdb::params![text, FOUND],
                |r| r.get(0),
            )?;
            assemble(db, &nos)
        })
        .await
    }
}

/// The condition of a query, and what is bound to it.
fn condition(query: &RunQuery) -> (String, Vec<Value>) {
    let mut sql = String::from("true");
    let mut bound = Vec::new();
    if let Some(experiment) = &query.experiment {
        sql.push_str(" AND experiment = (SELECT id FROM experiments WHERE name = ?)");
        bound.push(Value::Text(experiment.clone()));
    }
    for word in &query.words {
        sql.push_str(" AND contains(text, ?)");
        bound.push(Value::Text(word.to_lowercase()));
    }
    (sql, bound)
}

fn page(db: &Connection, query: &RunQuery) -> duckdb::Result<RunPage> {
    let (condition, bound) = condition(query);
    let mut hits = order::hits(db, &condition, &bound)?;
    let total = hits.len() as u64;
    let limit = if query.limit == 0 { PAGE } else { query.limit };
    let from = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let order = order::Order::load(db, query.order.as_ref(), &hits)?;
    let nos = order.cut(&mut hits, from, limit as usize);
    Ok(RunPage {
        total,
        offset: query.offset,
        rows: assemble(db, &nos)?,
    })
}

/// The rows of some runs, in the order given.
fn assemble(db: &Connection, nos: &[RunNo]) -> duckdb::Result<Vec<RunRow>> {
    if nos.is_empty() {
        return Ok(Vec::new());
    }
    // A list is bound as its text, because the driver binds no lists.
    let list = nos.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let list: &dyn ToSql = &list;
    const AMONG: &str = "run_no IN (SELECT unnest(string_split(?, ',')::INTEGER[]))";
    let mut found: HashMap<RunNo, RunRow> = rows(
        db,
        &format!(
            "SELECT run_no, r.id, e.id, e.name, r.name, status, author, started, ended, job
             FROM runs r JOIN experiments e ON e.id = r.experiment WHERE {AMONG}"
        ),
        [list],
        |r| {
            let row = RunRow {
                id: parsed(r, 1)?,
                experiment: ExperimentId(r.get(2)?),
                experiment_name: r.get(3)?,
                name: r.get(4)?,
                status: word(r, 5, RunStatus::from_word)?,
                user: r.get(6)?,
                started: Millis(r.get(7)?),
                ended: r.get::<_, Option<i64>>(8)?.map(Millis),
                job: r.get::<_, Option<u64>>(9)?.map(JobId),
                params: Default::default(),
                tags: Default::default(),
                metrics: Default::default(),
            };
            Ok((r.get(0)?, row))
        },
    )?
    .into_iter()
    .collect();
    for (table, field) in [
        ("params", (|r| &mut r.params) as fn(&mut RunRow) -> &mut _),
        ("tags", |r| &mut r.tags),
    ] {
        let sql = format!("SELECT run_no, key, value FROM {table} WHERE {AMONG}");
        for (no, key, value) in rows(db, &sql, [list], |r| {
            Ok((r.get::<_, RunNo>(0)?, r.get(1)?, r.get(2)?))
        })? {
            if let Some(row) = found.get_mut(&no) {
                field(row).insert(key, value);
            }
        }
    }
    let metrics = rows(
        db,
        &format!(
            "SELECT run_no, key, step, time, value, min, max, count
             FROM metric_latest JOIN metric_keys USING (key_no) WHERE {AMONG}"
        ),
        [list],
        |r| Ok((r.get::<_, RunNo>(0)?, r.get(1)?, summary(r, 2)?)),
    )?;
    for (no, key, value) in metrics {
        if let Some(row) = found.get_mut(&no) {
            row.metrics.insert(key, value);
        }
    }
    Ok(nos.iter().filter_map(|no| found.remove(no)).collect())
}
