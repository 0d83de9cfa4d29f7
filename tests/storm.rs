//! Writers over HTTP, and an agent that is killed at a random moment, many times: every acknowledged
//! value is there once, in order.
//!
//! `TRIMTAB_STORM=200` chooses how many times, `TRIMTAB_STORM_SEED` another course of events.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::{
        Barrier,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};
use trimtab_testkit::Workspace;

const BINARY: &str = env!("CARGO_BIN_EXE_trimtab");
const POLICY: &str = "[workspace]\nname = \"storm\"\n\n[agent]\nhttp = \"127.0.0.1:0\"\n";
const WRITERS: usize = 8;
/// Values in one batch of those writers that send batches.
const BATCH: u64 = 250;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

/// SplitMix64: enough to choose moments with.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % end
    }
}

/// One connection, kept alive.
struct Http(BufReader<TcpStream>);

impl Http {
    fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn call(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Value> {
        let body = body.to_string();
        let request = format!(
            "{method} /api/2.0/mlflow/{path} HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if status.is_empty() {
                status.clone_from(&line);
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer)?;
        let text = String::from_utf8(answer).unwrap();
        assert!(status.contains(" 200 "), "{path}: {status}{text}");
        Ok(serde_json::from_str(&text).unwrap())
    }
}

/// A run, and how many of its values were acknowledged: 0, 1, 2 … in this order.
struct Written {
    run: String,
    acknowledged: u64,
    /// Values sent at once.
    batch: u64,
}

/// Creates a run, waits for the others, and logs until the agent is gone.
fn write(address: &str, name: &str, batch: u64, ready: &Barrier) -> Written {
    let mut http = Http::connect(address).unwrap();
    let experiment = json!({"experiment_id": "0", "run_name": name});
    let made = http.call("POST", "runs/create", &experiment).unwrap();
    let run = made["run"]["info"]["run_id"].as_str().unwrap().to_owned();
    ready.wait();
    let mut written = Written {
        run,
        acknowledged: 0,
        batch,
    };
    loop {
        let from = written.acknowledged;
        let metric = |n: u64| json!({"key": "n", "value": n, "step": n, "timestamp": n});
        let sent = if batch == 1 {
            let mut call = metric(from);
            call["run_id"] = written.run.as_str().into();
            http.call("POST", "runs/log-metric", &call)
        } else {
            let metrics: Vec<_> = (from..from + batch).map(metric).collect();
            let call = json!({"run_id": written.run, "metrics": metrics});
            http.call("POST", "runs/log-batch", &call)
        };
        match sent {
            Ok(_) => written.acknowledged += batch,
            Err(_) => return written,
        }
    }
}

/// Every value of a run that an agent has, in its order.
fn values(http: &mut Http, run: &str) -> Vec<u64> {
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let path = format!(
            "metrics/get-history?run_id={run}&metric_key=n&max_results=20000&page_token={token}"
        );
        let page = http.call("GET", &path, &Value::Null).unwrap();
        for metric in page["metrics"].as_array().into_iter().flatten() {
            let value = metric["value"].as_f64().unwrap();
            assert_eq!(metric["step"].as_i64().unwrap() as f64, value);
            found.push(value as u64);
        }
        match page["next_page_token"].as_str() {
            Some(next) if !next.is_empty() => token = next.replace('+', "%2B"),
            _ => return found,
        }
    }
}

fn check(http: &mut Http, written: &Written) {
    let found = values(http, &written.run);
    let count = found.len() as u64;
    assert!(
        found.iter().copied().eq(0..count),
        "each value once and in order: {found:?}"
    );
    let most = written.acknowledged + written.batch;
    assert!(
        (written.acknowledged..=most).contains(&count) && count.is_multiple_of(written.batch),
        "{count} values of {} acknowledged, {} at once",
        written.acknowledged,
        written.batch
    );
}

/// Starts an agent; where it serves HTTP, and its process.
fn start(workspace: &Workspace) -> (String, Pid) {
    workspace.run(&["agent", "start"]).ok();
    let status = workspace.run(&["agent", "status", "--json"]).ok();
    let status: Value = serde_json::from_str(&status).unwrap();
    let url = status["http"].as_str().expect("it serves HTTP");
    let address = url.trim_start_matches("http://").to_owned();
    let pid = fs::read_to_string(workspace.file(".trimtab/agent.lock")).unwrap();
    let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    (address, pid)
}

#[test]
fn an_agent_killed_in_a_storm_keeps_what_it_acknowledged() {
    let lives = setting("TRIMTAB_STORM", 12);
    let seed = setting("TRIMTAB_STORM_SEED", 20_131_121);
    println!("{lives} lives, seed {seed}");
    let mut dice = Dice(seed);
    let workspace = Workspace::new(BINARY, POLICY);
    let mut all: Vec<Written> = Vec::new();
    for life in 0..lives {
        let (address, pid) = start(&workspace);
        if let Some(last) = all.len().checked_sub(WRITERS) {
            let mut http = Http::connect(&address).unwrap();
            all[last..].iter().for_each(|w| check(&mut http, w));
        }
        let ready = Barrier::new(WRITERS + 1);
        let moment = Duration::from_micros(dice.below(250_000));
        let (gone, hears) = mpsc::channel::<()>();
        let written = thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|w| {
                    let (address, ready, gone) = (&address, &ready, gone.clone());
                    let batch = if w % 4 == 3 { BATCH } else { 1 };
                    scope.spawn(move || {
                        let written = write(address, &format!("{life}-{w}"), batch, ready);
                        drop(gone);
                        written
                    })
                })
                .collect();
            drop(gone);
            ready.wait();
            // Nobody sends: this is the moment passing, or every writer failing before it.
            let waited = hears.recv_timeout(moment);
            assert_eq!(waited, Err(RecvTimeoutError::Timeout), "writers failed");
            kill_process(pid, Signal::KILL).unwrap();
            let ended = writers.into_iter().map(|w| w.join().unwrap());
            ended.collect::<Vec<_>>()
        });
        let acknowledged: u64 = written.iter().map(|w| w.acknowledged).sum();
        println!("life {life}: killed after {moment:?}, {acknowledged} values acknowledged");
        all.extend(written);
    }
    let (address, _) = start(&workspace);
    let mut http = Http::connect(&address).unwrap();
    all.iter().for_each(|w| check(&mut http, w));
    assert!(
        all.iter().map(|w| w.acknowledged).sum::<u64>() > lives,
        "there was no storm"
    );
}
