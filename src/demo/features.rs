//! From rows to numbers: how a model sees each feature.
//!
//! A number stays itself, a null is NaN. A category becomes the share of positives among its
//! training rows, drawn towards the overall share when it is rare; one that training never
//! saw is as good as null. What was fitted travels inside the model file.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trimtab_store::frame::{Column, Frame};

/// Rows of the overall share that a category's own rows are mixed with.
const SMOOTHING: f64 = 20.0;

/// One raw value of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Null or absent.
    Missing,
    /// A number.
    Number(f64),
    /// Text.
    Text(&'a str),
}

impl<'a> Cell<'a> {
    /// The value of a column in a row.
    pub fn of(column: &'a Column, row: usize) -> Self {
        match column {
            Column::Text(_) => column.text(row).map_or(Self::Missing, Self::Text),
            _ => column.number(row).map_or(Self::Missing, Self::Number),
        }
    }

    /// A JSON value; `None` when it is neither null, number, boolean nor text.
    pub fn of_json(value: &'a serde_json::Value) -> Option<Self> {
        Some(match value {
            serde_json::Value::Null => Self::Missing,
            serde_json::Value::Bool(b) => Self::Number(f64::from(*b)),
            serde_json::Value::Number(n) => Self::Number(n.as_f64()?),
            serde_json::Value::String(s) => Self::Text(s),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => return None,
        })
    }
}

/// One feature and how it becomes a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// How its values are coded.
    #[serde(flatten)]
    pub coding: Coding,
}

/// How a feature's values become numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Coding {
    /// As they are.
    Number,
    /// By category.
    Category {
        /// category → number.
        codes: BTreeMap<String, f64>,
    },
    /// Training saw no value at all: always the same number, so that no tree can split on it.
    Blank,
}

impl Feature {
    /// The number a tree sees: NaN when missing or unseen.
    ///
    /// # Errors
    /// Text where a number belongs.
    pub fn encode(&self, cell: Cell<'_>) -> Result<f64, Error> {
        match (&self.coding, cell) {
            (Coding::Blank, _) => Ok(0.0),
            (_, Cell::Missing) => Ok(f64::NAN),
            (Coding::Number, Cell::Number(v)) => Ok(v),
            (Coding::Number, Cell::Text(text)) => Err(Error::Value {
                name: self.name.clone(),
                value: text.to_owned(),
                expected: "a number or null".into(),
            }),
            (Coding::Category { codes }, Cell::Text(text)) => {
                Ok(codes.get(text).copied().unwrap_or(f64::NAN))
            }
            (Coding::Category { codes }, Cell::Number(v)) => {
                Ok(codes.get(&v.to_string()).copied().unwrap_or(f64::NAN))
            }
        }
    }
}

/// Every feature of a model, in the order its trees number them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Encoder {
    /// The features.
    pub features: Vec<Feature>,
}

impl Encoder {
    /// Learns the codes of `names` from training rows and their labels.
    ///
    /// # Errors
    /// A column that is not there.
    pub fn fit(frame: &Frame, names: &[&str], labels: &[bool]) -> Result<Self, Error> {
        let positives = labels.iter().filter(|label| **label).count();
        let prior = positives as f64 / labels.len().max(1) as f64;
        let mut features = Vec::with_capacity(names.len());
        for name in names {
            let column = frame.column(name)?;
            let coding = match column {
                Column::Text(values) => categories(values, labels, prior),
                _ if (0..frame.rows()).all(|row| column.number(row).is_none_or(f64::is_nan)) => {
                    Coding::Blank
                }
                _ => Coding::Number,
            };
            features.push(Feature {
                name: (*name).to_owned(),
                coding,
            });
        }
        Ok(Self { features })
    }

    /// Every row as numbers, column after column.
    ///
    /// # Errors
    /// A column that is not there, or text where a number belongs.
    pub fn encode(&self, frame: &Frame) -> Result<Vec<f64>, Error> {
        let mut numbers = Vec::with_capacity(frame.rows() * self.features.len());
        for feature in &self.features {
            let column = frame.column(&feature.name)?;
            for row in 0..frame.rows() {
                numbers.push(feature.encode(Cell::of(column, row))?);
            }
        }
        Ok(numbers)
    }
}

fn categories(values: &[Option<String>], labels: &[bool], prior: f64) -> Coding {
    let mut counts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (value, label) in values.iter().zip(labels) {
        if let Some(value) = value {
            let (rows, positives) = counts.entry(value).or_default();
            *rows += 1.0;
            *positives += f64::from(*label);
        }
    }
    if counts.is_empty() {
        return Coding::Blank;
    }
    let code = |(rows, positives): (f64, f64)| (positives + SMOOTHING * prior) / (rows + SMOOTHING);
    Coding::Category {
        codes: counts
            .into_iter()
            .map(|(c, n)| (c.to_owned(), code(n)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        let text = |values: &[&str]| {
            Column::Text(
                values
                    .iter()
                    .map(|v| (!v.is_empty()).then(|| (*v).to_owned()))
                    .collect(),
            )
        };
        Frame::new()
            .with("n", Column::Integer(vec![Some(3), None, Some(5)]))
            .and_then(|f| f.with("c", text(&["a", "", "b"])))
            .and_then(|f| f.with("empty", Column::Number(vec![None, Some(f64::NAN), None])))
            .and_then(|f| f.with("blank", text(&["", "", ""])))
            .unwrap()
    }

    #[test]
    fn codes_are_smoothed_and_the_unseen_is_missing() {
        let names = ["n", "c", "empty", "blank"];
        let encoder = Encoder::fit(&frame(), &names, &[true, true, false]).unwrap();
        let numbers = encoder.encode(&frame()).unwrap();
        assert_eq!((numbers[0], numbers[2]), (3.0, 5.0));
        assert!(numbers[1].is_nan());
        let prior = 2.0 / 3.0;
        assert!((numbers[3] - (1.0 + SMOOTHING * prior) / (1.0 + SMOOTHING)).abs() < 1e-12);
        assert!(numbers[4].is_nan(), "null stays missing");
        assert!(
            numbers[6..].iter().all(|v| *v == 0.0),
            "blank features never vary"
        );
        assert!(
            encoder.features[1]
                .encode(Cell::Text("never seen"))
                .unwrap()
                .is_nan()
        );
        let error = encoder.features[0].encode(Cell::Text("many")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "n is \"many\": expected a number or null"
        );
    }

    #[test]
    fn json_values_are_cells() {
        let json = serde_json::json!([null, 1.5, true, "x", []]);
        let cells: Vec<_> = json.as_array().unwrap().iter().map(Cell::of_json).collect();
        assert_eq!(
            cells,
            [
                Some(Cell::Missing),
                Some(Cell::Number(1.5)),
                Some(Cell::Number(1.0)),
                Some(Cell::Text("x")),
                None
            ]
        );
    }

    #[test]
    fn an_encoder_survives_json() {
        let encoder = Encoder::fit(&frame(), &["n", "c", "blank"], &[true, false, false]).unwrap();
        let text = serde_json::to_string(&encoder).unwrap();
        assert_eq!(serde_json::from_str::<Encoder>(&text).unwrap(), encoder);
    }
}
