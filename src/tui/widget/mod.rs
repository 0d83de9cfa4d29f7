//! What panes are drawn with: pure functions from data and a look to cells of a buffer.
//!
//! Widgets know nothing of models, runs or keys. Each clips to its area and draws something sensible
//! down to a single cell.

pub mod chart;
pub mod dialog;
pub mod editor;
pub mod heatmap;
pub mod histogram;
pub mod input;
pub mod markdown;
pub mod rule;
pub mod scale;
pub mod sparkline;
pub mod table;
pub mod text;
