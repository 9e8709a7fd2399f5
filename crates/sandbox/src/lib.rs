//! Telegram in a box: one world, played to unmodified clients on loopback.

pub mod rpc;
pub mod world;
pub mod wire;
