//! The columns of the runs table: those that were chosen, or those that tell most.

use trimtab_core::run::{RunKey, RunOrder};

use super::Model;
use super::run_table::{Chosen, WIDTHS};
use super::runs::Runs;

/// Metrics and parameters offered to the table at most, when nobody chose.
const METRICS: usize = 4;
const PARAMS: usize = 4;

/// One line of the list of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The column.
    pub key: RunKey,
    /// Whether it is shown.
    pub on: bool,
    /// How wide it was made.
    pub width: Option<u16>,
}

/// The list of columns being changed; what is changed shows at once in the table behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnList {
    /// Shown ones first, in their order.
    pub items: Vec<Item>,
    /// The selected one.
    pub selected: usize,
    /// The columns that the view had before, for Esc.
    pub before: Option<Vec<Chosen>>,
    /// And its order.
    pub order_before: Vec<RunOrder>,
}

/// The columns that are shown.
#[must_use]
pub fn shown(model: &Model) -> Vec<Chosen> {
    match &model.runs.view.columns {
        Some(chosen) => chosen.clone(),
        None => usual(model),
    }
}

/// The columns that tell most of the rows that are here.
#[must_use]
pub fn usual(model: &Model) -> Vec<Chosen> {
    let runs = &model.runs;
    let mut keys = vec![RunKey::Name, RunKey::Status];
    // A column of nothing but `ok` tells nothing.
    if runs
        .page_rows(model)
        .any(|r| Runs::finding(model, r).is_some())
    {
        keys.push(RunKey::Health);
    }
    let metrics = Runs::metric_keys(runs.page_rows(model));
    keys.extend(metrics.into_iter().take(METRICS).map(RunKey::Metric));
    let params = runs.telling_params(model);
    keys.extend(params.into_iter().take(PARAMS).map(RunKey::Param));
    keys.extend([
        RunKey::Duration,
        RunKey::Age,
        RunKey::User,
        RunKey::Experiment,
    ]);
    keys.into_iter()
        .map(|key| Chosen { key, width: None })
        .collect()
}

impl ColumnList {
    /// The list as the table stands now.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let mut items: Vec<Item> = shown(model)
            .into_iter()
            .map(|c| Item {
                key: c.key,
                on: true,
                width: c.width,
            })
            .collect();
        let runs = &model.runs;
        let mut metrics = Runs::metric_keys(runs.page_rows(model));
        metrics.extend(runs.names.metrics.iter().cloned());
        let params = runs.page_rows(model).flat_map(|r| r.params.keys());
        let params: Vec<String> = params.chain(&runs.names.params).cloned().collect();
        let tags = runs.page_rows(model).flat_map(|r| r.tags.keys());
        let tags: Vec<String> = tags.chain(&runs.names.tags).cloned().collect();
        let bare = [
            RunKey::Name,
            RunKey::Id,
            RunKey::Status,
            RunKey::Health,
            RunKey::Started,
            RunKey::Age,
            RunKey::Ended,
            RunKey::Duration,
            RunKey::User,
            RunKey::Experiment,
            RunKey::Source,
            RunKey::Parent,
        ];
        let keys = bare
            .into_iter()
            .chain(metrics.clone().into_iter().map(RunKey::Metric))
            .chain(params.into_iter().map(RunKey::Param))
            .chain(tags.into_iter().map(RunKey::Tag))
            .chain(metrics.clone().into_iter().map(RunKey::Least))
            .chain(metrics.into_iter().map(RunKey::Greatest));
        let mut seen: std::collections::HashSet<RunKey> =
            items.iter().map(|i| i.key.clone()).collect();
        for key in keys {
            if seen.insert(key.clone()) {
                items.push(Item {
                    key,
                    on: false,
                    width: None,
                });
            }
        }
        Self {
            items,
            selected: 0,
            before: runs.view.columns.clone(),
            order_before: runs.view.order.clone(),
        }
    }

    /// The columns that are on, in their order.
    #[must_use]
    pub fn chosen(&self) -> Vec<Chosen> {
        self.items
            .iter()
            .filter(|i| i.on)
            .map(|i| Chosen {
                key: i.key.clone(),
                width: i.width,
            })
            .collect()
    }

    /// Moves the selection.
    pub fn step(&mut self, by: isize) {
        let last = self.items.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }

    /// Shows the selected column behind the others that are shown, or hides it. The last one stays.
    pub fn toggle(&mut self) {
        let shown = self.items.iter().filter(|i| i.on).count();
        let Some(item) = self.items.get_mut(self.selected) else {
            return;
        };
        if item.on && shown == 1 {
            return;
        }
        item.on = !item.on;
        let item = self.items.remove(self.selected);
        // The shown ones stay together at the top; the selection stays where it was looked at.
        let to = if item.on { shown } else { shown - 1 };
        self.items.insert(to.min(self.items.len()), item);
        self.selected = self.selected.min(self.items.len().saturating_sub(1));
    }

    /// Moves the selected column among those that are shown.
    pub fn shift(&mut self, by: isize) {
        let shown = self.items.iter().filter(|i| i.on).count();
        let to = self.selected.saturating_add_signed(by);
        if self.selected < shown && to < shown {
            self.items.swap(self.selected, to);
            self.selected = to;
        }
    }

    /// Makes the selected column wider or narrower, from the width it has on the screen.
    pub fn widen(&mut self, by: i16, now: u16) {
        if let Some(item) = self.items.get_mut(self.selected).filter(|i| i.on) {
            let width = item.width.unwrap_or(now).saturating_add_signed(by);
            item.width = Some(width.clamp(WIDTHS.0, WIDTHS.1));
        }
    }
}
