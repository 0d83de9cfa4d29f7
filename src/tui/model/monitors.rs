//! The Monitors pane: a cursor over features and windows, and the chosen cell's distribution.

use std::collections::BTreeMap;

use trimtab_core::alert::Said;
use trimtab_core::monitor::{Distribution, FeatureCell, MonitorState, Quality, WindowResult};
use trimtab_core::segment::Segment;
use trimtab_core::stats::drift::Verdict;
use trimtab_core::time::Millis;

use super::Model;
use crate::format;
use crate::msg::Trouble;
use crate::widget::heatmap::{Heat, HeatRow, Heatmap};

/// Rows above the features: quality, labels, service.
pub const FIXED: usize = 2;

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Monitors {
    /// Which monitor, by place.
    pub index: usize,
    /// The cursor's row: quality, labels, then features.
    pub row: usize,
    /// The cursor's window by place; the newest when absent, so that it follows.
    pub column: Option<usize>,
    /// The first feature row shown.
    pub offset: usize,
    /// The segment shown, where the monitor has it; all rows when absent.
    pub segment: Option<Segment>,
    /// The distribution last asked for: of which cell, and the answer.
    pub distribution: Option<(CellAt, Result<Distribution, Trouble>)>,
}

/// Which cell of a monitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellAt {
    /// The window's start.
    pub start: Millis,
    /// The column.
    pub feature: String,
    /// The segment; all rows when absent.
    pub segment: Option<Segment>,
}

impl Monitors {
    /// The monitor shown.
    #[must_use]
    pub fn current<'a>(&self, model: &'a Model) -> Option<&'a MonitorState> {
        model.data.monitor_rows().get(self.index)
    }

    /// The segment shown, if the monitor has it.
    #[must_use]
    pub fn segment(&self, monitor: &MonitorState) -> Option<&Segment> {
        let has = |w: &WindowResult| {
            self.segment
                .as_ref()
                .is_some_and(|s| w.segment(s).is_some())
        };
        self.segment
            .as_ref()
            .filter(|_| monitor.windows.iter().any(has))
    }

    /// A window's cells as shown: those of the segment, else of all rows. Empty where the window has no such segment.
    #[must_use]
    pub fn cells<'a>(&self, monitor: &MonitorState, window: &'a WindowResult) -> &'a [FeatureCell] {
        match self.segment(monitor) {
            None => &window.cells,
            Some(segment) => window
                .segment(segment)
                .map_or(&[][..], |s| s.cells.as_slice()),
        }
    }

    /// A window's quality and rows as shown, as [`Monitors::cells`].
    #[must_use]
    pub fn quality<'a>(
        &self,
        monitor: &MonitorState,
        window: &'a WindowResult,
    ) -> Option<(&'a Quality, u64)> {
        match self.segment(monitor) {
            None => Some((&window.quality, window.rows)),
            Some(segment) => window.segment(segment).map(|s| (&s.quality, s.rows)),
        }
    }

    /// Names of the rows below the fixed ones.
    #[must_use]
    pub fn features(monitor: &MonitorState) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for cell in monitor.windows.iter().rev().take(1).flat_map(|w| &w.cells) {
            names.push(&cell.feature);
        }
        // A column that the newest window lacks is still shown for the windows that have it.
        for cell in monitor.windows.iter().flat_map(|w| &w.cells) {
            if !names.contains(&cell.feature.as_str()) {
                names.push(&cell.feature);
            }
        }
        names
    }

    /// The cursor's window by place.
    #[must_use]
    pub fn column(&self, monitor: &MonitorState) -> usize {
        let last = monitor.windows.len().saturating_sub(1);
        self.column.map_or(last, |c| c.min(last))
    }

    /// The window under the cursor.
    #[must_use]
    pub fn window<'a>(&self, model: &'a Model) -> Option<&'a WindowResult> {
        let monitor = self.current(model)?;
        monitor.windows.get(self.column(monitor))
    }

    /// The feature under the cursor; `None` on the fixed rows.
    #[must_use]
    pub fn feature(&self, model: &Model) -> Option<String> {
        let monitor = self.current(model)?;
        Self::features(monitor)
            .get(self.row.checked_sub(FIXED)?)
            .map(|f| (*f).to_owned())
    }

    /// The cell under the cursor.
    #[must_use]
    pub fn cell<'a>(&self, model: &'a Model) -> Option<&'a FeatureCell> {
        let feature = self.feature(model)?;
        let monitor = self.current(model)?;
        self.cells(monitor, self.window(model)?)
            .iter()
            .find(|c| c.feature == feature)
    }
}

