//! Locks.

pub mod model;
