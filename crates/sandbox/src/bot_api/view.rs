//! How a bot sees the world: everything as the Bot API's JSON.

mod chats;
mod entities;
mod keyboards;
mod media;
mod members;
mod messages;
mod polls;
mod service;
mod users;

pub(crate) use entities::view_entities;

use crate::world::World;

/// The world through a bot's eyes.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// What is looked at.
    pub(crate) world: &'a World,
    /// Who looks.
    pub(crate) bot: i64,
}
