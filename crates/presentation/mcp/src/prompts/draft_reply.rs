use std::fmt::Write as _;

use telegraphist_application::arguments::MessageIdArg;

use super::{Argument, CHAT, MESSAGES, Prompt, SESSION, newest, refused, request_about};

/// An answer to look at before it is sent.
pub(super) const DRAFT_REPLY: Prompt = Prompt {
    name: "draft_reply",
    title: "Draft a reply",
    description: "A reply in a chat, to look at before it is sent.",
    arguments: &[
        CHAT,
        Argument { name: "message_id", description: "The message to answer; else the newest.", is_required: false },
        Argument { name: "intent", description: "What to say, in your words.", is_required: false },
        SESSION,
    ],
    tools: &["read_messages"],
    write: |app, caller, mut given, context| {
        Box::pin(async move {
            let mut query = newest(given.take(SESSION.name), given.chat(), MESSAGES);
            let mut request = "Draft a reply for me in the Telegram chat below, in my voice as it shows in my own \
                               messages, in the language of the chat. Show me the draft; do not send it before I \
                               agree."
                .to_owned();
            // Writing to a String cannot fail.
            if let Some(id) = given.take("message_id") {
                let id = id.parse().ok().filter(|id| *id > 0);
                let id = id.ok_or_else(|| refused("`message_id` must be a positive whole number.".to_owned()))?;
                query.around = Some(MessageIdArg(id));
                let _ = write!(request, " It answers message {id}.");
            }
            if let Some(intent) = given.take("intent") {
                let _ = write!(request, " What I want to say: {intent}");
            }
            let messages = app.perform(caller, query, context).await?;
            Ok(request_about(request, &messages))
        })
    },
};
