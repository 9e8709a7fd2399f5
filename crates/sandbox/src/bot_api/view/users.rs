//! People and bots.

use super::View;
use crate::bot_api::json::Object;

impl View<'_> {
    /// A user; one that is gone is shown as a deleted account.
    pub(crate) fn user(&self, id: i64) -> Object {
        let Some(account) = self.world.accounts.get(id) else {
            return Object::new().with("id", id).with("is_bot", false).with("first_name", "");
        };
        Object::new()
            .with("id", id)
            .with("is_bot", account.bot)
            .with("first_name", account.first_name.as_str())
            .with_some("last_name", Some(account.last_name.as_str()).filter(|name| !name.is_empty()))
            .with_some("username", account.username.as_deref())
            // The box does not know which language anybody's client speaks.
            .with_some("language_code", (!account.bot).then_some("en"))
    }

    /// The bot itself, with what only it is told.
    pub(crate) fn me(&self) -> Object {
        let reads_all = self.world.bot(self.bot).is_some_and(|bot| bot.reads_all);
        self.user(self.bot)
            .with("can_join_groups", true)
            .with("can_read_all_group_messages", reads_all)
            .with("supports_guest_queries", false)
            .with("supports_inline_queries", false)
            .with("can_connect_to_business", false)
            .with("has_main_web_app", false)
            .with("has_topics_enabled", false)
            .with("allows_users_to_create_topics", false)
            .with("can_manage_bots", false)
            .with("supports_join_request_queries", false)
    }
}
