//! What queries see, how they are paged, and how they end.

use super::*;
use crate::sql::sources;
use std::time::Duration;
use trimtab_core::sql::{SqlKind, VIEWS, view};

#[tokio::test]
async fn every_view_has_the_columns_that_are_documented() {
    let (_dir, store) = store(1).await;
    for view in VIEWS {
        let columns = table(&store, &format!("DESCRIBE {}", view.name)).await;
        let found = lines(&columns);
        for (column, line) in view.columns.iter().zip(&found) {
            let wanted = format!("{} | {} |", column.name, column.kind.type_name());
            assert!(line.starts_with(&wanted), "{}: {line}", view.name);
        }
        assert_eq!(found.len(), view.columns.len(), "{}", view.name);
        // Read for real: what the store's side gives must be of these types.
        let given = ["alerts", "monitors"].contains(&view.name);
        let sql = format!("SELECT * FROM {}", view.name);
        match ask(&store, &sql).await {
            Ok(page) => {
                let kinds: Vec<SqlKind> = page.table.columns.iter().map(|c| c.kind).collect();
                let wanted: Vec<SqlKind> = view.columns.iter().map(|c| c.kind).collect();
                assert_eq!(kinds, wanted, "{}", view.name);
                assert!(!given, "{}", view.name);
            }
            Err(e) => assert!(given, "{}: {e}", view.name),
        }
    }
}

#[tokio::test]
async fn runs_metrics_and_facts_are_seen() {
    let (_dir, store) = store(3).await;
    let sql = "SELECT name, experiment, status, user, started, duration_s, deleted FROM runs ORDER BY name";
    assert_eq!(
        lines(&table(&store, sql).await)[0],
        "run-1 | flights | finished | ada | 1970-01-01 00:00:00.001 | 1 | false"
    );
    let sql = "SELECT run, count(*), min(value), max(step) FROM metrics WHERE key = 'loss' GROUP BY run ORDER BY run";
    assert_eq!(
        lines(&table(&store, sql).await)[2],
        "run-3 | 3000 | 0.001 | 2999"
    );
    let sql = "SELECT run, value, points FROM run_metrics ORDER BY value DESC LIMIT 1";
    assert_eq!(lines(&table(&store, sql).await), ["run-3 | 0.001 | 3000"]);
    let sql = "SELECT r.name, p.value::INT * 2 AS twice, t.value FROM runs r
        JOIN params p USING (run_id) JOIN tags t USING (run_id) ORDER BY twice DESC LIMIT 1";
    assert_eq!(lines(&table(&store, sql).await), ["run-3 | 6 | core"]);
    // Rows alone, without any column of theirs.
    let sql = "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM metrics), (SELECT count(*) FROM jobs)";
    assert_eq!(lines(&table(&store, sql).await), ["3 | 9000 | 0"]);
}

#[tokio::test]
async fn rows_of_the_asker_are_a_view() {
    let (_dir, store) = store(0).await;
    let columns = view("alerts").unwrap().columns;
    let mut alerts = crate::sql::memory::empty(columns);
    for cells in &mut alerts.cells {
        use trimtab_core::sql::SqlCells as C;
        match cells {
            C::Text(v) => v.push(Some("x".into())),
            C::Time(v) => v.push(Some(5)),
            C::Flag(v) => v.push(Some(true)),
            C::Integer(_) | C::Number(_) => unreachable!(),
        }
    }
    let sql = "SELECT monitor, open, judged FROM alerts".to_owned();
    let mut query = store.sql(sql, vec![("alerts", alerts)], NOW).await.unwrap();
    let page = query.page(9).await.unwrap();
    assert_eq!(
        lines(&page.table),
        ["x | true | 1970-01-01 00:00:00.000005"]
    );
}

#[tokio::test]
async fn every_type_arrives() {
    let (_dir, store) = store(0).await;
    let sql = "SELECT true, 1::TINYINT, 2::UBIGINT, sum(3::BIGINT), 1.25::DECIMAL(9,2), 'nan'::DOUBLE, DATE '2020-02-29',
        TIMESTAMP '2020-01-01 00:00:00.5', TIMESTAMPTZ '2020-01-01 00:00:00+00', [1, 2], {'a': 1}, MAP {'k': 1},
        INTERVAL 3 DAY, 'x'::BLOB, NULL, 'ab'::ENUM('ab'), TIME '01:02:03', 18446744073709551615::UBIGINT,
        '00000000-0000-0000-0000-000000000001'::UUID";
    let table = table(&store, sql).await;
    let cells: Vec<_> = (0..table.columns.len())
        .map(|c| table.text(0, c).unwrap_or_else(|| "-".into()))
        .collect();
    assert_eq!(
        cells[..9],
        [
            "true",
            "1",
            "2",
            "3",
            "1.25",
            "NaN",
            "2020-02-29",
            "2020-01-01 00:00:00.5",
            "2020-01-01 00:00:00"
        ]
    );
    assert_eq!(cells[9], "[1, 2]");
    assert_eq!(cells[14..16], ["-", "ab"]);
    assert_eq!(cells[17], "18446744073709551615");
    assert_eq!(cells[18], "00000000-0000-0000-0000-000000000001");
    let types: Vec<&str> = table.columns.iter().map(|c| &*c.type_name).collect();
    assert_eq!(
        types[..10],
        [
            "BOOLEAN",
            "TINYINT",
            "UBIGINT",
            "HUGEINT",
            "DECIMAL(9,2)",
            "DOUBLE",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMP WITH TIME ZONE",
            "INTEGER[]"
        ]
    );
}

