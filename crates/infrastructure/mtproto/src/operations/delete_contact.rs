use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operations::DeleteContact;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::changed;
use crate::account::Account;

#[async_trait]
impl Execute<DeleteContact> for Account {
    async fn execute(&self, call: &Execution, operation: &DeleteContact) -> Result<Changed, TelegramError> {
        let (peer, user) = self.person(call, &operation.chat).await?;
        let request = tl::functions::contacts::DeleteContacts { id: vec![user] };
        let updates = self.write(call, &request).await?;
        self.learn_updates(call, &updates).await;
        Ok(changed("deleted", &peer, Vec::new()))
    }
}
