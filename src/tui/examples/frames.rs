//! What a frame of 16 charts of 50 noisy runs costs: all anew, with nothing changed, and after what people do.
//! `cargo run --release --example frames`

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
};
use trimtab_core::{
    metric::{Ema, MetricSummary, Point, Series, Smooth},
    run::{ExperimentId, RunId, RunPage, RunRow, RunStatus},
    time::Millis,
};
use trimtab_tui::{
    caps::Look,
    command::keymap::Keymap,
    glyphs::UNICODE,
    key::Key,
    model::{Model, compare::drawn::Kept, data::Slot},
    msg::{Effect, Msg},
    theme::{Depth, Palette, Theme},
    update::update,
    view::view,
};
use trimtab_wire::{Delta, Event, LinkState, Snapshot, Topic, Welcome};

const RUNS: u8 = 50;
const METRICS: u8 = 16;
const NOW: Millis = Millis(1_795_255_200_000);
/// Points of a curve that was logged before.
const LENGTH: i64 = 200_000;

fn noise(seed: i64) -> f64 {
    let x = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((x ^ (x >> 29)) >> 40) as f64 / f64::from(1u32 << 24)
}

fn point(run: u8, step: i64) -> Point {
    Point {
        step,
        time: Millis(NOW.0 + step * 10),
        value: (step as f64 / 5e4).sin()
            + f64::from(run) / 50.0
            + noise(step * 64 + i64::from(run)),
    }
}

fn row(run: u8) -> RunRow {
    let summary = MetricSummary {
        count: LENGTH as u64,
        ..MetricSummary::of(point(run, LENGTH - 1))
    };
    RunRow {
        id: RunId::from_bytes([run + 1; 16]),
        experiment: ExperimentId(1),
        experiment_name: "bench".into(),
        name: format!("run-{run}"),
        status: RunStatus::Running,
        user: "bench".into(),
        started: NOW,
        ended: None,
        job: None,
        deleted: false,
        params: BTreeMap::new(),
        tags: BTreeMap::new(),
        metrics: (0..METRICS)
            .map(|m| (format!("metric{m:02}"), summary))
            .collect(),
    }
}

/// What the agent sends: four points of each column.
fn thinned(run: u8, key: &str, columns: u32, weight: f64) -> Series {
    let points = i64::from(columns) * 4;
    let points: Vec<Point> = (0..points)
        .map(|i| point(run, i * LENGTH / points))
        .collect();
    let mut series = Series::whole(RunId::from_bytes([run + 1; 16]), key, points);
    (series.total, series.length) = (LENGTH as u64, LENGTH as u64);
    if weight > 0.0 {
        let mut ema = Ema::new(weight);
        let smooth = |p: &Point| Point {
            value: ema.push(p.value),
            ..*p
        };
        let points = series.points.iter().map(smooth).collect();
        series.smooth = Some(Smooth {
            points,
            ema,
            end: LENGTH - 1,
        });
    }
    series
}

/// A console and the frames that it draws.
struct Console {
    model: Model,
    buffer: Buffer,
    now: Millis,
}

impl Console {
    fn send(&mut self, msg: Msg) {
        for effect in update(&mut self.model, self.now, msg) {
            let Effect::Follow {
                slot,
                generation,
                topic:
                    Topic::Series {
                        key,
                        columns,
                        smoothing,
                        ..
                    },
            } = effect
            else {
                continue;
            };
            let curves = (0..RUNS).map(|run| thinned(run, &key, columns, smoothing));
            let event = Event::Snapshot(Snapshot::Series(curves.collect()));
            self.send(Msg::Fed {
                slot,
                generation,
                event,
            });
        }
    }

    fn keys(&mut self, keys: &str) {
        for key in Key::parse_sequence(keys).unwrap() {
            self.send(Msg::Key(key));
        }
    }

    fn frame(&mut self) -> Duration {
        let started = Instant::now();
        self.buffer.reset();
        view(&self.model, &mut self.buffer);
        started.elapsed()
    }

    /// The median of the frames after something, and of taking it in and drawing.
    fn after(&mut self, what: &str, mut act: impl FnMut(&mut Self, i64)) {
        let (mut frames, mut all) = (Vec::new(), Vec::new());
        for i in 0..21 {
            let started = Instant::now();
            act(self, i);
            frames.push(self.frame());
            all.push(started.elapsed());
        }
        frames.sort();
        all.sort();
        println!(
            "{what:<44} frame {:>9.2?}   in all {:>9.2?}",
            frames[10], all[10]
        );
    }
}

fn main() {
    let size = Size {
        width: 200,
        height: 50,
    };
    let look = Look {
        theme: Theme::new(Palette::Dark, Depth::Indexed),
        glyphs: &UNICODE,
    };
    let mut console = Console {
        model: Model::new(look, size, Keymap::default(), NOW),
        buffer: Buffer::empty(Rect::new(0, 0, size.width, size.height)),
        now: NOW,
    };
    console.send(Msg::Linked(LinkState::Up(Box::new(Welcome {
        protocol: 1,
        version: String::new(),
        pid: 1,
        workspace: "bench".into(),
        root: "/bench".into(),
        actor: "bench".into(),
        read_only: false,
        started: NOW,
        recovered: Vec::new(),
    }))));
    let rows: Vec<RunRow> = (0..RUNS).map(row).collect();
    let page = RunPage {
        total: RUNS.into(),
        rows: rows.clone(),
        ..RunPage::default()
    };
    console
        .model
        .data
        .snapshot(Slot::Runs, Snapshot::Runs(page));
    console.model.runs.marks = rows.iter().map(|r| r.id.clone()).collect();
    console.keys("3");
    println!(
        "{} charts of {RUNS} runs",
        console.model.compare.charts(&console.model).len()
    );
    console.after("everything anew", |c, _| c.model.drawn = Kept::default());
    console.after("nothing changed", |_, _| {});
    console.after("j: another run on top", |c, i| {
        c.keys(if i % 20 < 10 { "j" } else { "k" });
    });
    console.after("h: the read-out moves", |c, _| c.keys("h"));
    console.after("a point of each run in one chart", |c, i| {
        for run in 0..RUNS {
            let delta = Delta::Points {
                run: RunId::from_bytes([run + 1; 16]),
                key: "metric00".into(),
                points: vec![point(run, LENGTH + i)],
            };
            let _ = c.model.data.delta(Slot::Compare(0), delta);
        }
    });
    console.after("+ and -: zoom", |c, i| {
        c.keys(if i % 2 == 0 { "+" } else { "-" })
    });
    console.keys("=");
    console.keys("S");
    console.after("smoothed, nothing changed", |_, _| {});
    console.after("smoothed, everything anew", |c, _| {
        c.model.drawn = Kept::default()
    });
}
