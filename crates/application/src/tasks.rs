//! What agents have to do, and how far they are: lists that they register, and those that TaskMaster keeps in projects.
//!
//! A project is read only inside the folders that may be read, and never written. What an agent registers is sealed
//! like any text, and only that agent's principal reads it back; people who were let in see all of it, from the bot.
//! To read: [`task`], then [`registered`] and [`taskmaster`].

mod look;
mod registered;
mod task;
mod taskmaster;
#[cfg(test)]
mod tests;

pub(crate) use look::{Found, Wanted};
pub(crate) use registered::{NewList, Registered};
pub use task::{Section, TaskState, TaskSystem};
pub(crate) use task::{Task, TaskList, counts};
