//! The command line without an agent: usage, policy, generated pages, exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use assert_cmd::Command;
use std::{io::Write as _, path::Path};
use tempfile::TempDir;
use trimtab_core::run::NewRun;
use trimtab_wire::{Dial, Link, Reply, Request};

/// The binary in an empty environment, with a home of its own.
fn trimtab(home: &Path) -> Command {
    let mut command = Command::cargo_bin("trimtab").unwrap();
    command
        .env_clear()
        .env("HOME", home)
        .env("COLUMNS", "100")
        .current_dir(home);
    // A prebuilt DuckDB, where the build links one.
    if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", path);
    }
    command
}

fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    let output = trimtab(home).args(args).output().unwrap();
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&home.display().to_string(), "$HOME");
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn without_a_workspace_it_says_what_to_do() {
    let home = TempDir::new().unwrap();
    for args in [
        &["runs", "list"][..],
        &["agent", "status"],
        &["check"],
        &["audit", "list"],
    ] {
        let (code, out, err) = run(home.path(), args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains("No trimtab.toml here"), "{err}");
        assert!(err.contains("trimtab init"), "{err}");
    }
}

#[test]
fn init_writes_a_policy_that_checks_and_never_overwrites() {
    let home = TempDir::new().unwrap();
    let (code, out, _) = run(home.path(), &["init", "w"]);
    assert_eq!((code, out.trim()), (0, "w/trimtab.toml"));
    let (code, out, err) = run(home.path(), &["check", "-w", "w"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("no error"), "{out}");
    let before = std::fs::read(home.path().join("w/trimtab.toml")).unwrap();
    let (code, _, err) = run(home.path(), &["init", "w"]);
    assert_eq!(code, 1);
    assert!(err.contains("exists already"), "{err}");
    assert_eq!(
        before,
        std::fs::read(home.path().join("w/trimtab.toml")).unwrap()
    );
}

#[test]
fn a_policy_error_names_the_place_and_touches_nothing() {
    let home = TempDir::new().unwrap();
    std::fs::write(
        home.path().join("trimtab.toml"),
        "[workspace]\nname = \"w\"\ncolour = \"red\"\n",
    )
    .unwrap();
    for args in [
        &["check"][..],
        &["agent", "start"],
        &["runs", "list"],
        &["models", "list"],
    ] {
        let (code, _, err) = run(home.path(), args);
        assert_ne!(code, 0, "{args:?}");
        assert!(err.contains("trimtab.toml:3:1"), "{args:?}: {err}");
        assert!(err.contains("colour"), "{args:?}: {err}");
    }
    assert!(!home.path().join(".trimtab/store.duckdb").exists());
}

#[test]
fn an_agent_that_does_not_run_is_exit_3() {
    let home = TempDir::new().unwrap();
    run(home.path(), &["init", "."]);
    let (code, out, err) = run(home.path(), &["agent", "status"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(
        err.contains("No agent runs") && err.contains("trimtab agent start"),
        "{err}"
    );
}

#[test]
fn an_agent_starts_by_itself_answers_and_stops() {
    let home = TempDir::new().unwrap();
    run(home.path(), &["init", "."]);
    let (code, out, err) = run(home.path(), &["runs", "list", "--json"]);
    assert_eq!(code, 0, "{err}");
    let page: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(page["total"], 0);
    let (code, out, err) = run(home.path(), &["agent", "status", "--json"]);
    assert_eq!(code, 0, "{err}");
    let status: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(status["welcome"]["pid"].as_u64().unwrap() > 0);
    // What the store does not have is a usage error that names it.
    let (code, _, err) = run(home.path(), &["runs", "show", "nothing"]);
    assert_eq!(code, 2);
    assert!(err.contains("nothing"), "{err}");
    let (code, _, err) = run(
        home.path(),
        &["models", "rollback", "nothing", "--yes", "-m", "why"],
    );
    assert_ne!(code, 0);
    assert!(err.contains("nothing"), "{err}");
    assert_eq!(run(home.path(), &["agent", "stop"]).0, 0);
    assert_eq!(run(home.path(), &["agent", "status"]).0, 3);
}

#[test]
fn an_agent_that_speaks_another_language_can_be_stopped() {
    let home = TempDir::new().unwrap();
    run(home.path(), &["init", "."]);
    assert_eq!(run(home.path(), &["agent", "start"]).0, 0);
    // Whoever answers at its socket now is not understood, as an agent of another version is not.
    let socket = home.path().join(".trimtab/agent.sock");
    std::fs::remove_file(&socket).unwrap();
    let other = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        // Kept open: a client that is cut off would take it for an agent that just stops.
        let mut clients = Vec::new();
        for client in other.incoming() {
            let mut client = client.unwrap();
            let _ = client.write_all(b"\0\0\0\x03no!");
            clients.push(client);
        }
    });
    assert_eq!(run(home.path(), &["agent", "status"]).0, 3);
    let (code, _, err) = run(home.path(), &["agent", "stop"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("it is told to end"), "{err}");
    let _ = std::fs::remove_file(&socket);
    assert_eq!(run(home.path(), &["agent", "start"]).0, 0);
    assert_eq!(run(home.path(), &["agent", "stop"]).0, 0);
}

/// A new run of the agent at `home`, which answers.
fn new_run(home: &Path, name: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let root = home.canonicalize().unwrap();
        let dial = Dial::Unix(trimtab_wire::socket::path(&root, None));
        let link = Link::connect(&dial, "test").await.unwrap();
        let run = NewRun {
            experiment: "e".into(),
            name: name.into(),
            user: "ana".into(),
            job: None,
            tags: Default::default(),
        };
        match link.request(Request::CreateRun(run)).await.unwrap() {
            Reply::RunCreated { run, .. } => run.to_string(),
            other => panic!("{other:?}"),
        }
    })
}

