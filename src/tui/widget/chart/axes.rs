//! The axes of a chart: lines, ticks and what is written beside them.

use ratatui::layout::Rect;
use trimtab_core::time::Millis;

use super::{Chart, XKind, cell};
use crate::format;
use crate::theme::Role;
use crate::widget::scale::Scale;
use crate::widget::text::{Brush, fit, width};

impl Chart {
    /// Ticks of the y axis with their labels.
    pub(super) fn y_ticks(&self, y: Scale, rows: u16) -> (Vec<f64>, Vec<String>) {
        if self.y_words.is_empty() {
            let ticks = y.ticks((rows / 2).clamp(3, 8).into());
            let labels = y.labels(&ticks);
            return (ticks, labels);
        }
        let every = self.y_words.len().div_ceil(usize::from(rows).max(1)).max(1);
        let words = self.y_words.iter().enumerate().step_by(every);
        words.map(|(i, w)| (i as f64, fit(w, 12, "."))).unzip()
    }

    pub(super) fn axis_y(
        &self,
        brush: &mut Brush<'_>,
        plot: Rect,
        y: Scale,
        ticks: &[f64],
        labels: &[String],
    ) {
        let g = brush.glyphs();
        for row in 0..plot.height {
            brush.put(plot.x - 1, plot.y + row, 1, g.bar, Role::Rule);
        }
        for (tick, label) in ticks.iter().zip(labels) {
            let Some(row) = y.place(*tick).and_then(|p| cell(1.0 - p, plot.height)) else {
                continue;
            };
            let w = width(label) as u16;
            brush.put(
                (plot.x - 1).saturating_sub(w + 1),
                plot.y + row,
                w,
                label,
                Role::Dim,
            );
            brush.put(plot.x - 1, plot.y + row, 1, g.tick_y, Role::Rule);
        }
    }

    pub(super) fn axis_x(&self, brush: &mut Brush<'_>, plot: Rect, x: Scale) {
        let g = brush.glyphs();
        let line = plot.bottom();
        brush.put(plot.x - 1, line, 1, g.corner, Role::Rule);
        for column in 0..plot.width {
            brush.put(plot.x + column, line, 1, g.rule, Role::Rule);
        }
        let mut free = plot.x.saturating_sub(2);
        let cursor = self.cursor.and_then(|c| {
            x.place(c)
                .and_then(|p| cell(p, plot.width))
                .map(|col| (col, self.x_text(c)))
        });
        let reserved = cursor.as_ref().map(|(col, text)| {
            let w = width(text) as u16;
            let from = (plot.x + *col)
                .saturating_sub(w / 2)
                .min((plot.right() + 1).saturating_sub(w))
                .max(plot.x);
            from..from + w
        });
        let end_label = width(&self.x_label) as u16;
        for (value, label) in self.x_ticks(x, plot.width) {
            let Some(column) = x.place(value).and_then(|p| cell(p, plot.width)) else {
                continue;
            };
            brush.put(plot.x + column, line, 1, g.tick_x, Role::Rule);
            let w = width(&label) as u16;
            let from = (plot.x + column).saturating_sub(w / 2);
            let to = from + w;
            let clash = reserved
                .as_ref()
                .is_some_and(|r| from < r.end + 1 && to + 1 > r.start);
            if from > free
                && to + end_label < brush.buf.area.right().min(plot.right() + 12)
                && !clash
            {
                brush.put(from, line + 1, w, &label, Role::Dim);
                free = to;
            }
        }
        if !self.x_label.is_empty() && free + 1 + end_label < brush.buf.area.right() {
            let at = (plot.right()).saturating_sub(end_label).max(free + 2);
            if reserved.as_ref().is_none_or(|r| at > r.end) {
                brush.put(at, line + 1, end_label, &self.x_label, Role::Dim);
            }
        }
        if let (Some((column, text)), Some(range)) = (cursor, reserved) {
            brush.put(plot.x + column, line, 1, g.tick_x, Role::Accent);
            brush.put(
                range.start,
                line + 1,
                width(&text) as u16,
                &text,
                Role::Accent,
            );
        }
    }

    /// An x value in words.
    #[must_use]
    pub fn x_text(&self, x: f64) -> String {
        if !self.x_words.is_empty() {
            let word = (x >= 0.0).then(|| self.x_words.get(x.round() as usize));
            return word.flatten().cloned().unwrap_or_default();
        }
        match self.x_kind {
            XKind::Number if self.points => {
                let text = format::metric(x);
                let digits = text.contains('.') && !text.contains('e');
                let short = text.trim_end_matches('0').trim_end_matches('.');
                if digits { short.to_owned() } else { text }
            }
            // Steps are whole; epochs of a short run are not.
            XKind::Number if self.x_range.is_some_and(|(low, high)| high - low < 20.0) => {
                format::metric(x)
            }
            XKind::Number => format!("{x:.0}"),
            XKind::Date => format::month_day(Millis(x as i64)),
            XKind::Elapsed => format::span(x as i64),
        }
    }

    pub(super) fn x_ticks(&self, x: Scale, columns: u16) -> Vec<(f64, String)> {
        let max = usize::from(columns / 10).clamp(1, 12);
        if !self.x_words.is_empty() {
            let every = self.x_words.len().div_ceil(max.max(1)).max(1);
            let words = self.x_words.iter().enumerate().step_by(every);
            return words.map(|(i, w)| (i as f64, fit(w, 12, "."))).collect();
        }
        match self.x_kind {
            XKind::Number => {
                let ticks = x.ticks(max);
                let labels = x.labels(&ticks);
                ticks.into_iter().zip(labels).collect()
            }
            XKind::Date => date_ticks(x, max),
            XKind::Elapsed => {
                const STEPS: [f64; 14] = [
                    1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 1_800., 3_600., 14_400.,
                    86_400.,
                ];
                let raw = (x.high - x.low) / 1000.0 / max as f64;
                let step = STEPS.into_iter().find(|s| *s >= raw).unwrap_or(raw) * 1000.0;
                (0..=max + 1)
                    .map(|i| ((x.low / step).ceil() + i as f64) * step)
                    .take_while(|v| *v <= x.high)
                    .map(|v| (v, format::span(v as i64)))
                    .collect()
            }
        }
    }
}

/// Starts of months, or days at even distances when the range is short.
fn date_ticks(x: Scale, max: usize) -> Vec<(f64, String)> {
    let day = Millis::DAY as f64;
    let days = (x.high - x.low) / day;
    if days < 70.0 {
        let every = [1.0, 2.0, 7.0, 14.0]
            .into_iter()
            .find(|e| days / e <= max as f64)
            .unwrap_or(28.0)
            * day;
        return (0..=max + 1)
            .map(|i| x.low + i as f64 * every)
            .take_while(|v| *v <= x.high)
            .map(|v| (v, format::month_day(Millis(v as i64))))
            .collect();
    }
    let every = (days / 30.4 / max as f64).ceil().max(1.0) as usize;
    let start = Millis(x.low as i64).civil().date().first_of_month();
    let years = days > 600.0;
    (0..600i64)
        .step_by(every)
        .filter_map(|i| start.checked_add(jiff::Span::new().months(i)).ok())
        .filter_map(Millis::from_date)
        .map(|at| at.0 as f64)
        .take_while(|v| *v <= x.high)
        .filter(|v| *v >= x.low)
        .map(|v| {
            let at = Millis(v as i64);
            (
                v,
                if years {
                    at.date()[..7].to_owned()
                } else {
                    format::month(at).to_owned()
                },
            )
        })
        .collect()
}
