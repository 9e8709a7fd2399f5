use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::operations::GetMe;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Me;

use crate::account::Account;
use crate::convert::user_view;

#[async_trait]
impl Execute<GetMe> for Account {
    async fn execute(&self, call: &Execution, _: &GetMe) -> Result<Me, TelegramError> {
        let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
        let users = self.read(call, &request).await?;
        self.learn(&users, &[]).await?;
        let user = users.iter().find_map(|user| match user {
            tl::enums::User::User(user) => Some(user_view(user, ResponseFormat::Concise)),
            tl::enums::User::Empty(_) => None,
        });
        let user = user.ok_or_else(|| TelegramError::Unavailable("Telegram did not say who this account is".into()))?;
        Ok(Me { session: call.session_name.clone(), user })
    }
}
