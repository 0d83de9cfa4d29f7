//! Bounds, marks and the read-out of a chart.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::{Chart, cell};
use crate::theme::Role;
use crate::widget::scale::Scale;
use crate::widget::text::{Brush, width};

impl Chart {
    /// Bound, marks and read-out line, wherever no curve runs.
    pub(super) fn rules(
        &self,
        brush: &mut Brush<'_>,
        plot: Rect,
        x: Scale,
        y: Scale,
        canvas: &Canvas,
    ) {
        let g = brush.glyphs();
        if let Some((value, label)) = &self.bound
            && let Some(row) = y.place(*value).and_then(|p| cell(1.0 - p, plot.height))
        {
            for column in 0..plot.width {
                if !canvas.taken(column, row) {
                    brush.put(plot.x + column, plot.y + row, 1, g.dash, Role::Warn);
                }
            }
            let label = format!(" {label} ");
            let w = width(&label) as u16;
            // Where the curve leaves room: at the left, else at the right, else not at all.
            let room = |from: u16| {
                from + w <= plot.width && (from..from + w).all(|c| !canvas.taken(c, row))
            };
            if let Some(from) = [1, plot.width.saturating_sub(w + 1)]
                .into_iter()
                .find(|f| room(*f))
            {
                brush.put(plot.x + from, plot.y + row, w, &label, Role::Warn);
            }
        }
        // The newest first: where labels meet, it is the one that stays.
        let mut taken: Vec<std::ops::Range<u16>> = Vec::new();
        for mark in self.marks.iter().rev() {
            let Some(column) = x.place(mark.x).and_then(|p| cell(p, plot.width)) else {
                continue;
            };
            self.upright(brush, plot, column, canvas, Role::Dim);
            let w = width(&mark.label) as u16;
            // To the right of its line, or to the left at the plot's edge.
            let right = (column + 1 + w <= plot.width).then_some(column + 1);
            let left = column.checked_sub(w);
            let free = |from: &u16| {
                let range = *from..from + w;
                let clear = range.clone().all(|c| !canvas.taken(c, 0));
                clear
                    && !taken
                        .iter()
                        .any(|t| t.start <= range.end && range.start <= t.end)
            };
            if let Some(from) = right.filter(free).or(left.filter(free)) {
                brush.put(plot.x + from, plot.y, w, &mark.label, Role::Dim);
                taken.push(from..from + w);
            }
        }
        if let Some(column) = self
            .cursor
            .and_then(|c| x.place(c))
            .and_then(|p| cell(p, plot.width))
        {
            self.upright(brush, plot, column, canvas, Role::Accent);
        }
    }

    pub(super) fn upright(
        &self,
        brush: &mut Brush<'_>,
        plot: Rect,
        column: u16,
        canvas: &Canvas,
        role: Role,
    ) {
        let g = brush.glyphs();
        for row in 0..plot.height {
            if !canvas.taken(column, row) {
                brush.put(plot.x + column, plot.y + row, 1, g.dash_y, role);
            }
        }
    }
}
