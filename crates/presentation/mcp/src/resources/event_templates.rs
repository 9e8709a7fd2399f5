use super::Kind;

/// Calls to begin with.
pub(super) const EVENT_TEMPLATES: Kind = Kind {
    name: "event-templates",
    title: "Event templates",
    description: "JSON: calls of send_telegram_event and request_approval that work as they are, to be filled in.",
    template: "tg://notify/event-templates",
    tools: &["send_telegram_event", "request_approval"],
    read: |_, _, _, _| Box::pin(async { Ok(include_str!("event_templates.json").to_owned()) }),
};
