//! Attempts to write, to reach files, the network, secrets, settings and other queries.

use super::*;
use std::fs;

#[tokio::test]
async fn nothing_but_reading_is_run() {
    let (dir, store) = store(1).await;
    let out = dir.path().join("leak");
    let out = out.display();
    for sql in [
        "",
        "  ",
        "-- nothing",
        ";",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW runs",
        "DROP VIEW runs",
        "CREATE TABLE t (a INT)",
        "CREATE TEMP TABLE t AS SELECT 1",
        "INSERT INTO runs SELECT * FROM runs",
        "UPDATE runs SET name = 'x'",
        "DELETE FROM runs",
        &format!("COPY runs TO '{out}'"),
        &format!("COPY (SELECT 1) TO '{out}' (FORMAT parquet)"),
        &format!("EXPORT DATABASE '{out}'"),
        &format!("ATTACH '{out}'"),
        &format!("ATTACH '{}' AS s", store.path().display()),
        "ATTACH ':memory:' AS m",
        "DETACH memory",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/evil.duckdb_extension'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "PRAGMA threads = 8",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CREATE SECRET s (TYPE s3)",
        "CREATE MACRO f() AS 1",
        "CHECKPOINT",
        "BEGIN",
        "PREPARE q AS SELECT 1",
        "EXPLAIN DROP VIEW runs",
        &format!("EXPLAIN ANALYZE COPY runs TO '{out}'"),
        &format!("EXPLAIN ANALYZE EXPLAIN ANALYZE COPY runs TO '{out}'"),
        "EXPLAIN SELECT 1; DROP VIEW runs",
        "SELECT repeat('x', 4000000000)",
        "SELECT system.main.repeat('x', 4000000000)",
        "SELECT list_transform([1], x -> lpad('x', 4000000000, 'y'))",
    ] {
        let e = ask(&store, sql).await.err();
        assert!(e.is_some(), "{sql:?} was run");
    }
    assert!(!dir.path().join("leak").exists());
    assert_eq!(
        lines(&table(&store, "SELECT name FROM runs").await),
        ["run-1"]
    );
}

#[tokio::test]
async fn no_file_is_reached() {
    let (dir, store) = store(1).await;
    let secret = dir.path().join("secret.csv");
    fs::write(&secret, "word\nhorse-battery\n").unwrap();
    let folder = dir.path().display().to_string();
    let path = secret.display().to_string();
    let quoted = format!("'{path}'");
    let mut tries: Vec<String> = [
        "read_csv",
        "read_csv_auto",
        "sniff_csv",
        "read_text",
        "read_blob",
        "read_json",
        "read_json_auto",
        "read_json_objects",
        "read_ndjson",
        "read_ndjson_auto",
        "read_ndjson_objects",
        "read_parquet",
        "parquet_scan",
        "parquet_metadata",
        "parquet_schema",
        "parquet_file_metadata",
        "parquet_kv_metadata",
        "glob",
        "read_duckdb",
    ]
    .map(|f| format!("SELECT * FROM {f}({quoted})"))
    .to_vec();
    tries.extend([
        format!("SELECT * FROM {quoted}"),
        format!("SELECT * FROM \"{path}\""),
        format!("FROM '{folder}/*.csv'"),
        format!("SELECT * FROM glob('{folder}/*')"),
        "SELECT * FROM glob('/etc/*')".into(),
        "SELECT * FROM read_text('/proc/self/environ')".into(),
        "SELECT * FROM read_text(['/etc/passwd', '/etc/hostname'])".into(),
        "SELECT * FROM '/etc/passwd'".into(),
        "SELECT * FROM 'https://example.com/x.csv'".into(),
        "SELECT * FROM read_csv('s3://bucket/x.csv')".into(),
        format!("SELECT * FROM query('FROM read_text({})')", quoted.replace('\'', "''")),
        format!("SELECT * FROM query_table('{path}')"),
        format!("WITH \"{path}\" AS (SELECT 1) SELECT * FROM (SELECT * FROM \"{path}\") a, '{folder}/secret.csv' b"),
        format!(
            "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text({})'))",
            quoted.replace('\'', "''")
        ),
        format!("SELECT * FROM read_blob('{}')", store.path().display()),
        format!("SELECT * FROM read_text('{}.wal')", store.path().display()),
        "SELECT getenv('HOME')".into(),
    ]);
    for sql in tries {
        match ask(&store, &sql).await {
            Err(_) => {}
            Ok(page) => {
                let text = lines(&page.table).join("\n");
                // A name that the query itself gives is no file's.
                assert!(text.is_empty() || text == "1 | 1", "{sql}: {text}");
            }
        }
    }
}

