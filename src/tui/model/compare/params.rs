//! Parameters and tags of the compared runs beside each other.

use std::collections::BTreeSet;

use trimtab_core::run::RunKey;

use super::Compare;
use crate::model::Model;

/// One parameter or tag, and what each run has of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Which.
    pub key: RunKey,
    /// In the order of the runs.
    pub values: Vec<Option<String>>,
}

impl Line {
    /// Whether not all runs have the same.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.values.windows(2).any(|w| w[0] != w[1])
    }
}

impl Compare {
    /// Every parameter and tag of the compared runs, without MLflow's own tags.
    #[must_use]
    pub fn all_params(&self, model: &Model) -> Vec<Line> {
        let rows = self.rows(model);
        let known = || rows.iter().flatten();
        let params = known().flat_map(|r| r.params.keys()).cloned();
        let tags = known().flat_map(|r| r.tags.keys());
        let keys: BTreeSet<RunKey> = params
            .map(RunKey::Param)
            .chain(
                tags.filter(|k| !k.starts_with("mlflow."))
                    .cloned()
                    .map(RunKey::Tag),
            )
            .collect();
        let value = |key: &RunKey, row: &trimtab_core::run::RunRow| key.text_of(row, model.now);
        keys.into_iter()
            .map(|key| Line {
                values: rows.iter().map(|r| value(&key, (*r)?)).collect(),
                key,
            })
            .collect()
    }

    /// The lines shown: those that differ, or all. One run alone differs from nothing, so all of it is shown.
    #[must_use]
    pub fn params(&self, model: &Model) -> Vec<Line> {
        let mut lines = self.all_params(model);
        if !self.same_too && self.runs(model).len() > 1 {
            lines.retain(Line::differs);
        }
        lines
    }
}
