//! The workspace's own rows: the reference, the inference log, and the labels known so far.

use crate::Error;
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};
use trimtab_core::time::Millis;
use trimtab_store::frame::{Column, Frame, FrameError, Select, read_parquet};

/// What a model may look at.
pub const FEATURES: [&str; 21] = [
    "distance",
    "sched_dep_time",
    "sched_arr_time",
    "temp",
    "dewp",
    "humid",
    "wind_dir",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
    "plane_age",
    "seats",
    "origin_delay_lag",
    "carrier",
    "origin",
    "dest",
    "manufacturer",
    "engine",
    "dow",
];

/// The first day of the replay; what lies before it is the reference.
pub const REPLAY_FROM: &str = "2013-02-01";

/// Where things lie in a demonstration workspace.
#[derive(Clone, Debug)]
pub struct Paths(PathBuf);

impl Paths {
    /// Of the workspace at `root`.
    pub fn new(root: &Path) -> Self {
        Self(root.to_owned())
    }
    /// The year that is yet to happen.
    pub fn year(&self) -> PathBuf {
        self.0.join("demo/flights-2013.parquet")
    }
    /// January.
    pub fn reference(&self) -> PathBuf {
        self.0.join("reference.parquet")
    }
    /// The inference log of one week.
    pub fn log(&self, week: Millis) -> PathBuf {
        self.0
            .join(format!("log/week={}/part-0.parquet", week.date()))
    }
    /// The labels of one week's rows.
    pub fn labels(&self, week: Millis) -> PathBuf {
        self.0
            .join(format!("labels/week={}/part-0.parquet", week.date()))
    }
    fn pattern(&self, pattern: &str) -> String {
        self.0.join(pattern).to_string_lossy().into_owned()
    }
}

/// The label's column in the reference. Not the name that label files have for it: the first models are trained on
/// these rows, and quality estimated from what they say of them would be too good.
pub const TRAINED_LABEL: &str = "trained_label";

/// Rows whose label is known, in time order.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Timestamp, request id and features.
    pub frame: Frame,
    /// When each flight was due to leave.
    pub times: Vec<Millis>,
    /// Whether it arrived more than 15 minutes late.
    pub labels: Vec<bool>,
}

impl Labelled {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The rows of a range.
    pub fn slice(&self, rows: std::ops::Range<usize>) -> Self {
        Self {
            frame: self.frame.slice(rows.clone()),
            times: self.times[rows.clone()].to_vec(),
            labels: self.labels[rows].to_vec(),
        }
    }

    /// The first row at or after an instant.
    pub fn first_from(&self, at: Millis) -> usize {
        self.times.partition_point(|t| *t < at)
    }

    /// SHA-256 of what the rows hold: the data's version. Equal rows give an equal digest,
    /// whatever files they lie in.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (name, column) in self.frame.columns() {
            hash.update(name.as_bytes());
            for row in 0..column.len() {
                match column {
                    Column::Text(v) => hash.update(v[row].as_deref().unwrap_or("\0").as_bytes()),
                    Column::Time(v) => hash.update(v[row].map_or(i64::MIN, |t| t.0).to_le_bytes()),
                    _ => hash.update(
                        column
                            .number(row)
                            .unwrap_or(f64::NAN)
                            .to_bits()
                            .to_le_bytes(),
                    ),
                }
                hash.update([0xff]);
            }
        }
        self.labels.iter().for_each(|y| hash.update([u8::from(*y)]));
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Reads the rows of `from` (inclusive) to `to` (exclusive) whose label has arrived. Blocking.
///
/// # Errors
/// A file that cannot be read; it is named.
pub fn labelled(root: &Path, from: Option<Millis>, to: Option<Millis>) -> Result<Labelled, Error> {
    let paths = Paths::new(root);
    let arrived = arrived_labels(&paths)?;
    let columns = || ["timestamp", "request_id"].into_iter().chain(FEATURES);
    let read = |patterns: Vec<String>, own_label: bool| {
        let select = Select {
            patterns,
            ..Select::default()
        }
        .columns(columns().chain(own_label.then_some(TRAINED_LABEL)))
        .between("timestamp", from, to)
        .order(["timestamp", "request_id"]);
        read_parquet(&select)
    };
    let reference = paths.reference().to_string_lossy().into_owned();
    // Both at once, so that there is one order; the log has no labels of its own.
    let frame = match read(
        vec![reference.clone(), paths.pattern("log/**/*.parquet")],
        true,
    ) {
        Err(FrameError::NoFiles { pattern }) if pattern != reference => read(vec![reference], true),
        other => other,
    }?;
    let ids = frame.texts("request_id")?;
    let own = frame.column(TRAINED_LABEL)?;
    let known = |row: usize| {
        own.number(row)
            .or_else(|| arrived.get(ids[row].as_deref()?).copied())
    };
    let (rows, labels): (Vec<usize>, Vec<bool>) = (0..frame.rows())
        .filter_map(|row| Some((row, known(row)? > 0.5)))
        .unzip();
    let frame = frame.take(&rows).without(TRAINED_LABEL);
    let times = frame
        .times("timestamp")?
        .iter()
        .map(|t| t.unwrap_or_default())
        .collect();
    Ok(Labelled {
        frame,
        times,
        labels,
    })
}

fn arrived_labels(paths: &Paths) -> Result<HashMap<String, f64>, Error> {
    let select = Select::all(paths.pattern("labels/**/*.parquet")).columns(["request_id", "label"]);
    let frame = match read_parquet(&select) {
        Err(FrameError::NoFiles { .. }) => return Ok(HashMap::new()),
        other => other?,
    };
    let label = frame.column("label")?;
    let ids = frame.texts("request_id")?.iter().enumerate();
    Ok(ids
        .filter_map(|(row, id)| Some((id.clone()?, label.number(row)?)))
        .collect())
}

/// Reads the year's rows of `from` (inclusive) to `to` (exclusive), in time order, with their
/// labels and when those become known. Blocking.
///
/// # Errors
/// The year cannot be read.
pub fn year(root: &Path, from: Option<Millis>, to: Option<Millis>) -> Result<Frame, Error> {
    let select = Select::all(Paths::new(root).year().to_string_lossy())
        .between("timestamp", from, to)
        .order(["timestamp", "request_id"]);
    Ok(read_parquet(&select)?)
}

/// The Monday 00:00 UTC at or before an instant.
pub fn monday(at: Millis) -> Millis {
    let days = at.0.div_euclid(Millis::DAY);
    // 1970-01-01 was a Thursday.
    Millis((days - (days + 3).rem_euclid(7)) * Millis::DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weeks_start_on_monday() {
        let at = |d| Millis::parse(d).unwrap();
        assert_eq!(monday(at("2013-02-01")).date(), "2013-01-28");
        assert_eq!(monday(at("2013-12-30")).date(), "2013-12-30");
    }

    proptest! {
        #[test]
        fn a_monday_is_its_own(at in -4_000_000_000_000i64..4_000_000_000_000) {
            let start = monday(Millis(at));
            prop_assert_eq!(monday(start), start);
            prop_assert!((0..Millis::WEEK).contains(&Millis(at).since(start)));
            prop_assert_eq!(start.civil().weekday(), jiff::civil::Weekday::Monday);
        }
    }
}
