use std::sync::Arc;

use chrono::TimeDelta;
use telegraphist_domain::{SessionId, TokenId};

use super::error::TokenError;
use super::look::TokenView;
use super::principal_of;
use super::secret::Secret;
use crate::application::Application;
use crate::caller::Caller;
use crate::grants::{ChatRule, Effects, Grants, Quota, Scopes, Sessions};
use crate::operation::Effect;
use crate::ports::{Added, KnownToken, Token};

/// The longest name of a token, in letters.
const NAME_MAX: usize = 40;

/// So many tokens are kept in memory at most.
const TOKENS_MAX: usize = 10_000;

/// A token that is to be made.
pub struct NewToken {
    /// What to call it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Whether it may change nothing, whatever the scopes say.
    pub is_read_only: bool,
    /// Whether it is shown nothing that strangers wrote.
    pub is_locked_down: bool,
    /// What a person has to allow each time.
    pub needs_approval: Effects,
    /// How many calls it may make.
    pub quotas: Arc<[Quota]>,
    /// Which sessions it may use, by name or id; every one if left out.
    pub sessions: Option<Vec<String>>,
    /// If there are any, only these chats; as they were named.
    pub allow_chats: Vec<ChatRule<String>>,
    /// Never these chats.
    pub deny_chats: Vec<ChatRule<String>>,
    /// How long it counts; for ever if left out.
    pub lifetime: Option<TimeDelta>,
}

/// A token that was made, with its secret: this is the only time that it is told.
pub struct IssuedToken {
    /// What it is.
    pub token: TokenView,
    /// What its holder sends.
    pub secret: Secret,
}

impl Application {
    /// Makes a token. It can do no more than who makes it.
    pub async fn create_token(&self, caller: &Caller, new: NewToken) -> Result<IssuedToken, TokenError> {
        super::authorise(caller, Effect::Writes)?;
        if new.scopes.intersection(caller.grants.scopes) != new.scopes {
            return Err(TokenError::MoreThanYours);
        }
        check_name(&new.name)?;
        let now = self.ports().clock.now();
        let expires = match new.lifetime {
            None => None,
            Some(lifetime) if lifetime > TimeDelta::zero() => {
                Some(now.checked_add_signed(lifetime).ok_or(TokenError::NoLife)?)
            }
            Some(_) => return Err(TokenError::NoLife),
        };
        let tokens = self.ports().tokens.tokens().await?;
        if tokens.iter().filter(|known| known.token.revoked.is_none()).count() >= TOKENS_MAX {
            return Err(TokenError::TooMany);
        }
        let sessions = self.sessions_named(new.sessions.as_deref()).await?;
        let grants = Grants {
            scopes: new.scopes,
            is_read_only: new.is_read_only,
            is_locked_down: new.is_locked_down,
            needs_approval: new.needs_approval,
            quotas: new.quotas,
            chats: self.chat_policy(caller, &sessions, new.allow_chats, new.deny_chats).await?,
            sessions,
        };
        let secret = Secret::random();
        let token = Token {
            id: TokenId(self.ports().ids.ordered()),
            name: new.name,
            hash: self.hash_of_token(secret.expose()),
            grants: caller.grants.clone().narrowed(&grants),
            created: now,
            expires,
            revoked: None,
        };
        match self.ports().tokens.add_token(&token).await? {
            Added::NameTaken => return Err(TokenError::NameTaken),
            Added::Yes => {}
        }
        self.note_act(&caller.principal, "create_token", &token.id.to_string(), "ok").await;
        tracing::info!(target: "telegraphist::security", event = "token_created", token = %token.id, principal = principal_of(&token));
        let known = KnownToken { token: Arc::new(token), last_used: None };
        Ok(IssuedToken { token: self.view_of_token(&known).await?, secret })
    }

    async fn sessions_named(&self, names: Option<&[String]>) -> Result<Sessions, TokenError> {
        let Some(names) = names else { return Ok(Sessions::All) };
        let views = &self.ports().views;
        let mut sessions = Vec::new();
        for name in names {
            let Some(view) = views.session(name).await? else {
                let known = views.sessions().await?.into_iter().map(|view| view.name).collect();
                return Err(TokenError::UnknownSession { named: name.clone(), known });
            };
            sessions.push(view.id.parse::<SessionId>().expect("views carry the ids of sessions"));
        }
        Ok(sessions.into_iter().collect())
    }
}

fn check_name(name: &str) -> Result<(), TokenError> {
    let is_plain = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '_');
    let is_name = (1..=NAME_MAX).contains(&name.len()) && name.chars().all(is_plain);
    if is_name { Ok(()) } else { Err(TokenError::NotAName) }
}
