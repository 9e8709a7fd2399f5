use super::Kind;

/// How the server itself does; as `/v1/health` has it.
pub(super) const HEALTH: Kind = Kind {
    name: "health",
    title: "Health",
    description: "How the server does: store, disk, memory, processor and each Telegram account, as JSON (pass, warn, fail).",
    template: "status://health",
    // It names the accounts.
    tools: &["list_sessions"],
    read: |app, caller, _, context| {
        Box::pin(async move {
            let health = app.health(caller, &context).await?;
            Ok(serde_json::to_string(&health).expect("health is plain data"))
        })
    },
};
