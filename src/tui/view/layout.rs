//! Where everything stands, from the size alone: drawing and paging ask the same functions.
//!
//! ```text
//! ┌ header: workspace · link · clock ┐
//! │ tabs                             │
//! ├──────────────────────────────────┤
//! │ body: the pane                   │
//! ├──────────────────────────────────┤
//! └ hints, or the prompt ────────────┘
//! ```

use ratatui::layout::{Rect, Size};

/// The screen's three parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Workspace, link, clock; below it the tabs.
    pub header: Rect,
    /// The pane.
    pub body: Rect,
    /// Keys worth knowing now.
    pub hints: Rect,
}

/// Divides the screen.
#[must_use]
pub fn screen(size: Size) -> Screen {
    let all = Rect::new(0, 0, size.width, size.height);
    let header = match size.height {
        0..4 => 0,
        4..10 => 1,
        _ => 2,
    };
    let hints = u16::from(size.height >= 6);
    let (header, rest) = top(all, header);
    let (body, hints) = bottom(rest, hints);
    Screen {
        header,
        body,
        hints,
    }
}

/// Splits `rows` off the top.
#[must_use]
pub fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (
        Rect {
            height: rows,
            ..area
        },
        Rect {
            y: area.y + rows,
            height: area.height - rows,
            ..area
        },
    )
}

/// Splits `rows` off the bottom; the rest comes first.
#[must_use]
pub fn bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    top(area, area.height - rows)
}

/// Splits `columns` off the left, with one blank column between.
#[must_use]
pub fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let gap = u16::from(columns < area.width);
    let rest = Rect {
        x: area.x + columns + gap,
        width: area.width - columns - gap,
        ..area
    };
    (
        Rect {
            width: columns,
            ..area
        },
        rest,
    )
}

fn share(whole: u16, percent: u16) -> u16 {
    (u32::from(whole) * u32::from(percent) / 100) as u16
}

/// Fleet: models above, the selected one below.
#[must_use]
pub fn fleet(body: Rect, models: usize) -> (Rect, Rect) {
    let most = share(body.height, 45).max(4);
    top(body, (models as u16).saturating_add(2).clamp(4, most))
}

/// Runs: the table, and the detail beside or below it when open.
#[must_use]
pub fn runs(body: Rect, detail: bool) -> (Rect, Option<Rect>) {
    if !detail {
        return (body, None);
    }
    let (table, rest) = if body.width >= 130 {
        left(body, share(body.width, 55))
    } else {
        top(body, share(body.height, 40).max(4))
    };
    (table, Some(rest))
}

/// A run in detail: below its name and the row of tabs.
#[must_use]
pub fn detail(body: Rect) -> Rect {
    top(body, if body.height >= 5 { 2 } else { 0 }).1
}

/// A list of the detail, and below it the selected line in full.
#[must_use]
pub fn detail_list(below: Rect) -> (Rect, Rect) {
    let rows = match below.height {
        0..10 => 0,
        10..24 => 5,
        _ => share(below.height, 30),
    };
    bottom(below, rows)
}

/// The text of a value or a file that is looked at alone: below its title.
#[must_use]
pub fn detail_text(below: Rect) -> Rect {
    top(below, u16::from(below.height > 1)).1
}

/// Compare: below the row of tabs; the row comes second.
#[must_use]
pub fn compare_head(body: Rect) -> (Rect, Rect) {
    let (tabs, below) = top(body, 1);
    (below, tabs)
}

/// Compare's curves: the charts above, the runs below.
#[must_use]
pub fn compare_charts(below: Rect, runs: usize) -> (Rect, Rect) {
    let rows = (runs as u16)
        .saturating_add(2)
        .clamp(3, share(below.height, 36).max(3));
    bottom(below, rows)
}

/// Charts side by side and below each other that a part of the screen has room for.
#[must_use]
pub fn most_charts(area: Rect) -> (usize, usize) {
    let columns = (area.width / 38).clamp(1, 4);
    let rows = (area.height / 7).clamp(1, 4);
    (columns.into(), rows.into())
}

/// Places for so many charts, as many as there is room for, in the shape that suits curves best.
#[must_use]
pub fn charts(area: Rect, count: usize) -> Vec<Rect> {
    let (most_columns, most_rows) = most_charts(area);
    let count = count.min(most_columns * most_rows);
    let rows_of = |columns: usize| count.div_ceil(columns);
    // Curves read best at about four columns to the row.
    let shape = |columns: usize| {
        let (w, h) = (f64::from(area.width), f64::from(area.height.max(1)));
        let shape = w / columns as f64 / (h / rows_of(columns) as f64);
        (shape / 4.5).ln().abs()
    };
    let columns = (1..=most_columns.min(count.max(1)))
        .filter(|c| rows_of(*c) <= most_rows)
        .min_by(|a, b| shape(*a).total_cmp(&shape(*b)))
        .unwrap_or(most_columns);
    // Parts begin where the share of those before ends, so that no cell is lost; one blank column between.
    let part = |whole: u16, at: usize, of: usize| (usize::from(whole) * at / of.max(1)) as u16;
    (0..count)
        .map(|i| {
            let (column, row) = (i % columns, i / columns);
            let (x, to) = (
                part(area.width, column, columns),
                part(area.width, column + 1, columns),
            );
            let (y, bottom) = (
                part(area.height, row, rows_of(columns)),
                part(area.height, row + 1, rows_of(columns)),
            );
            let gap = u16::from(column + 1 < columns);
            Rect {
                x: area.x + x,
                y: area.y + y,
                width: (to - x).saturating_sub(gap),
                height: bottom - y,
            }
        })
        .collect()
}

