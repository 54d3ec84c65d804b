//! Counters.

pub mod model;
