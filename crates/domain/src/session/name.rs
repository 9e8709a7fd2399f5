use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// What people call a session: 1 to 40 of `a-z`, `0-9`, `.`, `_`, `-`, beginning with a letter or digit. Capital letters
/// are taken as small ones. Never looks like an id, so that `session` can mean either.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SessionName(String);

/// Why a text is no session name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a session name: give 1 to 40 letters a-z, digits, dots, underscores or hyphens, beginning with a letter or digit"
)]
pub struct NotASessionName;

impl SessionName {
    const LENGTH_MAX: usize = 40;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SessionName {
    type Err = NotASessionName;

    fn from_str(text: &str) -> Result<Self, NotASessionName> {
        let name = text.trim().to_ascii_lowercase();
        let is_name = name.len() <= Self::LENGTH_MAX
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
            && Uuid::parse_str(&name).is_err();
        if is_name { Ok(Self(name)) } else { Err(NotASessionName) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_plain_and_no_id() {
        for good in ["work", "a", "2nd", "my.bot_1-x"] {
            assert_eq!(good.parse::<SessionName>().unwrap().as_str(), good);
        }
        assert_eq!(" Work ".parse::<SessionName>().unwrap().as_str(), "work");
        let long = "x".repeat(41);
        for bad in ["", "-a", ".a", "a b", "näme", "a/b", "01890a5d-ac96-774b-bcce-b302099a8057", &long] {
            assert_eq!(bad.parse::<SessionName>(), Err(NotASessionName), "{bad}");
        }
    }
}
