//! Calls on Durable Objects from outside: the one place that knows of time limits, retries and failures.

pub mod breaker;
pub mod call;
mod clock;
#[cfg(feature = "clients")]
mod exports;
pub mod failure;
mod isolate;
pub mod refusal;
pub mod retry;
