//! The adapter against the sandbox: real connections, real trouble.

mod calls;
mod lines;
mod operations;
mod places;
mod references;
mod signing_in;
mod stage;
mod updates;
