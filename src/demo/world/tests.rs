use super::*;
use crate::{
    booster::{self, Params, Sample},
    dataset,
    features::Encoder,
    model::Meta,
    model::Model,
    serve::Bound,
    workspace,
};
use std::{fs, ops::ControlFlow, os::unix::fs::symlink, path::Path};
use tokio::{sync::oneshot, task::JoinHandle};
use trimtab_core::time::Millis;
use trimtab_store::frame::{Column, Frame, Select, read_parquet};

/// A model fitted on a few days of January, in production as version 1.
fn put_into_production(root: &Path) {
    let rows = dataset::labelled(root, None, Millis::parse("2013-01-04")).unwrap();
    let encoder = Encoder::fit(&rows.frame, &dataset::FEATURES, &rows.labels).unwrap();
    let sample = Sample {
        numbers: encoder.encode(&rows.frame).unwrap(),
        labels: rows.labels,
    };
    let params = Params {
        rounds: 3,
        ..Params::default()
    };
    let ensemble = booster::fit(&sample, &sample, &params, |_| ControlFlow::Continue(())).unwrap();
    let model = Model {
        meta: Meta {
            format: Meta::format(),
            model: crate::MODEL.into(),
            run: None,
            window: (String::new(), String::new()),
            heldout: (String::new(), String::new()),
            data_version: String::new(),
            code_version: String::new(),
            params,
            threshold: 0.3,
        },
        encoder,
        ensemble,
    };
    model.save(&root.join("models/1/model.json")).unwrap();
    symlink("../models/1", root.join(workspace::POINTER)).unwrap();
}

struct Serving {
    address: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), Error>>,
}

async fn serve(root: &Path, address: &str) -> Serving {
    let bound = Bound::open(root.join(workspace::POINTER), address.parse().unwrap())
        .await
        .unwrap();
    let (stop, stopped) = oneshot::channel();
    let address = bound.address.to_string();
    Serving {
        address,
        stop,
        running: tokio::spawn(bound.run(async { drop(stopped.await) })),
    }
}

fn tell(root: &Path, until: &str) {
    let control = Control {
        speed_ms: 0,
        paused: false,
        until: Some(until.into()),
    };
    crate::files::write_json(&Control::path(root), "", &control).unwrap();
}

async fn until(root: &Path, what: impl Fn(&State) -> bool) -> State {
    let reached = async {
        loop {
            match state(root) {
                Ok(s) if what(&s) => return s,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    let Ok(reached) = tokio::time::timeout(Duration::from_secs(60), reached).await else {
        panic!("the world stands at {:?}", state(root));
    };
    reached
}

fn all(root: &Path, pattern: &str) -> Frame {
    read_parquet(&Select::all(root.join(pattern).to_str().unwrap()).order(["request_id"])).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_weeks_pass_through_a_server_that_goes_away() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_owned();
    workspace::prepare(&root).unwrap();
    put_into_production(&root);
    workspace::score_reference(&root).unwrap();
    assert_eq!(all(&root, "reference.parquet").columns().count(), 26);

    let first = serve(&root, "127.0.0.1:0").await;
    let live = |address: String| {
        let root = root.clone();
        tokio::spawn(async move { replay(&root, &address).await })
    };
    let address = first.address.clone();
    let world = live(address.clone());
    let waiting = until(&root, |s| s.total_weeks > 0).await;
    assert!(
        waiting.paused && waiting.weeks_done == 0,
        "it stands still until told"
    );

    tell(&root, "2013-02-04");
    let s = until(&root, |s| s.weeks_done == 1 && s.paused).await;
    assert_eq!(
        (s.week.as_str(), s.week_after().as_deref()),
        ("2013-01-28", Some("2013-02-04"))
    );
    assert_eq!(s.version, Some(Version(1)));

    // The server goes away in mid-year: the world says so and waits.
    first.stop.send(()).unwrap();
    first.running.await.unwrap().unwrap();
    tell(&root, "2013-02-11");
    let s = until(&root, |s| s.last_error.is_some()).await;
    assert_eq!(s.weeks_done, 1);
    world.abort();
    let second = serve(&root, &address).await;

    // Another world goes on where the first was.
    let world = live(address);
    until(&root, |s| {
        s.weeks_done == 2 && s.paused && s.last_error.is_none()
    })
    .await;
    tell(&root, "2013-02-18");
    until(&root, |s| s.weeks_done == 3 && s.paused).await;
    world.abort();
    second.stop.send(()).unwrap();

    let log = all(&root, "log/**/*.parquet");
    let year = dataset::year(
        &root,
        Millis::parse("2013-02-01"),
        Millis::parse("2013-02-18"),
    )
    .unwrap();
    assert_eq!(log.rows(), year.rows(), "nothing lost, nothing doubled");
    assert!(
        log.texts("model_version")
            .unwrap()
            .iter()
            .all(|v| v.as_deref() == Some("late15-v1"))
    );
    let production = workspace::production(&root).unwrap();
    let scores = production
        .score(&log)
        .unwrap()
        .into_iter()
        .map(Some)
        .collect();
    assert_eq!(
        log.column("probability").unwrap(),
        &Column::Number(scores),
        "what is logged is what it says"
    );

    let labels = all(&root, "labels/**/*.parquet");
    let week = dataset::labelled(
        &root,
        Millis::parse("2013-02-01"),
        Millis::parse("2013-02-18"),
    )
    .unwrap();
    assert_eq!(
        labels.rows(),
        week.rows(),
        "only the first week's labels have arrived"
    );
    assert!(
        week.times
            .iter()
            .all(|t| *t < Millis::parse("2013-02-04").unwrap())
    );
    assert!(fs::read_dir(root.join("labels")).unwrap().count() == 1);

    let months = crate::quality::by_month(&root).unwrap();
    assert_eq!(months.len(), 1);
    assert_eq!(
        (months[0].month.as_str(), months[0].rows),
        ("2013-02", log.rows())
    );
    assert_eq!(
        (months[0].versions.as_slice(), months[0].labelled),
        (&["late15-v1".to_owned()][..], labels.rows())
    );
    assert!(months[0].auc > 0.5);
}
