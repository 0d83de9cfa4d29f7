//! A run in detail, over the whole pane: tabs, each with its own list or text.

pub mod artifacts;
pub mod curves;
pub mod form;
mod inputs;
pub mod log;
pub mod viewer;

use trimtab_core::inputs::RunInputs;
use trimtab_core::run::{RunId, RunRow};

use self::artifacts::Artifacts;
use self::curves::Curves;
use self::log::LogView;
use super::Model;
use super::list::List;
use super::pager::{Pager, matches_any};
use super::runs::Runs;
use crate::msg::Trouble;

/// MLflow's tag for a run's note.
pub const NOTE: &str = "mlflow.note.content";
/// What metrics of the machine begin with.
const SYSTEM: &str = "system/";

/// What is shown of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tab {
    /// Its curve and the facts.
    #[default]
    Overview,
    /// Parameters.
    Params,
    /// Tags.
    Tags,
    /// Metrics with their ranges and small curves.
    Metrics,
    /// Data sets and models.
    Inputs,
    /// Files.
    Artifacts,
    /// Metrics of the machine.
    System,
    /// What its job wrote.
    Log,
    /// What people wrote about it.
    Notes,
}

impl Tab {
    /// Every tab, from left to right.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Params,
        Self::Tags,
        Self::Metrics,
        Self::Inputs,
        Self::Artifacts,
        Self::System,
        Self::Log,
        Self::Notes,
    ];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Params => "Params",
            Self::Tags => "Tags",
            Self::Metrics => "Metrics",
            Self::Inputs => "Inputs",
            Self::Artifacts => "Artifacts",
            Self::System => "System",
            Self::Log => "Log",
            Self::Notes => "Notes",
        }
    }

    /// The tab of a name, whatever its case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let is = |t: &Self| t.word().eq_ignore_ascii_case(word);
        Self::ALL.into_iter().find(is)
    }

    const fn place(self) -> usize {
        self as usize
    }

    /// The one so many places to the right, going round.
    #[must_use]
    pub fn beside(self, by: isize) -> Self {
        let count = Self::ALL.len() as isize;
        Self::ALL[(self.place() as isize + by).rem_euclid(count) as usize]
    }
}

/// One line of a list of facts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// Its value in one line.
    pub value: String,
    /// All that is known of it, in lines.
    pub full: Vec<String>,
    /// What sort it is, where several are in one list.
    pub sort: &'static str,
    /// A second name: a digest, an id.
    pub id: String,
    /// What for.
    pub context: String,
}

/// A text read alone, over its list.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it is.
    pub title: String,
    /// The text.
    pub lines: Vec<String>,
    /// Where in it.
    pub pager: Pager,
}

/// The state of the whole detail.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// The run, while it is open.
    pub run: Option<RunId>,
    /// What is shown of it.
    pub tab: Tab,
    lists: [List; Tab::ALL.len()],
    filters: [String; Tab::ALL.len()],
    /// A value read alone.
    pub reading: Option<Reading>,
    /// Whether the selected metric's chart has all the room.
    pub alone: bool,
    /// The step at which the chart is read out.
    pub cursor: Option<f64>,
    /// Small curves.
    pub curves: Curves,
    /// What the run read and made.
    pub inputs: Option<(RunId, Result<Box<RunInputs>, Trouble>)>,
    /// Its files.
    pub artifacts: Artifacts,
    /// Its job's log.
    pub log: LogView,
    /// Where in its note.
    pub note: Pager,
}

impl Detail {
    /// Shows a run; what was looked at of another one is forgotten, the tab stays.
    pub fn open(&mut self, run: RunId) {
        if self.run.as_ref() == Some(&run) {
            return;
        }
        *self = Self {
            run: Some(run),
            tab: self.tab,
            log: LogView {
                times: self.log.times,
                ..LogView::default()
            },
            ..Self::default()
        };
    }

