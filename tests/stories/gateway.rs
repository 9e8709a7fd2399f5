//! Build servers tell and ask over HTTP: the examples of docs/HTTP.md as they stand there, run by a shell with curl.

use std::io::BufReader;
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{Home, HttpDemo, PATIENCE, control, found, repository};

const ALICE: i64 = 1001;
const BOT: i64 = 1102;

/// A demo that listens for HTTP.
struct Demo(HttpDemo);

impl Demo {
    fn start() -> anyhow::Result<Self> {
        HttpDemo::start(&[]).map(Self)
    }

    /// Alice's messages from the bot that say this.
    fn mails(&self, words: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!("/v1/mailbox?account={ALICE}&chat={BOT}&limit=50");
        let mailbox = control::get(self.0.control()?, &path)?;
        let says = |mail: &&Value| mail["text"].as_str().is_some_and(|text| text.contains(words));
        Ok(mailbox["messages"].as_array().into_iter().flatten().filter(says).cloned().collect())
    }

    /// The same, as soon as there is one.
    fn mail(&self, words: &str) -> anyhow::Result<Value> {
        let start = Instant::now();
        loop {
            if let Some(mail) = self.mails(words)?.into_iter().next() {
                return Ok(mail);
            }
            anyhow::ensure!(start.elapsed() < PATIENCE, "nobody says {words}");
            telegraphist_tests::pause();
        }
    }

    fn press(&self, words: &str, button: &str) -> anyhow::Result<()> {
        let card = self.mail(words)?;
        let press = json!({ "as": ALICE, "chat": BOT, "id": card["id"], "button": button });
        control::post(self.0.control()?, "/v1/press", &press).map(drop)
    }

    /// Runs the examples as a build of this number.
    fn build(&self, script: &str, run: &str) -> anyhow::Result<Child> {
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", script]).env("TELEGRAPHIST", self.0.base()).env("RUN", run);
        let started = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        started.context("there is no shell")
    }
}

/// The shell's part of the page.
fn examples() -> anyhow::Result<String> {
    let page = fs_err::read_to_string(repository().join("docs/HTTP.md"))?;
    let blocks: Vec<&str> = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    anyhow::ensure!(blocks.len() >= 5, "the examples of docs/HTTP.md were not found");
    Ok(blocks.concat())
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_examples_of_the_page_tell_ask_and_heed_the_answer() -> anyhow::Result<()> {
    let demo = Demo::start()?;
    let script = examples()?;
    for (run, button, outcome) in
        [("901", "Approve", "deploying build 901"), ("902", "Deny", "build 902 is not deployed: 1")]
    {
        let build = demo.build(&script, run)?;
        demo.press(&format!("Deploy build {run} to production?"), button)?;
        let output = build.wait_with_output()?;
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains(outcome), "{}", said(&output));
        assert!(said(&output).ends_with("Begin maintenance?\ncancelled\n"), "{}", said(&output));
        for words in ["started", "is done", "failed"] {
            demo.mail(&format!("Build {run} {words}"))?;
        }
    }
    // The same run once more: its question is answered already, and nothing is told or asked twice.
    let output = demo.build(&script, "901")?.wait_with_output()?;
    assert!(said(&output).contains("deploying build 901"), "{}", said(&output));
    for words in ["Build 901 started", "Build 901 is done", "Build 901 failed", "Deploy build 901 to production?"] {
        assert_eq!(demo.mails(words)?.len(), 1, "{words}");
    }
    Ok(())
}

#[test]
fn a_build_without_a_server_is_not_deployed() -> anyhow::Result<()> {
    let mut demo = Demo::start()?;
    let script = examples()?.replace("--retry 5 --retry-connrefused", "");
    demo.0.kill()?;
    let ask = script.split("tell build_started").next().context("the functions come first")?.to_owned()
        + script
            .split_once("# ask TITLE")
            .context("there is a function that asks")?
            .1
            .split("\nif ask")
            .next()
            .unwrap_or_default()
        + "\nask 'Deploy?' || echo \"no: $?\"";
    let output = demo.build(&ask, "1")?.wait_with_output()?;
    assert!(said(&output).contains("no: 3"), "{}", said(&output));
    Ok(())
}

