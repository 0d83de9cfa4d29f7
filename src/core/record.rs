//! A run as the catalogue keeps it: everything but history, compact enough to hold every run of a
//! store in memory and look through all of them at each search.

use crate::{
    job::JobId,
    links::{self, RunLinks},
    metric::MetricSummary,
    run::{ExperimentId, RunId, RunRow, RunStatus},
    time::Millis,
};
use std::{collections::BTreeMap, sync::Arc};

/// A text that many records share: keys, and values that come again and again.
pub type Shared = Arc<str>;

/// What is known of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// The experiment it belongs to.
    pub experiment: ExperimentId,
    /// Its name, not unique.
    pub name: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Who started it.
    pub user: Shared,
    /// When it started.
    pub started: Millis,
    /// When it ended.
    pub ended: Option<Millis>,
    /// The job that launched it.
    pub job: Option<JobId>,
    /// When it was deleted; a deleted run can be restored.
    pub deleted: Option<Millis>,
    /// Parameters.
    pub params: Sorted<Shared>,
    /// Tags.
    pub tags: Sorted<Shared>,
    /// Latest, minimum and maximum of each metric.
    pub metrics: Sorted<MetricSummary>,
    /// What it read and made; absent when nothing.
    pub links: Option<Arc<RunLinks>>,
}

impl RunRecord {
    /// What it read and made.
    pub fn links(&self) -> &RunLinks {
        self.links.as_deref().unwrap_or(&links::NONE)
    }

    /// As a row of the console's table.
    pub fn row(&self, experiment_name: &str) -> RunRow {
        let texts = |facts: &Sorted<Shared>| -> BTreeMap<String, String> {
            let owned = |(k, v): (&Shared, &Shared)| (k.to_string(), v.to_string());
            facts.iter().map(owned).collect()
        };
        RunRow {
            id: self.id.clone(),
            experiment: self.experiment,
            experiment_name: experiment_name.to_owned(),
            name: self.name.clone(),
            status: self.status,
            user: self.user.to_string(),
            started: self.started,
            ended: self.ended,
            job: self.job,
            deleted: self.deleted.is_some(),
            params: texts(&self.params),
            tags: texts(&self.tags),
            metrics: self
                .metrics
                .iter()
                .map(|(k, v)| (k.to_string(), *v))
                .collect(),
        }
    }
}

/// A small map, kept as a vector sorted by key: a third of a tree's memory, and as fast to look in.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted<V>(Vec<(Shared, V)>);

impl<V> Default for Sorted<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Sorted<V> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        // The length tells most keys apart without reading them; records hold tens of keys.
        if self.0.len() <= 16 {
            let found = self.0.iter().find(|(k, _)| &**k == key);
            return found.map(|(_, v)| v);
        }
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// Sets a key's value; the one it had comes back.
    pub fn insert(&mut self, key: Shared, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                // Most runs hold few keys and there are many runs: room grows by a quarter, not to four and
                // then twice.
                if self.0.len() == self.0.capacity() {
                    self.0.reserve_exact(1 + self.0.len() / 4);
                }
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.place(key).ok().map(|at| self.0.remove(at).1)
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Shared, &V)> + Clone {
        self.0.iter().map(|(k, v)| (k, v))
    }

    /// Keys and values, to be put in other words; the keys must stay equal.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&mut Shared, &mut V)> {
        self.0.iter_mut().map(|(k, v)| (k, v))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a pair without looking where it belongs; [`Self::settle`] puts all in order.
    pub fn push(&mut self, key: Shared, value: V) {
        self.0.push((key, value));
    }

    /// Puts what was pushed in order; of a key that came twice the last value stays.
    pub fn settle(&mut self) {
        self.0.reverse();
        self.0.sort_by(|a, b| a.0.cmp(&b.0));
        self.0.dedup_by(|b, a| a.0 == b.0);
        self.0.shrink_to_fit();
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| (**k).cmp(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sorted_vector_is_a_map(says in prop::collection::vec(("[a-c]{0,3}", 0..9u8, any::<bool>()), 0..60)) {
            let (mut map, mut sorted) = (BTreeMap::new(), Sorted::default());
            let mut pushed = Sorted::default();
            for (key, value, insert) in &says {
                if *insert {
                    prop_assert_eq!(map.insert(key.clone(), *value), sorted.insert(key.as_str().into(), *value));
                } else {
                    prop_assert_eq!(map.remove(key), sorted.remove(key));
                }
                prop_assert_eq!(map.get(key), sorted.get(key));
            }
            for (key, value) in says.iter().filter(|s| s.2).map(|s| (&s.0, s.1)) {
                pushed.push(key.as_str().into(), value);
            }
            pushed.settle();
            let all: Vec<_> = sorted.iter().map(|(k, v)| (k.to_string(), *v)).collect();
            prop_assert_eq!(map.into_iter().collect::<Vec<_>>(), all);
            let last: BTreeMap<_, _> = says.iter().filter(|s| s.2).map(|s| (s.0.clone(), s.1)).collect();
            prop_assert_eq!(last.len(), pushed.len());
            for (k, v) in pushed.iter() {
                prop_assert_eq!(last.get(&**k), Some(v));
            }
        }
    }
}
