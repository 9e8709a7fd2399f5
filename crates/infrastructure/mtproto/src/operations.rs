//! What this adapter does for each operation, one file each, with raw requests: `operations/<verb_noun>.rs` holds
//! `impl Execute<VerbNoun> for Account`.
//!
//! Users and chats come with each answer and are learnt from it, so that nothing is looked up one by one. Lists go on
//! by a position of their own, sealed in the cursor; a call asks for a bounded number of pages and never walks a whole
//! list. To read: [`asking`], [`batch`], then `read_messages` for reading and [`delivery`] for writing.

mod asking;
mod batch;
mod delivery;
mod dialogs;
mod folders;
mod newest;
mod receipt;
mod span;
mod window;

mod add_contact;
mod block_user;
mod cards;
mod delete_contact;
mod delete_messages;
mod download_media;
mod edit_message;
mod find_chats;
mod forward_messages;
mod get_chat;
mod get_me;
mod get_messages;
mod link_message;
mod list_chats;
mod list_contacts;
mod list_members;
mod list_topics;
mod mark_read;
mod pin_message;
mod react_to_message;
mod read_messages;
mod resolve_link;
mod search_messages;
mod send_file;
mod send_message;
mod unblock_user;
mod view_media;

pub(crate) use folders::{id_of_input, name_of};
pub(crate) use newest::NewestIds;

/// The most that Telegram gives in one page of anything.
const PAGE_MAX: usize = 100;

/// Pages asked for in one call where a filter is ours to apply; then the cursor goes on.
const PAGES_PER_CALL_MAX: usize = 5;
