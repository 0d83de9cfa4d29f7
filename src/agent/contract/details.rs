//! A run in detail, as consoles and commands ask for it: files, curves, notes, the times of its log.

use super::bench::{Bench, Client, POLICY};
use std::fs;
use trimtab_core::{artifact::ArtifactFolder, registry::Version, run::RunId, time::Millis};
use trimtab_wire::{Act, Acted, FailureKind, NoteOf, Reply, Request};

async fn folder(client: &Client, run: &RunId, path: &str) -> ArtifactFolder {
    let request = Request::Artifacts {
        run: run.clone(),
        path: path.into(),
    };
    match client.ask(request).await.unwrap() {
        Reply::Artifacts(folder) => folder,
        other => panic!("{other:?}"),
    }
}

fn part(run: &RunId, path: &str, offset: u64, max: u64) -> Request {
    Request::ArtifactPart {
        run: run.clone(),
        path: path.into(),
        offset,
        max,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_and_read_in_pieces_and_nothing_outside_them() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let run = client.new_run("a", None).await;
    let root = bench
        .root()
        .join(".trimtab/artifacts/1")
        .join(run.as_str())
        .join("artifacts");
    fs::create_dir_all(root.join("model")).unwrap();
    let bytes: Vec<u8> = (0..=255).cycle().take(700_000).collect();
    fs::write(root.join("model/weights.bin"), &bytes).unwrap();
    fs::write(root.join("x*[1].csv"), "a,b\n1,x\n2,\n").unwrap();
    fs::write(root.join("other.csv"), "a,b\n9,9\n").unwrap();
    std::os::unix::fs::symlink("/etc", root.join("etc")).unwrap();

    let listed = folder(&client, &run, "").await;
    let names: Vec<_> = listed.entries.iter().map(|e| (&*e.name, e.size)).collect();
    assert_eq!(
        names,
        [
            ("model", None),
            ("other.csv", Some(8)),
            ("x*[1].csv", Some(11))
        ],
        "a link that leads out is not shown"
    );
    assert!(
        listed.uri.ends_with(&format!("{run}/artifacts")),
        "{listed:?}"
    );

    let mut read = Vec::new();
    loop {
        let request = part(&run, "model/weights.bin", read.len() as u64, 0);
        let Reply::ArtifactPart(part) = client.ask(request).await.unwrap() else {
            panic!()
        };
        assert_eq!(part.total, 700_000);
        if part.bytes.0.is_empty() {
            break;
        }
        assert!(part.bytes.0.len() <= 256 << 10);
        read.extend(part.bytes.0);
    }
    assert!(read == bytes, "bytes come as they are");

    for path in [
        "../../secret",
        "/etc/passwd",
        "etc/passwd",
        "%2e%2e/x",
        "a#b",
    ] {
        let refused = client.ask(part(&run, path, 0, 10)).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Invalid, "{path}: {refused:?}");
    }
    let none = client.ask(part(&run, "none", 0, 10)).await.unwrap_err();
    assert_eq!(none.kind, FailureKind::NotFound);

    // A name that would be a pattern to DuckDB is one file.
    let table = Request::ArtifactTable {
        run: run.clone(),
        path: "x*[1].csv".into(),
        rows: 1,
    };
    let Reply::ArtifactTable(head) = client.ask(table).await.unwrap() else {
        panic!()
    };
    assert_eq!(head.rows, [[Some("1".to_owned()), Some("x".into())]]);
    assert_eq!(head.total, Some(2));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_written_audited_and_taken_away() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let run = client.new_run("a", None).await;
    let note = |of: NoteOf, text: &str| Act::Note {
        of,
        text: text.into(),
    };
    let of = NoteOf::Run(run.clone());
    let told = async || {
        let Reply::Run(row) = client.ask(Request::Run(run.to_string())).await.unwrap() else {
            panic!()
        };
        row.tags.get("mlflow.note.content").cloned()
    };
    let done = client.act(note(of.clone(), "# *why*\n")).await.unwrap();
    assert_eq!(done, Acted::Note(of.clone()));
    assert_eq!(told().await.as_deref(), Some("# *why*\n"));
    client.act(note(of.clone(), "")).await.unwrap();
    client.act(note(of.clone(), "")).await.unwrap();
    assert_eq!(told().await, None);
    let long = client.act(note(of, &"x".repeat(8_001))).await.unwrap_err();
    assert_eq!(long.kind, FailureKind::Invalid);
    let deeds = client.deeds().await;
    let written = deeds
        .iter()
        .filter(|d| format!("{d:?}").contains("run.note"));
    assert!(written.count() >= 3, "{deeds:?}");

    let nobody = NoteOf::Model("none".into());
    let refused = client.act(note(nobody, "x")).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::NotFound);
    let nothing = NoteOf::Version("none".into(), Version(3));
    let Reply::Preview(preview) = client
        .ask(Request::Preview(note(nothing, "x")))
        .await
        .unwrap()
    else {
        panic!()
    };
    assert!(preview.refusal.is_some());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_log_has_the_times_of_its_lines() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let job = client.retrain("hello").await.unwrap();
    let ended = client.job_ended(job.id).await;
    let log = Request::JobLog {
        job: job.id,
        offset: 4,
        max: 4,
    };
    let Reply::Log(chunk) = client.ask(log).await.unwrap() else {
        panic!()
    };
    let at = chunk.time_of(4).expect("a time");
    let (from, to) = (ended.created, ended.ended.unwrap());
    assert!(at >= from && at.0 <= to.0 + 1_000, "{from} {at} {to}");
    let offset = async |at: Millis| {
        let asked = client.ask(Request::LogAt { job: job.id, at }).await;
        let Reply::LogOffset(offset) = asked.unwrap() else {
            panic!()
        };
        offset
    };
    assert_eq!(offset(Millis(0)).await, Some(0));
    assert_eq!(offset(at).await, Some(0));
    fs::remove_file(
        bench
            .root()
            .join(format!(".trimtab/jobs/{}/log.times", job.id)),
    )
    .unwrap();
    assert_eq!(offset(at).await, None, "an older agent's log has none");
    bench.stop().await;
}
