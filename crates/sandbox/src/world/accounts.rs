//! The people and the bots of the box, as their own profile describes them.
//!
//! What one account thinks of another (contacts, blocks, read marks) is not here but in its mailbox.

use std::collections::BTreeMap;
use std::fmt;

/// The second step of a sign-in. The text is known on purpose: tests have to type it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// What has to be typed.
    pub text: String,
    /// What is shown to somebody who forgot it.
    pub hint: String,
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Password").field("hint", &self.hint).finish_non_exhaustive()
    }
}

/// The data centre that accounts live in unless they are moved.
pub const HOME_DC: i32 = 2;

/// One person or bot.
#[derive(Clone)]
pub struct Account {
    /// The id that peers know it by.
    pub user_id: i64,
    /// International, digits only; empty for bots.
    pub phone: String,
    /// First name.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// Public name without the at sign, in the spelling that its owner chose.
    pub username: Option<String>,
    /// The profile's own words.
    pub about: String,
    /// A program rather than a person.
    pub bot: bool,
    /// How a bot signs in, in the form `id:secret`.
    pub bot_token: Option<String>,
    /// The data centre that the account lives in; others send its clients on.
    pub dc: i32,
    /// Asked for after the login code.
    pub password: Option<Password>,
    /// The profile photo, as an id in the world's files.
    pub photo: Option<i64>,
    /// When the account was seen last; 0 means that it is online now.
    pub last_seen: i32,
}

impl Account {
    /// A person with a phone number and nothing else yet.
    pub fn person(user_id: i64, phone: &str, first_name: &str, last_name: &str) -> Self {
        Self {
            user_id,
            phone: phone.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            username: None,
            about: String::new(),
            bot: false,
            bot_token: None,
            dc: HOME_DC,
            password: None,
            photo: None,
            last_seen: 0,
        }
    }

    /// A bot; it has a username and no phone.
    pub fn bot(user_id: i64, name: &str, username: &str, token: &str) -> Self {
        Self {
            bot: true,
            bot_token: Some(token.to_owned()),
            username: Some(username.to_owned()),
            ..Self::person(user_id, "", name, "")
        }
    }

    /// First and last name as people read them.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim_end().to_owned()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("user_id", &self.user_id)
            .field("bot", &self.bot)
            .finish_non_exhaustive()
    }
}

/// All accounts, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    by_id: BTreeMap<i64, Account>,
}

impl Accounts {
    /// Adds an account, or replaces the one with its id.
    pub fn insert(&mut self, account: Account) {
        self.by_id.insert(account.user_id, account);
    }

    /// The account with this id.
    pub fn get(&self, user_id: i64) -> Option<&Account> {
        self.by_id.get(&user_id)
    }

    /// The account with this id, to change it.
    pub fn get_mut(&mut self, user_id: i64) -> Option<&mut Account> {
        self.by_id.get_mut(&user_id)
    }

    /// Every account.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.by_id.values()
    }

    /// Finds a person by phone number; a leading plus and spaces do not matter.
    pub fn by_phone(&self, phone: &str) -> Option<&Account> {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        self.iter().find(|account| !digits.is_empty() && account.phone == digits)
    }

    /// Finds an account by username, in any letter case, with or without the at sign.
    pub fn by_username(&self, username: &str) -> Option<&Account> {
        let wanted = username.trim_start_matches('@');
        self.iter().find(|account| account.username.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted)))
    }

    /// Finds a bot by its token.
    pub fn by_bot_token(&self, token: &str) -> Option<&Account> {
        self.iter().find(|account| account.bot_token.as_deref() == Some(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_person() -> Accounts {
        let mut accounts = Accounts::default();
        accounts.insert(Account {
            username: Some("AliceM".to_owned()),
            ..Account::person(1001, "15550001", "Alice", "Moreau")
        });
        accounts
    }

    #[test]
    fn a_phone_is_found_however_it_is_written() {
        let accounts = one_person();
        assert!(accounts.by_phone("+1 555 0001").is_some());
        assert!(accounts.by_phone("").is_none());
    }

    #[test]
    fn a_username_is_found_in_any_letter_case() {
        assert!(one_person().by_username("@alicem").is_some());
    }

    #[test]
    fn debug_output_hides_phone_and_name() {
        let shown = format!("{:?}", one_person());
        assert!(!shown.contains("15550001") && !shown.contains("Alice"), "{shown}");
    }
}
