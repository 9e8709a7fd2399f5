//! What Telegraphist can do, without saying how Telegram, a store or a client is reached.
//!
//! An operation on Telegram is data ([`Operation`]); one pipeline performs every operation ([`Application::perform`]);
//! what it needs from outside are [`ports`]. Nothing reaches Telegram around the pipeline but the named ports for
//! connections, signing in and updates. To read: [`operation`], then [`operations`], then `pipeline`.

pub mod access;
pub mod administration;
pub mod ambient;
mod application;
pub mod approvals;
pub mod arguments;
pub mod bots;
pub mod caller;
pub mod cards;
pub mod changes;
#[cfg(test)]
mod clocks;
#[cfg(any(test, feature = "contracts"))]
pub mod contracts;
mod cursors;
pub mod delivery;
mod dismissal;
mod duties;
pub mod enrolments;
pub mod failure;
pub mod files;
pub mod grants;
pub mod health;
pub mod limits;
pub mod lockdown;
pub mod memory;
pub mod notices;
pub mod operation;
pub mod operations;
pub mod patience;
pub mod people;
mod pipeline;
pub mod ports;
pub mod readable;
pub mod sealing;
pub mod security;
pub mod session_strings;
pub mod sessions;
mod shedding;
#[cfg(test)]
mod stage;
pub mod stored;
pub mod tasks;
pub mod telemetry;
pub mod text;
pub mod updates;
pub mod views;

pub use access::Unauthenticated;
pub use application::{Application, Outside, Ports, Settings, Store};
pub use caller::{CallContext, Caller};
pub use dismissal::Dismissal;
pub use failure::{Code, Failure};
pub use grants::{Grants, Scopes};
pub use operation::{Class, Effect, Facts, Operation, Scope, Toolset};
pub use pipeline::{Budgets, ExplainedStep, Explanation, Here, HereCall, Says, WouldBe};
pub use updates::AnnouncedInbox;
