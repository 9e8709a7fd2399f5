use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operations::BlockUser;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::changed;
use crate::account::Account;

#[async_trait]
impl Execute<BlockUser> for Account {
    async fn execute(&self, call: &Execution, operation: &BlockUser) -> Result<Changed, TelegramError> {
        let (peer, _) = self.person(call, &operation.chat).await?;
        let request = tl::functions::contacts::Block { my_stories_from: false, id: Self::input_peer(&peer) };
        self.write(call, &request).await?;
        Ok(changed("blocked", &peer, Vec::new()))
    }
}
