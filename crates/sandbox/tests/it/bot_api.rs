//! The box as bots see it, over HTTP as their programs use it.

mod basics;
mod robot;
mod sending;
