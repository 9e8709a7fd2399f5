//! What the Bot API gives to no bot. Each says what can be done instead.

use async_trait::async_trait;
use telegraphist_application::Operation;
use telegraphist_application::operations::{
    AddContact, BlockUser, DeleteContact, GetMessages, ListChats, ListContacts, ListTopics, MarkRead, ReadMessages,
    SearchMessages, UnblockUser,
};
use telegraphist_application::ports::{Execute, Execution, TelegramError};

use crate::account::BotAccount;

macro_rules! unsupported {
    ($($operation:ident => $instead:literal),* $(,)?) => { $(
        #[async_trait]
        impl Execute<$operation> for BotAccount {
            async fn execute(
                &self,
                _: &Execution,
                _: &$operation,
            ) -> Result<<$operation as Operation>::Output, TelegramError> {
                Err(TelegramError::Unsupported { instead: $instead })
            }
        }
    )* };
}

unsupported! {
    ListChats => "Telegram gives bots no list of chats: pass the id or @name of a chat that you know, or name the session of a user account",
    ReadMessages => "Telegram gives bots no history: take what people wrote to the bot with get_telegram_responses, or name the session of a user account that is in the chat",
    SearchMessages => "Telegram lets no bot search: take what people wrote to the bot with get_telegram_responses, or name the session of a user account that is in the chat",
    GetMessages => "Telegram lets no bot read a message again: take what people wrote to the bot with get_telegram_responses, or name the session of a user account that is in the chat",
    ListTopics => "Telegram gives bots no list of topics: pass the topic's id, which is the number in its link (t.me/c/<chat>/<topic>), or name the session of a user account",
    MarkRead => "what a bot was sent counts as read when the bot has it: there is nothing to mark",
    ListContacts => "bots have no address book: name the session of a user account",
    AddContact => "bots have no address book: name the session of a user account",
    DeleteContact => "bots have no address book: name the session of a user account",
    BlockUser => "bots cannot block people: take their access away with the people commands of this server, or name the session of a user account",
    UnblockUser => "bots cannot block people, so that there is nobody to unblock; name the session of a user account",
}
