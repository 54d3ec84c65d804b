//! What a Worker and its objects must agree on: when a call was made, and how objects are named. It imports neither side.

pub mod call_time;
pub mod name;
