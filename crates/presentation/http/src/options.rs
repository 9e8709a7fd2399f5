//! What an operator can choose about the gateway.

use axum::http::Uri;
use axum::http::uri::Authority;

use crate::auth::Auth;
use crate::tls::TlsFiles;

/// A name that nobody could have, so that whoever is meant would be kept out.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// It is no host.
    #[error("http.allowed_hosts holds `{0}`, which is no host; write `mcp.example.org`, or `mcp.example.org:8443`")]
    NotAHost(String),
    /// It is no origin.
    #[error(
        "http.allowed_origins holds `{0}`, which is no origin; write `https://app.example.org`, with `:PORT` or `:*` \
         behind it where it has one"
    )]
    NotAnOrigin(String),
}

/// How the gateway is set up. The default is for programs of this machine, without tokens.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// Connections at once; more are told to come again.
    pub connections_max: usize,
    /// The largest body that an MCP request may have, in bytes.
    pub body_max: usize,
    /// Names besides those of this machine under which it is reached: `HOST` or `HOST:PORT`.
    pub allowed_hosts: Vec<String>,
    /// Web pages that may send requests: `SCHEME://HOST`, with `:PORT` or `:*`.
    pub allowed_origins: Vec<String>,
    /// Whether a proxy stands before it whose headers are true.
    pub trust_proxy: bool,
    /// How it knows who calls.
    pub auth: Auth,
    /// Certificate and key, where it encrypts by itself.
    pub tls: Option<TlsFiles>,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            connections_max: 1_024,
            body_max: 16 * 1024 * 1024,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            trust_proxy: false,
            auth: Auth::None,
            tls: None,
        }
    }
}

impl GatewayOptions {
    /// Whether all names are such as a request could have.
    pub fn check(&self) -> Result<(), OptionsError> {
        if let Some(odd) = self.allowed_hosts.iter().find(|name| !is_host(name.trim())) {
            return Err(OptionsError::NotAHost(odd.clone()));
        }
        match self.allowed_origins.iter().find(|name| !is_origin(name.trim())) {
            Some(odd) => Err(OptionsError::NotAnOrigin(odd.clone())),
            None => Ok(()),
        }
    }

    /// How it is spoken to.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Whether a host is this one.
    pub(crate) fn is_our_name(&self, host: &Authority) -> bool {
        is_this_machine(host) || self.allowed_hosts.iter().any(|allowed| is_of(allowed, host))
    }

    /// Whether a page of this origin may send requests.
    pub(crate) fn is_allowed_origin(&self, origin: &str) -> bool {
        let Some(origin) = Origin::of(origin) else { return false };
        self.allowed_origins.iter().any(|allowed| match allowed.strip_suffix(":*") {
            Some(any_port) => Origin::of(any_port).is_some_and(|allowed| allowed.is_but_for_the_port(&origin)),
            None => Origin::of(allowed) == Some(origin.clone()),
        })
    }
}

/// Whether it is a host by its name or address, perhaps with a port.
fn is_host(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    let (host, rest) = (authority.host(), &text[authority.host().len().min(text.len())..]);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let is_address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_name = !host.is_empty() && host.chars().all(is_plain);
    (is_name || is_address.is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok()))
        && text.starts_with(host)
        && (rest.is_empty() || authority.port_u16().is_some())
}

/// Whether it is a scheme and a host, as browsers send them; any port may be `*`.
fn is_origin(text: &str) -> bool {
    let text = text.strip_suffix(":*").unwrap_or(text);
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    !scheme.is_empty() && is_host(rest.strip_suffix('/').unwrap_or(rest)) && Origin::of(text).is_some()
}

/// Whether `allowed` names this host, and its port if it names one.
fn is_of(allowed: &str, host: &Authority) -> bool {
    let Ok(allowed) = allowed.trim().parse::<Authority>() else { return false };
    allowed.host().eq_ignore_ascii_case(host.host())
        && allowed.port_u16().is_none_or(|port| host.port_u16() == Some(port))
}

fn is_this_machine(host: &Authority) -> bool {
    let name = host.host().trim_matches(['[', ']']);
    match name.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

/// Where a page is from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    fn of(text: &str) -> Option<Self> {
        let uri: Uri = text.trim().parse().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let usual = match scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        let port = uri.port_u16().or(usual);
        Some(Self { host: uri.host()?.to_ascii_lowercase(), port, scheme })
    }

    fn is_but_for_the_port(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_no_scheme_and_an_origin_has_one() {
        for host in ["mcp.example.org", "MCP.example.org:8443", "10.0.0.1", "[2001:db8::7]:443", "build_box"] {
            assert!(is_host(host), "{host}");
        }
        for host in
            ["", "*", "*.example.org", "https://mcp.example.org", "mcp.example.org/", "me@mcp.example.org", "a:", "a:x"]
        {
            assert!(!is_host(host), "{host}");
        }
        for origin in ["https://app.example.org", "http://localhost:*", "http://localhost:6274/", "tauri://localhost"] {
            assert!(is_origin(origin), "{origin}");
        }
        for origin in
            ["", "*", "null", "app.example.org", "localhost:*", "https://", "https://*", "https://app.example.org/app"]
        {
            assert!(!is_origin(origin), "{origin}");
        }
    }
}
