//! Segments: each window once more by the values of policy's columns.

use super::{
    compute::{Compared, Inputs, assessed, cell, feature_cells},
    reference::Reference,
};
use trimtab_core::{
    policy::MonitorPolicy,
    segment::{Segment, SegmentResult},
    stats::profile::{ReferenceProfile, WindowProfile},
};
use trimtab_store::logs::{Kind, LogError, Logs, Part, Sample, Scored, Split, Within, in_parallel};

/// A column of segments in the reference: which values are told apart, and the profiles of each.
#[derive(Clone, Debug)]
pub(super) struct Segmented {
    /// The column.
    column: String,
    /// The reference's commonest values.
    values: Vec<String>,
    /// Of each value, then of the rest: the watched columns in their order; `None` where rows are too few to be
    /// compared with.
    own: Vec<Option<Vec<ReferenceProfile>>>,
}

/// A column's commonest values, in the order of how many rows they have, then of their names.
fn commonest(
    logs: &Logs,
    parts: &[Part<'_>],
    within: Option<Within<'_>>,
    column: &str,
    most: u32,
) -> Result<Vec<String>, LogError> {
    let wanted = [(column.to_owned(), Kind::Category)];
    let found = logs.samples(parts, within, &wanted)?.into_iter().next();
    let Some(Sample::Categories { counts, .. }) = found else {
        return Ok(Vec::new());
    };
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    // Stable: those with as many rows stay in the order of their names.
    counts.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(counts
        .into_iter()
        .take(most)
        .map(|(name, _)| name)
        .collect())
}

impl Segmented {
    /// Profiles the reference's columns for each segment; `chosen` are the watched ones.
    pub(super) fn load(
        logs: &Logs,
        parts: &[Part<'_>],
        within: Option<Within<'_>>,
        (column, policy): (&str, &MonitorPolicy),
        chosen: &[(String, Kind)],
    ) -> Result<Self, LogError> {
        let values = commonest(logs, parts, within, column, policy.segment_values)?;
        let split = Split {
            column,
            values: &values,
        };
        let mut own = vec![Some(Vec::with_capacity(chosen.len())); values.len() + 1];
        for wanted in chosen.chunks(4) {
            let split = logs.split_samples(parts, within, wanted, Some(split))?;
            for (own, samples) in own.iter_mut().zip(split) {
                let enough = samples
                    .first()
                    .is_some_and(|s| s.rows() >= policy.drift.min_rows);
                if !enough {
                    *own = None;
                }
                if let Some(own) = own {
                    let profiles = in_parallel(samples, |s| ReferenceProfile::of(s.into()));
                    own.extend(profiles);
                }
            }
        }
        Ok(Self {
            column: column.to_owned(),
            values,
            own,
        })
    }
}

/// How a window is told apart by one column.
struct Division<'a> {
    column: &'a str,
    values: Vec<String>,
    known: Option<&'a Segmented>,
}

fn division<'a>(
    logs: &Logs,
    reference: &'a Reference,
    policy: &'a MonitorPolicy,
    inputs: &Inputs<'_>,
    column: &'a str,
) -> Result<Division<'a>, LogError> {
    let known = reference.segmented.iter().find(|s| s.column == column);
    let values = match known {
        Some(known) => known.values.clone(),
        // What the reference does not have, the window itself says.
        None => {
            let within = Some(inputs.within);
            commonest(logs, &inputs.log, within, column, policy.segment_values)?
        }
    };
    Ok(Division {
        column,
        values,
        known,
    })
}

impl Division<'_> {
    /// The segments, the rest last.
    fn segments(&self) -> impl Iterator<Item = Segment> {
        let values = self.values.iter().cloned().map(Some).chain([None]);
        values.map(|value| Segment {
            column: self.column.to_owned(),
            value,
        })
    }

    /// The reference's profile of a watched column, for a segment by place: its own, else the whole one.
    fn profile<'a>(
        &'a self,
        reference: &'a Reference,
        (place, watched): (usize, usize),
    ) -> Option<&'a ReferenceProfile> {
        let whole = reference.watched.get(watched)?.profile.as_ref()?;
        let own = self.own(place).and_then(|own| own.get(watched));
        Some(own.unwrap_or(whole))
    }

    fn own(&self, place: usize) -> Option<&Vec<ReferenceProfile>> {
        self.known?.own.get(place)?.as_ref()
    }
}