#[test]
fn deleted_runs_are_found_and_restored() {
    let home = TempDir::new().unwrap();
    let run = |args: &[&str]| run(home.path(), args);
    run(&["init", "."]);
    assert_eq!(run(&["agent", "start"]).0, 0);
    let gone = new_run(home.path(), "twin");
    let (code, out, err) = run(&["runs", "delete", "twin", &gone, "-y"]);
    assert_eq!((code, out.trim()), (0, "1 run deleted."), "{err}");
    let live = new_run(home.path(), "twin");

    let (_, out, _) = run(&["runs", "list", "--deleted", "--columns", "id"]);
    assert!(out.contains(&gone) && !out.contains(&live), "{out}");
    let (code, out, err) = run(&["runs", "restore", &live, "-y"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("is not deleted"), "{err}");

    // By its name, though a live run has it too; by what the list shows; by its id.
    for name in ["twin", &gone[..8], &gone] {
        let (code, out, err) = run(&["runs", "restore", name, "-y"]);
        assert_eq!((code, out.trim()), (0, "1 run restored."), "{name}: {err}");
        let (code, _, err) = run(&["runs", "restore", name, "-y"]);
        assert_eq!(code, 2, "{name}");
        assert!(err.contains("not deleted") && err.contains("Hint"), "{err}");
        assert_eq!(run(&["runs", "delete", &gone, "-y"]).0, 0);
    }

    // The printed command, as a shell reads it.
    let tag = format!("--set=note=it's {}", "$HOME");
    let (_, out, err) = run(&["runs", "tag", &live, &tag, "--dry-run", "--json"]);
    let preview: serde_json::Value = serde_json::from_str(&out).expect(&err);
    let call = preview["call"].as_str().unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("printf '%s\\n' {call}")]);
    let words = String::from_utf8(shell.output().unwrap().stdout).unwrap();
    let words: Vec<&str> = words.lines().collect();
    assert_eq!(words, ["trimtab", "runs", "tag", &live, &tag]);
    let (code, out, err) = run(&[&words[1..], &["-y"]].concat());
    assert_eq!((code, out.trim()), (0, "1 run tagged."), "{err}");
    assert_eq!(run(&["agent", "stop"]).0, 0);
}

