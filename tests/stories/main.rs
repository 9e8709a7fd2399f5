//! Stories: what users of Telegraphist do, through real clients, real processes and a Telegram in a box.

mod bad_input;
mod bot_faults;
mod bot_updates;
mod conformance;
mod daemon;
mod dashboards;
mod demo;
mod faults;
mod foreign_clients;
mod gateway;
mod http_clients;
mod killed;
mod laws;
mod logs;
mod notices;
mod phone;
mod questions;
mod seeing;
mod sessions;
mod strangers;
mod taps;
mod tokens;
mod vault;
