//! Stories: what users of Telegraphist do, through real clients, real processes and a Telegram in a box.

mod bad_input;
mod bot_clients;
mod daemon;
mod demo;
mod faults;
mod gateway;
mod laws;
mod phone;
mod questions;
mod sessions;
mod strangers;
mod telethon;
mod vault;
