//! Who may come in: programs that know where they are, and nobody who uses one of them as a bridge.
//!
//! A page in a browser can send requests to loopback, under a name of its own that it lets point here; a proxy passes on
//! what comes from anywhere. Both give themselves away in the headers. Whoever is let in is given a `Caller` here, and
//! nowhere behind it is one made.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use telegraphist_application::{Caller, Code, Failure};

use crate::auth::{Auth, Stranger};
use crate::browsers;
use crate::desk::{Desk, Over};
use crate::gateway::Neighbour;
use crate::options::GatewayOptions;
use crate::refusal::Refusal;
use crate::standing::Standing;

/// What proxies add.
const OF_PROXIES: [&str; 4] = ["forwarded", FORWARDED_FOR, "x-forwarded-host", "x-real-ip"];

/// Whom it had a request from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// How a proxy was asked, if it is to be believed.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Where browsers say whose page a request is from; they say it also where they name no origin.
const FETCH_SITE: &str = "sec-fetch-site";

/// Whose page a request is from, where it is from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// A program, or a page of our own.
    Here,
    /// A page that the operator lets in.
    AllowedPage,
}

/// Lets a request pass, or refuses it.
pub(crate) async fn admit(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let from = match check(request.headers(), desk.over, &desk.options) {
        Ok(from) => from,
        Err(failure) => return desk.answer(Err(Refusal::from(failure))),
    };
    let page = request.headers().get(ORIGIN).filter(|_| from == From::AllowedPage).cloned();
    if page.is_some() && request.method() == Method::OPTIONS {
        return browsers::permitted(page);
    }
    let caller = match authenticated(&desk, sender(&request, &desk.options), request.headers()).await {
        Ok(caller) => caller,
        Err(refusal) => return browsers::told(desk.answer(Err(refusal)), page),
    };
    if let Some(standing) = Standing::of(&desk.options.auth, request.headers()) {
        request.extensions_mut().insert(standing);
    }
    // Nothing behind this needs it, and what does not go on is not logged.
    request.headers_mut().remove(AUTHORIZATION);
    request.extensions_mut().insert(caller.clone());
    let answer = next.run(request).await;
    browsers::told(desk.options.auth.word(&caller, answer), page)
}

/// The same for what is told to everybody who may ask at all.
pub(crate) async fn receive(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    match check(request.headers(), desk.over, &desk.options) {
        Ok(from) => {
            let page = request.headers().get(ORIGIN).filter(|_| from == From::AllowedPage).cloned();
            if page.is_some() && request.method() == Method::OPTIONS {
                return browsers::permitted(page);
            }
            browsers::told(next.run(request).await, page)
        }
        Err(failure) => desk.answer(Err(Refusal::from(failure))),
    }
}

/// Who calls; whoever is not let in, and whoever is from a network where its token never was, is noted.
async fn authenticated(desk: &Desk, from: Option<IpAddr>, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let auth = &desk.options.auth;
    match auth.caller(&desk.app, headers).await {
        Ok(caller) => {
            if !matches!(auth, Auth::None) {
                desk.app.authenticated(&caller.principal, from).await;
            }
            Ok(caller)
        }
        Err(Stranger { refusal, why }) => {
            if let Some(why) = why {
                desk.app.authentication_failed(why, from);
            }
            Err(refusal)
        }
    }
}

/// From where a request was sent. A proxy that is trusted adds whom it had it from behind what others say.
fn sender(request: &Request, options: &GatewayOptions) -> Option<IpAddr> {
    let neighbour = request.extensions().get::<Neighbour>().and_then(|neighbour| neighbour.0);
    if !options.trust_proxy {
        return neighbour;
    }
    let last = request.headers().get_all(FORWARDED_FOR).iter().next_back();
    let told = last.and_then(|list| list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    told.or(neighbour)
}

/// Whose page a request is from, if it may come in.
pub(crate) fn check(headers: &HeaderMap, over: Over, options: &GatewayOptions) -> Result<From, Failure> {
    let host = check_way(headers, over, options)?;
    let from = page(headers, host.as_ref(), options)?;
    let is_foreign_page = headers.get(FETCH_SITE).is_some_and(|site| site != "none" && site != "same-origin");
    if from == From::Here && is_foreign_page {
        return Err(forbidden(
            "The request is from a web page.",
            "Send it from a program, or list the page's origin in http.allowed_origins.",
        ));
    }
    Ok(from)
}

/// Whether it is for us, and came a way that is allowed; whose page it is from is not looked at.
pub(crate) fn check_way(
    headers: &HeaderMap,
    over: Over,
    options: &GatewayOptions,
) -> Result<Option<Authority>, Failure> {
    let host = host(headers);
    let must_be_ours = over == Over::Tcp || options.trust_proxy;
    if must_be_ours && !host.as_ref().is_some_and(|host| options.is_our_name(host)) {
        return Err(forbidden(
            "The request is for another host.",
            "Send it to 127.0.0.1 or localhost, or have the name in the header Host listed in http.allowed_hosts.",
        ));
    }
    if !options.trust_proxy && OF_PROXIES.iter().any(|name| headers.contains_key(*name)) {
        return Err(forbidden(
            "The request came through a proxy, and nothing tells from whom.",
            "Send it from this machine, or set http.trust_proxy if the proxy is yours.",
        ));
    }
    Ok(host)
}

/// How a browser asked: `http` or `https`.
pub(crate) fn scheme(headers: &HeaderMap, options: &GatewayOptions) -> &'static str {
    match headers.get(FORWARDED_PROTO) {
        Some(proto) if options.trust_proxy && proto == "https" => "https",
        Some(_) | None => options.scheme(),
    }
}

