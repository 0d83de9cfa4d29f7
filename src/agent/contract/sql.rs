//! Queries that people write: rows, errors, stopping, and that nobody else waits for them.

use super::{
    bench::{Bench, Client, POLICY},
    until,
};
use std::time::Duration;
use trimtab_core::{
    run::RunQuery,
    sql::{SqlAnswer, SqlPage, SqlQuestion, SqlWrong, VIEWS},
};
use trimtab_wire::{Failure, FailureKind, Reply, Request};

/// Takes hours, unless it is stopped.
/// A scan that keeps nothing: a join would end at the bound on memory, sooner or later.
const FOREVER: &str = "SELECT count(*) FROM range(1000000000000000) WHERE range % 7 = 9";

fn question(sql: &str, rows: u32) -> SqlQuestion {
    SqlQuestion {
        sql: sql.into(),
        rows,
        deadline_s: 0,
    }
}

async fn begin(client: &Client, query: u64, question: SqlQuestion) -> Result<SqlAnswer, Failure> {
    match client.ask(Request::Sql { query, question }).await? {
        Reply::Sql(answer) => Ok(answer),
        other => panic!("{other:?}"),
    }
}

async fn page(client: &Client, sql: &str) -> SqlPage {
    match begin(client, 1, question(sql, 0)).await.unwrap() {
        SqlAnswer::Page(page) => page,
        SqlAnswer::Wrong(wrong) => panic!("{sql}: {wrong:?}"),
    }
}

async fn wrong(client: &Client, question: SqlQuestion) -> SqlWrong {
    match begin(client, 1, question).await.unwrap() {
        SqlAnswer::Wrong(wrong) => wrong,
        SqlAnswer::Page(page) => panic!("{page:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_is_read_and_errors_say_where() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let run = client.new_run("first", None).await;
    client.log(&run, "auc", (0..5).map(|s| (s, 0.5))).await;
    for view in VIEWS {
        let page = page(&client, &format!("SELECT * FROM {}", view.name)).await;
        let names: Vec<&str> = page.table.columns.iter().map(|c| &*c.name).collect();
        let wanted: Vec<&str> = view.columns.iter().map(|c| c.name).collect();
        assert_eq!(names, wanted);
    }
    let page = page(&client, "SELECT run, count(*) FROM metrics GROUP BY 1").await;
    assert_eq!(page.table.text(0, 0).as_deref(), Some("first"));
    assert_eq!(page.table.text(0, 1).as_deref(), Some("5"));
    let e = wrong(&client, question("SELECT *\nFROM runz", 0)).await;
    assert!(e.message.contains("runz"), "{e:?}");
    assert_eq!(e.place.map(|p| (p.line, p.column)), Some((2, 6)));
    assert!(e.hint.contains("--schema"), "{e:?}");
    let e = wrong(&client, question("DROP VIEW runs", 0)).await;
    assert!(e.message.contains("SELECT"), "{e:?}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_query_is_stopped_and_delays_nobody() {
    let bench = Bench::start(POLICY).await;
    let (ana, ben) = (bench.client().await, bench.client().await);
    let run = ana.new_run("first", None).await;
    // Both turns are taken, by either client, and a third query waits for one.
    let slow = async |client, query| {
        let answer = begin(client, query, question(FOREVER, 0)).await.unwrap();
        assert!(matches!(answer, SqlAnswer::Wrong(_)), "{answer:?}");
    };
    let busy = async {
        tokio::join!(slow(&ana, 1), slow(&ana, 2), slow(&ben, 3));
    };
    tokio::pin!(busy);
    let others = async {
        // What everybody else does meanwhile is answered: writes, tables, curves, the audit.
        ben.log(&run, "auc", (0..100).map(|s| (s, 0.5))).await;
        let Reply::Runs(runs) = ben.ask(Request::Runs(RunQuery::default())).await.unwrap() else {
            panic!()
        };
        assert_eq!(runs.rows[0].metric("auc"), Some(0.5));
        ben.audit().await;
    };
    let stops = async {
        for (client, query) in [(&ana, 1), (&ana, 2), (&ben, 3)] {
            client.ask(Request::SqlStop { query }).await.unwrap();
        }
    };
    tokio::select! {
        () = &mut busy => panic!("a query of hours has ended"),
        () = others => {}
    }
    // Stopped queries answer that they are.
    tokio::join!(busy, stops);
    assert_eq!(page(&ana, "SELECT 1").await.table.rows(), 1);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_takes_its_queries_along() {
    let bench = Bench::start(POLICY).await;
    for _ in 0..3 {
        let gone = bench.client().await;
        for query in 0..2 {
            let ask = begin(&gone, query, question(FOREVER, 0));
            assert!(
                tokio::time::timeout(Duration::from_millis(20), ask)
                    .await
                    .is_err()
            );
        }
        drop(gone);
    }
    // Every turn is free again.
    let client = bench.client().await;
    until("a turn", async || {
        let ask = begin(&client, 1, question("SELECT 42", 0));
        match tokio::time::timeout(Duration::from_secs(5), ask).await {
            Ok(answer) => Some(answer.unwrap()),
            Err(_) => None,
        }
    })
    .await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_end_at_their_deadline_and_with_the_agent() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let late = SqlQuestion {
        deadline_s: 1,
        ..question(FOREVER, 0)
    };
    let e = wrong(&client, late).await;
    assert!(e.message.contains("longer than 1 seconds"), "{e:?}");
    let busy = begin(&client, 1, question(FOREVER, 0));
    let (answer, done) = tokio::join!(busy, client.ask(Request::Stop));
    assert_eq!(done, Ok(Reply::Done));
    // It was told so, or the agent was gone before.
    assert!(!matches!(answer, Ok(SqlAnswer::Page(_))), "{answer:?}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_paged() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let sql = "SELECT range AS n FROM range(25000)";
    let SqlAnswer::Page(first) = begin(&client, 7, question(sql, 10)).await.unwrap() else {
        panic!()
    };
    assert_eq!((first.table.rows(), first.more), (10, true));
    let (mut rows, mut more) = (10, true);
    while more {
        let asked = client.ask(Request::SqlMore { query: 7, rows: 0 }).await;
        let Ok(Reply::Sql(SqlAnswer::Page(page))) = asked else {
            panic!("{asked:?}")
        };
        assert_eq!(page.table.text(0, 0), Some(rows.to_string()));
        rows += page.table.rows();
        more = page.more;
    }
    assert_eq!(rows, 25_000);
    let over = client.ask(Request::SqlMore { query: 7, rows: 0 }).await;
    assert_eq!(over.unwrap_err().kind, FailureKind::NotFound);
    // The number of a query that is open may be used for another.
    begin(&client, 7, question(sql, 10)).await.unwrap();
    begin(&client, 7, question(sql, 10)).await.unwrap();
    for query in 8..11 {
        begin(&client, query, question("SELECT 1", 0))
            .await
            .unwrap();
    }
    bench.stop().await;
}