/// Whether policy calls a quality bad, of a window or of a segment: its measure is out of its bound, whichever way
/// is better, and labels are enough to say so.
#[must_use]
pub fn bad_quality(monitor: &MonitorState, quality: &Quality) -> bool {
    monitor.rules.said_of(quality) == Said::Bad
}

/// The monitor as a grid.
#[must_use]
pub fn grid(state: &Monitors, monitor: &MonitorState, model: &Model) -> Heatmap {
    let windows = &monitor.windows;
    let quality: Vec<Option<f64>> = windows
        .iter()
        .map(|w| {
            let (quality, _) = state.quality(monitor, w)?;
            let value = quality.measure(&monitor.quality_metric);
            value.filter(|v| v.is_finite())
        })
        .collect();
    let (low, high) = quality
        .iter()
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(*v), h.max(*v))
        });
    let height = |v: f64| {
        if high > low {
            (v - low) / (high - low)
        } else {
            0.5
        }
    };
    let fixed = vec![
        HeatRow {
            name: monitor.quality_metric.clone(),
            cells: quality
                .iter()
                .zip(windows)
                .map(|(q, w)| {
                    let bad = state
                        .quality(monitor, w)
                        .is_some_and(|q| bad_quality(monitor, q.0));
                    q.map(|v| (Heat::Bar(height(v), bad), format!("{v:.3}")))
                })
                .collect(),
        },
        HeatRow {
            name: "labels".to_owned(),
            cells: windows
                .iter()
                .map(|w| {
                    let (quality, rows) = state.quality(monitor, w)?;
                    let share = quality.labelled as f64 / rows.max(1) as f64;
                    (rows > 0).then(|| (Heat::Bar(share, false), format::share(share, "")))
                })
                .collect(),
        },
    ];
    let rows = Monitors::features(monitor)
        .into_iter()
        .map(|feature| HeatRow {
            name: feature.to_owned(),
            cells: windows
                .iter()
                .map(|w| {
                    let mut cells = state.cells(monitor, w).iter();
                    cells.find(|c| c.feature == feature).map(heat)
                })
                .collect(),
        })
        .collect();
    // Months, or days where windows do not begin with them: each named where it begins.
    let mut named = String::new();
    let heads = windows
        .iter()
        .map(|w| {
            let this = if monitor.rules.cut.daily() {
                format::month(w.start).to_owned()
            } else {
                format::month_day(w.start)
            };
            if this == named {
                return String::new();
            }
            named.clone_from(&this);
            this
        })
        .collect();
    // One mark for each window: the last move in it is what served from then on.
    let marks: BTreeMap<usize, String> = model
        .data
        .deployments(&monitor.model)
        .filter_map(|d| {
            let column = match d.data_time {
                Some(at) => windows.iter().rposition(|w| w.start <= at)?,
                // Before the first row.
                None => 0,
            };
            Some((column, d.version.to_string()))
        })
        .collect();
    Heatmap {
        fixed,
        rows,
        heads,
        marks: marks.into_iter().collect(),
        cursor: (state.row, state.column(monitor)),
        offset: state.offset,
        focused: true,
    }
}

fn heat(cell: &FeatureCell) -> (Heat, String) {
    match &cell.verdict {
        Verdict::Drifted => (Heat::Level(1.0), format::score(cell.effect, "-")),
        // Stable cells stay below the top shade however large their effect: significance was missing.
        Verdict::Stable => (
            Heat::Level((cell.effect / cell.rule.threshold).clamp(0.0, 0.95)),
            format::score(cell.effect, "-"),
        ),
        Verdict::NotEnoughData => (Heat::Unknown, "few".to_owned()),
        Verdict::Error(_) => (Heat::Broken, "error".to_owned()),
    }
}
