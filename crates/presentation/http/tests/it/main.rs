//! The gateway over real sockets, with a bot, a person of the sandbox who is told and asked, and a store in memory.

mod approvals;
mod disk;
mod events;
mod health;
mod limits;
mod manners;
mod webhook;
mod world;
