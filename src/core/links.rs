//! What a run read and made: data sets and models.

use crate::record::{Shared, Sorted};
use std::sync::Arc;

/// The tag of a use that says what the data were for: `training`, `eval`, ….
pub const CONTEXT: &str = "mlflow.data.context";

/// A data set as it was when somebody first logged it. In one experiment, name and digest name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// The digest of its contents.
    pub digest: String,
    /// What sort of place it came from: `local`, `code`, `http`, ….
    pub source_type: String,
    /// Which place, as JSON.
    pub source: String,
    /// Its columns, as JSON.
    pub schema: Option<String>,
    /// Figures about it, as JSON.
    pub profile: Option<String>,
}

/// A data set that a run read.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetUse {
    /// Which.
    pub dataset: Arc<Dataset>,
    /// Tags of this use.
    pub tags: Sorted<Shared>,
}

impl DatasetUse {
    /// What for: the tag [`CONTEXT`].
    pub fn context(&self) -> Option<&str> {
        self.tags.get(CONTEXT).map(|v| &**v)
    }
}

/// All that a run read and made. Models are named by the ids that clients gave, known or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunLinks {
    /// Data sets that it read, as they came.
    pub datasets: Vec<DatasetUse>,
    /// Models that it read, by id.
    pub inputs: Vec<Shared>,
    /// Models that it made, by id, each with the step at which it did.
    pub outputs: Vec<(Shared, i64)>,
}

/// The links of a run that has none.
pub(crate) static NONE: RunLinks = RunLinks {
    datasets: Vec::new(),
    inputs: Vec::new(),
    outputs: Vec::new(),
};

impl RunLinks {
    /// Adds a use. A data set that the run is known to read stays as it is: then this says no.
    pub fn add_dataset(&mut self, used: DatasetUse) -> bool {
        let same = |d: &DatasetUse| {
            (&d.dataset.name, &d.dataset.digest) == (&used.dataset.name, &used.dataset.digest)
        };
        let new = !self.datasets.iter().any(same);
        if new {
            self.datasets.push(used);
        }
        new
    }

    /// Adds a model that was read; `false` when it is there.
    pub fn add_input(&mut self, model: Shared) -> bool {
        match self.inputs.binary_search(&model) {
            Ok(_) => false,
            Err(at) => {
                self.inputs.insert(at, model);
                true
            }
        }
    }

    /// Adds a model that was made; `false` when it is there.
    pub fn add_output(&mut self, model: Shared, step: i64) -> bool {
        match self.outputs.binary_search_by(|(id, _)| id.cmp(&model)) {
            Ok(_) => false,
            Err(at) => {
                self.outputs.insert(at, (model, step));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(name: &str, digest: &str) -> DatasetUse {
        DatasetUse {
            dataset: Arc::new(Dataset {
                name: name.into(),
                digest: digest.into(),
                source_type: "local".into(),
                source: "{}".into(),
                schema: None,
                profile: None,
            }),
            tags: Sorted::default(),
        }
    }

    #[test]
    fn each_link_is_there_once() {
        let mut links = RunLinks::default();
        assert!(links.add_dataset(used("b", "1")) && links.add_dataset(used("a", "1")));
        assert!(!links.add_dataset(used("b", "1")) && links.add_dataset(used("b", "2")));
        let names: Vec<&str> = links.datasets.iter().map(|d| &*d.dataset.name).collect();
        assert_eq!(names, ["b", "a", "b"], "as they came");
        assert!(links.add_input("m-2".into()) && links.add_input("m-1".into()));
        assert!(!links.add_input("m-2".into()));
        assert_eq!(links.inputs, ["m-1".into(), "m-2".into()]);
        assert!(links.add_output("m-1".into(), 3) && !links.add_output("m-1".into(), 4));
        assert!(links.add_output("".into(), 1));
        assert_eq!(links.outputs, [("".into(), 1), ("m-1".into(), 3)]);
    }
}
