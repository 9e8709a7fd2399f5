use telegraphist_application::operations::GetBridgeStatus;
use telegraphist_application::readable::text_of;

use super::Kind;

/// How delivery stands.
pub(super) const BRIDGE_STATUS: Kind = Kind {
    name: "bridge-status",
    title: "Bridge status",
    description: "How delivery to people stands: running or stopped, mode, quiet hours, what waits. Subscribable.",
    template: "tg://notify/bridge-status",
    tools: &["get_bridge_status"],
    read: |app, caller, _, context| {
        Box::pin(async move { Ok(text_of(&app.perform_here(caller, GetBridgeStatus {}, context).await?)) })
    },
};
