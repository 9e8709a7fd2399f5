//! Files on their way to and from Telegram, in parts and never as a whole in memory.

mod download;
mod location;
mod outgoing;
mod parts;
mod upload;

pub(crate) use download::{Origin, collect};
pub(crate) use location::{attachment, viewable};
pub(crate) use outgoing::{Manner, input_media};
pub(crate) use upload::Uploaded;
