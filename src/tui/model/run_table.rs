//! What a person chose of the runs table: filter, order, columns, groups. Remembered, and saved under names.

use serde::{Deserialize, Serialize};
use trimtab_core::expr;
use trimtab_core::run::{RunKey, RunOrder};

/// The least and the most columns of the terminal that a column may be given.
pub const WIDTHS: (u16, u16) = (3, 80);

/// A column that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Which.
    pub key: RunKey,
    /// How wide; as its content asks when absent.
    pub width: Option<u16>,
}

/// A way to look at the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    /// The filter in force: the last one that could be read.
    pub filter: String,
    /// The order; newest first when empty.
    pub order: Vec<RunOrder>,
    /// The columns; the console chooses them when absent.
    pub columns: Option<Vec<Chosen>>,
    /// What runs are grouped by.
    pub group: Option<RunKey>,
    /// Whether child runs are folded under their parents.
    pub nest: bool,
    /// Whether the deleted runs are shown instead of the others.
    pub deleted: bool,
}

impl RunView {
    /// Whether a run's place depends on more than its start: then any news of a run may move lines.
    #[must_use]
    pub fn places(&self) -> bool {
        !self.filter.is_empty() || !self.order.is_empty() || self.group.is_some()
    }
}

impl Default for RunView {
    fn default() -> Self {
        Self {
            filter: String::new(),
            order: Vec::new(),
            columns: None,
            group: None,
            nest: true,
            deleted: false,
        }
    }
}

/// A view as it is written in the user's state: what is as usual is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WrittenView {
    /// The filter's text.
    #[serde(skip_serializing_if = "String::is_empty")]
    filter: String,
    /// `metrics.auc:desc,started`.
    #[serde(skip_serializing_if = "String::is_empty")]
    sort: String,
    /// `name`, or `metrics.auc=12` with its width.
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    /// A column's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    group: String,
    /// Child runs stand beside their parents.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flat: bool,
    /// The deleted runs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

impl From<&RunView> for WrittenView {
    fn from(view: &RunView) -> Self {
        let column = |c: &Chosen| match c.width {
            Some(width) => format!("{}={width}", c.key.name()),
            None => c.key.name(),
        };
        Self {
            filter: view.filter.clone(),
            sort: RunOrder::print_list(&view.order),
            columns: view
                .columns
                .as_ref()
                .map(|c| c.iter().map(column).collect()),
            group: view.group.as_ref().map(RunKey::name).unwrap_or_default(),
            flat: !view.nest,
            deleted: view.deleted,
        }
    }
}

impl From<&WrittenView> for RunView {
    /// What cannot be read (a newer console wrote it, or a hand) is left out.
    fn from(written: &WrittenView) -> Self {
        let column = |text: &String| {
            let whole = expr::key_of(text)
                .ok()
                .map(|key| Chosen { key, width: None });
            whole.or_else(|| {
                let (name, width) = text.rsplit_once('=')?;
                let width: u16 = width.parse().ok()?;
                Some(Chosen {
                    key: expr::key_of(name).ok()?,
                    width: Some(width.clamp(WIDTHS.0, WIDTHS.1)),
                })
            })
        };
        let columns = |c: &Vec<String>| c.iter().filter_map(column).collect::<Vec<_>>();
        Self {
            filter: written.filter.clone(),
            order: RunOrder::parse_list(&written.sort).unwrap_or_default(),
            columns: written
                .columns
                .as_ref()
                .map(columns)
                .filter(|c| !c.is_empty()),
            group: expr::key_of(&written.group).ok(),
            nest: !written.flat,
            deleted: written.deleted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_written_and_read() {
        let view = RunView {
            filter: "metrics.auc > 0.9".into(),
            order: RunOrder::parse_list("metrics.auc:desc,started").unwrap(),
            columns: Some(vec![
                Chosen {
                    key: RunKey::Name,
                    width: Some(24),
                },
                Chosen {
                    key: RunKey::Least("val, loss=".into()),
                    width: Some(9),
                },
                Chosen {
                    key: RunKey::Param("a".into()),
                    width: None,
                },
            ]),
            group: Some(RunKey::Tag("x y".into())),
            nest: false,
            deleted: true,
        };
        let text = toml::to_string(&WrittenView::from(&view)).unwrap();
        let read: WrittenView = toml::from_str(&text).unwrap();
        assert_eq!(RunView::from(&read), view, "{text}");
        let usual = toml::to_string(&WrittenView::from(&RunView::default())).unwrap();
        assert_eq!(usual, "");
        let odd: WrittenView =
            toml::from_str("sort = \"colour\"\ncolumns = [\"?\"]\ngroup = \"(\"").unwrap();
        assert_eq!(RunView::from(&odd), RunView::default());
    }
}
