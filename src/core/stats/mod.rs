//! Statistics: one definition each, cited.

pub mod drift;
