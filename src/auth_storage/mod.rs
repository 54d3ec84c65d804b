//! better-auth's secondary storage and limiter: an object for each key.

pub mod client;
mod exports;
pub mod model;
pub mod object;
mod object_exports;
