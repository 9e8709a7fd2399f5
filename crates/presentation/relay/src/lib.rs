//! The way from a client to the process that owns a profile.
//!
//! A client starts a relay; the relay finds the owner's socket, or starts an owner, and passes lines. Blocking threads
//! and a few MB: no runtime, no MCP library. To read: [`Places`], [`Link`], [`greeting`], then [`Errand`].

mod errand;
pub mod greeting;
mod link;
mod places;
mod relay;

pub use errand::{Errand, ErrandError, RelayError};
pub use link::{Link, LinkError, StartReport};
pub use places::{Places, PlacesError, Profile};
