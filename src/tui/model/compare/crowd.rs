//! The runs of the views that need many: the marked ones, or those of the table.

use trimtab_core::run::{RunId, RunKey, RunRow};

use super::{Compare, MOST};
use crate::model::Model;
use crate::model::runs::Runs;

impl Compare {
    /// The runs of the scatter and of the parallel axes: those compared, or when there is but one, those of the table's
    /// slice; as many as there are markers.
    #[must_use]
    pub fn crowd(&self, model: &Model) -> Vec<RunId> {
        let mut runs = self.all_runs(model);
        runs.truncate(MOST);
        runs
    }

    /// The runs whose parameters are correlated: every marked one, or when there are not two, the table's slice.
    #[must_use]
    pub fn all_runs(&self, model: &Model) -> Vec<RunId> {
        if model.runs.marks.len() > 1 {
            return model.runs.marks.clone();
        }
        let mut runs: Vec<RunId> = Vec::new();
        let mut had = std::collections::HashSet::new();
        // The head of a group is a run that may come again below it.
        let rows = model.runs.page_rows(model).map(|r| &r.id);
        runs.extend(rows.filter(|id| had.insert(*id)).cloned());
        runs
    }

    /// Where those runs come from.
    #[must_use]
    pub fn is_crowd_marked(model: &Model) -> bool {
        model.runs.marks.len() > 1
    }

    /// The rows of some runs that are known.
    #[must_use]
    pub fn known<'a>(model: &'a Model, runs: &[RunId]) -> Vec<&'a RunRow> {
        let rows = runs.iter().map(|id| model.data.run_by_id(id));
        rows.flatten().collect()
    }

    /// The columns that can be axes: metrics, the most telling first, parameters that differ, and times.
    #[must_use]
    pub fn axis_columns(&self, model: &Model) -> Vec<RunKey> {
        let rows = Self::known(model, &self.crowd(model));
        let metrics = Runs::metric_keys(rows.iter().copied());
        let metrics = metrics.into_iter().map(|m| self.statistic.key(m));
        let times = [RunKey::Duration, RunKey::Started];
        metrics.chain(telling_params(&rows)).chain(times).collect()
    }
}

/// The parameters that are not the same in all rows, by name.
pub fn telling_params(rows: &[&RunRow]) -> Vec<RunKey> {
    let keys: std::collections::BTreeSet<&String> =
        rows.iter().flat_map(|r| r.params.keys()).collect();
    let differs = |key: &&String| {
        rows.windows(2)
            .any(|w| w[0].params.get(*key) != w[1].params.get(*key))
    };
    keys.into_iter()
        .filter(differs)
        .map(|k| RunKey::Param(k.clone()))
        .collect()
}
