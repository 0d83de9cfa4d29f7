//! A record that has everything a grammar can name.

use crate::search::{Attribute, Dataset, DatasetScope, Subject};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Any record of `golden.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Record {
    #[serde(deserialize_with = "floats")]
    pub metrics: BTreeMap<String, f64>,
    pub params: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub datasets: Vec<Used>,
    /// What a logged model was measured with.
    pub measured: Vec<Measured>,
    /// The attributes.
    #[serde(flatten)]
    pub columns: BTreeMap<String, serde_json::Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Used {
    name: String,
    digest: String,
    context: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Measured {
    key: String,
    value: f64,
    timestamp: i64,
    step: i64,
    dataset_name: Option<String>,
    dataset_digest: Option<String>,
}

/// Numbers, of which JSON writes some as text.
fn floats<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let raw = BTreeMap::<String, serde_json::Value>::deserialize(from)?;
    Ok(raw.into_iter().map(|(k, v)| (k, float(&v))).collect())
}

fn float(value: &serde_json::Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

impl Record {
    /// A run with what most tests need.
    pub fn run(id: &str, started: Option<i64>, metrics: &[(&str, f64)]) -> Self {
        let mut columns = BTreeMap::from([("run_id".to_owned(), id.into())]);
        if let Some(started) = started {
            columns.insert("start_time".to_owned(), started.into());
        }
        Self {
            metrics: metrics.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect(),
            columns,
            ..Self::default()
        }
    }

    fn latest(&self, of: impl Fn(&&Measured) -> bool) -> Option<f64> {
        let last = self
            .measured
            .iter()
            .filter(of)
            .max_by_key(|m| (m.timestamp, m.step))?;
        Some(last.value)
    }
}

impl Subject for Record {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        self.columns.get(attribute.name())?.as_str()
    }
    fn number(&self, attribute: Attribute) -> Option<i64> {
        self.columns.get(attribute.name())?.as_i64()
    }
    fn metric(&self, key: &str) -> Option<f64> {
        let logged = || self.latest(|m| m.key == key);
        self.metrics.get(key).copied().or_else(logged)
    }
    fn any_metric(&self, key: &str, test: impl Fn(f64) -> bool) -> bool {
        let measured = self
            .measured
            .iter()
            .filter(|m| m.key == key)
            .map(|m| m.value);
        self.metrics
            .get(key)
            .copied()
            .into_iter()
            .chain(measured)
            .any(test)
    }
    fn metric_on(&self, key: &str, on: &DatasetScope) -> Option<f64> {
        self.latest(|m| {
            m.key == key && on.includes(m.dataset_name.as_deref(), m.dataset_digest.as_deref())
        })
    }
    fn param(&self, key: &str) -> Option<&str> {
        self.params.get(key).map(String::as_str)
    }
    fn tag(&self, key: &str) -> Option<&str> {
        self.tags.get(key).map(String::as_str)
    }
    fn datasets(&self) -> impl Iterator<Item = Dataset<'_>> {
        self.datasets.iter().map(|used| Dataset {
            name: Some(&used.name),
            digest: Some(&used.digest),
            context: Some(&used.context),
        })
    }
}
