use super::Kind;

/// How the server is configured; as the operator's door has it.
pub(super) const CONFIGURATION: Kind = Kind {
    name: "configuration",
    title: "Configuration",
    description: "Every key of the server's configuration, its value and where that is from, as JSON; secrets are hidden.",
    template: "config://server",
    tools: &[],
    read: |app, caller, _, _| {
        Box::pin(async move {
            let configuration = app.configuration(caller).await?;
            Ok(serde_json::to_string(&configuration).expect("a configuration is plain data"))
        })
    },
};
