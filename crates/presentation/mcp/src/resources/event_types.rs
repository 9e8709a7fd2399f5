use telegraphist_application::operations::ListEventTypes;
use telegraphist_application::readable::text_of;

use super::Kind;

/// What can be reported.
pub(super) const EVENT_TYPES: Kind = Kind {
    name: "event-types",
    title: "Event types",
    description: "The event types of send_telegram_event, and the data that belong to each.",
    template: "tg://notify/event-types",
    tools: &["list_event_types"],
    read: |app, caller, _, context| {
        Box::pin(async move {
            let types = app.perform_here(caller, ListEventTypes { category: None }, context).await?;
            Ok(text_of(&types))
        })
    },
};
