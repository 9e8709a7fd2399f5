use super::Kind;

/// One of the things that are sent.
pub(super) const DELIVERY: Kind = Kind {
    name: "delivery",
    title: "Delivery",
    description: "JSON: what became of what a bot was to send, by its delivery_id; without what it says. Subscribable.",
    template: "tg://delivery/{delivery}",
    tools: &["get_bridge_status"],
    read: |app, caller, values, _| {
        Box::pin(async move {
            let [id] = <[String; 1]>::try_from(values).expect("the template has one placeholder");
            let view = app.delivery(caller, &id).await?;
            Ok(serde_json::to_string_pretty(&view).expect("plain data"))
        })
    },
};