    /// Whether the detail is over the whole pane.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.run.is_some()
    }

    /// The selection in a tab's list.
    #[must_use]
    pub const fn list(&self, tab: Tab) -> &List {
        &self.lists[tab.place()]
    }

    /// The same, to move it.
    pub const fn list_mut(&mut self, tab: Tab) -> &mut List {
        &mut self.lists[tab.place()]
    }

    /// What a tab's list is filtered by.
    #[must_use]
    pub fn filter(&self, tab: Tab) -> &str {
        &self.filters[tab.place()]
    }

    /// Filters a tab's list.
    pub fn set_filter(&mut self, tab: Tab, text: &str) {
        self.filters[tab.place()] = text.to_owned();
        self.lists[tab.place()] = List::default();
    }

    /// Whether the tab in front is a list of facts.
    #[must_use]
    pub const fn has_facts(&self) -> bool {
        matches!(self.tab, Tab::Params | Tab::Tags | Tab::Inputs)
    }

    /// The keys of the metrics in front, those of the model or of the machine, filtered.
    #[must_use]
    pub fn metric_keys(&self, run: &RunRow) -> Vec<String> {
        let system = self.tab == Tab::System;
        let filter = self.filter(self.tab);
        let mut keys = Runs::metric_keys(std::iter::once(run));
        keys.retain(|k| k.starts_with(SYSTEM) == system);
        keys.retain(|k| filter.is_empty() || matches_any(k, filter));
        if system {
            keys.sort();
        }
        keys
    }

    /// The lines of the list in front, filtered.
    #[must_use]
    pub fn facts(&self, run: &RunRow) -> Vec<Fact> {
        let plain = |(key, value): (&String, &String)| Fact {
            name: key.clone(),
            value: value.clone(),
            full: value.lines().map(str::to_owned).collect(),
            ..Fact::default()
        };
        let mut facts: Vec<Fact> = match self.tab {
            Tab::Params => run.params.iter().map(plain).collect(),
            // The note has a tab of its own.
            Tab::Tags => run.tags.iter().filter(|t| t.0 != NOTE).map(plain).collect(),
            Tab::Inputs => match &self.inputs {
                Some((of, Ok(inputs))) if *of == run.id => inputs::facts(inputs),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let filter = self.filter(self.tab);
        let is_meant = |f: &Fact| {
            let texts = [&f.name, &f.value, &f.id, &f.context];
            filter.is_empty() || texts.iter().any(|t| matches_any(t, filter))
        };
        facts.retain(is_meant);
        facts
    }

    /// The selected fact.
    #[must_use]
    pub fn fact(&self, run: &RunRow) -> Option<Fact> {
        let at = self.list(self.tab).selected;
        self.facts(run).into_iter().nth(at)
    }

    /// The metric whose chart is in front.
    #[must_use]
    pub fn charted(&self, runs: &Runs, run: &RunRow) -> Option<String> {
        match self.tab {
            Tab::Metrics | Tab::System => {
                let at = self.list(self.tab).selected;
                self.metric_keys(run).into_iter().nth(at)
            }
            _ => runs.detail_metric(run),
        }
    }

    /// Whether a chart with a read-out is in front.
    #[must_use]
    pub const fn has_chart(&self) -> bool {
        match self.tab {
            Tab::Overview => true,
            Tab::Metrics | Tab::System => self.alone,
            _ => false,
        }
    }
}

impl Model {
    /// The run that is looked at in the Runs pane: the one in detail, or the selected one.
    #[must_use]
    pub fn run_in_front(&self) -> Option<&RunRow> {
        match &self.detail.run {
            Some(id) => self.data.run_by_id(id),
            None => self.runs.selected(self),
        }
    }
}

/// A run's note; empty when it has none.
#[must_use]
pub fn note_of(run: &RunRow) -> &str {
    run.tags.get(NOTE).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_go_round() {
        assert_eq!(Tab::Overview.beside(-1), Tab::Notes);
        assert_eq!(Tab::Notes.beside(1), Tab::Overview);
        for tab in Tab::ALL {
            assert_eq!(Tab::from_word(tab.word()), Some(tab));
        }
    }

    #[test]
    fn another_run_begins_anew_in_the_same_tab() {
        let mut detail = Detail::default();
        detail.open(crate::testing::fixtures::run_id(1));
        detail.tab = Tab::Params;
        detail.list_mut(Tab::Params).selected = 3;
        detail.open(crate::testing::fixtures::run_id(1));
        assert_eq!(detail.list(Tab::Params).selected, 3);
        detail.open(crate::testing::fixtures::run_id(2));
        assert_eq!(
            (detail.tab, detail.list(Tab::Params).selected),
            (Tab::Params, 0)
        );
    }
}
