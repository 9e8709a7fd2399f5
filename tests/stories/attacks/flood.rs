//! More than anybody should send, or less than anybody would wait for.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use telegraphist_tests::{HttpDemo, pause};

use super::wire::{answered, connected, is_alive, resident};

/// A head that never ends.
const HALF: &[u8] = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

/// Longer than any silence that is borne, with room for a busy machine.
const SILENCE: Duration = Duration::from_mins(2);

/// How many idle connections are tried.
const IDLE: usize = 10_000;

#[test]
fn who_sends_a_head_byte_by_byte_keeps_nobody_out_and_is_cut() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[("TELEGRAPHIST_HTTP__CONNECTIONS_MAX", "300")])?;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connected(&demo)?;
        stream.write_all(HALF)?;
        stream.set_nonblocking(true)?;
        slow.push(stream);
    }
    let begun = Instant::now();
    is_alive(&demo)?;
    // A byte now and then does not buy more time.
    while !slow.is_empty() {
        anyhow::ensure!(begun.elapsed() < SILENCE, "{} connections are still borne", slow.len());
        slow.retain_mut(is_open);
        pause();
    }
    is_alive(&demo)
}

/// Sends another byte; whether the server still listens.
fn is_open(stream: &mut TcpStream) -> bool {
    let is_sent = match stream.write(b"x") {
        Ok(_) => true,
        Err(problem) => problem.kind() == std::io::ErrorKind::WouldBlock,
    };
    let mut answer = [0; 256];
    let is_silent =
        matches!(stream.read(&mut answer), Err(problem) if problem.kind() == std::io::ErrorKind::WouldBlock);
    is_sent && is_silent
}

#[test]
fn a_body_of_a_hundred_megabytes_is_refused_and_not_kept() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[])?;
    let before = resident(&demo)?;
    let megabyte = vec![b' '; 1 << 20];
    for (path, framing) in [
        ("/mcp", "Content-Length: 104857600"),
        ("/mcp", "Transfer-Encoding: chunked"),
        ("/v1/events", "Transfer-Encoding: chunked"),
        ("/telegram/webhook/bot", "Transfer-Encoding: chunked"),
    ] {
        let mut stream = connected(&demo)?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{framing}\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        let mut sent = 0;
        while sent < 100 {
            let piece = if framing.starts_with("Transfer") {
                [b"100000\r\n".as_slice(), &megabyte, b"\r\n"].concat()
            } else {
                megabyte.clone()
            };
            // The server may stop to read at any time.
            if stream.write_all(&piece).is_err() {
                break;
            }
            sent += 1;
        }
        assert!(sent < 100, "{path} with {framing}: all of it was read");
    }
    is_alive(&demo)?;
    let grown = resident(&demo)?.saturating_sub(before);
    assert!(grown < 96 << 10, "it grew by {grown} KiB");
    Ok(())
}

/// The places are given back: who comes when all are taken is told so, and who comes later is served.
#[test]
fn more_connections_than_there_are_places_keep_out_only_each_other() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[("TELEGRAPHIST_HTTP__CONNECTIONS_MAX", "64")])?;
    let idle: Vec<_> = (0..200).map(|_| connected(&demo)).collect::<anyhow::Result<_>>()?;
    let request = b"GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let refused = answered(&demo, request)?;
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 503"), "{refused}");
    drop(idle);
    telegraphist_tests::until(|| answered(&demo, request).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")));
    Ok(())
}

#[test]
fn ten_thousand_idle_connections_cost_little_and_keep_nobody_out() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[("TELEGRAPHIST_HTTP__CONNECTIONS_MAX", "10100")])?;
    let held = IDLE.min(allowed_files()?.saturating_sub(1_000));
    let before = resident(&demo)?;
    let mut idle = Vec::with_capacity(held);
    for _ in 0..held {
        let mut stream = connected(&demo)?;
        // Half of them have begun to say something.
        if idle.len().is_multiple_of(2) {
            stream.write_all(HALF)?;
        }
        idle.push(stream);
    }
    let grown = resident(&demo)?.saturating_sub(before);
    let request = b"GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let served = answered(&demo, request)?;
    assert!(served.starts_with("HTTP/1.1 200"), "{served}");
    assert!(grown < 20 * held as u64, "{held} connections cost {grown} KiB");
    drop(idle);
    is_alive(&demo)
}

/// How many files this process may have open, as many as the system lets it.
fn allowed_files() -> anyhow::Result<usize> {
    let limits = fs_err::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find(|line| line.starts_with("Max open files")).context("a limit of files")?;
    let hard = line.split_whitespace().nth(4).context("a hard limit")?.to_owned();
    let own = std::process::id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &own, &format!("--nofile={hard}:{hard}")]).status()?;
    anyhow::ensure!(raised.success(), "the limit of open files could not be raised");
    Ok(hard.parse().unwrap_or(IDLE * 2))
}
