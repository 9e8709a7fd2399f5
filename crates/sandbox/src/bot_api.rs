//! The box as bots see it: a Bot API server on loopback, over the same world as everything else.
//!
//! A request is read by [`request`], checked against the [`catalogue`], performed by one function of [`methods`] while the box is locked, and
//! answered in the Bot API's own words. Only `getUpdates` waits. What happens in the world becomes an update in [`desk`] at once, as JSON, so that
//! an update shows what was then. Start at [`serve`].

mod answer;
mod arguments;
mod catalogue;
mod desk;
mod fields;
mod files;
mod flood;
mod json;
mod keyboards;
mod line;
mod methods;
mod page;
mod polling;
mod request;
mod server;
mod text;
mod trouble;
mod view;
mod webhooks;

pub(crate) use desk::Desk;
pub use flood::Flood;
pub use page::page;
pub(crate) use server::serve;

/// Whether this is the name of a method among faults and counters, such as `bot.sendMessage`.
pub(crate) fn has_method(label: &str) -> bool {
    let name = label.strip_prefix("bot.").unwrap_or_default();
    catalogue::Catalogue::get().method(name).is_some_and(|method| method.name == name)
}
