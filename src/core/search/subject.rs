//! What a filter and an order can ask of a record.

use super::Attribute;

/// One dataset that a run used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dataset<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// The digest of its contents.
    pub digest: Option<&'a str>,
    /// What it was used for (the tag `mlflow.data.context`).
    pub context: Option<&'a str>,
}

/// Which dataset a logged model's metric must have been measured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetScope {
    /// The dataset's name; any when absent.
    pub name: Option<String>,
    /// The dataset's digest; any when absent.
    pub digest: Option<String>,
}

impl DatasetScope {
    /// Whether a dataset is the one meant.
    pub fn includes(&self, name: Option<&str>, digest: Option<&str>) -> bool {
        let fits = |asked: &Option<String>, found| asked.is_none() || asked.as_deref() == found;
        fits(&self.name, name) && fits(&self.digest, digest)
    }
}

/// A record that can be searched. Each record answers what it has; the rest is missing.
pub trait Subject {
    /// An attribute of [`Kind::Text`](super::Kind::Text).
    fn text(&self, _attribute: Attribute) -> Option<&str> {
        None
    }
    /// An attribute of [`Kind::Integer`](super::Kind::Integer) or
    /// [`Kind::IntegerId`](super::Kind::IntegerId).
    fn number(&self, _attribute: Attribute) -> Option<i64> {
        None
    }
    /// The latest value of a metric.
    fn metric(&self, _key: &str) -> Option<f64> {
        None
    }
    /// Whether a metric passes a test. A logged model, where any logged value counts, overrides it.
    fn any_metric(&self, key: &str, test: impl Fn(f64) -> bool) -> bool {
        self.metric(key).is_some_and(test)
    }
    /// The latest value of a metric on a dataset, to order logged models by.
    fn metric_on(&self, _key: &str, _dataset: &DatasetScope) -> Option<f64> {
        None
    }
    /// The least and the greatest finite value of a metric; nothing when it has none.
    fn metric_range(&self, _key: &str) -> Option<(f64, f64)> {
        None
    }
    /// The text that plain words are looked for in: lower-case lines.
    fn words(&self) -> &str {
        ""
    }
    /// A parameter.
    fn param(&self, _key: &str) -> Option<&str> {
        None
    }
    /// A tag.
    fn tag(&self, _key: &str) -> Option<&str> {
        None
    }
    /// The datasets that were used.
    fn datasets(&self) -> impl Iterator<Item = Dataset<'_>> {
        std::iter::empty()
    }
}

impl<T: Subject> Subject for &T {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        (**self).text(attribute)
    }
    fn number(&self, attribute: Attribute) -> Option<i64> {
        (**self).number(attribute)
    }
    fn metric(&self, key: &str) -> Option<f64> {
        (**self).metric(key)
    }
    fn any_metric(&self, key: &str, test: impl Fn(f64) -> bool) -> bool {
        (**self).any_metric(key, test)
    }
    fn metric_on(&self, key: &str, dataset: &DatasetScope) -> Option<f64> {
        (**self).metric_on(key, dataset)
    }
    fn metric_range(&self, key: &str) -> Option<(f64, f64)> {
        (**self).metric_range(key)
    }
    fn words(&self) -> &str {
        (**self).words()
    }
    fn param(&self, key: &str) -> Option<&str> {
        (**self).param(key)
    }
    fn tag(&self, key: &str) -> Option<&str> {
        (**self).tag(key)
    }
    fn datasets(&self) -> impl Iterator<Item = Dataset<'_>> {
        (**self).datasets()
    }
}