/// Columns of a run's name in Compare's tables.
pub const NAME: u16 = 16;
/// Columns of a metric with its distance from the baseline.
pub const METRIC: u16 = 16;
/// Columns of a run beside its parameters.
pub const PARAM: u16 = 14;

/// Metrics that fit beside the runs' markers and names; columns stand two apart.
#[must_use]
pub fn metric_columns(width: u16) -> usize {
    usize::from(width.saturating_sub(2 + 1 + 2 + NAME) / (METRIC + 2)).max(1)
}

/// Parallel axes that fit side by side with their names.
#[must_use]
pub fn parallel_axes(width: u16) -> usize {
    usize::from(width.saturating_sub(2) / 13).max(2)
}

/// Runs that fit beside the parameters' names.
#[must_use]
pub fn param_columns(width: u16) -> usize {
    usize::from(width.saturating_sub(2 + NAME + 2) / (PARAM + 2)).max(1)
}

/// Registry: versions, requests, evidence.
#[must_use]
pub fn registry(body: Rect, versions: usize, requests: usize) -> [Rect; 3] {
    let (lists, evidence) = if body.width >= 150 {
        left(body, share(body.width, 58))
    } else {
        bottom(body, share(body.height, 40).max(6).min(body.height))
    };
    let half = (versions as u16)
        .saturating_add(2)
        .min(share(lists.height, 55).max(4));
    let spare = lists
        .height
        .saturating_sub((requests as u16).saturating_add(2));
    let (a, b) = top(
        lists,
        half.max(spare.min((versions as u16).saturating_add(2)))
            .max(3),
    );
    [a, b, evidence]
}

/// Columns in which a problem of the input fits on one line.
pub const PROBLEM_WIDTH: u16 = 120;

/// Monitors: the grid, the distribution, and what is wrong with the input if anything.
#[must_use]
pub fn monitors(body: Rect, grid_rows: u16, problems: usize) -> [Rect; 3] {
    // On a narrow screen a problem takes two lines: its file, and below it what is wrong.
    let lines = if body.width < PROBLEM_WIDTH { 2 } else { 1 };
    let wrong = if problems == 0 {
        0
    } else {
        (problems as u16)
            .saturating_mul(lines)
            .saturating_add(1)
            .min(share(body.height, 30).max(3))
    };
    let (rest, wrong) = bottom(body, wrong);
    // On a short screen a few features are worth more than the last buckets.
    let least = match rest.height {
        40.. => 15,
        18.. => 8,
        _ => 5,
    };
    let (grid, cell) = top(
        rest,
        grid_rows.min(rest.height.saturating_sub(least).max(5)),
    );
    [grid, cell, wrong]
}

/// Retrain: jobs, curve, log. The log takes the curve's place when it is wide.
#[must_use]
pub fn retrain(body: Rect, jobs: usize, wide_log: bool) -> [Rect; 3] {
    let most = share(body.height, 35).max(4);
    let (table, rest) = top(body, (jobs as u16).saturating_add(2).clamp(4, most));
    if wide_log {
        return [table, Rect { height: 0, ..rest }, rest];
    }
    let (curve, log) = if rest.width >= 120 {
        left(rest, share(rest.width, 50))
    } else {
        top(rest, share(rest.height, 52))
    };
    [table, curve, log]
}

/// Audit: entries above, the selected one below.
#[must_use]
pub fn audit(body: Rect) -> (Rect, Rect) {
    let rows = if body.height >= 16 { 7 } else { 0 };
    bottom(body, rows)
}

/// SQL: the query, and its result below.
#[must_use]
pub fn sql(body: Rect, lines: usize) -> (Rect, Rect) {
    let most = share(body.height, 40).max(2);
    let rows = u16::try_from(lines).unwrap_or(u16::MAX).max(3);
    top(body, rows.saturating_add(1).min(most))
}

/// Rows of data in the result's area: its rule, its heads and the selected value are not data.
#[must_use]
pub const fn sql_rows(area: Rect) -> usize {
    area.height.saturating_sub(3) as usize
}

/// Rows of data in a table's area: its rule and heads are not data.
#[must_use]
pub const fn table_rows(area: Rect) -> usize {
    area.height.saturating_sub(2) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_never_leave_the_screen(w in 0u16..300, h in 0u16..120, n in 0usize..400, k in 0usize..40, wide in any::<bool>()) {
            let all = Rect::new(0, 0, w, h);
            let s = screen(Size::new(w, h));
            let inside = |r: Rect| r.is_empty() || all.intersection(r) == r;
            let (f1, f2) = fleet(s.body, n);
            let (c1, c2) = compare_charts(compare_head(s.body).0, n);
            let (a1, a2) = audit(s.body);
            let (r1, r2) = runs(s.body, wide);
            let (q1, q2) = sql(s.body, n);
            let (d1, d2) = detail_list(detail(s.body));
            prop_assert!(inside(d1) && inside(d2) && inside(detail_text(d1)));
            let parts = [s.header, s.body, s.hints, f1, f2, c1, c2, a1, a2, r1, r2.unwrap_or_default(), q1, q2];
            let cells = charts(c1, k);
            for (i, a) in cells.iter().enumerate() {
                prop_assert!(cells[..i].iter().all(|b| a.intersection(*b).is_empty()), "{cells:?}");
            }
            let more = cells.into_iter().chain(registry(s.body, n, k)).chain(monitors(s.body, n as u16, k)).chain(retrain(s.body, n, wide));
            for part in parts.into_iter().chain(more) {
                prop_assert!(inside(part), "{part:?} of {all:?}");
            }
        }
    }
}
