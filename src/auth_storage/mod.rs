//! better-auth's secondary storage and limiter: an object for each key.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod model;
#[cfg(feature = "objects")]
mod object;
