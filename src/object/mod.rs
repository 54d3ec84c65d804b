//! Calls on Durable Objects: the one place that knows of time limits, retries and failures.

pub mod call;
pub mod model;
