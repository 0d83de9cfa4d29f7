//! Parameters, tags and inputs: a list, and below it the selected one in full.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use crate::model::Model;
use crate::model::detail::{Fact, Reading, Tab};
use crate::theme::Role;
use crate::update::detail::is_filtered_empty;
use crate::view::{layout, notice, text};
use crate::widget::rule;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::{Brush, clean, wrap};

/// Draws the tab.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let detail = &model.detail;
    if detail.tab == Tab::Inputs && absent(model, brush, area, run) {
        return;
    }
    let facts = detail.facts(run);
    if facts.is_empty() {
        return nothing(model, brush, area, run);
    }
    let (list, panel) = layout::detail_list(area);
    let inputs = detail.tab == Tab::Inputs;
    let columns = if inputs {
        vec![
            Column::left("", 4),
            Column::left("name", 16).grow(2).at_most(40),
            Column::left("digest or id", 12).grow(1).at_most(36),
            Column::left("context", 10).grow(1).at_most(24).priority(1),
            Column::left("source", 12).grow(3).priority(2),
        ]
    } else {
        let longest = facts.iter().map(|f| crate::widget::text::width(&f.name));
        let name = longest.max().unwrap_or(0).clamp(8, 40) as u16;
        let name = name.min((area.width / 2).max(8));
        vec![Column::left("name", name), Column::left("value", 8).grow(1)]
    };
    let row = |i: usize| -> Vec<Cell> {
        let Some(fact) = facts.get(i) else {
            return Vec::new();
        };
        let value = Cell::text(clean(&fact.value.replace('\n', " ")));
        let name = Cell::text(clean(&fact.name));
        if inputs {
            return vec![
                Cell::role(fact.sort, Role::Dim),
                name,
                Cell::text(clean(&fact.id)),
                Cell::text(clean(&fact.context)),
                value,
            ];
        }
        vec![name, value]
    };
    let place = detail.list(detail.tab);
    Table {
        columns: &columns,
        len: facts.len(),
        offset: place.offset,
        selected: Some(place.selected),
        focused: true,
        row: &row,
        marked: &|_| false,
    }
    .draw(brush, list);
    if let (Some(fact), true) = (facts.get(place.selected), panel.height > 0) {
        full(brush, panel, fact);
    }
}

/// The selected fact, as far as there is room.
fn full(brush: &mut Brush<'_>, area: Rect, fact: &Fact) {
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let lines: Vec<String> = fact
        .full
        .iter()
        .flat_map(|l| wrap(&clean(l), room))
        .collect();
    let rows = usize::from(area.height.saturating_sub(1));
    let more = if lines.len() > rows {
        "enter reads it all"
    } else {
        ""
    };
    let inner = rule::titled(brush, area, &clean(&fact.name), more, false);
    for (i, line) in lines.iter().take(rows).enumerate() {
        let y = inner.y + i as u16;
        brush.put(
            inner.x + 1,
            y,
            inner.width.saturating_sub(1),
            line,
            Role::Text,
        );
    }
}

/// A value alone.
pub fn read(brush: &mut Brush<'_>, area: Rect, reading: &Reading) {
    let place = text::place(&reading.lines[..], &reading.pager, false);
    rule::titled(brush, area, &clean(&reading.title), &place, true);
    let area = layout::detail_text(area);
    text::draw(
        brush,
        area,
        &reading.lines[..],
        &reading.pager,
        &text::PLAIN,
    );
}

/// Inputs that are on their way, or cannot be told. True when something was drawn.
fn absent(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) -> bool {
    match &model.detail.inputs {
        Some((of, Ok(_))) if *of == run.id => return false,
        Some((of, Err(trouble))) if *of == run.id => {
            notice::draw(
                brush,
                area,
                &trouble.message,
                Role::Bad,
                &[&trouble.hint, "f5 asks again."],
            );
        }
        _ if model.is_up() => {
            let text = format!("Loading the inputs{}", brush.glyphs().ellipsis);
            notice::draw(brush, area, &text, Role::Dim, &[]);
        }
        _ => notice::draw(brush, area, "Waiting for the agent.", Role::Dim, &[]),
    }
    true
}

fn nothing(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let detail = &model.detail;
    if is_filtered_empty(model, run) {
        let text = format!("Nothing here has \"{}\".", detail.filter(detail.tab));
        return notice::draw(brush, area, &text, Role::Text, &["Esc shows all."]);
    }
    let (text, hint) = match detail.tab {
        Tab::Params => (
            "This run has logged no parameter.",
            "mlflow.log_param(\"depth\", 6)",
        ),
        Tab::Tags => (
            "This run has no tag.",
            "t in the table of runs gives it one.",
        ),
        _ => (
            "This run has logged neither data sets nor models.",
            "mlflow.log_input(dataset, context=\"training\")",
        ),
    };
    notice::draw(brush, area, text, Role::Text, &[hint]);
}
