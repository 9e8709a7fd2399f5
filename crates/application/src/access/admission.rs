//! What an operator lets the people of an issuer do: names of scopes that the issuer has, and who gets at which sessions.

use std::str::FromStr;

use serde_json::{Map, Value};
use telegraphist_domain::ChatId;

use super::preset::Preset;
use crate::grants::{ChatPolicy, ChatRule, NotAChatRule, Scopes};
use crate::operation::Scope;

/// Whoever has the claim at all is meant.
const ANYTHING: &str = "*";

/// What an issuer vouches for, in a token about which everything was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Who vouches.
    pub issuer: String,
    /// For whom, as the issuer names them.
    pub subject: String,
    /// What they were granted, as the issuer names it.
    pub scopes: Vec<String>,
    /// Everything that the token says.
    pub claims: Map<String, Value>,
}

impl Vouched {
    /// A claim: by its own name, else as a path through tables (`realm_access.roles`).
    fn claim(&self, name: &str) -> Option<&Value> {
        if let Some(claim) = self.claims.get(name) {
            return Some(claim);
        }
        let (table, rest) = name.split_once('.')?;
        rest.split('.').try_fold(self.claims.get(table)?, |table, name| table.get(name))
    }
}

/// What an operator lets the people of an issuer do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    /// The issuer's names of what it grants. Names of ours always mean what they say.
    pub names: Vec<ScopeName>,
    /// Who gets at what; the first that matches counts, and whom none matches gets nothing.
    pub rules: Vec<AdmissionRule>,
}

impl Admission {
    /// What those names grant here. One that nobody knows grants nothing.
    pub(super) fn scopes(&self, granted: &[String]) -> Scopes {
        granted.iter().flat_map(|name| self.meant_by(name).iter()).collect()
    }

    fn meant_by(&self, name: &str) -> Scopes {
        let own = Scope::ALL.iter().copied().filter(|scope| scope.as_str() == name);
        let named = self.names.iter().filter(|one| one.name == name).flat_map(|one| one.scopes.iter());
        own.chain(named).collect()
    }

    /// The names by which an issuer is asked for these scopes: its own, where there are any.
    pub fn names_of(&self, scopes: Scopes) -> Vec<&str> {
        if self.names.is_empty() {
            return scopes.iter().map(Scope::as_str).collect();
        }
        let helps = |one: &&ScopeName| one.scopes.intersection(scopes) != Scopes::none();
        // The smallest that does: who is asked for a scope shall not be asked for all.
        let least = |scope: Scope| {
            let of = self.names.iter().filter(|one| one.scopes.contains(scope));
            of.min_by_key(|one| one.scopes.iter().count()).map(|one| one.name.as_str())
        };
        let wanted: Vec<_> = scopes.iter().filter_map(least).collect();
        let named = self.names.iter().filter(helps).map(|one| one.name.as_str());
        named.filter(|name| wanted.contains(name)).collect()
    }

    pub(super) fn rule(&self, vouched: &Vouched) -> Option<&AdmissionRule> {
        self.rules.iter().find(|rule| rule.matches(vouched))
    }
}

/// A name of an issuer and what it means here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeName {
    /// As tokens have it.
    pub name: String,
    /// What it grants.
    pub scopes: Scopes,
}

/// Why a text is no name of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write NAME=SCOPE or NAME=PRESET, with + between several: telegram-read=reader")]
pub struct NotAScopeName;

impl FromStr for ScopeName {
    type Err = NotAScopeName;

    fn from_str(text: &str) -> Result<Self, NotAScopeName> {
        let (name, meant) = text.rsplit_once('=').ok_or(NotAScopeName)?;
        let name = name.trim();
        // What RFC 6749 lets a scope consist of.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(NotAScopeName);
        }
        let scopes = meant.split('+').map(|word| of_word(word.trim())).collect::<Option<Vec<_>>>();
        let scopes = scopes.ok_or(NotAScopeName)?.into_iter().flat_map(Scopes::iter).collect();
        Ok(Self { name: name.to_owned(), scopes })
    }
}

impl std::fmt::Display for ScopeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scopes: Vec<_> = self.scopes.iter().map(Scope::as_str).collect();
        write!(f, "{}={}", self.name, scopes.join("+"))
    }
}

/// The scopes of a preset's name or a scope's.
fn of_word(word: &str) -> Option<Scopes> {
    let own = Scope::ALL.iter().copied().find(|scope| scope.as_str() == word);
    own.map(|scope| std::iter::once(scope).collect()).or_else(|| word.parse::<Preset>().ok().map(Preset::scopes))
}

