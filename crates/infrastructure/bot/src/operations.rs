//! What this adapter does for each operation, one file each: `operations/<verb_noun>.rs` holds
//! `impl Execute<VerbNoun> for BotAccount`; what bots cannot do is in [`unsupported`], each with what to do instead.
//!
//! To read: [`asking`], then `send_message` and [`delivery`].

mod asking;
mod delivery;
mod fetching;
mod letter;
mod unsupported;

mod cards;
mod delete_messages;
mod download_media;
mod edit_message;
mod find_chats;
mod forward_messages;
mod get_chat;
mod get_me;
mod link_message;
mod list_members;
mod pin_message;
mod react_to_message;
mod resolve_link;
mod send_file;
mod send_message;
mod view_media;
