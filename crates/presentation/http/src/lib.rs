//! The gateway: what scripts and build servers tell and ask over HTTP, and what Telegram brings.
//!
//! Handlers are thin: a body is the arguments of an operation, an answer is the operation's answer, and every failure has
//! the one shape of this server. Without tokens it listens where no other machine could reach it, and
//! never believes a request that a browser or a proxy carried here from elsewhere. Start with [`Gateway`].

mod admin;
mod approvals;
mod arguments;
mod auth;
mod body;
mod browsers;
mod desk;
mod events;
mod gateway;
mod guard;
mod health;
mod listen;
mod login;
mod mcp;
mod metrics;
mod options;
mod patience;
mod refusal;
mod resource;
mod routes;
mod seen;
mod shedding;
mod standing;
mod tls;
mod webhook;

pub use admin::{AdminOptions, openapi};
pub use auth::{Auth, Authenticate, Authenticating, NotAuthenticated};
pub use auth::{Fetch, Fetching, NotASignature, OAuth, OAuthOptions, SignedBy};
pub use gateway::Gateway;
pub use listen::{Listen, ListenError};
pub use login::LOGIN_PATH;
pub use metrics::Numbers;
pub use options::{GatewayOptions, OptionsError};
pub use tls::{TlsError, TlsFiles};
pub use webhook::WEBHOOK_PATH;
