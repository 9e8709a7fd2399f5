//! What somebody would try who means harm, through real sockets against a gateway as it is served.
//!
//! Attacks that other stories and the tests of the crates try already are not tried twice; docs/security.md names them all.

mod access;
mod browsers;
mod flood;
mod outward;
mod wire;
