//! The gateway over real sockets, with a bot, a person of the sandbox who is told and asked, and a store in memory.

mod admin;
mod approvals;
mod disk;
mod events;
mod health;
mod limits;
mod manners;
mod mcp;
mod mcp_limits;
mod rooms;
mod rpc;
mod tls;
mod tokens;
mod webhook;
mod world;