/// Every segment of a window: those of policy's columns in their order. Segments without rows are left out.
pub(super) fn segments(
    logs: &Logs,
    reference: &Reference,
    policy: &MonitorPolicy,
    inputs: &Inputs<'_>,
    scored: &[Scored],
) -> Result<Vec<SegmentResult>, LogError> {
    let mut found: Vec<SegmentResult> = Vec::new();
    let mut compared: Vec<Vec<(usize, Compared)>> = Vec::new();
    for (at, column) in policy.segments.iter().enumerate() {
        let there = |name: &str| inputs.log.iter().any(|p| p.columns.contains_key(name));
        if !there(column) {
            continue;
        }
        let division = division(logs, reference, policy, inputs, column)?;
        let mut cells: Vec<Vec<(usize, Compared)>> =
            (0..=division.values.len()).map(|_| Vec::new()).collect();
        let mut rows = vec![0; division.values.len() + 1];
        // The column itself says nothing of its segments.
        let watched = reference.watched.iter().enumerate();
        let watched: Vec<_> = watched.filter(|(_, w)| w.name != *column).collect();
        for lot in watched.chunks(4) {
            let wanted: Vec<(String, Kind)> =
                lot.iter().map(|(_, w)| (w.name.clone(), w.kind)).collect();
            let split = Split {
                column,
                values: &division.values,
            };
            let samples =
                logs.split_samples(&inputs.log, Some(inputs.within), &wanted, Some(split))?;
            let lots: Vec<_> = samples.into_iter().enumerate().collect();
            let done = in_parallel(lots, |(place, samples)| {
                let mut done = Vec::with_capacity(lot.len());
                for ((watched, w), sample) in lot.iter().zip(samples) {
                    let profile = division.profile(reference, (place, *watched));
                    let (rows, there) = (sample.rows(), there(&w.name));
                    let compared = cell((*w, profile), &policy.drift, sample, there);
                    done.push((rows, (*watched, compared)));
                }
                done
            });
            for (place, done) in done.into_iter().enumerate() {
                for (seen, cell) in done {
                    rows[place] = rows[place].max(seen);
                    cells[place].push(cell);
                }
            }
        }
        for ((place, segment), cells) in division.segments().enumerate().zip(cells) {
            if rows[place] == 0 {
                continue;
            }
            let of = |s: &&Scored| {
                let value = s.segments.get(at).and_then(Option::as_ref);
                let known = value.filter(|v| division.values.contains(v));
                known == segment.value.as_ref()
            };
            let scored: Vec<&Scored> = scored.iter().filter(of).collect();
            found.push(SegmentResult {
                rows: rows[place],
                own_reference: division.own(place).is_some(),
                cells: Vec::new(),
                quality: assessed(policy, &scored),
                segment,
            });
            compared.push(cells);
        }
    }
    // Judged together, so that many segments do not make chance a finding.
    let all: Vec<(usize, Compared)> = compared.iter().flatten().cloned().collect();
    let (watched, all): (Vec<usize>, Vec<Compared>) = all.into_iter().unzip();
    let mut judged = feature_cells(reference, policy, &watched, &all).into_iter();
    for (segment, cells) in found.iter_mut().zip(compared) {
        segment.cells = judged.by_ref().take(cells.len()).collect();
    }
    Ok(found)
}

/// One watched column of one segment of a window, and what it is compared with.
pub(super) struct One {
    /// The reference's side.
    pub(super) profile: ReferenceProfile,
    /// The window's side.
    pub(super) window: WindowProfile,
    /// The values that are told apart, and the segment's place among them; the rest's comes after.
    pub(super) values: Vec<String>,
    /// The place.
    pub(super) place: usize,
}

/// One watched column, by its place, of one segment of a window; `None` when there is no such segment.
pub(super) fn one(
    logs: &Logs,
    (reference, policy): (&Reference, &MonitorPolicy),
    inputs: &Inputs<'_>,
    (segment, watched): (&Segment, usize),
) -> Result<Option<One>, LogError> {
    let Some(column) = policy.segments.iter().find(|c| **c == segment.column) else {
        return Ok(None);
    };
    let division = division(logs, reference, policy, inputs, column)?;
    let place = division.segments().position(|s| s == *segment);
    let (Some(place), Some(w)) = (place, reference.watched.get(watched)) else {
        return Ok(None);
    };
    let split = Split {
        column,
        values: &division.values,
    };
    let wanted = [(w.name.clone(), w.kind)];
    let samples = logs.split_samples(&inputs.log, Some(inputs.within), &wanted, Some(split))?;
    let sample = samples.into_iter().nth(place);
    let sample = sample.and_then(|s| s.into_iter().next());
    let profile = division.profile(reference, (place, watched)).cloned();
    Ok(sample.zip(profile).map(|(sample, profile)| One {
        profile,
        window: sample.into(),
        place,
        values: division.values,
    }))
}
