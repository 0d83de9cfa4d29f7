//! Registry, requests, jobs, monitors, audit: what is put is what is read, also after a restart.

use crate::support::{create, place, run_id};
use std::collections::BTreeMap;
use trimtab_core::{
    alarm::{Handled, Subject},
    alert::Handling,
    audit::{self, Outcome},
    gate::GateResult,
    job::{Job, JobId, JobState},
    monitor::{FeatureCell, InputProblem, Quality, Service, WindowResult},
    registry::{CHAMPION, Deployment, DeploymentKind, Version},
    release::{Approval, PromotionRequest, RequestId, RequestState},
    segment::SegmentResult,
    stats::{
        drift::Verdict,
        effect::{Method, Rule},
        estimate::Estimate,
    },
    time::Millis,
};
use trimtab_store::{Applied, Change, StoreError};

fn register(model: &str) -> Change {
    Change::RegisterVersion {
        model: model.into(),
        run: Some(run_id(1)),
        source: "models/late15/{version}".into(),
        author: "ana".into(),
        tags: BTreeMap::from([("window".into(), "2013-01".into())]),
        metrics: BTreeMap::from([("heldout_auc".into(), 0.7), ("odd".into(), f64::INFINITY)]),
        at: Millis(5),
    }
}

fn request(version: u32) -> PromotionRequest {
    PromotionRequest {
        id: RequestId(0),
        model: "late15".into(),
        version: Version(version),
        champion: None,
        author: "ana".into(),
        reason: "better".into(),
        created: Millis(6),
        updated: Millis(6),
        state: RequestState::AwaitingApproval,
        gates: vec![
            GateResult {
                name: "absolute".into(),
                passed: true,
                candidate: Some(0.7),
                bound: Some(0.62),
                reason: "0.70 is at least 0.62".into(),
            },
            GateResult {
                name: "champion".into(),
                passed: true,
                candidate: Some(0.7),
                bound: None,
                reason: "there is no champion yet".into(),
            },
        ],
        approvals: vec![],
        required: 1,
        note: None,
    }
}

#[tokio::test]
async fn versions_are_numbered_and_kept() {
    let place = place();
    let mut changes = vec![create(1, "a"), register("late15"), register("late15")];
    changes.push(Change::SetAlias {
        model: "late15".into(),
        alias: CHAMPION.into(),
        version: Version(1),
    });
    let applied = place.store.apply(changes).await.unwrap();
    let Applied::Version(second) = &applied[2] else {
        panic!("{applied:?}")
    };
    assert_eq!(second.version, Version(2));
    assert_eq!(second.source, "models/late15/2");
    let move_to_2 = Change::SetAlias {
        model: "late15".into(),
        alias: CHAMPION.into(),
        version: Version(2),
    };
    place.one(move_to_2).await.unwrap();

    let place = place.reopen().await;
    let models = place.store.models().await.unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!(models[0].champion(), Some(Version(2)));
    assert_eq!(*models[0].versions[0], **second);
    assert_eq!(models[0].versions.len(), 2);
    assert_eq!(place.store.model("none").await.unwrap(), None);

    let Applied::Version(third) = place.one(register("late15")).await.unwrap() else {
        panic!()
    };
    assert_eq!(third.version, Version(3));
    let refused = place
        .one(Change::SetAlias {
            model: "late15".into(),
            alias: CHAMPION.into(),
            version: Version(9),
        })
        .await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound {
            what: "version",
            ..
        })
    ));
}