#[test]
fn a_bot_is_brought_its_updates_where_the_configuration_says_so() -> anyhow::Result<()> {
    // Telegram has to be told the address before anybody listens there.
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let url = format!("http://{address}/");
    let demo = Demo(HttpDemo::start_at(&address.to_string(), &[("TELEGRAPHIST_BOTS__WEBHOOK_URL", &url)])?);
    let asked = control::post(address, "/v1/approvals", &json!({ "title": "By webhook?" }))?;
    demo.press("By webhook?", "Approve")?;
    let id = asked["approval_id"].as_str().context("it has an id")?;
    let waited = control::get(address, &format!("/v1/approvals/{id}?wait=50"))?;
    assert_eq!(waited["decision"]["is_allowed"], true, "{waited}");
    let calls = &control::get(demo.0.control()?, "/v1/counters")?["calls"];
    assert_eq!((&calls["bot.setWebhook"], &calls["bot.getUpdates"]), (&json!(1), &Value::Null), "{calls}");
    Ok(())
}

#[test]
fn serve_takes_over_from_the_background_and_listens_at_a_socket() -> anyhow::Result<()> {
    let home = Home::new();
    home.ok(&["sessions", "list"], "");
    let socket = home.path().join("gateway.sock");
    let listen = format!("unix:{}", socket.display());
    let mut command = home.telegraphist(&["serve", "--listen", &listen]);
    let mut serve = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let errors = serve.stderr.take().context("standard error is a pipe")?;
    found(BufReader::new(errors), "HTTP is at the socket ", "")?;
    let curl = |path: &str| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--unix-socket"]).arg(&socket);
        curl.arg(format!("http://localhost{path}")).output()
    };
    let questions: Value = serde_json::from_slice(&curl("/v1/approvals")?.stdout)?;
    assert_eq!(questions["has_more"], false, "{questions}");
    let again = home.telegraphist(&["serve", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).output()?;
    assert!(said(&again).contains("served already"), "{}", said(&again));
    home.ok(&["daemon", "stop"], "");
    assert!(serve.wait()?.success());
    assert!(!socket.exists(), "the socket is still there");
    Ok(())
}

#[test]
fn with_tokens_nobody_is_let_in_without_one_and_no_token_travels_in_plain_text() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[("TELEGRAPHIST_HTTP__AUTH", "bearer")])?;
    for path in ["/mcp", "/v1/approvals"] {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--include", "--header", "Authorization: Bearer tgp_of_nobody"]);
        let refused = said(&curl.arg(format!("{}{path}", demo.base())).output()?);
        assert!(refused.starts_with("HTTP/1.1 401") && refused.contains("invalid_token"), "{refused}");
        assert!(!refused.contains("tgp_of_nobody"), "{refused}");
    }
    let mut home = Home::new();
    let plain = home.telegraphist(&["serve", "--listen", "0.0.0.0:0", "--auth", "bearer"]).output()?;
    assert!(!plain.status.success() && said(&plain).contains("http.tls_cert"), "{}", said(&plain));
    home.set("TELEGRAPHIST_HTTP__TRUST_PROXY", "true");
    let open = home.telegraphist(&["serve", "--listen", "127.0.0.1:0"]).output()?;
    assert!(!open.status.success() && said(&open).contains("--auth bearer"), "{}", said(&open));
    Ok(())
}

#[test]
fn an_address_that_others_can_reach_is_refused_at_the_command_line_and_in_the_configuration() -> anyhow::Result<()> {
    let mut home = Home::new();
    let refused = home.telegraphist(&["serve", "--listen", "0.0.0.0:8080"]).output()?;
    assert!(!refused.status.success() && said(&refused).contains("127.0.0.1"), "{}", said(&refused));
    home.set("TELEGRAPHIST_HTTP__LISTEN", "0.0.0.0:8080");
    let refused = home.telegraphist(&["config", "check"]).output()?;
    assert!(!refused.status.success() && said(&refused).contains("http.listen"), "{}", said(&refused));
    Ok(())
}
