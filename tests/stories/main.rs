//! Stories: what users of Telegraphist do, through real clients, real processes and a Telegram in a box.

mod laws;
