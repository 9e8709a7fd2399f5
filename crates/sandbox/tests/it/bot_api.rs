//! The box as bots see it, over HTTP as their programs use it.

mod basics;
mod groups;
pub(crate) mod robot;
mod sending;
