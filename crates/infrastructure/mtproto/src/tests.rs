//! The adapter against the sandbox: real connections, real trouble.

mod calls;
mod signing_in;
mod stage;
mod updates;
