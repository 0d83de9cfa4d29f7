//! The table of runs: its columns, what a query asks for, and the slice that is answered.

use crate::{
    expr,
    run::{RunRow, RunStatus},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which runs, in which order, which slice of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunQuery {
    /// Only this experiment (by name).
    pub experiment: Option<String>,
    /// Plain words, each of which must occur in name, id, a tag or a parameter (any case).
    pub words: Vec<String>,
    /// What else must be true, in the grammar of [`crate::expr`].
    pub filter: String,
    /// Whether the plain words of `filter` may be found in pieces when nothing has them as they stand.
    pub fuzzy: bool,
    /// What to order by, the first first; newest first when empty.
    pub order: Vec<RunOrder>,
    /// Put runs of the same value together, each group under its first run.
    pub group: Option<RunKey>,
    /// Put child runs under their parents.
    pub nest: bool,
    /// The groups (by value) and parents (by id) that show what is under them.
    pub open: BTreeSet<String>,
    /// The deleted runs instead of the others.
    pub deleted: bool,
    /// Lines to pass over.
    pub offset: u64,
    /// Lines at most; 0 means the agent's default of 200.
    pub limit: u32,
}

/// One key of an order. Runs that lack it come last, whichever way; equals come newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOrder {
    /// By what.
    pub key: RunKey,
    /// Largest first.
    pub descending: bool,
}

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunKey {
    /// The run's id.
    Id,
    /// The run's name.
    Name,
    /// Its status word.
    Status,
    /// How it is: see [`crate::health`].
    Health,
    /// When it started.
    Started,
    /// When it ended.
    Ended,
    /// How long ago it started.
    Age,
    /// How long it took, or has gone on.
    Duration,
    /// Who started it.
    User,
    /// What program made it.
    Source,
    /// The experiment's name.
    Experiment,
    /// The run that it is part of.
    Parent,
    /// A metric's latest value.
    Metric(String),
    /// A metric's least finite value.
    Least(String),
    /// A metric's greatest finite value.
    Greatest(String),
    /// A parameter: numbers by value, before words.
    Param(String),
    /// A tag, likewise.
    Tag(String),
}

/// A slice of the lines that a query makes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunPage {
    /// How many lines there are in all.
    pub total: u64,
    /// How many runs match in all; more than `total` when some are folded away.
    pub matching: u64,
    /// How many runs go on now, whatever the filter.
    pub running: u64,
    /// Whether the filter's words were found only in pieces.
    pub fuzzy: bool,
    /// How many lines were passed over before the first of these.
    pub offset: u64,
    /// One run for each line: its own, or the first of its group.
    pub rows: Vec<RunRow>,
    /// What each line is; empty when every line is a run on its own.
    pub lines: Vec<RunLine>,
}

/// What one line of the table is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLine {
    /// How deep it stands under other lines.
    pub depth: u8,
    /// The value that a group has in common; empty for runs that have none. Absent for a run.
    pub group: Option<String>,
    /// How many runs a group has, or how many runs under a run match.
    pub under: u32,
    /// How many of those are not well.
    pub unwell: u32,
    /// Whether what is under it is shown.
    pub open: bool,
}

/// The names that a filter may use in a workspace, for completion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNames {
    /// Metrics.
    pub metrics: Vec<String>,
    /// Parameters.
    pub params: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Who started runs.
    pub users: Vec<String>,
    /// Experiments.
    pub experiments: Vec<String>,
}

/// What is done to each of some runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunsEdit {
    /// Deleted; can be restored.
    Delete,
    /// Restored.
    Restore,
    /// Given a tag, or another value of it.
    Tag {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    },
    /// Freed from a tag.
    Untag {
        /// Its key.
        key: String,
    },
}

/// MLflow's tag that names a run's parent.
pub const PARENT_TAG: &str = "mlflow.parentRunId";
/// MLflow's tag that names the program which made a run.
pub const SOURCE_TAG: &str = "mlflow.source.name";

