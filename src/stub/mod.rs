//! Calls on Durable Objects from outside: the one place that knows of time limits, retries and failures.

pub mod call;
mod clock;
#[cfg(feature = "clients")]
mod exports;
pub mod failure;
pub mod refusal;
pub mod retry;
