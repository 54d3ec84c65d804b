//! better-auth's secondary storage and limiter: an object for each key.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod model;
pub mod object;
#[cfg(feature = "objects")]
mod object_exports;
