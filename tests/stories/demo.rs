//! The first thing a newcomer does.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;

use telegraphist_tests::{Era, Home, PATIENCE, Stdio as Client};

#[test]
fn the_demo_prints_calls_that_work_when_pasted() -> anyhow::Result<()> {
    let home = Home::new();
    let mut demo =
        home.telegraphist(&["demo"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (line, lines) = mpsc::channel();
    let output = BufReader::new(demo.stdout.take().expect("standard output is a pipe"));
    let reader = std::thread::spawn(move || {
        for text in output.lines().map_while(Result::ok) {
            if line.send(text).is_err() {
                break;
            }
        }
    });
    // The calls are printed when it serves; each is pasted as it stands, but for the program's path.
    let mut calls = Vec::new();
    while calls.len() < 3 {
        let text = lines.recv_timeout(PATIENCE)?;
        if let Some((_, call)) = text.split_once(" call ") {
            calls.push(call.trim().to_owned());
        }
    }
    assert!(calls.iter().any(|call| call.contains("query=invoice")), "{calls:?}");
    for call in calls {
        let words = shell_words(&call);
        let arguments: Vec<&str> = std::iter::once("call").chain(words.iter().map(String::as_str)).collect();
        let shown = home.ok(&arguments, "");
        assert!(!shown.trim().is_empty(), "{call} showed nothing");
    }
    demo.kill()?;
    demo.wait()?;
    drop(lines);
    reader.join().expect("the reader ends with its input");
    Ok(())
}

/// Splits as a shell does, as far as the printed calls need: blanks, and single or double quotes.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[tokio::test]
async fn a_demo_of_ones_own_leaves_nothing_behind() -> anyhow::Result<()> {
    let home = Home::new();
    for era in [Era::Initialize, Era::Stateless] {
        let mut client = Client::start(&home, &["demo", "--stdio"], era).await?;
        let me = client.tool("get_me", serde_json::json!({})).await?;
        assert!(me["id"].is_string(), "{me}");
        assert!(client.close().await?.success());
    }
    assert!(!home.data("demo").exists(), "demo --stdio left a data directory");
    Ok(())
}

#[tokio::test]
async fn a_probe_that_sends_nothing_ends_well() -> anyhow::Result<()> {
    let home = Home::new();
    let client = Client::spawn(&home, &["demo", "--stdio"], Era::Stateless)?;
    assert!(client.close().await?.success());
    let mut client = Client::spawn(&home, &["demo", "--stdio"], Era::Stateless)?;
    let discovered = client.request("server/discover", serde_json::json!({})).await?;
    assert!(discovered["supportedVersions"].as_array().is_some_and(|versions| versions.len() >= 2), "{discovered}");
    assert!(client.close().await?.success());
    Ok(())
}
