use super::error::TokenError;
use super::look::TokenView;
use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;

impl Application {
    /// Takes a token back: from now on it lets nobody in, in other processes within seconds.
    pub async fn revoke_token(&self, caller: &Caller, name_or_id: &str) -> Result<TokenView, TokenError> {
        super::authorise(caller, Effect::Writes)?;
        let known = self.known_token(name_or_id).await?;
        let id = known.token.id;
        let is_new = self.ports().tokens.revoke_token(id, self.ports().clock.now()).await?;
        self.inner.door.forget(id);
        if is_new {
            self.note_act(&caller.principal, "revoke_token", &id.to_string(), "ok").await;
            tracing::info!(target: "telegraphist::security", event = "token_revoked", token = %id);
        }
        let known = self.known_token(&id.to_string()).await?;
        Ok(self.view_of_token(&known).await?)
    }
}