#[tokio::test]
async fn requests_keep_their_evidence_and_their_order_of_states() {
    let place = place();
    let changes = vec![
        create(1, "a"),
        register("late15"),
        Change::PutRequest(request(1)),
    ];
    let applied = place.store.apply(changes).await.unwrap();
    let Applied::Request(stored) = &applied[2] else {
        panic!()
    };
    assert_eq!(stored.id, RequestId(1));

    let mut approved = (**stored).clone();
    approved.approvals.push(Approval {
        actor: "bo".into(),
        at: Millis(7),
        reason: "looks good".into(),
    });
    approved.state = RequestState::Switching;
    let place = place.reopen().await;
    place
        .one(Change::PutRequest(approved.clone()))
        .await
        .unwrap();
    assert_eq!(place.store.requests().await.unwrap(), [approved.clone()]);
    assert_eq!(
        place.store.request(RequestId(1)).await.unwrap(),
        Some(approved.clone())
    );

    let mut back = approved.clone();
    back.state = RequestState::AwaitingApproval;
    let refused = place.one(Change::PutRequest(back)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
    assert_eq!(
        refused.to_string(),
        "request #1: it is switching and may not become awaiting_approval"
    );
    assert_eq!(place.store.requests().await.unwrap(), [approved]);
}

#[tokio::test]
async fn deployments_come_oldest_first() {
    let place = place();
    let moved = |version, kind, at| Deployment {
        model: "late15".into(),
        version: Version(version),
        previous: (version > 1).then(|| Version(version - 1)),
        at: Millis(at),
        data_time: Some(Millis(at * 10)),
        kind,
        actor: "ana".into(),
    };
    // The clock may jump back; the order of acts stays.
    let all = [
        moved(1, DeploymentKind::Promotion, 10),
        moved(2, DeploymentKind::Promotion, 9),
        moved(1, DeploymentKind::Rollback, 9),
    ];
    let mut changes = vec![create(1, "a"), register("late15"), register("late15")];
    changes.extend(all.iter().cloned().map(Change::Deploy));
    place.store.apply(changes).await.unwrap();
    assert_eq!(place.store.deployments(Some("late15")).await.unwrap(), all);
    assert_eq!(place.store.deployments(Some("x")).await.unwrap(), []);
    assert_eq!(place.store.deployments(None).await.unwrap().len(), 3);
}

/// A statement prepared while a table was empty must not remember that it was: DuckDB's optimizers build
/// the statistics of that moment into the plan, and long texts then came back as rubbish.
#[tokio::test]
async fn what_was_read_while_empty_reads_right_when_full() {
    let place = place();
    assert_eq!(place.store.jobs().await.unwrap(), []);
    let long = "a text much longer than the twelve bytes that DuckDB keeps inline".to_owned();
    let job = Job {
        id: JobId(0),
        recipe: "late15".into(),
        model: "late15".into(),
        state: JobState::Queued,
        actor: "ana".into(),
        reason: long.clone(),
        window: None,
        params: BTreeMap::from([("note".into(), long.clone())]),
        created: Millis(1),
        started: None,
        ended: None,
        pid: None,
        exit_code: None,
        error: None,
        run: None,
    };
    place.one(Change::PutJob(job)).await.unwrap();
    // Every reader's connection, each with its own cache of statements.
    for _ in 0..8 {
        let jobs = place.store.jobs().await.unwrap();
        assert_eq!(
            (jobs[0].reason.as_str(), jobs[0].params["note"].as_str()),
            (long.as_str(), long.as_str())
        );
    }
}

#[tokio::test]
async fn jobs_are_put_and_end_once() {
    let place = place();
    let job = Job {
        id: JobId(0),
        recipe: "late15".into(),
        model: "late15".into(),
        state: JobState::Queued,
        actor: "ana".into(),
        reason: "drift".into(),
        window: Some(("2013-04-01".into(), "2013-07-01".into())),
        params: BTreeMap::from([("depth".into(), "6".into())]),
        created: Millis(1),
        started: None,
        ended: None,
        pid: Some(4_000_000_000),
        exit_code: None,
        error: None,
        run: None,
    };
    let Applied::Job(queued) = place.one(Change::PutJob(job.clone())).await.unwrap() else {
        panic!()
    };
    assert_eq!(queued.id, JobId(1));
    place.one(Change::PutJob(job)).await.unwrap();
    let mut ended = (*queued).clone();
    ended.state = JobState::Cancelled;
    ended.exit_code = Some(-9);
    ended.run = Some(run_id(3));
    place.one(Change::PutJob(ended.clone())).await.unwrap();
    let again = Job {
        state: JobState::Running,
        ..ended.clone()
    };
    let refused = place.one(Change::PutJob(again)).await.unwrap_err();
    assert!(refused.is_refusal(), "{refused}");
    assert_eq!(place.store.job(JobId(1)).await.unwrap(), Some(ended));
    let ids: Vec<_> = place
        .store
        .jobs()
        .await
        .unwrap()
        .iter()
        .map(|j| j.id.0)
        .collect();
    assert_eq!(ids, [2, 1]);
}

/// Quality without NaN, which equals nothing, itself included.
fn filled() -> Quality {
    Quality {
        labelled: 0,
        auc: 0.0,
        log_loss: 0.0,
        accuracy: 0.0,
        f1: 0.0,
        positive_rate: 0.0,
        precision: 0.1,
        recall: 0.2,
        f1_macro: 0.3,
        f1_weighted: 0.4,
        average_precision: 0.5,
        brier: 0.6,
        calibration_error: 0.7,
        auc_95: (0.0, 0.0),
        accuracy_95: (0.8, 0.9),
        f1_95: (0.11, 0.12),
        mae: 0.0,
        rmse: 0.13,
        mape: 0.14,
        r2: 0.15,
        bias: -0.16,
    }
}

fn window(start: i64, auc: f64) -> WindowResult {
    let cell = |feature: &str, verdict| FeatureCell {
        feature: feature.into(),
        categorical: false,
        rows: 100,
        nulls: 3,
        psi: 0.2,
        distance: 0.1,
        p: 1e-300,
        p_adjusted: 0.0,
        rule: Rule {
            method: Method::Hellinger,
            threshold: 0.15,
            weight: 2.5,
        },
        effect: 0.3,
        verdict,
    };
    WindowResult {
        monitor: "late15".into(),
        start: Millis(start),
        end: Millis(start + 7),
        rows: 1000,
        versions: vec![(Version(2), 10), (Version(1), 990)],
        cells: vec![
            cell("z", Verdict::Drifted),
            cell("a", Verdict::Stable),
            cell("b", Verdict::NotEnoughData),
            cell("c", Verdict::Error("no such column".into())),
        ],
        segments: vec![
            SegmentResult {
                segment: "country=DE".parse().unwrap(),
                rows: 900,
                own_reference: true,
                cells: vec![cell("z", Verdict::Stable), cell("a", Verdict::Drifted)],
                quality: Quality {
                    labelled: 3,
                    auc,
                    f1_95: (0.1, 0.9),
                    bias: -2.0,
                    ..filled()
                },
            },
            SegmentResult {
                segment: "country=(other)".parse().unwrap(),
                rows: 100,
                own_reference: false,
                cells: Vec::new(),
                quality: filled(),
            },
        ],
        quality: Quality {
            labelled: 500,
            auc,
            log_loss: 0.5,
            accuracy: 0.7,
            f1: 0.4,
            positive_rate: 0.2,
            auc_95: (0.6, 0.72),
            mae: 12.5,
            ..filled()
        },
        estimate: Some(Estimate {
            rows: 990,
            auc: 0.68,
            accuracy: 0.7,
            precision: 0.3,
            recall: 0.5,
            f1: 0.4,
        }),
        service: Service {
            p50_ms: 1.0,
            p95_ms: 2.0,
            p99_ms: 3.0,
            error_rate: 0.0,
        },
        computed: Millis(9),
    }
}

#[tokio::test]
async fn a_window_replaces_the_one_before_it() {
    let place = place();
    let put = |start, auc, inputs: &str| Change::PutWindow {
        window: window(start, auc),
        inputs: inputs.into(),
    };
    let changes = vec![put(7, 0.6, "x"), put(0, 0.7, "y"), put(7, 0.65, "z")];
    place.store.apply(changes).await.unwrap();
    let stored = place.store.windows("late15").await.unwrap();
    assert_eq!(stored, [window(0, 0.7), window(7, 0.65)]);
    assert_eq!(
        place.store.window_inputs("late15").await.unwrap(),
        BTreeMap::from([
            (Millis(0), (window(0, 0.0).end, "y".into())),
            (Millis(7), (window(7, 0.0).end, "z".into()))
        ])
    );

    let problem = |file: &str| InputProblem {
        monitor: "late15".into(),
        file: file.into(),
        reason: "broken row group".into(),
        rows: 0,
        first_seen: Millis(3),
    };
    for files in [vec!["b", "a"], vec!["c"]] {
        let problems: Vec<_> = files.into_iter().map(problem).collect();
        place
            .one(Change::SetProblems {
                monitor: "late15".into(),
                problems: problems.clone(),
            })
            .await
            .unwrap();
        assert_eq!(place.store.problems("late15").await.unwrap(), problems);
    }
}

#[tokio::test]
async fn removed_windows_leave_nothing_and_touch_no_other() {
    let place = place();
    let put = |start| Change::PutWindow {
        window: window(start, 0.7),
        inputs: "x".into(),
    };
    let other = WindowResult {
        monitor: "other".into(),
        ..window(7, 0.7)
    };
    let changes = vec![
        put(0),
        put(7),
        Change::PutWindow {
            window: other.clone(),
            inputs: "x".into(),
        },
    ];
    place.store.apply(changes).await.unwrap();
    let removal = Change::RemoveWindows {
        monitor: "late15".into(),
        starts: vec![Millis(7), Millis(99)],
    };
    // In one call with a new window of the same start, the new one stays.
    place
        .store
        .apply(vec![removal.clone(), put(7)])
        .await
        .unwrap();
    assert_eq!(place.store.windows("late15").await.unwrap().len(), 2);
    place.one(removal).await.unwrap();
    assert_eq!(
        place.store.windows("late15").await.unwrap(),
        [window(0, 0.7)]
    );
    assert_eq!(place.store.windows("other").await.unwrap(), [other]);
}

#[tokio::test]
async fn what_was_done_about_alerts_is_kept_in_order() {
    let place = place();
    let act = |handling| Handled {
        monitor: "late15".into(),
        subject: Subject::Quality,
        handling,
        after: Millis(7),
        at: Millis(9),
        actor: "ana".into(),
    };
    let acts = [
        act(Handling::Acknowledge {
            note: "mine".into(),
        }),
        act(Handling::Snooze { until: Millis(70) }),
        act(Handling::Close),
    ];
    let changes = acts.iter().cloned().map(Change::HandleAlert).collect();
    place.store.apply(changes).await.unwrap();
    assert_eq!(place.store.handled("late15").await.unwrap(), acts);
    assert_eq!(place.store.handled("other").await.unwrap(), []);
}

#[tokio::test]
async fn a_window_without_labels_keeps_its_nan() {
    let place = place();
    let mut w = window(0, f64::NAN);
    w.quality = Quality::unknown();
    place
        .one(Change::PutWindow {
            window: w,
            inputs: String::new(),
        })
        .await
        .unwrap();
    let stored = &place.store.windows("late15").await.unwrap()[0];
    assert!(stored.quality.auc.is_nan() && stored.quality.f1.is_nan());
}

#[tokio::test]
async fn the_audit_is_chained_over_restarts_and_refusals() {
    let entry = |n: i64| Change::Audit {
        at: Millis(n),
        actor: "ana".into(),
        action: "rollback".into(),
        subject: "late15 v2".into(),
        outcome: Outcome::Done,
        reason: format!("reason {n}"),
        detail: String::new(),
    };
    let mut place = place();
    for n in 0..6 {
        if n % 2 == 1 {
            // A call that is refused takes its audit line back with it, and leaves no gap.
            let refused = place
                .store
                .apply(vec![entry(99), crate::support::log(77, &[], &[])])
                .await;
            assert!(matches!(
                refused,
                Err(StoreError::NotFound { what: "run", .. })
            ));
        }
        place.store.apply(vec![entry(n), entry(n)]).await.unwrap();
        if n == 3 {
            place = place.reopen().await;
        }
    }
    let entries = place.store.audit(0, 0).await.unwrap();
    assert_eq!(entries.len(), 12);
    assert_eq!(audit::verify(&entries), Ok(()));
    let tail = place.store.audit(9, 2).await.unwrap();
    assert_eq!(tail, entries[9..11]);
}
