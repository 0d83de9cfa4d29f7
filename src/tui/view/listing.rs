//! A list as a table: rows around a selection, none of them marked.

use ratatui::layout::Rect;

use crate::model::list::List;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::Brush;

/// Draws the visible rows of a list of `len` rows.
pub(in crate::view) fn draw(
    brush: &mut Brush<'_>,
    area: Rect,
    columns: &[Column],
    list: &List,
    focused: bool,
    len: usize,
    row: &dyn Fn(usize) -> Vec<Cell>,
) {
    Table {
        columns,
        len,
        offset: list.offset,
        selected: Some(list.selected),
        focused,
        row,
        marked: &|_| false,
    }
    .draw(brush, area);
}
