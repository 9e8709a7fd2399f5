//! Requests that no honest client writes: paths, headers and bodies that mean one thing to one reader and another to the next.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use anyhow::Context as _;
use telegraphist_tests::{Gateway, HttpDemo, PATIENCE};

/// A connection that sends what it is told.
pub(super) fn connected(demo: &HttpDemo) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(demo.base().strip_prefix("http://").context("an address")?)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Everything that is answered until the server closes the connection.
pub(super) fn answered(demo: &HttpDemo, request: &[u8]) -> anyhow::Result<String> {
    let mut stream = connected(demo)?;
    // A server that refuses early does not read on.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    // It may be reset when what it did not read is thrown away.
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The statuses of all answers on a connection.
fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.get(..3)).collect()
}

pub(super) fn is_alive(demo: &HttpDemo) -> anyhow::Result<()> {
    let healthy = answered(demo, b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    anyhow::ensure!(healthy.starts_with("HTTP/1.1 200"), "it is not alive: {healthy}");
    Ok(())
}

#[test]
fn no_way_of_writing_a_path_leads_past_the_guard() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    for path in [
        "/health/../mcp",
        "/health/../v1/approvals",
        "/health/%2e%2e/v1/approvals",
        "/health%2f..%2fv1%2fapprovals",
        "/.well-known/oauth-protected-resource/../../v1/approvals",
        "/.well-known/oauth-protected-resource/mcp/../../../v1/approvals",
        "/telegram/webhook/../../v1/approvals",
        "//v1/approvals",
        "/./v1/approvals",
        "/v1//approvals",
        "/v1/approvals/",
        "/v1/approvals;x=/health",
        "/v1/approvals%00/health",
        "/V1/APPROVALS",
        "/v1\\approvals",
        "/mcp/..%2f..%2fhealth",
        "/mcp/readonly/../x/all",
        "/v1/approvals?/health",
        "/v1/approvals#/health",
        "http://localhost/v1/approvals",
        "http://evil.example/health",
        "*",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = answered(&gateway.0, request.as_bytes())?;
        let status = answer.get(9..12).unwrap_or_default();
        let is_refused = ["400", "401", "403", "404", "405"].contains(&status);
        let is_only_alive = status == "200" && answer.ends_with("{\"status\":\"pass\"}");
        assert!(is_refused || is_only_alive, "{path}: {answer}");
    }
    is_alive(&gateway.0)
}

#[test]
fn a_request_is_where_it_ends_for_everybody_or_it_is_refused() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[])?;
    let second = "GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\nX-Second: yes\r\n\r\n";
    let post = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    for (what, framing) in [
        ("two lengths", "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}"),
        ("a list of lengths", "Content-Length: 2, 40\r\n\r\n{}"),
        ("a signed length", "Content-Length: +2\r\n\r\n{}"),
        ("an odd coding", "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        ("a coding behind chunked", "Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        ("a chunk of no length", "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
        ("a chunk longer than any", "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ("a space before the colon", "Content-Length : 2\r\n\r\n{}"),
        ("a folded header", "X-Folded: a\r\n b: c\r\nContent-Length: 2\r\n\r\n{}"),
        ("a bare carriage return", "X-Bare: a\rX-Other: b\r\nContent-Length: 2\r\n\r\n{}"),
        ("a null", "X-Null: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
    ] {
        let answer = answered(&demo, format!("{post}{framing}{second}").as_bytes())?;
        assert_eq!(statuses(&answer), ["400"], "{what}: {answer}");
    }
    // Both a length and chunks: either it is refused, or the length does not count and nothing is left over.
    let both = format!("{post}Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");
    let closing = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = answered(&demo, format!("{both}{closing}").as_bytes())?;
    assert!(statuses(&answer).iter().all(|status| ["400", "200"].contains(status)), "{answer}");
    is_alive(&demo)
}

#[test]
fn nothing_that_was_sent_becomes_a_line_of_an_answer() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[])?;
    for (name, value) in [
        ("x-request-id", "a%0d%0aX-Evil: 1"),
        ("x-request-id", "a\u{b}X-Evil: 1"),
        ("mcp-session-id", "a%0d%0aX-Evil: 1"),
        ("origin", "http://localhost%0d%0aX-Evil: 1"),
        ("idempotency-key", "a%0d%0aX-Evil: 1"),
        ("user-agent", "a%0d%0aX-Evil: 1"),
        ("traceparent", "00-%0d%0aX-Evil: 1"),
    ] {
        for path in ["/v1/approvals", "/mcp", "/v1/approvals/%0d%0aX-Evil:%201"] {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{name}: {value}\r\n\r\n");
            let answer = answered(&demo, request.as_bytes())?;
            let (head, _) = answer.split_once("\r\n\r\n").context("a head")?;
            assert!(!head.to_ascii_lowercase().contains("x-evil"), "{name} at {path}: {head}");
        }
    }
    // With an end of line in it, it is another header of the request, and none of the answer.
    let request = "GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-request-id: a\r\nSet-Cookie: evil=1\r\n\r\n";
    let answer = answered(&demo, request.as_bytes())?;
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("evil"), "{answer}");
    Ok(())
}

#[test]
fn bodies_that_are_deep_or_wide_or_endless_are_refused_before_they_cost_anything() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[])?;
    let before = resident(&demo)?;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let nested = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{{\"a\":{}}}}}", deep(200_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let wide = format!("[{}1]", "1,".repeat(2_000_000));
    for path in ["/mcp", "/v1/events", "/v1/approvals", "/telegram/webhook/bot"] {
        for body in [&nested, &objects, &wide, &deep(1_000_000)] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let begun = Instant::now();
            let answer = answered(&demo, format!("{head}{body}").as_bytes())?;
            let status = answer.get(9..10).unwrap_or_default();
            assert!(["4", ""].contains(&status), "{path}: {}", answer.get(..300).unwrap_or(&answer));
            assert!(begun.elapsed() < PATIENCE, "{path}");
        }
    }
    is_alive(&demo)?;
    let grown = resident(&demo)?.saturating_sub(before);
    assert!(grown < 192 << 10, "it grew by {grown} KiB");
    Ok(())
}

/// What the server holds in memory, in KiB.
pub(super) fn resident(demo: &HttpDemo) -> anyhow::Result<u64> {
    let status = fs_err::read_to_string(format!("/proc/{}/status", demo.pid()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a line about memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
