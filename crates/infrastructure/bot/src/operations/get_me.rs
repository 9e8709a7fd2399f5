use async_trait::async_trait;
use telegraphist_application::operations::GetMe;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::Me;
use teloxide::payloads;

use crate::account::BotAccount;
use crate::api::{User, peer_of_user};
use crate::convert::user_view;
use crate::wire::Request;

#[async_trait]
impl Execute<GetMe> for BotAccount {
    async fn execute(&self, call: &Execution, _: &GetMe) -> Result<Me, TelegramError> {
        let user: User = self.read(call, Request::of(&payloads::GetMe::new())).await?;
        self.known.learn([KnownPeer { is_self: true, ..peer_of_user(&user) }]).await?;
        Ok(Me { session: call.session_name.clone(), user: user_view(&user) })
    }
}
