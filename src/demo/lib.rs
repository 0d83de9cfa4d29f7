//! The demonstration: real flights, a real trainer, a real model server, a clock.
//!
//! Nothing here is simulated. The year's rows are embedded; training fits gradient-boosted
//! trees and logs through the agent as any trainer would; serving answers over HTTP from
//! whatever version the production pointer names; the world replays the year week by week,
//! asks that server for every row, and writes down what it really answered.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod booster;
pub mod dataset;
mod error;
pub mod features;
#[cfg(test)]
mod figures;
mod files;
pub mod model;
pub mod quality;
mod score;
pub mod serve;
mod stop;
pub mod train;
pub mod workspace;
pub mod world;

pub use error::Error;

/// The demonstration's model.
pub const MODEL: &str = "late15";
/// The recipe that retrains it.
pub const RECIPE: &str = "late15";
/// The monitor that watches it.
pub const MONITOR: &str = "late15";
/// The experiment its runs belong to.
pub const EXPERIMENT: &str = "late15";
