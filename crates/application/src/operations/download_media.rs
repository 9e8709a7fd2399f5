use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Downloaded};

/// Save the file of a message to an allowed folder; answers the path.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadMedia {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_id: MessageIdArg,
    /// Absolute, allowed; downloads if left out.
    pub folder: Option<String>,
    /// File name; the original one if left out.
    pub name: Option<String>,
}

impl Operation for DownloadMedia {
    type Output = Downloaded;
    const FACTS: Facts = Facts {
        name: "download_media",
        title: "Download media",
        toolset: Toolset::Media,
        effect: Effect::Reads,
        scope: Scope::MediaRead,
        class: Class::Transfer,
        is_idempotent: false,
        is_keyed: false,
    };

    fields!(session, chat);
}
