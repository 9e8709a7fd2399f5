//! Telegram bots, on teloxide: the adapter behind the ports `Connections` and `Bots`.
#![allow(dead_code)]

mod call_error;
mod patience;
mod token;
mod wire;
