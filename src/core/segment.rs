//! Segments: the same window by the values of a column, so that what happens to a part is seen.

use crate::{
    monitor::{FeatureCell, Quality, WindowResult, drifted_share},
    stats::drift::Verdict,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The rows with one value of a column, or those with none of the values that are told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Segment {
    /// The column.
    pub column: String,
    /// The value, as text; `None` for the rest: other values, and rows without any.
    pub value: Option<String>,
}

/// How the rest is called.
const REST: &str = "(other)";

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}={}",
            self.column,
            self.value.as_deref().unwrap_or(REST)
        )
    }
}

impl FromStr for Segment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (column, value) = text
            .split_once('=')
            .filter(|(column, _)| !column.is_empty())
            .ok_or_else(|| format!("{text:?} is no segment: write COLUMN=VALUE, such as country=DE or country={REST}"))?;
        Ok(Self {
            column: column.to_owned(),
            value: (value != REST).then(|| value.to_owned()),
        })
    }
}

/// One segment of one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentResult {
    /// Which.
    pub segment: Segment,
    /// Its rows.
    pub rows: u64,
    /// Whether it was compared with the same segment of the reference; else with the whole reference, which has too
    /// few rows of it.
    pub own_reference: bool,
    /// One cell for each cell of the window, judged together with those of the other segments.
    pub cells: Vec<FeatureCell>,
    /// Quality against the labels that have arrived.
    pub quality: Quality,
}

impl SegmentResult {
    /// How many cells drifted.
    pub fn drifted(&self) -> usize {
        let drifted = |c: &&FeatureCell| c.verdict == Verdict::Drifted;
        self.cells.iter().filter(drifted).count()
    }

    /// The share of its judged features that drifted or are lost, by weight, 0 to 1; `None` when none could be
    /// judged.
    pub fn drifted_share(&self) -> Option<f64> {
        drifted_share(&self.cells)
    }

    /// What it was compared with, in words.
    pub fn against(&self) -> &'static str {
        if self.own_reference {
            "the same segment of the reference"
        } else {
            "the whole reference, which has too few rows of it"
        }
    }
}

impl WindowResult {
    /// One of its segments.
    pub fn segment(&self, segment: &Segment) -> Option<&SegmentResult> {
        self.segments.iter().find(|s| s.segment == *segment)
    }

    /// A segment as if it were the window: what shows windows shows segments.
    pub fn of_segment(&self, segment: &Segment) -> Option<Self> {
        let found = self.segment(segment)?;
        Some(Self {
            rows: found.rows,
            cells: found.cells.clone(),
            quality: found.quality.clone(),
            versions: Vec::new(),
            estimate: None,
            segments: Vec::new(),
            ..self.clone()
        })
    }
}

/// Every segment of these windows: in the order of the newest that has some, then what older ones had besides.
pub fn all(windows: &[WindowResult]) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    for s in windows.iter().rev().flat_map(|w| &w.segments) {
        if !found.contains(&s.segment) {
            found.push(s.segment.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_written() {
        for text in ["country=DE", "country=(other)", "a=b=c", "empty="] {
            assert_eq!(text.parse::<Segment>().unwrap().to_string(), text);
        }
        let rest: Segment = "country=(other)".parse().unwrap();
        assert_eq!(rest.value, None);
        assert!("DE".parse::<Segment>().is_err() && "=DE".parse::<Segment>().is_err());
    }
}
