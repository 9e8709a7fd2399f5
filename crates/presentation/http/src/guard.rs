//! Who may come in while there are no tokens: programs of this machine, and nobody who uses one of them as a bridge.
//!
//! A page in a browser can send requests to loopback, under a name of its own that it lets point here; a proxy passes on
//! what comes from anywhere. Both give themselves away in the headers.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::Response;
use telegraphist_application::{Code, Failure};

use crate::desk::{Desk, Over};
use crate::refusal::Refusal;

/// What proxies add.
const OF_PROXIES: [&str; 4] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// Where browsers say whose page a request is from; they say it also where they name no origin.
const FETCH_SITE: &str = "sec-fetch-site";

/// Lets a request pass, or refuses it.
pub(crate) async fn admit(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    match check(request.headers(), desk.over) {
        Ok(()) => next.run(request).await,
        Err(failure) => desk.answer(Err(Refusal::from(failure))),
    }
}

fn check(headers: &HeaderMap, over: Over) -> Result<(), Failure> {
    let host = host(headers);
    if over == Over::Tcp && !host.as_ref().is_some_and(is_this_machine) {
        return Err(forbidden(
            "The request is not for this machine.",
            "Send it to 127.0.0.1 or localhost, so that the header Host says so.",
        ));
    }
    if let Some(origin) = headers.get(ORIGIN) {
        let ours = host.map(|host| format!("http://{host}"));
        if ours.is_none_or(|ours| !origin.as_bytes().eq_ignore_ascii_case(ours.as_bytes())) {
            return Err(forbidden(
                "The request is from a page of another origin.",
                "Send it from a program rather than from a web page.",
            ));
        }
    }
    if headers.get(FETCH_SITE).is_some_and(|site| site != "none" && site != "same-origin") {
        return Err(forbidden(
            "The request is from a web page.",
            "Send it from a program rather than from a web page.",
        ));
    }
    if OF_PROXIES.iter().any(|name| headers.contains_key(*name)) {
        return Err(forbidden(
            "The request came through a proxy, and nothing tells from whom.",
            "Send it from this machine; let the proxy pass on nothing but /telegram/webhook/.",
        ));
    }
    Ok(())
}

fn forbidden(message: &str, action: &str) -> Failure {
    Failure::new(Code::Forbidden, message, action)
}

/// The one host that a request names.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?;
    if hosts.next().is_some() { None } else { host.to_str().ok()?.parse().ok() }
}

fn is_this_machine(host: &Authority) -> bool {
    let name = host.host().trim_matches(['[', ']']);
    match name.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn is_let_in(over: Over, headers: &[(&str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value"));
        }
        check(&map, over).is_ok()
    }

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        for host in ["127.0.0.1:8080", "127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:8080", "127.1.2.3:1"] {
            assert!(is_let_in(Over::Tcp, &[("host", host)]), "{host}");
        }
        for host in
            ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "10.0.0.1", "", "@", "[::]"]
        {
            assert!(!is_let_in(Over::Tcp, &[("host", host)]), "{host}");
        }
        assert!(!is_let_in(Over::Tcp, &[]), "no host");
        assert!(!is_let_in(Over::Tcp, &[("host", "localhost"), ("host", "evil.example")]), "two hosts");
        assert!(is_let_in(Over::Unix, &[]) && is_let_in(Over::Unix, &[("host", "anything")]));
    }

    #[test]
    fn a_page_of_another_origin_is_refused() {
        let host = ("host", "127.0.0.1:8080");
        assert!(is_let_in(Over::Tcp, &[host, ("origin", "http://127.0.0.1:8080")]));
        for origin in ["https://evil.example", "null", "http://127.0.0.1:9090", "http://127.0.0.1:8080.evil.example"] {
            assert!(!is_let_in(Over::Tcp, &[host, ("origin", origin)]), "{origin}");
        }
        assert!(!is_let_in(Over::Unix, &[("origin", "https://evil.example")]));
        for (site, may) in [("none", true), ("same-origin", true), ("same-site", false), ("cross-site", false)] {
            assert_eq!(is_let_in(Over::Tcp, &[host, ("sec-fetch-site", site)]), may, "{site}");
        }
    }

    #[test]
    fn what_a_proxy_passes_on_is_refused() {
        for name in OF_PROXIES {
            assert!(!is_let_in(Over::Tcp, &[("host", "localhost"), (name, "203.0.113.7")]), "{name}");
        }
    }
}
