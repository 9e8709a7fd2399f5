//! The MCP server: Telegraphist's operations as tools, resources and prompts for agents.
//!
//! Knows the protocol and nothing else: what a tool does is the application's business, and how a byte stream comes
//! about the binary's. Nothing here reaches Telegram but through [`telegraphist_application::Application`]. Both eras
//! of the protocol are spoken on any connection, and no schema work happens in a call. To read: [`Catalogue`], then
//! [`Selection`], then [`Server`]; then [`Endpoint`], which is the same over HTTP.

mod catalogue;
mod completion;
mod docs;
mod endpoint;
mod kept;
mod lines;
mod nearest;
mod prompts;
mod resources;
mod selection;
mod server;
mod servers;

pub use catalogue::{Argument, Called, Catalogue, Shown, Tool};
pub use docs::tools_markdown;
pub use endpoint::{Answer, ENDPOINT_PATH, Endpoint, EndpointOptions};
pub use selection::{BOT_TOOLSETS, Choice, DEFAULT_TOOLSETS, Selection, UnknownName};
pub use server::{
    Connection, INSTRUCTIONS, INSTRUCTIONS_WITH_PEOPLE, ServeError, Server, ServerOptions, SignInLink, SignInLinks,
};
pub use servers::Servers;
