//! The box as bots see it, over HTTP as their programs use it.

mod basics;
mod catalogue;
mod errors;
mod groups;
mod presenting;
mod rich;
pub(crate) mod robot;
mod sending;
mod teloxide;
mod trouble;
mod webhooks;
