//! better-auth's secondary storage and limiter: an object for each key.

pub mod argument;
pub mod client;
pub mod counter;
pub mod error;
#[cfg(feature = "clients")]
mod exports;
pub mod model;
#[cfg(feature = "objects")]
mod object;

#[cfg(test)]
mod tests;
