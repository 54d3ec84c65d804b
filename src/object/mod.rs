//! What all Durable Objects share, inside.

#[cfg(feature = "objects")]
pub mod body;
#[cfg(feature = "objects")]
pub mod call;
#[cfg(feature = "objects")]
pub mod calls;
#[cfg(feature = "objects")]
pub mod codec;
#[cfg(feature = "objects")]
pub mod places;
#[cfg(feature = "objects")]
pub mod state;
#[cfg(feature = "objects")]
pub mod storage;
#[cfg(feature = "objects")]
pub mod tables;
