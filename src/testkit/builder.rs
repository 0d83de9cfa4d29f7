//! Domain values that look real and are the same in every test run.

use crate::clock::FakeClock;
use std::collections::BTreeMap;
use trimtab_core::{
    metric::{MetricSummary, Point},
    run::{ExperimentId, RunId, RunRow, RunStatus},
    time::Millis,
};

/// Random numbers from a seed (SplitMix64): enough for test data, and no dependency.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator; equal seeds give equal numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of at least 0, less than 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The id of the `i`-th run.
pub fn run_id(i: u64) -> RunId {
    let mut random = Random::new(i);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&random.bits().to_be_bytes());
    bytes[8..].copy_from_slice(&random.bits().to_be_bytes());
    RunId::from_bytes(bytes)
}

/// The `i`-th run: finished, except every fifth, which failed; one starts each hour.
pub fn run(i: u64) -> RunRow {
    let mut random = Random::new(i ^ 0x5eed);
    let started = Millis(FakeClock::START.0 + i as i64 * 3_600_000);
    let status = if i % 5 == 4 {
        RunStatus::Failed
    } else {
        RunStatus::Finished
    };
    let depth = 3 + random.bits() % 6;
    let rate = 0.05 * (1 + random.bits() % 6) as f64;
    let loss = curve(i, 100);
    let summary = loss
        .iter()
        .skip(1)
        .fold(MetricSummary::of(loss[0]), |mut all, p| {
            all.add(*p);
            all
        });
    let auc = Point {
        step: 99,
        time: Millis(started.0 + 99_000),
        value: 0.6 + 0.15 * random.unit(),
    };
    RunRow {
        id: run_id(i),
        experiment: ExperimentId(1),
        experiment_name: "late15".to_owned(),
        name: format!("run-{i:03}"),
        status,
        user: "ada".to_owned(),
        started,
        ended: Some(Millis(started.0 + 100_000)),
        job: None,
        deleted: false,
        params: BTreeMap::from([
            ("depth".to_owned(), depth.to_string()),
            ("rate".to_owned(), format!("{rate:.2}")),
        ]),
        tags: BTreeMap::from([("code_version".to_owned(), "3f2a91c".to_owned())]),
        metrics: BTreeMap::from([
            ("train_loss".to_owned(), summary),
            ("heldout_auc".to_owned(), MetricSummary::of(auc)),
        ]),
    }
}

/// A loss curve of `n` points, at least one: it falls, levels off, and is noisy. One step a second
/// from [`FakeClock::START`].
pub fn curve(seed: u64, n: usize) -> Vec<Point> {
    let mut random = Random::new(seed);
    let (floor, pace) = (0.2 + 0.1 * random.unit(), 4.0 + 4.0 * random.unit());
    let n = n.max(1);
    (0..n as i64)
        .map(|step| {
            let fall = (-pace * step as f64 / n as f64).exp();
            let value = floor + 0.5 * fall + 0.02 * (random.unit() - 0.5);
            Point {
                step,
                time: Millis(FakeClock::START.0 + step * 1000),
                value,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_decide_everything() {
        assert_eq!(run(7), run(7));
        assert_ne!(run(7).id, run(8).id);
        assert_eq!(curve(1, 50), curve(1, 50));
        let falls = curve(3, 1000);
        assert!(falls[0].value > falls[999].value + 0.3);
    }
}
