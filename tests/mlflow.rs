//! The real `mlflow` client against Trimtab, held to what it sees of a real `mlflow server`.
//!
//! The scenarios are Python, in `tests/mlflow/`. They run in a virtual environment that is made once for
//! each `requirements.txt` and kept in the target folder. Two variables help while working:
//! `TRIMTAB_MLFLOW_SCENARIOS=runs,registry` chooses scenarios, `TRIMTAB_MLFLOW_PYTHON` names an interpreter
//! that has the packages already.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
};
use tempfile::TempDir;
use trimtab_testkit::Workspace;

/// Held by a test while it runs: two at once would only measure the scheduler.
static ONE: Mutex<()> = Mutex::new(());

/// What a real server answered when it was recorded, against what ours answers.
#[test]
fn answers_as_recorded() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let storage = Storage::start();
    let ours = Ours::start(&storage);
    let golden = source("golden");
    let args = ["--wait", "60", "--against", path(&golden)];
    let output = run(&ours.url, &storage, &args);
    assert!(
        output.status.success(),
        "{}\nthe end of the agent's log:\n{}",
        text(&output),
        tail(&ours.log)
    );
}

/// What a real server answers now is what was recorded, so that ours agrees with it too.
#[test]
fn a_live_server_answers_as_recorded() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let storage = Storage::start();
    let theirs = Theirs::start(&storage);
    let golden = source("golden");
    let args = ["--wait", "300", "--against", path(&golden), "--same"];
    let output = run(&theirs.url, &storage, &args);
    assert!(
        output.status.success(),
        "a real server answers otherwise than recorded:\n{}\nthe end of its log:\n{}",
        text(&output),
        tail(&theirs.log)
    );
}

/// Runs the chosen scenarios.
fn run(url: &str, storage: &Storage, args: &[&str]) -> Output {
    let mut command = Command::new(python());
    command
        .arg(source("run.py"))
        .args(["--url", url])
        .args(args);
    if let Ok(chosen) = std::env::var("TRIMTAB_MLFLOW_SCENARIOS") {
        for name in chosen.split(',') {
            command.args(["--scenario", name]);
        }
    }
    storage.tell(&mut command);
    command.stdin(Stdio::null()).output().expect("python runs")
}

/// A stand-in for S3, kept in memory by a process that ends with the tests.
struct Storage {
    url: String,
    _server: Server,
    _root: TempDir,
}

impl Storage {
    fn start() -> Self {
        let root = tempfile::Builder::new().prefix("tt-").tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(python());
        command.args([
            "-m",
            "moto.server",
            "-H",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ]);
        let server = Server::start(command, &root.path().join("s3.log"));
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _server: server,
            _root: root,
        }
    }

    /// Tells a process where the storage is, and keys that it takes.
    fn tell(&self, command: &mut Command) {
        command
            .env("MLFLOW_S3_ENDPOINT_URL", &self.url)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ACCESS_KEY_ID", "interop")
            .env("AWS_SECRET_ACCESS_KEY", "interop")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true");
    }
}

/// A Trimtab that serves HTTP on a port of its own.
struct Ours {
    url: String,
    log: PathBuf,
    // In this order: the server ends before its folder goes.
    _server: Server,
    _workspace: Workspace,
}

impl Ours {
    fn start(storage: &Storage) -> Self {
        let port = free_port();
        let policy =
            format!("[workspace]\nname = \"interop\"\n\n[agent]\nhttp = \"127.0.0.1:{port}\"\n");
        let workspace = Workspace::new(env!("CARGO_BIN_EXE_trimtab"), &policy);
        let log = workspace.file("server.log");
        let mut command = workspace.command(&["agent", "run"]);
        storage.tell(&mut command);
        let server = Server::start(command, &log);
        Self {
            url: format!("http://127.0.0.1:{port}"),
            log,
            _server: server,
            _workspace: workspace,
        }
    }
}

/// A real `mlflow server` with an empty SQLite database.
struct Theirs {
    url: String,
    log: PathBuf,
    // In this order: the server ends before its folder goes.
    _server: Server,
    _root: TempDir,
}

impl Theirs {
    fn start(storage: &Storage) -> Self {
        let root = tempfile::Builder::new().prefix("tt-").tempdir().unwrap();
        let (port, log) = (free_port(), root.path().join("server.log"));
        let mut command = Command::new(python());
        command
            .args(["-m", "mlflow", "server", "--workers", "1"])
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--backend-store-uri", "sqlite:///mlflow.db"])
            .args([
                "--artifacts-destination",
                path(&root.path().join("artifacts")),
            ])
            // The server starts its own Python by name.
            .env("PATH", search_path())
            .env("MLFLOW_DISABLE_TELEMETRY", "true")
            .env("DO_NOT_TRACK", "true")
            // Evaluation jobs for traces: processes that nothing here asks for.
            .env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
            // Webhooks are delivered to a receiver on this machine, and none is missed.
            .env("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
            .env("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "http,https")
            .env("MLFLOW_WEBHOOK_CACHE_TTL", "0")
            .current_dir(root.path());
        storage.tell(&mut command);
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _server: Server::start(command, &log),
            log,
            _root: root,
        }
    }
}

/// A process with a group of its own, ended with all its children.
struct Server(Child);

impl Server {
    fn start(mut command: Command, log: &Path) -> Self {
        let file = File::create(log).unwrap();
        Self(
            command
                .process_group(0)
                .stdin(Stdio::null())
                .stdout(file.try_clone().unwrap())
                .stderr(file)
                .spawn()
                .expect("the server starts"),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

/// The interpreter with the packages of `requirements.txt`; made when it is not there yet.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        if let Some(given) = std::env::var_os("TRIMTAB_MLFLOW_PYTHON") {
            return given.into();
        }
        let requirements = source("requirements.txt");
        let mut hash = DefaultHasher::new();
        fs::read(&requirements).unwrap().hash(&mut hash);
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let home = cache.join(format!("mlflow-{:016x}", hash.finish()));
        // Another test process may be making it; the marker says that it is whole.
        let lock = File::create(home.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        let (python, whole) = (home.join("bin/python"), home.join("whole"));
        if !whole.exists() {
            let _ = fs::remove_dir_all(&home);
            succeed(Command::new("python3").args(["-m", "venv", path(&home)]));
            let pip = "-m pip install --quiet --disable-pip-version-check --no-compile -r";
            succeed(
                Command::new(&python)
                    .args(pip.split(' '))
                    .arg(&requirements),
            );
            File::create(whole).unwrap();
        }
        python
    })
}

/// The search path with the interpreter's own folder first.
fn search_path() -> std::ffi::OsString {
    let mut folders = vec![python().parent().unwrap().to_owned()];
    let rest = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&rest));
    std::env::join_paths(folders).unwrap()
}

#[track_caller]
fn succeed(command: &mut Command) {
    let output = command.output().expect("python3 (3.11 or newer) is needed");
    assert!(output.status.success(), "{command:?}:\n{}", text(&output));
}

/// A file of `tests/mlflow/`.
fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/mlflow")
        .join(name)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(err).into_owned() + &String::from_utf8_lossy(out)
}

fn tail(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
