use std::fmt;

use super::{Entity, EntityKind};

/// A formatting span as a dry run shows it: `kind offset length`.
impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            EntityKind::Bold => f.write_str("bold"),
            EntityKind::Italic => f.write_str("italic"),
            EntityKind::Underline => f.write_str("underline"),
            EntityKind::Strikethrough => f.write_str("strikethrough"),
            EntityKind::Spoiler => f.write_str("spoiler"),
            EntityKind::Code => f.write_str("code"),
            EntityKind::Pre { language } if language.is_empty() => f.write_str("pre"),
            EntityKind::Pre { language } => write!(f, "pre({language})"),
            EntityKind::Link { url } => write!(f, "link({url})"),
            EntityKind::Mention => f.write_str("mention"),
            EntityKind::MentionName { user_id } => write!(f, "mention({user_id})"),
            EntityKind::Blockquote { collapsed: true } => f.write_str("blockquote(collapsed)"),
            EntityKind::Blockquote { collapsed: false } => f.write_str("blockquote"),
            EntityKind::CustomEmoji { id } => write!(f, "custom_emoji({id})"),
        }?;
        write!(f, " {} {}", self.offset, self.length)
    }
}