impl RunOrder {
    /// Reads `metrics.auc:desc,started`; a leading `-` says `desc` too.
    ///
    /// # Errors
    /// What is wrong with the first part that cannot be read.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, expr::Wrong> {
        let parts = expr::split_commas(text).into_iter();
        let mut orders: Vec<Self> = Vec::new();
        for part in parts {
            // Only the last direction is one: what is before it may be the end of a key.
            let (name, descending) = match (way(part), part.strip_prefix('-')) {
                (Some(found), _) => found,
                (None, Some(name)) => (name, true),
                (None, None) => (part, false),
            };
            let key = expr::key_of(name)?;
            if !orders.iter().any(|o| o.key == key) {
                orders.push(Self { key, descending });
            }
        }
        Ok(orders)
    }

    /// Writes what [`Self::parse_list`] reads.
    pub fn print_list(orders: &[Self]) -> String {
        let one = |o: &Self| {
            let name = o.key.name();
            let end = match o.descending {
                true => ":desc",
                // A key may end like a direction, which would then be taken for one. One in quotes ends with a quote.
                false if way(&name).is_some() => ":asc",
                false => "",
            };
            format!("{name}{end}")
        };
        orders.iter().map(one).collect::<Vec<_>>().join(",")
    }
}

/// What stands before the direction that a text ends with, and whether it is `desc`.
fn way(text: &str) -> Option<(&str, bool)> {
    [(":desc", true), (":asc", false)]
        .into_iter()
        .find_map(|(way, descending)| {
            let (name, end) = text.split_at_checked(text.len().checked_sub(way.len())?)?;
            end.eq_ignore_ascii_case(way).then_some((name, descending))
        })
}

impl RunKey {
    /// Its name, as filters, orders and lists of columns write it.
    pub fn name(&self) -> String {
        expr::name_of(self)
    }

    /// Reads names with commas between them.
    ///
    /// # Errors
    /// What is wrong with the first that cannot be read.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, expr::Wrong> {
        expr::split_commas(text)
            .into_iter()
            .map(expr::key_of)
            .collect()
    }

    /// What a row says in this column, as plain text; numbers in full.
    pub fn text_of(&self, row: &RunRow, now: crate::time::Millis) -> Option<String> {
        let metric = |key: &String| row.metrics.get(key);
        Some(match self {
            Self::Id => row.id.to_string(),
            Self::Name => row.name.clone(),
            Self::Status => row.status.word().to_owned(),
            Self::Health => crate::health::of_row(row, now)
                .map_or("ok", |f| f.word())
                .to_owned(),
            Self::Started => row.started.stamp(),
            Self::Ended => row.ended?.stamp(),
            Self::Age => crate::time::human_span(now.since(row.started)),
            Self::Duration => crate::time::human_span(row.duration(now)?),
            Self::User => row.user.clone(),
            Self::Source => row.tags.get(SOURCE_TAG)?.clone(),
            Self::Experiment => row.experiment_name.clone(),
            Self::Parent => row.tags.get(PARENT_TAG)?.clone(),
            Self::Metric(key) => metric(key)?.latest.value.to_string(),
            Self::Least(key) => metric(key)?.range()?.0.to_string(),
            Self::Greatest(key) => metric(key)?.range()?.1.to_string(),
            Self::Param(key) => row.params.get(key)?.clone(),
            Self::Tag(key) => row.tags.get(key)?.clone(),
        })
    }

    /// What a row says in this column as a number, if it is one.
    pub fn number_of(&self, row: &RunRow) -> Option<f64> {
        match self {
            Self::Metric(key) => row.metric(key),
            Self::Least(key) => Some(row.metrics.get(key)?.range()?.0),
            Self::Greatest(key) => Some(row.metrics.get(key)?.range()?.1),
            _ => None,
        }
    }
}

impl RunPage {
    /// What the line of a row is.
    pub fn line(&self, row: usize) -> RunLine {
        self.lines.get(row).cloned().unwrap_or_default()
    }
}

impl RunRow {
    /// How long it took, or has gone on, in milliseconds; `None` before it began or when it is not known.
    pub fn duration(&self, now: crate::time::Millis) -> Option<i64> {
        duration(self.status, self.started, self.ended, now)
    }
}

