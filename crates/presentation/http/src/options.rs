//! What an operator can choose about the gateway.

use axum::http::Uri;
use axum::http::uri::Authority;

use crate::auth::Auth;
use crate::tls::TlsFiles;

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
