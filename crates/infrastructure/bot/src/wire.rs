//! The raw layer: one request, one answer, and exactly what is known where there is none.
//!
//! Arguments are teloxide's where it has them; sending and reading are ours, because teloxide's own way discards error
//! codes, waits ten seconds on a server error, and loses what is newer than itself. To read: [`Request`], then
//! [`Line::call`], then [`envelope`].

mod body;
mod client;
mod download;
mod envelope;
mod form;
mod line;
mod methods;
mod request;

pub(crate) use client::client;
pub(crate) use download::Download;
pub(crate) use form::Upload;
pub(crate) use line::Line;
pub(crate) use methods::{ALLOWED_UPDATES, GetUpdates, SetWebhook};
pub(crate) use request::Request;
