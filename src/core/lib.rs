//! The domain of Trimtab: types, transitions, statistics, policy. Pure.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod alarm;
pub mod alert;
pub mod audit;
pub mod compare;
pub mod datacheck;
pub mod expr;
pub mod gate;
pub mod health;
pub mod job;
pub mod links;
pub mod location;
pub mod logged_model;
pub mod metric;
pub mod monitor;
pub mod notice;
pub mod policy;
pub mod python;
pub mod record;
pub mod registry;
pub mod release;
pub mod replay;
pub mod run;
pub mod search;
pub mod segment;
pub mod shell;
pub mod stats;
pub mod table;
pub mod time;
pub mod timeline;
pub mod trigger;
