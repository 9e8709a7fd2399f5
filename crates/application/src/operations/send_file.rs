use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg, TextFormat, check_text};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::text::CAPTION_MAX_PREMIUM;
use crate::views::{Sent};

/// Send one file, or up to 10 as an album, each by path, url or base64.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument of the tool by its own name")]
pub struct SendFile {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub files: Vec<FileArg>,
    pub caption: Option<String>,
    #[serde(default)]
    pub format: TextFormat,
    pub reply_to: Option<MessageIdArg>,
    pub topic: Option<MessageIdArg>,
    /// As files, without compression or preview.
    #[serde(default)]
    pub as_document: bool,
    /// The file is a voice note (OGG/Opus).
    #[serde(default)]
    pub as_voice: bool,
    #[serde(default)]
    pub silent: bool,
    /// RFC 3339.
    pub schedule: Option<DateTime<Utc>>,
    /// Show what would be sent; send nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Repeat a call with the same key and it is sent once.
    pub idempotency_key: Option<String>,
}

impl Operation for SendFile {
    type Output = Sent;
    const FACTS: Facts = Facts {
        name: "send_file",
        title: "Send file",
        toolset: Toolset::Media,
        effect: Effect::Writes,
        scope: Scope::MediaWrite,
        class: Class::Send,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, chat, idempotency_key, dry_run, schedule);

    fn check(&self) -> Result<(), Refused> {
        if !(1..=10).contains(&self.files.len()) {
            return Err(Refused::new("files", "give 1 to 10 files"));
        }
        for file in &self.files {
            let sources = [file.path.is_some(), file.url.is_some(), file.base64.is_some()];
            if sources.iter().filter(|is_given| **is_given).count() != 1 {
                return Err(Refused::new("files", "each file has exactly one of path, url and base64"));
            }
            if file.base64.is_some() && file.name.is_none() {
                return Err(Refused::new("files", "base64 needs a name"));
            }
            if file.base64.as_deref().is_some_and(|content| !content.bytes().all(is_base64)) {
                return Err(Refused::new("files", "base64 has characters that base64 does not know"));
            }
        }
        match self.caption.as_deref().map(str::trim) {
            // No caption is a caption that says nothing.
            None | Some("") => Ok(()),
            Some(caption) => check_text("caption", caption, self.format, CAPTION_MAX_PREMIUM),
        }
    }
}

/// Both alphabets, and the line breaks that some encoders put in.
fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(&byte)
}

/// A file to send.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct FileArg {
    /// Absolute, in an allowed folder.
    pub path: Option<String>,
    /// Public http(s) address, up to 64 MiB.
    pub url: Option<String>,
    /// Content, up to 8 MiB.
    pub base64: Option<String>,
    /// File name; needed with base64.
    pub name: Option<String>,
}
