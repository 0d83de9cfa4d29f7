//! Statistics: one definition each, cited, and checked against published implementations.
//!
//! Everything takes plain slices and counts, allocates what it returns, and answers any input:
//! what cannot be computed is NaN or a typed refusal, never a panic.

mod bins;
pub mod bootstrap;
pub mod cell;
pub mod chi_square;
mod column;
pub mod compat;
pub mod curve;
pub mod distance;
pub mod drift;
mod durbin;
pub mod effect;
pub mod estimate;
mod grid;
pub mod isotonic;
pub mod kolmogorov;
pub mod ks;
pub mod ks_exact;
pub mod multiclass;
pub mod multiple;
pub mod profile;
pub mod proportion;
pub mod quality;
pub mod rank;
pub mod regression;
mod sort;
pub mod summary;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;
