//! Many runs changed at once, as consoles and commands ask for it.

use super::bench::{Bench, POLICY};
use trimtab_core::{
    audit::Outcome,
    run::{RunId, RunQuery, RunsEdit},
};
use trimtab_wire::{Act, Acted, FailureKind, Reply, Request};

fn edit(runs: &[RunId], edit: RunsEdit) -> Act {
    Act::EditRuns {
        runs: runs.to_vec(),
        edit,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_deleted_restored_and_tagged_together_and_audited() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let mut runs = Vec::new();
    for name in ["a", "b", "c"] {
        runs.push(client.new_run(name, None).await);
    }
    let listed = async |query: RunQuery| {
        let Reply::Runs(page) = client.ask(Request::Runs(query)).await.unwrap() else {
            panic!()
        };
        page.total
    };
    let deleted = || RunQuery {
        deleted: true,
        ..RunQuery::default()
    };
    let act = edit(&runs[..2], RunsEdit::Delete);
    let Reply::Preview(preview) = client.ask(Request::Preview(act.clone())).await.unwrap() else {
        panic!()
    };
    assert_eq!(preview.title, "Delete 2 runs");
    assert_eq!(preview.refusal, None);
    assert!(preview.evidence[0].contains("2 still run"), "{preview:?}");
    assert_eq!(
        listed(RunQuery::default()).await,
        3,
        "a preview changes nothing"
    );

    let Acted::Runs { runs: n, .. } = client.act(act).await.unwrap() else {
        panic!()
    };
    assert_eq!(
        (
            n,
            listed(RunQuery::default()).await,
            listed(deleted()).await
        ),
        (2, 1, 2)
    );
    // All or none: a deleted run takes no tag, so no run gets it.
    let tag = |value: &str| RunsEdit::Tag {
        key: "keep".into(),
        value: value.into(),
    };
    let refused = client.act(edit(&runs, tag("yes"))).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Invalid);
    let tagged = || RunQuery {
        filter: "tags.keep = yes".into(),
        ..RunQuery::default()
    };
    assert_eq!(listed(tagged()).await, 0);
    client.act(edit(&runs, RunsEdit::Restore)).await.unwrap();
    client.act(edit(&runs, tag("yes"))).await.unwrap();
    assert_eq!(listed(tagged()).await, 3);
    let untag = RunsEdit::Untag { key: "keep".into() };
    client.act(edit(&runs[..1], untag)).await.unwrap();
    assert_eq!(listed(tagged()).await, 2);

    for (act, why) in [
        (edit(&[], RunsEdit::Delete), "1 to 1000 runs"),
        (
            edit(&[RunId::from_bytes([9; 16])], RunsEdit::Delete),
            "There is no run",
        ),
        (
            edit(
                &runs,
                RunsEdit::Untag {
                    key: "mlflow.user".into(),
                },
            ),
            "MLflow's own",
        ),
    ] {
        let Reply::Preview(preview) = client.ask(Request::Preview(act.clone())).await.unwrap()
        else {
            panic!()
        };
        assert!(preview.refusal.is_some_and(|r| r.contains(why)), "{act:?}");
        assert!(client.act(act).await.unwrap_err().message.contains(why));
    }
    let audit = client.audit().await;
    let done: Vec<(&str, &str)> = audit
        .iter()
        .filter(|e| e.outcome == Outcome::Done && e.action.starts_with("run."))
        .map(|e| (e.action.as_str(), e.subject.as_str()))
        .collect();
    let one = format!("run {}", runs[0]);
    assert_eq!(
        done,
        [
            ("run.delete", "2 runs"),
            ("run.restore", "3 runs"),
            ("run.tag", "3 runs"),
            ("run.untag", one.as_str())
        ]
    );
    let tagging = audit
        .iter()
        .find(|e| e.action == "run.tag" && e.outcome == Outcome::Done)
        .unwrap();
    assert!(
        runs.iter().all(|r| tagging.detail.contains(r.as_str())),
        "{tagging:?}"
    );
    bench.stop().await;
}

/// What a preview says is true, and what it prints does the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_prints_the_command_that_does_the_same() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let mut runs = Vec::new();
    for name in ["v", "w", "x", "y", "z"] {
        runs.push(client.new_run(name, None).await);
    }
    let preview = async |act: Act| {
        let Reply::Preview(preview) = client.ask(Request::Preview(act)).await.unwrap() else {
            panic!()
        };
        preview
    };
    let all: Vec<&str> = runs.iter().map(RunId::as_str).collect();

    let twice = [runs[0].clone(), runs[0].clone()];
    let told = preview(edit(&twice, RunsEdit::Delete)).await;
    assert_eq!(told.title, "Delete 1 run");
    assert_eq!(told.call, format!("trimtab runs delete {}", all[0]));
    let told = preview(edit(&runs, RunsEdit::Delete)).await;
    assert_eq!(told.call, format!("trimtab runs delete {}", all.join(" ")));

    let tag = RunsEdit::Tag {
        key: "-note".into(),
        value: "it's $HOME".into(),
    };
    let told = preview(edit(&runs[..1], tag.clone())).await;
    let word = r"'--set=-note=it'\''s $HOME'";
    assert_eq!(told.call, format!("trimtab runs tag {} {word}", all[0]));
    assert!(told.undo.contains("the audit keeps them"), "{told:?}");
    client.act(edit(&runs[..1], tag)).await.unwrap();
    let off = RunsEdit::Untag {
        key: "-note".into(),
    };
    let told = preview(edit(&runs, off)).await;
    let only = format!("trimtab runs tag {} --remove=-note", all[0]);
    assert_eq!(told.call, only, "the others have no such tag");

    client
        .act(edit(&runs[..1], RunsEdit::Delete))
        .await
        .unwrap();
    let told = preview(edit(&runs[..2], RunsEdit::Restore)).await;
    assert_eq!(told.call, format!("trimtab runs restore {}", all[0]));
    let told = preview(edit(&runs[1..], RunsEdit::Restore)).await;
    assert_eq!((told.call.as_str(), told.refusal), ("", None));

    // What the commands look runs up with.
    for text in [all[0], &all[0][..8], "v"] {
        let found = client.ask(Request::DeletedRun(text.to_owned())).await;
        assert!(matches!(found, Ok(Reply::Run(r)) if r.id == runs[0]));
    }
    for (text, why) in [
        ("w", "is not deleted"),
        (all[1], "is not deleted"),
        ("nothing", "There is no deleted run"),
    ] {
        let failure = client.ask(Request::DeletedRun(text.to_owned())).await;
        let failure = failure.unwrap_err();
        assert!(failure.message.contains(why), "{failure}");
        assert!(failure.hint.contains("--deleted"), "{failure}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_read_says_where() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let query = RunQuery {
        filter: "metrics.auc >".into(),
        ..RunQuery::default()
    };
    let failure = client.ask(Request::Runs(query.clone())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert!(
        failure.message.contains("column 14: a value is missing"),
        "{failure}"
    );
    let next = Request::NextUnwell {
        query: RunQuery::default(),
        from: 0,
        forward: true,
    };
    assert_eq!(client.ask(next).await.unwrap(), Reply::Line(None));
    bench.stop().await;
}
