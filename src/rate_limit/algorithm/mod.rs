//! How an object counts, by a limit's algorithm. Pure.

pub mod fixed_window;
pub mod sliding_window;
pub mod state;
#[cfg(feature = "objects")]
mod stored;
pub mod token_bucket;
