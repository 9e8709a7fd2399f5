//! From what somebody calls a chat to a rule about its id.

use telegraphist_domain::{ChatId, ChatRef};

use super::error::TokenError;
use crate::application::Application;
use crate::arguments::{ChatArg, ResponseFormat};
use crate::caller::{CallContext, Caller};
use crate::failure::{Code, Failure};
use crate::grants::{ChatPolicy, ChatRule, ChatTarget, Sessions};
use crate::operations::{GetChat, ListChats};

impl Application {
    /// The policy of two lists, as they were written. Ids are taken as they are; a name is looked up, and a folder has to
    /// be there, in one of the sessions that the token is for.
    pub(super) async fn chat_policy(
        &self,
        caller: &Caller,
        sessions: &Sessions,
        allow: Vec<ChatRule<String>>,
        deny: Vec<ChatRule<String>>,
    ) -> Result<ChatPolicy, TokenError> {
        if allow.is_empty() && deny.is_empty() {
            return Ok(ChatPolicy::default());
        }
        let looking = Looking { app: self, caller, sessions: self.usable_sessions(sessions).await? };
        let mut lists = [Vec::new(), Vec::new()];
        for (list, rules) in lists.iter_mut().zip([allow, deny]) {
            for rule in rules {
                list.push(looking.rule(rule).await?);
            }
        }
        let [allow, deny] = lists;
        Ok(ChatPolicy::of(allow, deny))
    }

    /// The names of those that are signed in, people's accounts first.
    async fn usable_sessions(&self, sessions: &Sessions) -> Result<Vec<String>, TokenError> {
        let mut views = self.ports().views.sessions().await?;
        views.retain(|view| sessions.has(view) && view.state == "ready");
        views.sort_by_key(|view| (view.kind != "user", !view.is_default));
        Ok(views.into_iter().map(|view| view.name).collect())
    }
}

/// Somebody looks chats up.
struct Looking<'a> {
    app: &'a Application,
    caller: &'a Caller,
    sessions: Vec<String>,
}

impl Looking<'_> {
    async fn rule(&self, rule: ChatRule<String>) -> Result<ChatRule, TokenError> {
        let chat = match &rule.target {
            ChatTarget::Chat(named) => self.chat(named).await?,
            ChatTarget::Folder(name) => {
                self.folder(name).await?;
                ChatId(0)
            }
            ChatTarget::Own => ChatId(0),
        };
        Ok(rule.with(chat))
    }

    async fn chat(&self, named: &str) -> Result<ChatId, TokenError> {
        match named.parse::<ChatRef>() {
            Ok(ChatRef::Id(id)) => return Ok(id),
            Ok(ChatRef::Me | ChatRef::Username(_) | ChatRef::Phone(_) | ChatRef::Invite(_)) => {}
            Err(_) => return Err(TokenError::UnknownChat(shown(named))),
        }
        for session in &self.sessions {
            let query = GetChat {
                session: Some(session.clone()),
                chat: ChatArg(named.to_owned()),
                response_format: ResponseFormat::Concise,
            };
            match self.app.perform(self.caller, query, CallContext::default()).await {
                Ok(found) => {
                    let id = found.chat.chat.id.parse().map_err(|_| TokenError::UnknownChat(shown(named)))?;
                    return Ok(ChatId(id));
                }
                Err(failure) if is_elsewhere(&failure) => {}
                Err(failure) => return Err(TokenError::NotLookedUp(Box::new(failure))),
            }
        }
        Err(TokenError::UnknownChat(shown(named)))
    }

    async fn folder(&self, name: &str) -> Result<(), TokenError> {
        for session in &self.sessions {
            let query = ListChats {
                session: Some(session.clone()),
                kind: None,
                folder: Some(name.to_owned()),
                unread: false,
                archived: false,
                limit: Some(1),
                cursor: None,
                response_format: ResponseFormat::Concise,
            };
            match self.app.perform(self.caller, query, CallContext::default()).await {
                Ok(_) => return Ok(()),
                Err(failure) if is_elsewhere(&failure) => {}
                Err(failure) => return Err(TokenError::NotLookedUp(Box::new(failure))),
            }
        }
        Err(TokenError::UnknownFolder(name.to_owned()))
    }
}

/// Whether another session may still know it.
const fn is_elsewhere(failure: &Failure) -> bool {
    matches!(failure.code, Code::UnknownChat | Code::InvalidArgument | Code::UnsupportedForBots | Code::Forbidden)
}

/// A chat as it was named, unless that is a secret.
fn shown(named: &str) -> String {
    let is_secret = matches!(named.parse(), Ok(ChatRef::Phone(_) | ChatRef::Invite(_)));
    if is_secret { "the one named by phone or invitation".to_owned() } else { named.to_owned() }
}
