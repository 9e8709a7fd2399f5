//! Values that TOML has no type for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use telegraphist_application::notices::{NotAZone, Zone};
use telegraphist_application::ports::KeyPlaceKind;
use telegraphist_http::{Listen, ListenError};
use telegraphist_mtproto::DcOption;
use telegraphist_sqlite::FirstPlace;

use super::LogFormat;
use super::limits::RateChoice;

/// A list: an array in the file, commas in the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commas<T>(pub(crate) Vec<T>);

impl<T: ToString> Commas<T> {
    /// As TOML.
    pub(super) fn shown(&self) -> String {
        let values = self.0.iter().map(|one| toml::Value::String(one.to_string()));
        toml::Value::Array(values.collect()).to_string()
    }
}

impl<'de, T> Deserialize<'de> for Commas<T>
where
    T: DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CommasVisitor(std::marker::PhantomData))
    }
}

struct CommasVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for CommasVisitor<T> {
    type Value = Commas<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Commas<T>, E> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| T::deserialize(de::value::StrDeserializer::<E>::new(part)))
            .collect::<Result<_, E>>()
            .map(Commas)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Commas<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Commas(values))
    }
}

/// A duration, written like `500ms`, `10s`, `5m` or `2h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("`{text}` is no duration; write it like 500ms, 10s, 5m, 2h or 30d");
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| problem())?;
        let milliseconds_per_unit = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(problem()),
        };
        let milliseconds = number.checked_mul(milliseconds_per_unit).ok_or_else(problem)?;
        Ok(Self(Duration::from_millis(milliseconds)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_millis();
        match milliseconds {
            0 => f.write_str("0s"),
            ms if ms % 3_600_000 == 0 => write!(f, "{}h", ms / 3_600_000),
            ms if ms % 60_000 == 0 => write!(f, "{}m", ms / 60_000),
            ms if ms % 1_000 == 0 => write!(f, "{}s", ms / 1_000),
            ms => write!(f, "{ms}ms"),
        }
    }
}

/// Where a data centre is, and perhaps a key that it knows, which is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DcAddress(pub(crate) DcOption);

impl FromStr for DcAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let option = text.parse().map_err(|problem| format!("telegram.dc_options: {problem}"))?;
        Ok(Self(option))
    }
}

impl fmt::Display for DcAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.0.auth_key.is_some() { "/(hidden)" } else { "" };
        write!(f, "{}={}{key}", self.0.dc, self.0.address)
    }
}

/// A string that is never shown.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

macro_rules! deserialize_from_str {
    ($($type:ty),*) => { $(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )* };
}

deserialize_from_str!(
    Span,
    RateChoice,
    DcAddress,
    KeyPlaceChoice,
    LogFormat,
    Address,
    AuthChoice,
    Clock,
    ListenAt,
    PublicUrl
);

/// Anything that a library of ours reads from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parsed<T>(pub(crate) T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|problem| de::Error::custom(format!("`{text}`: {problem}")))
    }
}

impl<T: fmt::Display> fmt::Display for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the vault key of a new store goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyPlaceChoice(pub(crate) FirstPlace);

impl FromStr for KeyPlaceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let first = match text {
            "auto" => FirstPlace::Auto,
            "keyring" => FirstPlace::Always(KeyPlaceKind::Keyring),
            "file" => FirstPlace::Always(KeyPlaceKind::File),
            _ => return Err(format!("store.key_place is \"auto\", \"keyring\" or \"file\", not `{text}`")),
        };
        Ok(Self(first))
    }
}

impl fmt::Display for KeyPlaceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            FirstPlace::Auto => f.write_str("auto"),
            FirstPlace::Always(kind) => kind.fmt(f),
        }
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("log.format is \"text\" or \"json\", not `{text}`")),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

/// Where a server is, over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) url::Url);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || "telegram.bot_api_url is an address such as https://api.telegram.org".to_owned();
        let url: url::Url = text.trim().trim_end_matches('/').parse().map_err(|_| problem())?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if matches!(url.scheme(), "http" | "https") && url.host().is_some() && is_plain {
            return Ok(Self(url));
        }
        Err(problem())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Whose clock it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock(pub(crate) Zone);

impl FromStr for Clock {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|problem: NotAZone| format!("people.zone: {problem}"))
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the gateway listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListenAt(pub(crate) Listen);

impl FromStr for ListenAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|problem: ListenError| format!("an address to listen at: {problem}"))
    }
}

/// How the gateway knows who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthChoice {
    /// Whoever reaches it is the owner.
    None,
    /// By a token of this server.
    Bearer,
    /// By a token of an issuer.
    OAuth,
}

impl FromStr for AuthChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "bearer" => Ok(Self::Bearer),
            "oauth" => Ok(Self::OAuth),
            _ => Err(format!("http.auth is \"none\", \"bearer\" or \"oauth\", not `{text}`")),
        }
    }
}

impl fmt::Display for AuthChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Bearer => "bearer",
            Self::OAuth => "oauth",
        })
    }
}

impl fmt::Display for ListenAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How Telegram reaches this server, if it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl(pub(crate) Option<url::Url>);

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        let problem = || "write a public address such as https://example.org".to_owned();
        let url: url::Url = text.trim().parse().map_err(|_| problem())?;
        let is_loopback = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(problem()),
        };
        // A Bot API server of one's own, or a sandbox, is on the same machine.
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
        let is_plain = url.username().is_empty() && url.password().is_none();
        if is_safe && is_plain && url.query().is_none() && url.fragment().is_none() {
            return Ok(Self(Some(url)));
        }
        Err(problem())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(url) => f.write_str(url.as_str().trim_end_matches('/')),
            None => Ok(()),
        }
    }
}
