use super::{Argument, CHAT, MANY_MESSAGES, Prompt, SESSION, newest, request_about, time};

/// What happened in a chat.
pub(super) const SUMMARIZE_CHAT: Prompt = Prompt {
    name: "summarize_chat",
    title: "Summarise a chat",
    description: "What happened in a chat lately: topics, who said what, open questions.",
    arguments: &[
        CHAT,
        Argument { name: "since", description: "Only what is newer: RFC 3339.", is_required: false },
        SESSION,
    ],
    tools: &["read_messages"],
    write: |app, caller, mut given, context| {
        Box::pin(async move {
            let since = time("since", given.take("since"))?;
            let mut query = newest(given.take(SESSION.name), given.chat(), MANY_MESSAGES);
            query.since = since;
            let messages = app.perform(caller, query, context).await?;
            let request = "Summarise the Telegram messages below for me: what was talked about, who said what that \
                           matters, what is decided, and what still waits for an answer, mine above all. Name message \
                           ids where I may want to look. If there is more to read, say so.";
            Ok(request_about(request.to_owned(), &messages))
        })
    },
};
