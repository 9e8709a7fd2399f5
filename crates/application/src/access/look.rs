use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::TokenError;
use crate::application::Application;
use crate::caller::Caller;
use crate::grants::{ChatLists, ChatRule, Grants, Sessions};
use crate::operation::Effect;
use crate::ports::{KnownToken, StoreError, Token};

/// Whether a token counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// It does.
    Valid,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A token as lists show it; everything but the secret, which nobody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenView {
    /// Its id, which logs and the audit log say.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it counts.
    pub state: TokenState,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether it may change nothing.
    pub is_read_only: bool,
    /// Whether it is shown nothing that strangers wrote.
    #[serde(default)]
    pub is_locked_down: bool,
    /// What a person has to allow each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_approval: Vec<String>,
    /// How many calls it may make, as quotas are written.
    pub quotas: Vec<String>,
    /// The names of the sessions that it may use; every one if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<String>>,
    /// If there are any, the only chats that it may touch, as rules are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_chats: Vec<String>,
    /// Chats that it may never touch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny_chats: Vec<String>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<DateTime<Utc>>,
}

impl Application {
    /// All tokens, the newest first.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenView>, TokenError> {
        super::authorise(caller, Effect::Reads)?;
        let mut views = Vec::new();
        for known in self.ports().tokens.tokens().await? {
            views.push(self.view_of_token(&known).await?);
        }
        Ok(views)
    }

    /// One of them, by name or id. A name means the newest token that had it.
    pub async fn token(&self, caller: &Caller, name_or_id: &str) -> Result<TokenView, TokenError> {
        super::authorise(caller, Effect::Reads)?;
        let known = self.known_token(name_or_id).await?;
        Ok(self.view_of_token(&known).await?)
    }

    /// Who calls with a token, by its name or id; and why it lets nobody in, if so. For telling what it may do.
    pub async fn caller_of_token(&self, caller: &Caller, name_or_id: &str) -> Result<(Caller, TokenState), TokenError> {
        super::authorise(caller, Effect::Reads)?;
        let known = self.known_token(name_or_id).await?;
        let holder = Caller { principal: super::principal_of(&known.token), grants: known.token.grants.clone() };
        Ok((holder, self.state_of(&known.token)))
    }

    fn state_of(&self, token: &Token) -> TokenState {
        match (token.revoked, token.expires) {
            (Some(_), _) => TokenState::Revoked,
            (None, Some(expires)) if expires <= self.ports().clock.now() => TokenState::Expired,
            (None, _) => TokenState::Valid,
        }
    }

    pub(crate) async fn known_token(&self, name_or_id: &str) -> Result<KnownToken, TokenError> {
        let tokens = self.ports().tokens.tokens().await?;
        let mut named = tokens
            .into_iter()
            .filter(|known| known.token.name == name_or_id || known.token.id.to_string() == name_or_id);
        named.next().ok_or(TokenError::Unknown)
    }

    pub(super) async fn view_of_token(&self, known: &KnownToken) -> Result<TokenView, StoreError> {
        let KnownToken { token, last_used } = known;
        let grants = &token.grants;
        let sessions = match &grants.sessions {
            Sessions::All => None,
            Sessions::Only(ids) => {
                let mut names = Vec::new();
                for id in ids.iter() {
                    let id = id.to_string();
                    // One that was removed keeps its id, which nobody else will ever have.
                    names.push(self.ports().views.session(&id).await?.map_or(id, |view| view.name));
                }
                Some(names)
            }
        };
        let state = self.state_of(token);
        Ok(TokenView {
            id: token.id.to_string(),
            name: token.name.clone(),
            state,
            scopes: grants.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            is_read_only: grants.is_read_only,
            is_locked_down: grants.is_locked_down,
            needs_approval: grants.needs_approval.iter().map(|effect| effect.as_str().to_owned()).collect(),
            quotas: grants.quotas.iter().map(ToString::to_string).collect(),
            sessions,
            allow_chats: rules(grants, |lists| &lists.allow),
            deny_chats: rules(grants, |lists| &lists.deny),
            created: token.created,
            expires: token.expires,
            last_used: *last_used,
            revoked: token.revoked,
        })
    }
}

fn rules(grants: &Grants, of: impl Fn(&ChatLists) -> &[ChatRule]) -> Vec<String> {
    grants.chats.layers().iter().flat_map(|lists| of(lists).iter().map(ToString::to_string)).collect()
}
