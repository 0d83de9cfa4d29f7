//! A job's supervisor: a process of its own, so that a job outlives the agent that launched it.
//!
//! It opens its own session, runs the command with its output in `log.txt`, ends it at its
//! timeout or when asked (SIGTERM), and writes `exit.json` last of all.

use super::{
    files::{Cause, Exit, Folder, Process, Spec, signal_group},
    times::Stamps,
};
use crate::clock;
use rustix::{
    fs::{FlockOperation, flock},
    process::Signal,
};
use std::{
    fs::File,
    io,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
    time::timeout,
};

/// How often what a job wrote is looked at: no time in its log is later than the line by more.
const LOOK: Duration = Duration::from_millis(100);
/// How long a job has to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Supervises the job recorded in `dir`; returns the exit code for this process: 0 when the job succeeded.
pub fn job_exec(dir: &Path) -> i32 {
    // Fails when this process leads a group already: then it has a session to itself as well.
    let _ = rustix::process::setsid();
    match supervise(&Folder(dir.to_owned())) {
        Ok(Some(Exit {
            cause: Cause::Exited,
            code: Some(0),
            ..
        })) => 0,
        Ok(_) => 1,
        Err(error) => {
            tracing::error!(%error, dir = %dir.display(), "the job could not be supervised");
            1
        }
    }
}

/// `None` when somebody else supervises the job, or it has ended.
fn supervise(folder: &Folder) -> io::Result<Option<Exit>> {
    let lock = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(folder.lock())?;
    if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() || folder.exit()?.is_some() {
        return Ok(None);
    }
    if let Some(me) = Process::of(std::process::id()) {
        folder.put_supervisor(me)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let exit = runtime
        .block_on(execute(folder))
        .unwrap_or_else(|error| Exit {
            cause: Cause::NotStarted,
            code: None,
            signal: None,
            error: Some(error.to_string()),
            at: clock::now(),
        });
    folder.put_exit(&exit)?;
    Ok(Some(exit))
}

async fn execute(folder: &Folder) -> io::Result<Exit> {
    let spec = folder.spec()?;
    let mut asked = signal(SignalKind::terminate())?;
    let mut child = start(folder, &spec)?;
    let leader = child.id();
    if let Some(process) = leader.and_then(Process::of) {
        folder.put_child(process)?;
    }
    let mut stamps = Stamps::begin(folder);
    let ended = async {
        Ok::<_, io::Error>(tokio::select! {
            status = child.wait() => (Cause::Exited, status?),
            _ = asked.recv() => (Cause::Cancelled, end(&mut child, leader).await?),
            () = tokio::time::sleep(Duration::from_millis(spec.timeout_ms)) => {
                (Cause::TimedOut, end(&mut child, leader).await?)
            }
        })
    };
    tokio::pin!(ended);
    let (cause, status) = loop {
        tokio::select! {
            ended = &mut ended => break ended?,
            () = tokio::time::sleep(LOOK) => stamps.look(),
        }
    };
    // What it wrote last.
    stamps.look();
    Ok(Exit {
        cause,
        code: status.code(),
        signal: status.signal(),
        error: None,
        at: clock::now(),
    })
}

fn start(folder: &Folder, spec: &Spec) -> io::Result<Child> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.log())?;
    let (program, args) = spec
        .argv
        .split_first()
        .ok_or_else(|| io::Error::other("its command is empty"))?;
    Command::new(program)
        .args(args)
        .envs(&spec.env)
        .current_dir(&spec.cwd)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .map_err(|e| io::Error::new(e.kind(), format!("{program} cannot be started: {e}")))
}

/// Asks the job's processes to end, and ends them when they do not.
async fn end(child: &mut Child, leader: Option<u32>) -> io::Result<ExitStatus> {
    let Some(leader) = leader else {
        return child.wait().await;
    };
    signal_group(leader, Signal::TERM);
    match timeout(GRACE, child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            signal_group(leader, Signal::KILL);
            child.wait().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn run(argv: &[&str], timeout_ms: u64) -> (Exit, String) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder(dir.path().to_owned());
        let spec = Spec {
            argv: argv.iter().map(|a| (*a).to_owned()).collect(),
            env: BTreeMap::from([("ANSWER".into(), "42".into())]),
            cwd: dir.path().to_owned(),
            timeout_ms,
        };
        folder.put_spec(&spec).unwrap();
        supervise(&folder).unwrap();
        assert!(supervise(&folder).unwrap().is_none(), "a job runs once");
        (
            folder.exit().unwrap().unwrap(),
            std::fs::read_to_string(folder.log()).unwrap_or_default(),
        )
    }

    #[test]
    fn output_and_code_are_kept() {
        let (exit, log) = run(&["sh", "-c", "echo $ANSWER; echo oops >&2; exit 3"], 10_000);
        assert_eq!(
            (exit.cause, exit.code, log.as_str()),
            (Cause::Exited, Some(3), "42\noops\n")
        );
    }

    #[test]
    fn what_is_written_has_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder(dir.path().to_owned());
        let wait = "until test -s log.times; do sleep 0.02; done";
        let spec = Spec {
            argv: ["sh", "-c", &format!("echo one; {wait}; echo two")]
                .map(str::to_owned)
                .to_vec(),
            env: BTreeMap::new(),
            cwd: dir.path().to_owned(),
            timeout_ms: 60_000,
        };
        folder.put_spec(&spec).unwrap();
        supervise(&folder).unwrap();
        let stamps = super::super::times::within(&folder.times(), 0, 8).unwrap();
        let offsets: Vec<u64> = stamps.iter().map(|s| s.0).collect();
        assert_eq!(offsets, [0, 4]);
        assert!(stamps[0].1 <= stamps[1].1);
    }

    #[test]
    fn the_timeout_ends_the_whole_group() {
        let (exit, log) = run(&["sh", "-c", "echo begun; sleep 60 & wait"], 200);
        assert_eq!(
            (exit.cause, exit.code, exit.signal),
            (Cause::TimedOut, None, Some(15))
        );
        assert_eq!(log, "begun\n");
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let (exit, _) = run(&["/no/such/program"], 1000);
        assert_eq!(exit.cause, Cause::NotStarted);
        assert!(exit.error.unwrap().contains("/no/such/program"));
    }
}