/// Whatever table function the engine has, in this version or the next: given a path, none may say what is there.
#[tokio::test]
async fn no_table_function_reads_a_file() {
    let (dir, store) = store(1).await;
    let secret = dir.path().join("secret.json");
    fs::write(&secret, "{\"word\": \"horse-battery\"}\n").unwrap();
    let sql = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'pragma', 'table_macro')
        ORDER BY 1";
    let functions = lines(&table(&store, sql).await);
    assert!(functions.len() > 20);
    let path = secret.display().to_string();
    for function in functions {
        for args in [format!("'{path}'"), format!("['{path}']")] {
            // The asked path itself may be said; what is in the file may not.
            let sql = format!("SELECT * FROM (SELECT * FROM \"{function}\"({args}) LIMIT 500)");
            if let Ok(page) = ask(&store, &sql).await {
                let text = lines(&page.table).join("\n");
                assert!(!text.contains("horse"), "{sql}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_of_the_host_or_of_secrets_is_told() {
    let (_dir, store) = store(1).await;
    for sql in [
        "SELECT value FROM duckdb_settings()",
        "SELECT * FROM pg_settings",
        "SELECT * FROM pg_catalog.pg_settings",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM duckdb_databases()",
        "SELECT * FROM duckdb_extensions()",
        "SELECT * FROM duckdb_temporary_files()",
        "SELECT * FROM duckdb_logs()",
        "SELECT * FROM duckdb_variables()",
        "SELECT * FROM pragma_database_size()",
        "SELECT current_setting('secret_directory')",
        "SELECT current_setting('home_directory')",
        "SELECT current_setting('extension_directory')",
        "SELECT current_setting('temp_directory')",
        "SELECT current_setting('http_proxy_password')",
    ] {
        let told = match ask(&store, sql).await {
            Ok(page) => lines(&page.table).join("\n"),
            Err(_) => continue,
        };
        let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
        let folder = store.path().parent().unwrap().display().to_string();
        assert!(!told.contains(&home), "{sql}: {told}");
        assert!(!told.contains(&folder), "{sql}: {told}");
    }
    assert_eq!(
        table(&store, "SELECT * FROM duckdb_secrets()").await.rows(),
        0
    );
}

#[tokio::test]
async fn sources_are_reached_through_views_only_and_of_this_query_only() {
    let (_dir, store) = store(1).await;
    for sql in [
        "SELECT * FROM stored(999999, 'runs')",
        "SELECT * FROM stored(-1, 'runs')",
        "SELECT * FROM stored(1, 'schema_version')",
        "SELECT * FROM schema_version",
        "SELECT * FROM main.metric_latest",
        "SELECT * FROM store.main.runs",
    ] {
        assert!(ask(&store, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn too_many_scans_are_refused() {
    let (_dir, store) = store(1).await;
    let from: Vec<String> = (0..60).map(|n| format!("audit a{n}")).collect();
    // Whether refused or run after one another, it ends, and the next query has its turn.
    let _ = ask(&store, &format!("SELECT count(*) FROM {}", from.join(", "))).await;
    assert_eq!(table(&store, "SELECT 1").await.rows(), 1);
}
