use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;
use tracing::Instrument as _;

use super::{door, principal_of, secret};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{BucketKey, StoreError, Token, Verdict};
use crate::security::NotLetIn;

/// Whose a row is where nobody can be told.
pub(super) const NOBODY: &str = "nobody";

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum Unauthenticated {
    /// No token, or none that counts: nobody made it, it expired, or it was taken back. Which one is for the operator, and
    /// not told to who came.
    #[error("no token that counts")]
    Refused(NotLetIn),
    /// The store cannot tell now.
    #[error("tokens cannot be looked up")]
    Store(#[from] StoreError),
}

/// Which one, for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Because {
    Malformed,
    Unknown,
    Expired,
    Revoked,
    /// Somebody else's, and it does not count.
    Foreign(NotLetIn),
    /// Somebody else's, and nothing was granted to whom it is about.
    Unmapped,
}

impl Because {
    fn counted(self) -> NotLetIn {
        match self {
            Self::Malformed | Self::Unknown => NotLetIn::UnknownKey,
            Self::Expired => NotLetIn::Expired,
            Self::Revoked => NotLetIn::Revoked,
            Self::Foreign(why) => why,
            Self::Unmapped => NotLetIn::Unmapped,
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Foreign(why) => why.as_str(),
            Self::Unmapped => "unmapped",
        })
    }
}

impl Token {
    fn counts(&self, now: DateTime<Utc>) -> Result<(), Because> {
        if self.revoked.is_some() {
            return Err(Because::Revoked);
        }
        if self.expires.is_some_and(|expires| now >= expires) { Err(Because::Expired) } else { Ok(()) }
    }
}

impl Application {
    /// Who calls with this bearer token. The one way from a token to a [`Caller`]; answered from memory, and an unknown
    /// token leaves nothing behind.
    pub async fn authenticate(&self, secret: &str) -> Result<Caller, Unauthenticated> {
        if !secret::is_well_formed(secret) {
            return Err(self.turn_away(NOBODY, "", Because::Malformed).await);
        }
        let hash = self.hash_of_token(secret);
        let found = self.ports().tokens.token_by_hash(hash).await?;
        // The look-up may take a time that depends on the hash, which nobody can choose without its key; whether it is
        // the right one is not left to it.
        let Some(token) = found.filter(|token| bool::from(token.hash.ct_eq(&hash))) else {
            return Err(self.turn_away(NOBODY, "", Because::Unknown).await);
        };
        let now = self.ports().clock.now();
        if let Err(because) = token.counts(now) {
            return Err(self.turn_away(&principal_of(&token), &token.id.to_string(), because).await);
        }
        self.note_use(&token, now);
        Ok(Caller { principal: principal_of(&token), grants: token.grants.clone() })
    }

    /// Leaves a row and a line of the log, unless many were turned away just now.
    pub(super) async fn turn_away(&self, principal: &str, id: &str, because: Because) -> Unauthenticated {
        let refused = Unauthenticated::Refused(because.counted());
        let bucket = BucketKey("sign_in/refused".into());
        let now = self.ports().clock.now();
        match self.ports().limiter.acquire(&[(bucket, door::REFUSALS)], 1, now).await {
            Ok(Verdict::Go) => {}
            Ok(Verdict::Wait { .. }) => return refused,
            Err(error) => return error.into(),
        }
        tracing::warn!(target: "telegraphist::security", event = "sign_in_refused", token = id, principal, %because);
        self.note_act(principal, "sign_in", id, &because.to_string()).await;
        refused
    }

    /// Writes down that a token was used, beside the call and not before it.
    fn note_use(&self, token: &Arc<Token>, now: DateTime<Utc>) {
        if !self.inner.door.is_time_to_note(token.id, now) {
            return;
        }
        let (app, id) = (self.clone(), token.id);
        let note = async move {
            if let Err(error) = app.ports().tokens.note_token_used(id, now).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the use of a token was not noted");
            }
        };
        self.inner.writes.spawn(note.in_current_span());
    }
}