/// Whose page it is from, if that may be.
fn page(headers: &HeaderMap, host: Option<&Authority>, options: &GatewayOptions) -> Result<From, Failure> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return Ok(From::Here) };
    let scheme = scheme(headers, options);
    let ours = host.map(|host| format!("{scheme}://{host}"));
    let is_alone = origins.next().is_none();
    if is_alone && ours.is_some_and(|ours| origin.as_bytes().eq_ignore_ascii_case(ours.as_bytes())) {
        return Ok(From::Here);
    }
    if is_alone && origin.to_str().is_ok_and(|origin| options.is_allowed_origin(origin)) {
        return Ok(From::AllowedPage);
    }
    Err(forbidden(
        "The request is from a page of another origin.",
        "Send it from a program, or list the page's origin in http.allowed_origins.",
    ))
}

fn forbidden(message: &str, action: &str) -> Failure {
    Failure::new(Code::Forbidden, message, action)
}

/// The one host that a request names.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?;
    // A name in front of the host is none of it, and no client sends one.
    let host = host.to_str().ok().filter(|host| !host.contains('@'))?;
    if hosts.next().is_some() { None } else { host.parse().ok() }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn checked(options: &GatewayOptions, over: Over, headers: &[(&str, &str)]) -> Option<From> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value"));
        }
        check(&map, over, options).ok()
    }

    fn is_let_in(over: Over, headers: &[(&str, &str)]) -> bool {
        checked(&GatewayOptions::default(), over, headers).is_some()
    }

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        for host in ["127.0.0.1:8080", "127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:8080", "127.1.2.3:1"] {
            assert!(is_let_in(Over::Tcp, &[("host", host)]), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "10.0.0.1",
            "",
            "@",
            "[::]",
            "a@127.0.0.1",
        ] {
            assert!(!is_let_in(Over::Tcp, &[("host", host)]), "{host}");
        }
        assert!(!is_let_in(Over::Tcp, &[]), "no host");
        assert!(!is_let_in(Over::Tcp, &[("host", "localhost"), ("host", "evil.example")]), "two hosts");
        assert!(is_let_in(Over::Unix, &[]) && is_let_in(Over::Unix, &[("host", "anything")]));
    }

    #[test]
    fn names_that_the_operator_listed_are_hosts_too() {
        let options = GatewayOptions {
            allowed_hosts: vec!["mcp.example.org".into(), "other.example:8443".into()],
            ..GatewayOptions::default()
        };
        let may = |host: &str| checked(&options, Over::Tcp, &[("host", host)]).is_some();
        assert!(may("mcp.example.org") && may("MCP.example.org:8080") && may("other.example:8443") && may("localhost"));
        assert!(!may("other.example") && !may("other.example:80") && !may("evil.mcp.example.org"));
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
    fn a_page_that_the_operator_listed_is_let_in() {
        let allowed_origins = vec!["https://app.example.org".into(), "http://localhost:*".into()];
        let options = GatewayOptions { allowed_origins, ..GatewayOptions::default() };
        let from = |origin: &str| {
            let headers = [("host", "127.0.0.1:8080"), ("origin", origin), ("sec-fetch-site", "cross-site")];
            checked(&options, Over::Tcp, &headers)
        };
        assert_eq!(from("https://app.example.org"), Some(From::AllowedPage));
        assert_eq!(from("https://app.example.org:443"), Some(From::AllowedPage));
        assert_eq!(from("http://localhost:6274"), Some(From::AllowedPage));
        for origin in ["http://app.example.org", "https://app.example.org:8443", "https://app.example.org.evil", "null"]
        {
            assert_eq!(from(origin), None, "{origin}");
        }
    }

    #[test]
    fn whom_a_trusted_proxy_had_a_request_from_is_who_sent_it() {
        let from = |trust_proxy, list: &[&str]| {
            let mut request = Request::new(axum::body::Body::empty());
            request.extensions_mut().insert(Neighbour(Some([127, 0, 0, 1].into())));
            for said in list {
                request.headers_mut().append(FORWARDED_FOR, said.parse().expect("a value"));
            }
            let sender = sender(&request, &GatewayOptions { trust_proxy, ..GatewayOptions::default() });
            sender.expect("somebody").to_string()
        };
        assert_eq!(from(false, &["203.0.113.7"]), "127.0.0.1");
        assert_eq!(from(true, &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(from(true, &["10.0.0.1, 203.0.113.7"]), "203.0.113.7", "what the client said is not believed");
        assert_eq!(from(true, &["10.0.0.1", "2001:db8::7"]), "2001:db8::7");
        assert_eq!((from(true, &[]), from(true, &["nobody"])), ("127.0.0.1".to_owned(), "127.0.0.1".to_owned()));
    }

    #[test]
    fn what_a_proxy_passes_on_is_refused_unless_it_is_trusted() {
        let trusting = GatewayOptions {
            trust_proxy: true,
            allowed_hosts: vec!["mcp.example.org".into()],
            ..GatewayOptions::default()
        };
        for name in OF_PROXIES {
            let headers = [("host", "localhost"), (name, "203.0.113.7")];
            assert!(!is_let_in(Over::Tcp, &headers), "{name}");
            assert!(checked(&trusting, Over::Tcp, &headers).is_some(), "{name}");
        }
        let page = |proto: &str| {
            let headers =
                [("host", "mcp.example.org"), ("origin", "https://mcp.example.org"), (FORWARDED_PROTO, proto)];
            checked(&trusting, Over::Tcp, &headers)
        };
        assert_eq!((page("https"), page("http")), (Some(From::Here), None));
        assert_eq!(checked(&trusting, Over::Unix, &[("host", "evil.example")]), None, "a proxy may pass on any name");
    }
}
