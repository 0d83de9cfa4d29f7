//! Runs beside each other: which value is the better one, what runs have of a column, and which parameters matter.

mod better;
mod importance;
mod scale;

pub use better::Better;
pub use importance::{Factor, Importance, LeftOut, Reason};
pub use scale::{Held, Spread, held};
