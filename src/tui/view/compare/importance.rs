//! Which parameters go with a metric: rank correlations, on how many runs they rest, and what is left out.

use ratatui::layout::Rect;
use trimtab_core::compare::{Factor, Importance};

use super::notice;
use crate::model::Model;
use crate::model::compare::importance::{Line, lines};
use crate::model::compare::sheets::reason;
use crate::theme::Role;
use crate::view::listing;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, clean};

/// Columns of a bar on each side of its middle.
const BAR: usize = 6;

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let state = &model.compare;
    let found = state.importance(model);
    let (title, aside) = (title(model, &found), "correlation is no cause");
    let inner = rule::titled(brush, area, &title, aside, false);
    let lines = lines(&found);
    if lines.is_empty() {
        notice::draw(
            brush,
            inner,
            "There is no parameter to correlate with a metric.",
            Role::Text,
            &[
                "Mark runs with parameters and a common metric in Runs (2), or filter the table to them.",
            ],
        );
        return;
    }
    let columns = [
        Column::left("parameter", 16).grow(2).at_most(44),
        Column::right("rank corr", 9),
        Column::left("", 2 * BAR as u16 + 1).priority(2),
        Column::right("runs", 5),
        Column::right("chance", 6).priority(1),
        Column::left("", 18).grow(2),
    ];
    let row = |i: usize| -> Vec<Cell> {
        match lines[i] {
            Line::Factor(f) => factor(model, f),
            Line::LeftOut(l) => {
                let none = || Cell::role(model.look.glyphs.none, Role::Dim);
                vec![
                    Cell::role(clean(&l.param), Role::Dim),
                    none(),
                    Cell::role("", Role::Dim),
                    none(),
                    none(),
                    Cell::role(reason(&l.reason), Role::Dim),
                ]
            }
        }
    };
    listing::draw(
        brush,
        inner,
        &columns,
        &state.factors,
        true,
        lines.len(),
        &row,
    );
}

/// Which runs and which metric, and which of the runs tell nothing.
fn title(model: &Model, found: &Importance) -> String {
    let state = &model.compare;
    let dot = model.look.glyphs.dot;
    let all = found.runs + found.without + found.not_finite;
    let metric = state.crowd_metric(model).unwrap_or_default();
    let mut title = format!("{} {dot} {}", clean(&metric), super::crowd(model, all));
    for (n, why) in [
        (found.without, "without it"),
        (found.not_finite, "not a number"),
    ] {
        if n > 0 {
            title.push_str(&format!(" {dot} {n} {why}"));
        }
    }
    title
}

fn factor(model: &Model, f: &Factor) -> Vec<Cell> {
    let told = f.is_beyond_noise();
    let role = if told { Role::Text } else { Role::Dim };
    let name = match &f.word {
        Some(word) => format!("{} = {}", clean(&f.param), clean(word)),
        None => clean(&f.param),
    };
    let runs = match f.skipped {
        0 => f.n.to_string(),
        out => format!("{}/{}", f.n, f.n + out),
    };
    let note = if told { "" } else { "within chance" };
    vec![
        Cell::role(name, role),
        Cell::role(format!("{:+.2}", f.rho), role),
        Cell::role(
            bar(model, f.rho),
            if told { Role::Accent } else { Role::Dim },
        ),
        Cell::role(runs, role),
        Cell::role(chance(model, f), Role::Dim),
        Cell::role(note, Role::Dim),
    ]
}

/// How large chance alone makes a correlation; over 1 nothing could be larger.
fn chance(model: &Model, f: &Factor) -> String {
    match f.noise() {
        n if n < 1.0 => format!("{}{n:.2}", model.look.glyphs.plus_minus),
        _ => "any".to_owned(),
    }
}

/// A bar from the middle to the left or to the right.
fn bar(model: &Model, rho: f64) -> String {
    let g = model.look.glyphs;
    let filled = (rho.abs().min(1.0) * BAR as f64).round() as usize;
    let (full, blank) = (g.block[0].repeat(filled), " ".repeat(BAR - filled));
    if rho < 0.0 {
        format!("{blank}{full}{}", g.bar)
    } else {
        format!("{}{}{full}", " ".repeat(BAR), g.bar)
    }
}
