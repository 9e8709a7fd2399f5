//! Who calls from elsewhere: bearer tokens, made and taken back by the owner, and what they are let in to.
//!
//! A token is found by a keyed hash of its secret; the secret itself is shown once and kept nowhere. The key is the
//! application's own, which lies sealed in the vault: rotating the vault key seals it anew and leaves every token as it
//! is. To whoever has no token that counts, nothing is told but that. Start with [`Application::authenticate`].

mod admission;
mod authenticate;
mod authenticate_vouched;
mod create_token;
mod door;
mod error;
mod look;
mod named_chats;
mod preset;
mod revoke_token;
mod secret;
#[cfg(test)]
mod tests;

pub use admission::{Admission, AdmissionRule, NotAScopeName, ScopeName, Vouched, chat_by_id};
pub use authenticate::Unauthenticated;
pub use create_token::{IssuedToken, NewToken};
pub(crate) use door::Door;
pub use error::TokenError;
pub use look::{TokenState, TokenView};
pub use preset::Preset;
pub use secret::Secret;

use crate::application::Application;
use crate::caller::Caller;
use crate::operation::{Effect, Scope};
use crate::ports::Token;

/// What a caller was refused for want of, told beside an answer so that one place words it for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LacksScope(pub Scope);

/// Whose the budgets, keys and audit rows of a token are: its name for people, and enough of its id that one made later
/// under the same name is somebody else.
pub(crate) fn principal_of(token: &Token) -> String {
    let id = token.id.0.simple().to_string();
    format!("token:{}.{}", token.name, &id[id.len() - 8..])
}

/// Tokens are managed by who runs the server.
fn authorise(caller: &Caller, effect: Effect) -> Result<(), TokenError> {
    if caller.grants.administer(effect) { Ok(()) } else { Err(TokenError::NotTheOwner) }
}

impl Application {
    fn hash_of_token(&self, secret: &str) -> [u8; 32] {
        self.inner.keyed_hash(b"telegraphist token", secret.as_bytes())
    }
}
