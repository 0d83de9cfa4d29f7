//! Which facts a subscription is told, given what its snapshot already held.

use super::Fact;
use std::collections::HashMap;
use trimtab_core::{
    metric::{Point, Span},
    registry::Deployment,
    run::RunId,
    time::Millis,
};
use trimtab_wire::{Delta, FleetRow, Snapshot, Topic};

/// A subscription's memory of its snapshot. Most deltas replace what they name and may come twice;
/// points, deployments and audit entries append and may not.
#[derive(Debug)]
pub(super) enum Filter {
    /// What was told of each model last, so that it is not told again.
    Fleet {
        told: HashMap<String, String>,
    },
    Runs,
    Registry {
        known: Vec<Deployment>,
    },
    Monitors,
    Jobs,
    Audit {
        last: u64,
    },
    Series {
        key: String,
        /// How much of each run's curve the snapshot held, and the part that is followed.
        held: HashMap<RunId, (u64, Span)>,
    },
}

impl Filter {
    /// The filter for a topic after a snapshot of it; `None` for topics that are not told by facts.
    pub(super) fn after(topic: &Topic, snapshot: &Snapshot) -> Option<Self> {
        Some(match (topic, snapshot) {
            (Topic::Fleet, Snapshot::Fleet { rows, .. }) => Self::Fleet {
                told: rows.iter().map(|r| (r.model.clone(), said(r))).collect(),
            },
            (Topic::Runs(_), _) => Self::Runs,
            (Topic::Registry, Snapshot::Registry { deployments, .. }) => Self::Registry {
                known: deployments.clone(),
            },
            (Topic::Monitors, _) => Self::Monitors,
            (Topic::Jobs, _) => Self::Jobs,
            (Topic::Audit { .. }, Snapshot::Audit(entries)) => Self::Audit {
                last: entries.last().map_or(0, |e| e.seq),
            },
            (
                Topic::Series {
                    runs, key, spans, ..
                },
                Snapshot::Series(series),
            ) => {
                let spans = spans.iter().copied().chain(std::iter::repeat(Span::All));
                let mut held: HashMap<RunId, (u64, Span)> = runs
                    .iter()
                    .zip(spans)
                    .map(|(run, span)| (run.clone(), (0, span)))
                    .collect();
                for s in series {
                    held.entry(s.run.clone()).or_default().0 = s.length;
                }
                Self::Series {
                    key: key.clone(),
                    held,
                }
            }
            _ => return None,
        })
    }

    /// The delta that a fact is to this subscription.
    pub(super) fn pass(&mut self, fact: &Fact) -> Option<Delta> {
        let delta = match (&mut *self, fact) {
            (
                Self::Series { key, held },
                Fact::Points {
                    run,
                    key: told,
                    points,
                    end,
                },
            ) => {
                let (held, span) = *held.get(run)?;
                if *key != *told || *end <= held {
                    return None;
                }
                // Of a gathered batch, the snapshot may hold the beginning.
                let new = usize::try_from(end - held)
                    .unwrap_or(usize::MAX)
                    .min(points.len());
                let new = points[points.len() - new..].iter().copied();
                let points: Vec<Point> = new.filter(|p| span.holds(p)).collect();
                return (!points.is_empty()).then(|| Delta::Points {
                    run: run.clone(),
                    key: told.clone(),
                    points,
                });
            }
            (_, Fact::Points { .. }) => return None,
            (_, Fact::Delta(delta)) => delta,
        };
        let passes = match (self, delta) {
            (Self::Fleet { .. }, Delta::Demo(_))
            | (Self::Runs, Delta::Run(_))
            | (Self::Registry { .. }, Delta::Model(_) | Delta::Request(_))
            | (
                Self::Monitors,
                Delta::Window(_)
                | Delta::WindowsGone { .. }
                | Delta::Handled(_)
                | Delta::Problems { .. },
            )
            | (Self::Jobs, Delta::Job(_)) => true,
            (Self::Registry { .. }, Delta::ModelGone(_)) => true,
            (Self::Fleet { told }, Delta::ModelGone(model)) => told.remove(model).is_some(),
            (Self::Fleet { told }, Delta::Fleet(row)) => {
                let now = said(row);
                told.insert(row.model.clone(), now.clone()) != Some(now)
            }
            (Self::Registry { known }, Delta::Deployment(d)) => !known.contains(d),
            (Self::Audit { last }, Delta::Audit(entry)) => entry.seq > *last,
            _ => false,
        };
        passes.then(|| delta.clone())
    }
}

/// What a row says, for comparing: as text, since it holds NaN, which never equals itself, and
/// without the instant when production was asked, which is always another.
fn said(row: &FleetRow) -> String {
    let mut row = row.clone();
    if let Some(serving) = &mut row.serving {
        serving.checked = Millis(0);
    }
    format!("{row:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use trimtab_core::metric::Series;

    fn points(range: std::ops::Range<u64>) -> Vec<Point> {
        range
            .map(|i| Point {
                step: i as i64,
                time: Millis(0),
                value: 0.0,
            })
            .collect()
    }

    proptest! {
        /// However the stream is cut into batches and wherever the snapshot fell, every point comes once.
        #[test]
        fn no_point_is_lost_or_doubled(total in 0u64..60, held in 0u64..60, cuts in prop::collection::vec(1u64..9, 0..20)) {
            let held = held.min(total);
            let run = RunId::from_bytes([7; 16]);
            let topic = Topic::Series { runs: vec![run.clone()], key: "loss".into(), spans: vec![], smoothing: 0.0, columns: 10 };
            let snapshot = Snapshot::Series(vec![Series::whole(run.clone(), "loss", points(0..held))]);
            let mut filter = Filter::after(&topic, &snapshot).unwrap();
            let mut seen = points(0..held);
            let mut start = 0;
            for cut in cuts.into_iter().chain([total]) {
                let end = (start + cut).min(total);
                if end == start { continue }
                let fact = Fact::Points { run: run.clone(), key: "loss".into(), points: points(start..end), end };
                if let Some(Delta::Points { points, .. }) = filter.pass(&fact) { seen.extend(points) }
                start = end;
            }
            prop_assert_eq!(seen, points(0..total));
        }
    }
}