#[tokio::test]
async fn pages_make_the_whole() {
    let (_dir, store) = store(2).await;
    let mut query = begin(&store, "SELECT step FROM metrics ORDER BY step, run").await;
    let (mut rows, mut pages) = (0, 0);
    loop {
        let page = query.page(1_000).await.unwrap();
        for row in 0..page.table.rows() {
            let step = page.table.text(row, 0).unwrap();
            assert_eq!(step, ((rows + row) / 2).to_string());
        }
        rows += page.table.rows();
        pages += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!((rows, pages), (6_000, 6));
    // A limit that is met exactly is no more.
    let mut query = begin(&store, "SELECT name FROM runs").await;
    assert!(!query.page(2).await.unwrap().more);
    let mut query = begin(&store, "SELECT name FROM runs").await;
    assert!(query.page(1).await.unwrap().more);
}

#[tokio::test]
async fn pages_are_cut_by_size() {
    let (_dir, store) = store(0).await;
    let text = format!("SELECT '{}' AS t FROM range(40)", "x".repeat(1 << 20));
    let mut query = begin(&store, &text).await;
    let page = query.page(1_000).await.unwrap();
    assert!(
        page.more && (1..40).contains(&page.table.rows()),
        "{}",
        page.table.rows()
    );
}

#[tokio::test]
async fn statements_that_read_are_run() {
    let (_dir, store) = store(1).await;
    for sql in [
        "FROM runs",
        "VALUES (1), (2)",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
        "DESCRIBE runs",
        "SHOW TABLES",
        "SUMMARIZE runs",
        "EXPLAIN SELECT * FROM runs",
        "explain analyze SELECT count(*) FROM runs",
        "SELECT 1; ",
        "-- why\nSELECT 1",
        "SELECT unnest([1, 2]) UNION ALL SELECT range FROM range(3)",
        "SELECT key, value, lag(value) OVER (ORDER BY step) FROM metrics LIMIT 3",
    ] {
        let page = ask(&store, sql)
            .await
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        assert!(page.table.rows() > 0, "{sql}");
    }
}

#[tokio::test]
async fn errors_point_at_the_place() {
    let (_dir, store) = store(1).await;
    for (sql, at, says) in [
        ("SELECT nope FROM runs", Some((1, 8)), "nope"),
        (
            "SELECT name,\n  user +\nFROM runs WHERE",
            None,
            "syntax error",
        ),
        ("SELEC 1", Some((1, 1)), "syntax error"),
        ("SELECT *\nFROM nowhere", Some((2, 6)), "nowhere"),
        (
            "SELECT 'x'::INT FROM runs",
            Some((1, 11)),
            "Could not convert",
        ),
    ] {
        match ask(&store, sql).await.unwrap_err() {
            SqlError::Wrong { message, place } => {
                assert!(message.contains(says), "{sql}: {message}");
                assert!(!message.contains("LINE"), "{sql}: {message}");
                if at.is_some() {
                    assert_eq!(place.map(|p| (p.line, p.column)), at, "{sql}: {message}");
                } else {
                    assert!(place.is_some(), "{sql}: {message}");
                }
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

/// Takes hours, unless it is stopped.
const FOREVER: &str = "SELECT count(*) FROM range(1000000000000000) WHERE range % 7 = 9";

#[tokio::test]
async fn a_query_that_nobody_waits_for_ends_and_the_store_goes_on() {
    let (_dir, store) = store(2).await;
    // More than run at once: the later ones get their turn only if the earlier ones end.
    for sql in [
        FOREVER,
        "SELECT count(*) FROM metrics a, metrics b, metrics c, metrics d",
        FOREVER,
        FOREVER,
    ] {
        let mut query = begin(&store, sql).await;
        let waited = tokio::time::timeout(Duration::from_millis(30), query.page(1)).await;
        assert!(waited.is_err(), "{sql}");
    }
    let busy = [begin(&store, FOREVER).await, begin(&store, FOREVER).await];
    // While both turns are taken, the writer and the other readers go on.
    store
        .apply(vec![Change::LogBatch {
            run: id(1),
            metrics: vec![],
            params: vec![("late".into(), "1".into())],
            tags: vec![],
        }])
        .await
        .unwrap();
    assert_eq!(store.jobs().await.unwrap(), []);
    drop(busy);
    assert_eq!(
        lines(&table(&store, "SELECT count(*) FROM params").await),
        ["3"]
    );
}

#[tokio::test]
async fn closing_the_store_ends_queries() {
    let (_dir, store) = store(1).await;
    let mut query = begin(&store, FOREVER).await;
    let (page, closed) = tokio::join!(query.page(1), store.close());
    assert!(matches!(page, Err(SqlError::Stopped)), "{page:?}");
    closed.unwrap();
    assert!(store.sql("SELECT 1".into(), vec![], NOW).await.is_err());
}

#[tokio::test]
async fn too_much_memory_is_refused_and_nothing_else_suffers() {
    let (_dir, store) = store(1).await;
    let sql =
        "SELECT list(range::VARCHAR || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') FROM range(20000000)";
    let e = ask(&store, sql).await.unwrap_err();
    assert!(matches!(e, SqlError::Memory), "{e:?}");
    assert_eq!(
        lines(&table(&store, "SELECT count(*) FROM runs").await),
        ["1"]
    );
}

#[test]
fn definitions_name_their_query() {
    assert!(sources::definition("runs", 7).contains("stored(7, 'runs')"));
    assert!(!sources::definition("metrics", 7).contains('$'));
}