/// Who gets at what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionRule {
    /// What is looked at.
    pub claim: String,
    /// What it has to be, or to hold where it is a list; `*` for anything.
    pub value: String,
    /// Which sessions, by name or id; every one if left out.
    pub sessions: Option<Vec<String>>,
    /// Whether they may change nothing.
    pub is_read_only: bool,
    /// Which chats.
    pub chats: ChatPolicy,
}

impl AdmissionRule {
    fn matches(&self, vouched: &Vouched) -> bool {
        let Some(claim) = vouched.claim(&self.claim) else { return false };
        match claim {
            Value::Array(values) => values.iter().any(|value| self.is_meant(value)),
            Value::Null | Value::Object(_) => false,
            Value::String(_) | Value::Bool(_) | Value::Number(_) => self.is_meant(claim),
        }
    }

    fn is_meant(&self, value: &Value) -> bool {
        if self.value == ANYTHING {
            return true;
        }
        match value {
            Value::String(text) => *text == self.value,
            Value::Bool(is_so) => self.value == if *is_so { "true" } else { "false" },
            Value::Number(number) => self.value == number.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        }
    }
}

/// A rule about chats as a configuration has it: there is no session yet in which a name could be looked up.
pub fn chat_by_id(text: &str) -> Result<ChatRule, NotAChatRule> {
    let rule: ChatRule<String> = text.parse()?;
    match &rule.target {
        crate::grants::ChatTarget::Chat(id) => {
            let id = id.trim().parse().map_err(|_| NotAChatRule)?;
            Ok(rule.with(ChatId(id)))
        }
        crate::grants::ChatTarget::Own | crate::grants::ChatTarget::Folder(_) => Ok(rule.with(ChatId(0))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vouched(claims: &Value) -> Vouched {
        let claims = claims.as_object().expect("a table").clone();
        Vouched { issuer: "https://id".into(), subject: "alice".into(), scopes: Vec::new(), claims }
    }

    fn rule(claim: &str, value: &str) -> AdmissionRule {
        let (claim, value) = (claim.to_owned(), value.to_owned());
        AdmissionRule { claim, value, sessions: None, is_read_only: false, chats: ChatPolicy::default() }
    }

    #[test]
    fn a_rule_matches_what_a_claim_is_or_holds_and_nothing_else() {
        let claims = json!({
            "sub": "alice", "groups": ["ops", "dev"], "admin": true, "realm_access": { "roles": ["bots"] },
            "https://example.org/team": "red", "nothing": null, "table": { "sub": "alice" },
        });
        let vouched = vouched(&claims);
        for (claim, value) in [
            ("sub", "alice"),
            ("sub", "*"),
            ("groups", "ops"),
            ("admin", "true"),
            ("realm_access.roles", "bots"),
            ("https://example.org/team", "red"),
        ] {
            assert!(rule(claim, value).matches(&vouched), "{claim}={value}");
        }
        for (claim, value) in [
            ("sub", "Alice"),
            ("sub", "alic"),
            ("groups", "op"),
            ("groups", "[\"ops\",\"dev\"]"),
            ("absent", "*"),
            ("nothing", "*"),
            ("nothing", "null"),
            ("table", "*"),
            ("realm_access.roles.bots", "*"),
        ] {
            assert!(!rule(claim, value).matches(&vouched), "{claim}={value}");
        }
    }

    #[test]
    fn names_of_an_issuer_mean_what_was_said_and_names_of_ours_what_they_say() {
        let admission = Admission {
            names: vec!["tg.read=reader".parse().unwrap(), "tg.send=messages:write".parse().unwrap()],
            rules: Vec::new(),
        };
        let granted = |names: &[&str]| admission.scopes(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(granted(&["tg.read"]), Preset::Reader.scopes());
        assert_eq!(granted(&["messages:write", "openid"]), Scopes::from_iter([Scope::MessagesWrite]));
        assert_eq!(granted(&["reader", "messages:*", ""]), Scopes::none());
        assert_eq!(admission.names_of([Scope::MessagesRead].into_iter().collect()), ["tg.read"]);
        assert_eq!(admission.names_of([Scope::Admin].into_iter().collect()), [""; 0]);
        let plain = Admission::default();
        assert_eq!(plain.names_of([Scope::MessagesRead].into_iter().collect()), ["messages:read"]);
        for text in ["reader", "=reader", "x=", "x=everything", "a b=reader", "a\"=reader"] {
            assert_eq!(text.parse::<ScopeName>(), Err(NotAScopeName), "{text}");
        }
    }

    #[test]
    fn chats_of_a_configuration_are_named_by_id() {
        for text in ["-1001", "read:12", "me", "folder:Work", "write:folder:Work"] {
            assert_eq!(chat_by_id(text).map(|rule| rule.to_string()).as_deref(), Ok(text));
        }
        assert!(chat_by_id("@name").is_err() && chat_by_id("").is_err());
    }
}
