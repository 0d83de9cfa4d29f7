//! Names and values of the curves: beside the line ends when there is room, above the plot otherwise.

use ratatui::layout::Rect;

use super::Chart;
use crate::format;
use crate::theme::Role;
use crate::widget::text::{self, Brush, width};

/// Columns of a value.
const VALUE: u16 = 8;
/// Columns around the value of a legend without names: a gap, the marker, a gap.
const SMALL: u16 = 3;

/// Where the legend goes.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rows taken at the top.
    pub top: u16,
    /// Columns taken at the right.
    pub right: u16,
}

/// Decides where the legend goes.
pub fn plan(chart: &Chart, area: Rect, gutter: u16) -> Plan {
    let named = chart
        .lines
        .iter()
        .filter(|l| !l.faint && !l.name.is_empty());
    let widest = named.map(|l| width(&l.name) as u16).max().unwrap_or(0);
    if widest == 0 || chart.points {
        return Plan::default();
    }
    if chart.small {
        let right = VALUE + SMALL;
        let room = area.width.saturating_sub(gutter) >= right + 16;
        return Plan {
            top: 0,
            right: if room { right } else { 0 },
        };
    }
    let right = widest.min(24) + VALUE + 4;
    if area.width.saturating_sub(gutter) >= right + 36 {
        Plan { top: 0, right }
    } else {
        Plan { top: 1, right: 0 }
    }
}

/// Writes the legend.
pub fn draw(
    chart: &Chart,
    brush: &mut Brush<'_>,
    area: Rect,
    plot: Rect,
    plan: &Plan,
    ends: &[(usize, u16, u16)],
) {
    if plan.right > 0 {
        beside(chart, brush, plot, plan, ends);
    } else if plan.top > 0 {
        above(chart, brush, area, plot);
    }
}

/// The value to show: at the read-out, else the last.
fn value(chart: &Chart, line: &super::Line) -> String {
    line.at(chart.cursor)
        .map_or_else(String::new, format::metric)
}

fn beside(
    chart: &Chart,
    brush: &mut Brush<'_>,
    plot: Rect,
    plan: &Plan,
    ends: &[(usize, u16, u16)],
) {
    let mut entries: Vec<(u16, usize)> = chart
        .lines
        .iter()
        .enumerate()
        .filter(|(_, l)| !l.faint)
        .map(|(i, l)| {
            (
                ends.iter()
                    .find(|e| e.0 == l.series)
                    .map_or(plot.height, |e| e.2),
                i,
            )
        })
        .collect();
    entries.sort();
    if entries.len() > usize::from(plot.height) {
        let hidden = entries.len() + 1 - usize::from(plot.height);
        entries.truncate(usize::from(plot.height).saturating_sub(1));
        let text = format!("+{hidden} more");
        brush.put(
            plot.right() + 2,
            plot.bottom() - 1,
            plan.right.saturating_sub(2),
            &text,
            Role::Dim,
        );
    }
    // Push down what overlaps, then back up what fell out at the bottom.
    let last = plot.height.saturating_sub(1);
    let mut rows: Vec<u16> = Vec::with_capacity(entries.len());
    for (row, _) in &entries {
        rows.push(rows.last().map_or(*row, |p| (p + 1).max(*row)));
    }
    let mut limit = last;
    for row in rows.iter_mut().rev() {
        *row = (*row).min(limit);
        limit = row.saturating_sub(1);
    }
    for ((_, i), row) in entries.iter().zip(rows) {
        let line = &chart.lines[*i];
        let y = plot.y + row;
        let style = brush.look.theme.series(line.series);
        let marker = brush.glyphs().marker(line.series);
        let value = value(chart, line);
        if chart.small {
            let x = brush.put(plot.right() + 1, y, 1, marker, style);
            brush.put(x + 1, y, VALUE, &value, Role::Text);
            continue;
        }
        let x = plot.right() + 2;
        brush.put(x, y, 1, marker, style);
        let name = plan.right.saturating_sub(VALUE + 4);
        brush.put(x + 2, y, name, &line.name, style);
        brush.put_right(x + 2 + name, y, VALUE, &value, Role::Text);
    }
}

fn above(chart: &Chart, brush: &mut Brush<'_>, area: Rect, plot: Rect) {
    let mut x = plot.x;
    let named: Vec<_> = chart
        .lines
        .iter()
        .filter(|l| !l.faint && !l.name.is_empty())
        .collect();
    let share = (area.right().saturating_sub(x) / named.len().max(1) as u16).max(12);
    for line in named {
        if x + 8 > area.right() {
            break;
        }
        let style = brush.look.theme.series(line.series);
        let value = value(chart, line);
        // Marker, spaces and the gap to the next take five columns; the name gives way to the value.
        let room = share.saturating_sub(5 + width(&value) as u16);
        let name = text::fit(&line.name, room.max(2).into(), brush.glyphs().ellipsis);
        let entry = format!("{} {name} {value}", brush.glyphs().marker(line.series));
        x = brush.put(x, area.y, area.right() - x, &entry, style) + 2;
    }
}