/// How long a run took, or has gone on, in milliseconds.
pub fn duration(
    status: RunStatus,
    started: crate::time::Millis,
    ended: Option<crate::time::Millis>,
    now: crate::time::Millis,
) -> Option<i64> {
    match (ended, status) {
        (Some(ended), _) => Some(ended.since(started)),
        (None, RunStatus::Running) => Some(now.since(started)),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Keys of all sorts, among them such as end like a direction or begin with a sign.
    fn key() -> impl Strategy<Value = RunKey> {
        let key = (
            prop_oneof!["[a-zA-Z0-9_./:-]{0,6}", "\\PC{0,6}"],
            prop::sample::select(vec!["", ":desc", ":asc", ":DESC", ":Asc", "\"", ",:asc"]),
        );
        let made = (0usize..5, key).prop_filter_map("a key", |(which, (key, end))| {
            let make = [
                RunKey::Metric,
                RunKey::Least,
                RunKey::Greatest,
                RunKey::Param,
                RunKey::Tag,
            ][which];
            let key = format!("{key}{end}");
            (!key.is_empty()).then(|| make(key))
        });
        let bare = prop::sample::select(vec![RunKey::Name, RunKey::Started, RunKey::Age]);
        prop_oneof![4 => made, 1 => bare]
    }

    proptest! {
        #[test]
        fn any_order_reads_back(orders in prop::collection::vec((key(), any::<bool>()), 0..4)) {
            let mut kept: Vec<RunOrder> = Vec::new();
            for (key, descending) in orders {
                if !kept.iter().any(|o| o.key == key) {
                    kept.push(RunOrder { key, descending });
                }
            }
            let printed = RunOrder::print_list(&kept);
            prop_assert_eq!(RunOrder::parse_list(&printed), Ok(kept), "{}", printed);
        }
    }

    #[test]
    fn a_key_that_ends_like_a_direction_is_followed_by_one() {
        let orders = [true, false].map(|descending| RunOrder {
            key: RunKey::Param(format!("way:{}", if descending { "ASC" } else { "desc" })),
            descending,
        });
        let text = RunOrder::print_list(&orders);
        assert_eq!(text, "params.way:ASC:desc,params.way:desc:asc");
        assert_eq!(RunOrder::parse_list(&text), Ok(orders.to_vec()));
    }

    #[test]
    fn a_metric_without_a_finite_value_has_no_extremes() {
        use crate::metric::{MetricSummary, Point};
        use crate::{run::RunId, time::Millis};
        let point = |value| Point {
            step: 0,
            time: Millis(0),
            value,
        };
        let mut row = RunRow {
            id: RunId::from_bytes([0; 16]),
            experiment: crate::run::ExperimentId(0),
            experiment_name: String::new(),
            name: String::new(),
            status: RunStatus::Finished,
            user: String::new(),
            started: Millis(0),
            ended: None,
            job: None,
            deleted: false,
            params: Default::default(),
            tags: Default::default(),
            metrics: Default::default(),
        };
        let mut summary = MetricSummary::of(point(f64::NAN));
        summary.add(point(f64::INFINITY));
        row.metrics.insert("loss".into(), summary);
        let extremes = [
            RunKey::Least("loss".into()),
            RunKey::Greatest("loss".into()),
        ];
        for key in &extremes {
            assert_eq!(key.number_of(&row), None, "{key:?}");
            assert_eq!(key.text_of(&row, Millis(0)), None, "{key:?}");
        }
        summary.add(point(0.5));
        row.metrics.insert("loss".into(), summary);
        for key in &extremes {
            assert_eq!(key.number_of(&row), Some(0.5));
            assert_eq!(key.text_of(&row, Millis(0)), Some("0.5".to_owned()));
        }
    }

    #[test]
    fn orders_and_columns_read_back() {
        let text = "metrics.auc:desc,started,min(metrics.\"val, loss\"):desc,params.a:b,tags.x/y";
        let orders = RunOrder::parse_list(text).unwrap();
        assert_eq!(RunOrder::print_list(&orders), text);
        assert_eq!(orders[0].key, RunKey::Metric("auc".into()));
        assert_eq!(orders[2].key, RunKey::Least("val, loss".into()));
        assert!(orders[2].descending && !orders[1].descending);
        assert!(RunOrder::parse_list("-metric.auc").unwrap()[0].descending);
        assert_eq!(RunOrder::parse_list("name, NAME:desc").unwrap().len(), 1);
        assert!(
            RunOrder::parse_list("colour").is_err() && RunOrder::parse_list("metrics.").is_err()
        );
        assert_eq!(RunOrder::parse_list("").unwrap(), []);
        let columns = RunKey::parse_list("status, max( metrics.f1 ) ,age").unwrap();
        let names: Vec<String> = columns.iter().map(RunKey::name).collect();
        assert_eq!(names, ["status", "max(metrics.f1)", "age"]);
    }
}
