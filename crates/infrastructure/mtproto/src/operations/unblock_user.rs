use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operations::UnblockUser;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::changed;
use crate::account::Account;

#[async_trait]
impl Execute<UnblockUser> for Account {
    async fn execute(&self, call: &Execution, operation: &UnblockUser) -> Result<Changed, TelegramError> {
        let (peer, _) = self.person(call, &operation.chat).await?;
        let request = tl::functions::contacts::Unblock { my_stories_from: false, id: Self::input_peer(&peer) };
        self.write(call, &request).await?;
        Ok(changed("unblocked", &peer, Vec::new()))
    }
}