#[test]
fn files_and_notes_of_a_run() {
    let home = TempDir::new().unwrap();
    let w = home.path();
    let say = |args: &[&str]| run(w, args);
    say(&["init", "."]);
    assert_eq!(say(&["agent", "start"]).0, 0);
    let id = new_run(w, "one");
    let (code, out, err) = say(&["--json", "runs", "artifacts", "one"]);
    assert_eq!(code, 0, "{err}");
    let listed: serde_json::Value = serde_json::from_str(&out).unwrap();
    let uri = listed["uri"].as_str().unwrap();
    let below = uri.strip_prefix("mlflow-artifacts:/").unwrap();
    assert!(below.contains(&id), "{uri}");
    let folder = w.join(".trimtab/artifacts").join(below);
    std::fs::create_dir_all(folder.join("plots")).unwrap();
    std::fs::write(folder.join("plots/a.txt"), "one\ntwo\n").unwrap();
    std::fs::write(folder.join("t.csv"), "a,b\n1,x\n").unwrap();

    let (_, out, _) = say(&["runs", "artifacts", "one"]);
    assert_eq!(out, "artifact  bytes\nplots/        -\nt.csv         8\n");
    let (_, out, _) = say(&["runs", "artifacts", "one", "plots/a.txt"]);
    assert_eq!(out, "one\ntwo\n");
    let (_, out, _) = say(&["runs", "artifacts", "one", "t.csv", "--rows", "5"]);
    assert_eq!(out, "a  b\n1  x\n");
    let save = ["runs", "artifacts", "one", "plots/a.txt", "-o", "a.txt"];
    assert_eq!(say(&save).0, 0);
    assert_eq!(std::fs::read(w.join("a.txt")).unwrap(), b"one\ntwo\n");
    assert_eq!(say(&save).0, 1, "an existing file is kept");
    let (code, _, err) = say(&["runs", "artifacts", "one", "../../x"]);
    assert!(code != 0 && err.contains("cannot be listed"), "{err}");

    let (code, _, err) = say(&["runs", "note", "one", "--set", "# why", "--yes"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(say(&["runs", "note", "one"]).1, "# why\n");
    assert_eq!(say(&["runs", "inputs", "one"]).0, 0);
    assert_eq!(say(&["agent", "stop"]).0, 0);
}

#[test]
fn standalone_takes_the_same_path_and_leaves_no_agent() {
    let home = TempDir::new().unwrap();
    run(home.path(), &["init", "."]);
    let (code, out, err) = run(home.path(), &["audit", "verify", "--standalone", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("\"intact\": true"), "{out}");
    assert_eq!(run(home.path(), &["agent", "status"]).0, 3);
}

/// A day of an inference log: 300 rows of one feature, with `shift` added to each.
fn logged_day(folder: &Path, day: &str, shift: u32) {
    let row = |i: u32| {
        format!(
            "{day} {:02}:{:02}:00,{i},{}\n",
            i / 60,
            i % 60,
            i * 7 % 300 + shift
        )
    };
    let rows: String = (0..300).map(row).collect();
    let text = format!("timestamp,request_id,age\n{rows}");
    std::fs::write(folder.join(format!("{day}.csv")), text).unwrap();
}

#[test]
fn a_monitor_fails_a_build_when_its_newest_window_drifts() {
    let home = TempDir::new().unwrap();
    let log = home.path().join("log");
    std::fs::create_dir(&log).unwrap();
    logged_day(home.path(), "2013-01-01", 0);
    logged_day(&log, "2013-01-02", 0);
    let policy = r#"
        [workspace]
        name = "ci"
        [models.ages]
        metric = "auc"
        direction = "max"
        target = { kind = "alias" }
        [monitors.ages]
        model = "ages"
        log = "log/*.csv"
        reference = "2013-01-01.csv"
        window = "day"
        [monitors.ages.columns]
        timestamp = "timestamp"
        request_id = "request_id"
        features = ["age"]
    "#;
    std::fs::write(home.path().join("trimtab.toml"), policy).unwrap();
    let judged = |options: &[&str]| {
        let fixed = ["monitor", "run", "ages", "--standalone"];
        let (code, out, err) = run(home.path(), &[&fixed[..], options].concat());
        (code, format!("{out}{err}"))
    };
    let (code, said) = judged(&["--fail-on", "drift"]);
    assert_eq!(code, 0, "{said}");
    logged_day(&log, "2013-01-03", 150);
    let (code, said) = judged(&[]);
    assert_eq!(code, 0, "{said}");
    // The window is computed by now, and is still the newest.
    let (code, said) = judged(&["--fail-on", "drift"]);
    assert_eq!(code, 1, "{said}");
    logged_day(&log, "2013-01-04", 0);
    let (code, said) = judged(&["--fail-on", "drift"]);
    assert_eq!(
        code, 0,
        "what drifted before does not fail the next build: {said}"
    );
    let (code, _) = judged(&["--fail-on", "nonsense"]);
    assert_eq!(code, 2);
}

/// `trimtab monitor check` of one of the titanic's files with engineered faults.
fn check_titanic(file: &str, options: &[&str]) -> (i32, String, String) {
    let home = TempDir::new().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema_edge");
    let file = data.join(format!("current_{file}.csv"));
    let reference = data.join("reference.csv");
    let (file, reference) = (file.to_str().unwrap(), reference.to_str().unwrap());
    let mut args = vec!["monitor", "check", file, "--against", reference];
    args.extend(options);
    run(home.path(), &args)
}

#[test]
fn a_file_is_checked_without_a_workspace() {
    const ALL: &str = "--columns=Pclass,Sex,Age,SibSp,Fare,Embarked";
    let (code, out, err) = check_titanic("same", &[ALL]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(out.lines().count(), 8, "a head, six columns, a sum: {out}");
    // Two of 332 ages are new: told, but no more than another sample brings.
    assert!(out.contains("(0.6% outside 0.42 to 80)"), "{out}");
    assert_eq!(check_titanic("same", &[ALL, "--tolerance", "0"]).0, 1);

    for (file, options, code, says) in [
        ("same", &["--fail-on", "drift"][..], 1, "drifted"),
        ("col_dropped", &[ALL], 1, "column missing"),
        (
            "col_dropped",
            &[ALL, "--fail-on=drift"],
            0,
            "column missing",
        ),
        ("col_added", &["--columns=deck"], 1, "new column"),
        (
            "type_string",
            &["--columns=Fare"],
            1,
            "numbers and text where the reference has numbers",
        ),
        ("constant", &["--columns=Fare"], 1, "always 14.4542"),
        (
            "unseen",
            &["--columns=Sex"],
            1,
            "unseen categories (unknown)",
        ),
        ("all_null", &[ALL], 1, "no value in any row"),
        ("one_row", &[ALL], 0, "not enough data"),
        ("empty", &[ALL], 1, "The file has no rows."),
    ] {
        let (found, out, err) = check_titanic(file, options);
        assert_eq!(found, code, "{file} {options:?}: {out}{err}");
        assert!(out.contains(says), "{file}: {out}");
    }
}

#[test]
fn a_check_has_stable_fields_and_says_what_it_cannot_read() {
    let (code, out, _) = check_titanic("unseen", &["--columns=Sex,Age", "--json"]);
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&report["rows"], &report["reference_rows"]),
        (&418.into(), &891.into())
    );
    assert_eq!(report["failed"], true);
    let sex = &report["columns"][0];
    assert_eq!(
        (&sex["column"], &sex["kind"]),
        (&"Sex".into(), &"category".into())
    );
    assert_eq!(sex["method"], "psi");
    assert_eq!(sex["findings"][0]["finding"], "unseen_categories");
    for key in [
        "missing",
        "verdict",
        "error",
        "distance",
        "threshold",
        "p",
        "p_adjusted",
    ] {
        assert!(sex.get(key).is_some(), "{key}: {sex}");
    }

    let (code, out, err) = check_titanic("nowhere", &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["Error: ", "cannot be checked", "Caused by: ", "Hint: "] {
        assert!(err.contains(part), "{err}");
    }
    let (code, _, err) = check_titanic("same", &["--columns=Sxe"]);
    assert_eq!(code, 2);
    assert!(err.contains("Sxe") && err.contains("Sex"), "{err}");
    assert_eq!(check_titanic("same", &["--psi", "0"]).0, 2);
}

#[test]
fn help_version_and_generated_pages() {
    let home = TempDir::new().unwrap();
    let (code, out, _) = run(home.path(), &["--version"]);
    assert_eq!(
        (code, out.trim()),
        (0, concat!("trimtab ", env!("CARGO_PKG_VERSION")))
    );
    for args in [
        &["--help"][..],
        &["models", "--help"],
        &["completions", "bash"],
        &["man"],
    ] {
        let (code, out, err) = run(home.path(), args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        assert!(out.len() > 200, "{args:?}");
    }
    let (code, _, err) = run(home.path(), &["promote"]);
    assert_eq!(code, 2);
    assert!(err.contains("promote"));
}

#[test]
fn generated_docs_are_current() {
    let home = TempDir::new().unwrap();
    for (page, file) in [
        ("keys", "docs/keys.md"),
        ("cli", "docs/cli.md"),
        ("sql", "docs/sql.md"),
        ("schema", "assets/trimtab.schema.json"),
    ] {
        let (code, out, _) = run(home.path(), &["docs", page]);
        assert_eq!(code, 0);
        let kept =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        assert!(
            out == kept,
            "{file} is not current: run `trimtab docs {page} > {file}`"
        );
    }
}

#[test]
fn a_demo_that_would_overwrite_refuses() {
    let home = TempDir::new().unwrap();
    std::fs::create_dir(home.path().join("mine")).unwrap();
    std::fs::write(home.path().join("mine/thesis.txt"), "precious").unwrap();
    let (code, _, err) = run(home.path(), &["demo", "--headless", "--dir", "mine"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("mine"), "{err}");
    assert_eq!(
        std::fs::read_dir(home.path().join("mine")).unwrap().count(),
        1
    );
}

#[test]
fn a_model_server_stays_on_loopback() {
    let home = TempDir::new().unwrap();
    let (code, _, err) = run(
        home.path(),
        &["serve", "--link", "x", "--listen", "0.0.0.0:1"],
    );
    assert_eq!(code, 2);
    assert!(err.contains("loopback"), "{err}");
}

#[test]
fn the_store_is_asked_in_sql() {
    let home = TempDir::new().unwrap();
    let run = |args: &[&str]| run(home.path(), args);
    run(&["init", "."]);
    assert_eq!(run(&["agent", "start"]).0, 0);
    let id = new_run(home.path(), "first");

    let sql = "SELECT run_id, name, status, NULL AS nothing FROM runs";
    let (code, out, err) = run(&["sql", sql]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(&id) && out.contains("running"), "{out}");
    assert!(err.starts_with("1 rows,"), "{err}");
    let (_, out, _) = run(&["sql", "--csv", sql]);
    assert_eq!(
        out,
        format!("run_id,name,status,nothing\n{id},first,running,\n")
    );
    let (_, out, _) = run(&["sql", "--json", sql]);
    let page: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(page["rows"][0]["name"], "first");
    assert_eq!(page["columns"][0]["type"], "VARCHAR");
    assert_eq!(page["truncated"], false);

    // A query of many pages, into every form of file, and back.
    let many = "SELECT range AS n, range / 2 AS half FROM range(25000)";
    for file in ["n.csv", "n.json", "n.parquet"] {
        let (code, _, err) = run(&["sql", many, "-o", file]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("25000 rows written"), "{err}");
    }
    let text = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    assert_eq!(text("n.csv").lines().count(), 25_001);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text("n.json")).unwrap();
    assert_eq!((rows.len(), &rows[24_999]["n"]), (25_000, &24_999.into()));
    let parquet = home.path().join("n.parquet").display().to_string();
    let select = trimtab_store::frame::Select::all(&parquet);
    assert_eq!(
        trimtab_store::frame::read_parquet(&select).unwrap().rows(),
        25_000
    );
    let (_, out, err) = run(&["sql", many]);
    assert_eq!(out.lines().count(), 10_001);
    assert!(err.contains("the first 10000 rows"), "{err}");
    let (_, out, _) = run(&["sql", many, "--csv", "--limit", "3"]);
    assert_eq!(out.lines().count(), 4);

    // From standard input; wrong queries say where; nothing is written; no file is read.
    let output = trimtab(home.path())
        .args(["sql", "-"])
        .write_stdin("SELECT count(*) AS n FROM runs")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "n\n1\n");
    let (code, out, err) = run(&["sql", "SELECT name\nFROM runz"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("line 2, column 6:\n    FROM runz\n         ^"),
        "{err}"
    );
    assert!(err.contains("Hint:"), "{err}");
    let (code, _, err) = run(&["sql", "DROP VIEW runs"]);
    assert_eq!(code, 1);
    assert!(err.contains("Only queries that read"), "{err}");
    let (code, _, err) = run(&["sql", "SELECT * FROM read_text('/etc/hostname')"]);
    assert_ne!(code, 0);
    assert!(err.contains("disabled"), "{err}");
    let slow = "SELECT count(*) FROM range(1000000000000000) WHERE range % 7 = 9";
    let (code, _, err) = run(&["sql", "--timeout", "1", slow]);
    assert_eq!(code, 1);
    assert!(err.contains("longer than 1 seconds"), "{err}");
    let (code, _, err) = run(&["sql", "SELECT 1", "-o", "x.txt"]);
    assert_eq!(code, 2);
    assert!(err.contains(".parquet"), "{err}");

    let (_, out, _) = run(&["sql", "--schema"]);
    for view in [
        "runs",
        "metrics",
        "model_versions",
        "drift",
        "jobs",
        "audit",
    ] {
        assert!(
            out.lines().any(|l| l.starts_with(&format!("{view} "))),
            "{view}"
        );
    }
    let (_, out, _) = run(&["sql", "--schema", "drift"]);
    assert!(out.contains("verdict"), "{out}");
    assert_eq!(run(&["sql", "--schema", "nothing"]).0, 2);
    assert_eq!(run(&["agent", "stop"]).0, 0);
}
