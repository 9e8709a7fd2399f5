//! Text between agents and Telegram: formatting to entities, splitting, and making strangers' text safe to show.

mod foreign;

pub use foreign::Foreign;
