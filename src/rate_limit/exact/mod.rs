//! Exact limits, from outside: every call asks the identifier's object.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod refusals;
