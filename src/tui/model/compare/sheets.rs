//! The tables of the pane as data: one row for each run, told apart by its id.

use trimtab_core::compare::Reason;
use trimtab_core::run::RunKey;

use super::importance::{Line, lines};
use super::{Compare, View};
use crate::model::Model;
use crate::sheet::{Sheet, Value};

impl Compare {
    /// The table in front and a name for its files; `None` where charts are, or nothing is.
    #[must_use]
    pub fn sheet(&self, model: &Model) -> Option<(Sheet, &'static str)> {
        let (sheet, name) = match self.view {
            View::Params => (self.params_sheet(model), "compare-parameters"),
            View::Metrics => (self.metrics_sheet(model), "compare-metrics"),
            View::Importance => (self.importance_sheet(model), "compare-importance"),
            View::Charts | View::Scatter | View::Parallel => return None,
        };
        (!sheet.rows.is_empty()).then_some((sheet, name))
    }

    /// The lines that are shown, as columns.
    fn params_sheet(&self, model: &Model) -> Sheet {
        let lines = self.params(model);
        let mut sheet = Sheet::new(["id", "name"]);
        sheet.columns.extend(lines.iter().map(|l| l.key.name()));
        for (i, id) in self.runs(model).iter().enumerate() {
            let mut row = vec![id.to_string().into(), Self::name(model, id).into()];
            row.extend(lines.iter().map(|l| match l.values.get(i) {
                Some(Some(value)) => Value::Text(value.clone()),
                _ => Value::None,
            }));
            sheet.rows.push(row);
        }
        sheet
    }

    /// Each metric, and how far it is from the baseline's.
    fn metrics_sheet(&self, model: &Model) -> Sheet {
        let runs = self.runs(model);
        let columns: Vec<_> = self
            .metrics(model)
            .iter()
            .map(|m| self.metric_column(model, m))
            .collect();
        let mut sheet = Sheet::new(["id", "name", "status", "baseline"]);
        for column in &columns {
            let name = self.statistic.key(column.metric.clone()).name();
            sheet.columns.push(format!("{name} change"));
            sheet.columns.insert(sheet.columns.len() - 1, name);
        }
        let baseline = self.baseline_at(&runs);
        for (i, id) in runs.iter().enumerate() {
            let status = model.data.run_by_id(id).map(|r| r.status.word());
            let mut row = vec![
                id.to_string().into(),
                Self::name(model, id).into(),
                status.map_or(Value::None, Value::from),
                if i == baseline { "yes" } else { "no" }.into(),
            ];
            for column in &columns {
                let value = column.values[i];
                let change = value.zip(column.values[baseline]).map(|(v, b)| v - b);
                row.push(value.into());
                row.push(change.filter(|_| i != baseline).into());
            }
            sheet.rows.push(row);
        }
        sheet
    }

    /// What has a correlation, and what has none and why.
    fn importance_sheet(&self, model: &Model) -> Sheet {
        let metric = self.crowd_metric(model);
        let metric = metric.map(|m| self.statistic.key(m).name());
        let mut sheet = Sheet::new([
            "parameter",
            "word",
            "metric",
            "rank correlation",
            "runs",
            "chance",
            "runs left out",
            "why none",
        ]);
        for line in lines(&self.importance(model)) {
            let metric = metric.clone().map_or(Value::None, Value::from);
            sheet.rows.push(match line {
                Line::Factor(f) => vec![
                    RunKey::Param(f.param.clone()).name().into(),
                    f.word.clone().map_or(Value::None, Value::from),
                    metric,
                    Value::Number(f.rho),
                    f.n.into(),
                    Value::Number(f.noise()),
                    f.skipped.into(),
                    Value::None,
                ],
                Line::LeftOut(l) => vec![
                    RunKey::Param(l.param.clone()).name().into(),
                    Value::None,
                    metric,
                    Value::None,
                    Value::None,
                    Value::None,
                    Value::None,
                    reason(&l.reason).into(),
                ],
            });
        }
        sheet
    }
}

/// Why there is no correlation, in words.
#[must_use]
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Same(value) => format!("{} everywhere", crate::widget::text::clean(value)),
        Reason::Few(n) => format!("only {} with it", crate::format::plural(*n as u64, "run")),
        Reason::Words(n) => format!("{n} different words"),
        Reason::FlatMetric => "the metric is flat".to_owned(),
    }
}
