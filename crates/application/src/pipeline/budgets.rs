use std::time::Duration;

use crate::operation::Class;
use crate::ports::Rate;

/// How many calls of each class one session may make. They stop a caller that runs in circles before Telegram has to;
/// Telegram's own waits are obeyed whatever stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budgets {
    /// Searches.
    pub search: Option<Rate>,
    /// Look-ups of names and phone numbers.
    pub resolve: Option<Rate>,
    /// Messages.
    pub send: Option<Rate>,
    /// Changes to messages and chats.
    pub change: Option<Rate>,
    /// The address book.
    pub contact: Option<Rate>,
}

impl Budgets {
    /// For accounts of the real Telegram.
    pub fn for_telegram() -> Self {
        let per_minute = |burst| Some(Rate { burst, per: Duration::from_mins(1) });
        Self {
            search: per_minute(300),
            resolve: per_minute(120),
            send: per_minute(300),
            change: per_minute(600),
            contact: per_minute(120),
        }
    }

    /// No limits: for a sandbox, which no abuse can hurt, and for measuring.
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// The budget of a class. What is local costs Telegram nothing; plain reads and transfers are left to Telegram's
    /// own waits, which are generous there.
    pub(crate) fn of(&self, class: Class) -> Option<Rate> {
        match class {
            Class::Local | Class::Read | Class::Transfer => None,
            Class::Search => self.search,
            Class::Resolve => self.resolve,
            Class::Send => self.send,
            Class::Change => self.change,
            Class::Contact => self.contact,
        }
    }
}
