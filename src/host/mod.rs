//! Typed views of what JavaScript hands us, and the executor. No decisions of any room.
//!
//! The functions under `host` are `js/wasm/imports/`; the built glue receives that object as a parameter.

pub mod clock;
pub mod driver;
pub mod json;
pub mod kv;
pub mod namespace;
pub mod promises;
pub mod report;
mod slab;
pub mod storage;
pub mod task;
pub mod values;
