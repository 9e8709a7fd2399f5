use telegraphist_application::arguments::{ChatArg, ResponseFormat};
use telegraphist_application::operations::SearchMessages;

use super::{Argument, CHAT, MANY_MESSAGES, Prompt, SESSION, newest, request_about, time};

/// What was decided, and by whom.
pub(super) const FIND_DECISIONS: Prompt = Prompt {
    name: "find_decisions",
    title: "Find decisions",
    description: "What was decided in a chat, by whom and when, about one subject or all.",
    arguments: &[
        CHAT,
        Argument { name: "about", description: "Words that the messages hold.", is_required: false },
        Argument { name: "since", description: "Only what is newer: RFC 3339.", is_required: false },
        SESSION,
    ],
    tools: &["read_messages", "search_messages"],
    write: |app, caller, mut given, context| {
        Box::pin(async move {
            let since = time("since", given.take("since"))?;
            let (session, chat) = (given.take(SESSION.name), given.chat());
            let messages = if let Some(query) = given.take("about") {
                let search = SearchMessages {
                    session,
                    query,
                    chat: Some(ChatArg(chat)),
                    from: None,
                    topic: None,
                    since,
                    until: None,
                    media: None,
                    limit: Some(MANY_MESSAGES),
                    cursor: None,
                    response_format: ResponseFormat::Concise,
                };
                app.perform(caller, search, context).await?
            } else {
                let mut read = newest(session, chat, MANY_MESSAGES);
                read.since = since;
                app.perform(caller, read, context).await?
            };
            let request = "List the decisions that were made in the Telegram messages below: what was decided, by \
                           whom, when, and the id of the message. Tell decisions from proposals, and say which were \
                           taken back later. Where the reasons matter, read around the message before you answer.";
            Ok(request_about(request.to_owned(), &messages))
        })
    },
};
