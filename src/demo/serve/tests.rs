use super::*;
use crate::model::tests::toy;
use std::{fs, os::unix::fs::symlink, path::Path};
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};

/// A server on versions 1 and 2 in a folder of its own.
struct Fixture {
    dir: tempfile::TempDir,
    address: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), Error>>,
}

impl Fixture {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for version in [1, 2] {
            toy(f64::from(version))
                .save(&dir.path().join(format!("models/{version}/model.json")))
                .unwrap();
        }
        let (stop, stopped) = oneshot::channel();
        let bound = Bound::open(dir.path().join("link"), ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let address = bound.address.to_string();
        let running = tokio::spawn(bound.run(async { drop(stopped.await) }));
        Self {
            dir,
            address,
            stop,
            running,
        }
    }

    /// As a release target does it: a new link, renamed over the old one.
    fn point(&self, to: &str) {
        point(self.dir.path(), to);
    }

    async fn reload(&self) -> (u16, Health) {
        let answer = reqwest::Client::new()
            .post(format!("http://{}/reload", self.address))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }
}

fn point(dir: &Path, to: &str) {
    symlink(dir.join("models").join(to), dir.join("new")).unwrap();
    fs::rename(dir.join("new"), dir.join("link")).unwrap();
}

async fn ask(client: &reqwest::Client, address: &str, body: &str) -> (u16, serde_json::Value) {
    let url = format!("http://{address}/predict");
    let question = client
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_owned());
    let answer = question.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn it_waits_for_its_first_version() {
    let server = Fixture::start().await;
    let client = reqwest::Client::new();
    let before = health(&server.address).await.unwrap();
    assert_eq!((before.status.as_str(), before.version), ("empty", None));
    assert_eq!(
        ask(&client, &server.address, "{\"rows\":[{}]}").await.0,
        503
    );

    server.point("1");
    let (code, now) = server.reload().await;
    assert_eq!(
        (code, now.status.as_str(), now.version),
        (200, "ok", Some(1))
    );
    let (code, answer) = ask(
        &client,
        &server.address,
        r#"{"rows":[{"x":0.9},{"x":0.1},{}]}"#,
    )
    .await;
    assert_eq!(
        (code, &answer["version"], &answer["model"]),
        (200, &1.into(), &"late15".into())
    );
    assert_eq!(answer["scores"].as_array().unwrap().len(), 3);
    assert_eq!(health(&server.address).await.unwrap().requests, 1);

    let (code, answer) = ask(&client, &server.address, r#"{"rows":[{},{"x":"far"}]}"#).await;
    assert_eq!(
        (code, &answer["error"]),
        (
            422,
            &"row 1: x is \"far\": expected a number or null".into()
        )
    );
    server.end().await;
}

#[tokio::test]
async fn a_broken_version_changes_nothing_but_health() {
    let server = Fixture::start().await;
    server.point("1");
    assert_eq!(server.reload().await.0, 200);
    fs::create_dir_all(server.dir.path().join("models/3")).unwrap();
    fs::write(
        server.dir.path().join("models/3/model.json"),
        "{ not a model",
    )
    .unwrap();
    for broken in ["3", "nowhere"] {
        server.point(broken);
        let (code, now) = server.reload().await;
        assert_eq!(
            (code, now.status.as_str(), now.version),
            (503, "degraded", Some(1)),
            "{broken}"
        );
        assert!(now.error.is_some());
        let (code, answer) =
            ask(&reqwest::Client::new(), &server.address, r#"{"rows":[{}]}"#).await;
        assert_eq!((code, &answer["version"]), (200, &1.into()));
    }
    // The file is mended in place: the next look takes it.
    server.point("3");
    toy(3.0)
        .save(&server.dir.path().join("models/3/model.json"))
        .unwrap();
    let (code, now) = server.reload().await;
    assert_eq!(
        (code, now.status.as_str(), now.version),
        (200, "ok", Some(3))
    );
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_change_overs_drop_no_request_and_mix_no_versions() {
    let server = Fixture::start().await;
    server.point("1");
    assert_eq!(server.reload().await.1.version, Some(1));
    let (done, over) = watch::channel(false);
    let hammers: Vec<_> = (0..4)
        .map(|_| {
            let (address, over) = (server.address.clone(), over.clone());
            tokio::spawn(async move {
                let (client, mut seen) = (reqwest::Client::new(), [0u32; 3]);
                while !*over.borrow() {
                    let (code, answer) =
                        ask(&client, &address, r#"{"rows":[{"x":0.9},{"x":0.9}]}"#).await;
                    assert_eq!(code, 200, "{answer}");
                    let version = answer["version"].as_u64().unwrap() as usize;
                    // Each toy says its own version, so an answer of mixed versions shows.
                    for score in answer["scores"].as_array().unwrap() {
                        let said = toy(version as f64).ensemble.probability(&[0.9]);
                        assert!((score.as_f64().unwrap() - said).abs() < 1e-12);
                    }
                    seen[version] += 1;
                }
                seen
            })
        })
        .collect();
    for turn in 0..50 {
        let version = 2 - turn % 2;
        server.point(&version.to_string());
        assert_eq!(server.reload().await.1.version, Some(version));
    }
    done.send(true).unwrap();
    let mut seen = [0; 3];
    for hammer in hammers {
        hammer
            .await
            .unwrap()
            .iter()
            .zip(&mut seen)
            .for_each(|(n, all)| *all += n);
    }
    assert!(
        seen[1] > 0 && seen[2] > 0,
        "both versions answered: {seen:?}"
    );
    server.end().await;
}

#[tokio::test]
async fn the_pointer_is_followed_without_being_told() {
    let server = Fixture::start().await;
    server.point("2");
    let seen = async {
        while health(&server.address).await.unwrap().version != Some(2) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), seen)
        .await
        .expect("the poll finds the version");
    server.end().await;
}
