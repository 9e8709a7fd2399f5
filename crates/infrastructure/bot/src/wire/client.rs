use std::net::IpAddr;
use std::time::Duration;

use teloxide_reqwest as reqwest;
use url::{Host, Url};

/// A connection that is not there after this is not going to be.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Shorter than servers keep idle connections, so that a request does not meet one that is just being closed.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// The HTTP client for all bots at `api_url`. How long a request may take is its caller's business.
pub(crate) fn client(api_url: &Url) -> reqwest::Client {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_MAX)
        .pool_idle_timeout(IDLE_MAX)
        .tcp_nodelay(true)
        // The Bot API never sends elsewhere, and a token must not follow where something else does.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("telegraphist/", env!("CARGO_PKG_VERSION")));
    if is_loopback(api_url) {
        builder = builder.no_proxy();
    }
    builder.build().expect("a client with bundled root certificates can always be made")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_recognised() {
        let is_loopback = |url: &str| is_loopback(&url.parse().expect("an address"));
        assert!(
            is_loopback("http://127.0.0.1:8081") && is_loopback("http://[::1]/x") && is_loopback("http://localhost")
        );
        assert!(!is_loopback("https://api.telegram.org") && !is_loopback("http://10.0.0.1"));
    }
}
