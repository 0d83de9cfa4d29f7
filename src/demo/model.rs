//! A fitted model as a file: encoder, trees, and where they come from.

use crate::{
    Error,
    booster::{Ensemble, Params},
    features::{Cell, Encoder},
    files,
};
use serde::{Deserialize, Serialize};
use std::path::Path;
use trimtab_store::frame::Frame;

/// The file's name inside a version's folder.
pub const FILE: &str = "model.json";
/// The layout of the file; another number is refused.
const FORMAT: u32 = 1;

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The layout of the file.
    pub format: u32,
    /// The registered model's name.
    pub model: String,
    /// The run that made it.
    pub run: Option<String>,
    /// The days it was fitted on: from (inclusive) to (exclusive).
    pub window: (String, String),
    /// The days held out: from (inclusive) to (exclusive).
    pub heldout: (String, String),
    /// Digest of the rows in both.
    pub data_version: String,
    /// What made it.
    pub code_version: String,
    /// Hyperparameters.
    pub params: Params,
    /// A probability at or above this counts as "late": the best F1 on the held-out rows.
    pub threshold: f64,
}

impl Meta {
    /// The layout number that this build writes.
    pub const fn format() -> u32 {
        FORMAT
    }
}

/// A fitted model.
#[derive(Debug, Serialize, Deserialize)]
pub struct Model {
    /// Where it comes from.
    pub meta: Meta,
    /// How rows become numbers.
    pub encoder: Encoder,
    /// What the numbers say.
    pub ensemble: Ensemble,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// The file is not there, not a model, or of another layout.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let model: Self = files::read_json(path, "a model file")?;
        if model.meta.format != FORMAT {
            return Err(Error::Value {
                name: format!("the layout of {}", path.display()),
                value: model.meta.format.to_string(),
                expected: FORMAT.to_string(),
            });
        }
        Ok(model)
    }

    /// Writes the model file in one step.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        files::write_json(path, "a model file", self)
    }

    /// The probability for every row of a frame.
    ///
    /// # Errors
    /// A feature's column is missing or holds text where a number belongs.
    pub fn score(&self, frame: &Frame) -> Result<Vec<f64>, Error> {
        let numbers = self.encoder.encode(frame)?;
        let rows = frame.rows();
        let mut row = vec![0.0; self.encoder.features.len()];
        Ok((0..rows)
            .map(|r| {
                row.iter_mut()
                    .enumerate()
                    .for_each(|(f, v)| *v = numbers[f * rows + r]);
                self.ensemble.probability(&row)
            })
            .collect())
    }

    /// The probability for one row of JSON; an absent feature counts as null.
    ///
    /// # Errors
    /// A feature's value is of a wrong type; it is named.
    pub fn score_json(
        &self,
        row: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<f64, Error> {
        let mut numbers = Vec::with_capacity(self.encoder.features.len());
        for feature in &self.encoder.features {
            let cell = match row.get(&feature.name) {
                None => Cell::Missing,
                Some(value) => Cell::of_json(value).ok_or_else(|| Error::Value {
                    name: feature.name.clone(),
                    value: value.to_string(),
                    expected: "a number, text or null".into(),
                })?,
            };
            numbers.push(feature.encode(cell)?);
        }
        Ok(self.ensemble.probability(&numbers))
    }

    /// Whether a probability counts as positive.
    pub fn positive(&self, probability: f64) -> bool {
        probability >= self.meta.threshold
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{booster::Sample, features::Coding, features::Feature};
    use std::ops::ControlFlow;

    /// A small real model of one feature `x`, whose base says who it is.
    pub(crate) fn toy(base: f64) -> Model {
        let numbers: Vec<f64> = (0..40).map(|i| f64::from(i) / 40.0).collect();
        let labels = numbers.iter().map(|x| *x > 0.5).collect();
        let sample = Sample { numbers, labels };
        let params = Params {
            rounds: 2,
            subsample: 1.0,
            min_leaf_weight: 0.0,
            ..Params::default()
        };
        let mut ensemble =
            crate::booster::fit(&sample, &sample, &params, |_| ControlFlow::Continue(())).unwrap();
        ensemble.base = base;
        Model {
            meta: Meta {
                format: FORMAT,
                model: crate::MODEL.into(),
                run: None,
                window: ("2013-01-01".into(), "2013-02-01".into()),
                heldout: ("2013-01-25".into(), "2013-02-01".into()),
                data_version: "0".into(),
                code_version: "test".into(),
                params,
                threshold: 0.5,
            },
            encoder: Encoder {
                features: vec![Feature {
                    name: "x".into(),
                    coding: Coding::Number,
                }],
            },
            ensemble,
        }
    }

    #[test]
    fn a_model_survives_its_file_to_the_last_bit() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("1").join(FILE);
        let model = toy(0.1 + 0.2);
        model.save(&file).unwrap();
        let back = Model::load(&file).unwrap();
        for x in [0.0, 0.49, 0.51, 1.0, f64::NAN] {
            assert_eq!(
                back.ensemble.probability(&[x]),
                model.ensemble.probability(&[x])
            );
        }
        assert_eq!(back.meta, model.meta);
    }

    #[test]
    fn a_later_layout_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        let mut model = toy(0.0);
        model.meta.format = FORMAT + 1;
        model.save(&file).unwrap();
        let error = Model::load(&file).unwrap_err().to_string();
        assert!(error.contains("is \"2\": expected 1"), "{error}");
    }
}
