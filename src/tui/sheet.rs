//! A table as data, written as CSV, JSON and Parquet.

use std::fmt::Write as _;

use serde_json::{Map, Number};
use trimtab_core::parquet::{self, Column, Values};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A number; NaN and infinities are values.
    Number(f64),
    /// Nothing known.
    None,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::None, Self::Number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

/// Rows under named columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The columns' names; no two the same.
    pub columns: Vec<String>,
    /// The rows; a short one ends in nothing.
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    /// A sheet without rows.
    #[must_use]
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// The table by RFC 4180, with line feeds; an empty field is nothing.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::new();
        let head = self.columns.iter().map(|c| quoted(c));
        let _ = writeln!(out, "{}", head.collect::<Vec<_>>().join(","));
        for row in &self.rows {
            let cells = (0..self.columns.len()).map(|i| match row.get(i) {
                Some(Value::Text(text)) => quoted(text),
                Some(Value::Number(n)) => n.to_string(),
                Some(Value::None) | None => String::new(),
            });
            let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join(","));
        }
        out
    }

    /// The table as a list of objects. What is no finite number is a word, as JSON has none for it.
    #[must_use]
    pub fn json(&self) -> String {
        use serde_json::Value as Json;
        let cell = |value: Option<&Value>| match value {
            Some(Value::Text(text)) => Json::String(text.clone()),
            // Counts have no decimals, here as in what was counted.
            Some(Value::Number(n)) if is_whole(*n) => Json::Number(Number::from(*n as i64)),
            Some(Value::Number(n)) => match Number::from_f64(*n) {
                Some(n) => Json::Number(n),
                None => Json::String(n.to_string()),
            },
            Some(Value::None) | None => Json::Null,
        };
        let object = |row: &Vec<Value>| -> Json {
            let cells = self.columns.iter().enumerate();
            Json::Object(
                cells
                    .map(|(i, c)| (c.clone(), cell(row.get(i))))
                    .collect::<Map<_, _>>(),
            )
        };
        let rows: Vec<String> = self.rows.iter().map(|r| object(r).to_string()).collect();
        if rows.is_empty() {
            return "[]\n".to_owned();
        }
        format!("[\n{}\n]\n", rows.join(",\n"))
    }

    /// The table as Parquet. A column has whole numbers when all of its values are, words when any is.
    #[must_use]
    pub fn parquet(&self) -> Vec<u8> {
        let columns: Vec<Column> = (0..self.columns.len())
            .map(|i| Column {
                name: self.columns[i].clone(),
                values: values(self.rows.iter().map(|row| row.get(i))),
            })
            .collect();
        parquet::file(&columns)
    }
}

/// Whether a number is a count, which has no decimals.
fn is_whole(n: f64) -> bool {
    n.fract() == 0.0 && n.abs() < 9e15
}

/// The values of a column under the one type that holds them all.
fn values<'a>(cells: impl Iterator<Item = Option<&'a Value>> + Clone) -> Values {
    let known = || cells.clone().flatten();
    if known().any(|v| matches!(v, Value::Text(_))) {
        let word = |value: Option<&Value>| match value? {
            Value::Text(text) => Some(text.clone()),
            Value::Number(n) => Some(n.to_string()),
            Value::None => None,
        };
        return Values::Text(cells.map(word).collect());
    }
    let number = |value: Option<&Value>| match value? {
        Value::Number(n) => Some(*n),
        Value::Text(_) | Value::None => None,
    };
    let numbers: Vec<Option<f64>> = cells.map(number).collect();
    let mut there = numbers.iter().flatten().peekable();
    if there.peek().is_some() && there.all(|n| is_whole(*n)) {
        let whole = numbers.into_iter().map(|n| n.map(|n| n as i64));
        return Values::Integer(whole.collect());
    }
    Values::Double(numbers)
}

/// A field between quotes when it needs them.
fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_value_is_written_as_what_it_is() {
        let mut sheet = Sheet::new(["run", "auc", "n"]);
        sheet.rows = vec![
            vec!["say \"hi\", all".into(), Some(0.5).into(), 3usize.into()],
            vec!["".into(), Some(f64::NAN).into()],
        ];
        assert_eq!(
            sheet.csv(),
            "run,auc,n\n\"say \"\"hi\"\", all\",0.5,3\n\"\",NaN,\n"
        );
        let read: Vec<Map<String, serde_json::Value>> =
            serde_json::from_str(&sheet.json()).unwrap();
        assert_eq!(read[0]["n"], 3);
        assert_eq!(read[0]["auc"], 0.5);
        assert_eq!(read[1]["auc"], "NaN");
        assert!(read[1]["n"].is_null());
        assert_eq!(Sheet::new(["a"]).json(), "[]\n");
    }

    #[test]
    fn a_column_has_one_type() {
        let column = |cells: &[Value]| values(cells.iter().map(Some));
        let (one, half, word) = (Value::Number(1.0), Value::Number(0.5), Value::from("x"));
        let none = Value::None;
        assert_eq!(
            column(&[one.clone(), none.clone()]),
            Values::Integer(vec![Some(1), None])
        );
        assert_eq!(
            column(&[one.clone(), half]),
            Values::Double(vec![Some(1.0), Some(0.5)])
        );
        assert_eq!(
            column(&[one, none, word]),
            Values::Text(vec![Some("1".into()), None, Some("x".into())])
        );
        assert_eq!(column(&[Value::None]), Values::Double(vec![None]));
        let nan = column(&[Value::Number(f64::NAN)]);
        assert!(matches!(nan, Values::Double(v) if v[0].is_some_and(f64::is_nan)));
    }

    /// The fields of one CSV record, as a reader takes them.
    fn fields(text: &str) -> Vec<String> {
        let (mut out, mut quotes, mut chars) =
            (vec![String::new()], false, text.chars().peekable());
        while let Some(c) = chars.next() {
            let last = out.last_mut().unwrap();
            match c {
                '"' if quotes && chars.next_if_eq(&'"').is_some() => last.push('"'),
                '"' => quotes = !quotes,
                ',' if !quotes => out.push(String::new()),
                '\n' if !quotes => break,
                c => last.push(c),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_text_comes_back(cells in prop::collection::vec("\\PC{0,6}|[\",\n a]{0,6}", 1..6), number in any::<f64>()) {
            let columns: Vec<String> = (0..=cells.len()).map(|i| format!("c{i}")).collect();
            let mut row: Vec<Value> = cells.iter().map(|c| c.clone().into()).collect();
            row.push(Value::Number(number));
            let sheet = Sheet { columns: columns.clone(), rows: vec![row] };
            let csv = sheet.csv();
            let read = fields(csv.split_once('\n').unwrap().1);
            prop_assert_eq!(&read[..cells.len()], &cells[..]);
            let back: f64 = read[cells.len()].parse().unwrap();
            prop_assert!(back == number || back.is_nan() && number.is_nan());
            let json: Vec<Map<String, serde_json::Value>> = serde_json::from_str(&sheet.json()).unwrap();
            for (c, text) in columns.iter().zip(&cells) {
                prop_assert_eq!(json[0][c].as_str(), Some(text.as_str()));
            }
        }
    }
}
