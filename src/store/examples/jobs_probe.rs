#![allow(missing_docs, clippy::unwrap_used)]
use trimtab_core::{job::*, time::Millis};
use trimtab_store::{Store, Change, Applied};
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&dir.path().join("s.duckdb")).unwrap();
    println!("{:?}", store.jobs().await);
    let job = Job { id: JobId(0), recipe: "late15".into(), model: "late15".into(), state: JobState::Queued, actor: "root".into(), reason: "first models, on January".into(),
        window: Some(("2013-01-01".into(), "2013-02-01".into())), params: [("depth","3"),("learning_rate","0.2"),("rounds","60"),("run_name","january-shallow")].map(|(a,b)|(a.into(),b.into())).into(),
        created: Millis(1), started: None, ended: None, pid: None, exit_code: None, error: None, run: None };
    let Applied::Job(mut j) = store.apply(vec![Change::PutJob(job)]).await.unwrap().remove(0) else { panic!() };
    println!("{:?}", store.jobs().await);
    j.state = JobState::Running; j.started = Some(Millis(5)); j.pid = Some(7);
    store.apply(vec![Change::PutJob(*j)]).await.unwrap();
    println!("{:?}", store.jobs().await);
    println!("{:?}", store.job(JobId(1)).await);
}
