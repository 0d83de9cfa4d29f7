//! The list of columns, at the right of the table that it changes.

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::run_columns::ColumnList;
use crate::theme::Role;
use crate::widget::dialog::boxed;
use crate::widget::text::{Brush, clean, width};

/// Draws the list.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect, list: &ColumnList) {
    let names: Vec<String> = list.items.iter().map(|i| clean(&i.key.name())).collect();
    let widest = names.iter().map(|n| width(n)).max().unwrap_or(0) as u16;
    let w = (widest + 16).clamp(28, 48).min(area.width);
    let h = (names.len() as u16 + 2).min(area.height.saturating_sub(3).max(3));
    let rect = Rect {
        x: area.right() - w,
        y: area.y + area.height.saturating_sub(h).min(3),
        width: w,
        height: h.min(area.height),
    };
    let inner = boxed(brush, rect, "Columns", Role::Accent);
    let height = usize::from(inner.height).max(1);
    let first = list.selected.saturating_sub(height - 1);
    let g = brush.glyphs();
    for (i, item) in list.items.iter().enumerate().skip(first).take(height) {
        let y = inner.y + (i - first) as u16;
        if y >= inner.bottom() {
            break;
        }
        let role = if item.on { Role::Text } else { Role::Dim };
        let mark = if item.on { g.mark } else { " " };
        brush.put(inner.x + 1, y, 1, mark, Role::Marked);
        let mut aside = String::new();
        let order = &model.runs.view.order;
        if let Some(at) = order.iter().position(|o| o.key == item.key) {
            aside.push_str(g.sort[usize::from(order[at].descending)]);
            if order.len() > 1 {
                aside.push_str(&(at + 1).to_string());
            }
        }
        if let Some(width) = item.width {
            aside.push_str(&format!(" {width}"));
        }
        let aside_width = width(&aside) as u16;
        let room = inner.width.saturating_sub(5 + aside_width);
        brush.put(inner.x + 3, y, room, &names[i], role);
        let x = inner.right().saturating_sub(aside_width + 1);
        brush.put(x, y, aside_width, &aside, Role::Accent);
        if i == list.selected {
            let row = Rect {
                x: inner.x,
                y,
                width: inner.width,
                height: 1,
            };
            brush.tint(row, Role::Selected);
            brush.put(inner.x, y, 1, g.cursor, Role::Accent);
        }
    }
}
