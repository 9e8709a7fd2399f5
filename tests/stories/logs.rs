//! What people say, and what lets somebody in, is in nothing that a run logs: not while all goes well, not while things
//! fail, and not at the most talkative level there is.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio as Pipe};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Context as _;
use base64::Engine as _;
use serde_json::json;
use telegraphist_tests::{BotStage, Era, Home, PATIENCE, Stdio, control, until};

const ALICE: i64 = BotStage::ALICE;

/// A word of everything that is said in these stories, whoever says it.
const MARK: &str = "heron";

/// The header by which Telegram is known.
const SECRET: &str = "x-telegram-bot-api-secret-token: ";

/// What stands between Telegram and `serve`: it passes on what comes, and remembers what Telegram said.
struct Proxy {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    fn start(to: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = Self { address: listener.local_addr()?, heard: Arc::default() };
        let heard = Arc::clone(&proxy.heard);
        thread::spawn(move || {
            for telegram in listener.incoming().flatten() {
                // Nobody is there yet, or any more: Telegram comes again.
                if let Ok(serve) = TcpStream::connect(to) {
                    pass_on(telegram, serve, &heard);
                }
            }
        });
        Ok(proxy)
    }

    /// The secret that Telegram says, as soon as it has said it.
    fn secret(&self) -> String {
        let mut secret = None;
        until(|| {
            let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let heard = String::from_utf8_lossy(&heard);
            let rest = heard.split_once(SECRET).and_then(|(_, rest)| rest.split_once("\r\n"));
            secret = rest.map(|(secret, _)| secret.to_owned());
            secret.is_some()
        });
        secret.expect("it was heard")
    }
}

/// Both ways, until either side has enough.
fn pass_on(telegram: TcpStream, serve: TcpStream, heard: &Arc<Mutex<Vec<u8>>>) {
    let (Ok(mut back), Ok(mut answers)) = (telegram.try_clone(), serve.try_clone()) else { return };
    thread::spawn(move || std::io::copy(&mut answers, &mut back));
    let (mut telegram, mut serve, heard) = (telegram, serve, Arc::clone(heard));
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = telegram.read(&mut bytes) {
            heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..count]);
            if serve.write_all(&bytes[..count]).is_err() {
                return;
            }
        }
    });
}

/// A run, and what its processes told of themselves.
struct Run {
    stage: BotStage,
    told: String,
    /// What must not have been told.
    secrets: Vec<String>,
}

impl Run {
    /// Runs a command to its end; gives what it printed as its answer.
    fn command(&mut self, arguments: &[&str], input: &str) -> String {
        let output = self.stage.home.run(arguments, input);
        self.told += &String::from_utf8_lossy(&output.stderr);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Asks at the command line, and presses a button; gives how it ended.
    fn ask(&mut self, title: &str, button: &str) -> anyhow::Result<Option<i32>> {
        let options = ["--option", "heron yes", "--option", "heron no", "--description", "why the heron asks"];
        let mut asking = self.stage.home.telegraphist(&[&["ask", title], options.as_slice()].concat());
        let asking = asking.stdin(Pipe::null()).stdout(Pipe::piped()).stderr(Pipe::piped()).spawn()?;
        let card = self.stage.newest(ALICE, title);
        self.stage.press(ALICE, &card, button);
        let output = asking.wait_with_output()?;
        self.told += &String::from_utf8_lossy(&output.stderr);
        Ok(output.status.code())
    }

    /// Everything that was logged.
    fn logs(&mut self) -> anyhow::Result<String> {
        self.command(&["daemon", "stop"], "");
        for name in ["daemon.log.1", "daemon.log"] {
            let log = self.stage.home.data("default").join(name);
            if log.exists() {
                self.told += &fs_err::read_to_string(log)?;
            }
        }
        Ok(std::mem::take(&mut self.told))
    }
}

/// An agent tells and asks over MCP, and what it says is refused, too.
async fn over_mcp(stage: &BotStage) -> anyhow::Result<()> {
    let mut client = Stdio::start(&stage.home, &[], Era::Initialize).await?;
    client.send_line("{ \"heron\": ").await?;
    client.receive().await?;
    let event = json!({
        "type": "build_failed", "title": "heron build", "description": "the heron **fell**",
        "data": { "error_message": "heron not found", "metadata": { "bird": "heron" } },
    });
    client.tool("send_telegram_event", event).await?;
    stage.newest(ALICE, "heron build");
    let nonsense = json!({ "type": "build_failed", "title": "heron ".repeat(100) });
    client.failure("send_telegram_event", nonsense).await?;
    let question = json!({
        "title": "heron question", "description": "*heron*", "options": ["heron once", "heron never"],
        "tool": "feed", "arguments": { "to": "heron" },
    });
    let asked = client.tool("request_approval", question).await?;
    let card = stage.newest(ALICE, "heron question");
    stage.press(ALICE, &card, "heron never");
    let waited = client.tool("wait_for_approval", json!({ "approval_id": asked["approval_id"] })).await?;
    anyhow::ensure!(waited["decision"]["choice"] == "heron never", "{waited}");
    stage.say(ALICE, "a heron answers");
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while client.tool("get_telegram_responses", json!({})).await?["items"] == json!([]) {
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "the answer was never heard");
    }
    client.close().await.map(drop)
}

/// The bot's token is revoked, a wrong one is tried, and the next one is taken.
fn signed_in_anew(run: &mut Run) -> anyhow::Result<()> {
    let revoked = run.stage.token()?;
    run.stage.sandbox.post("/v1/revoke_token", json!({ "bot": BotStage::BOT }));
    until(|| run.stage.json(&["sessions", "list"])[0]["state"] == "needs_login");
    run.command(&["notify", "nobody hears the heron"], "");
    let token = run.stage.token()?;
    for refused in [&revoked, "1102:AAheronheronheronheronheronheronhero", "heron"] {
        let answer = run.command(&["login", "--bot"], refused);
        anyhow::ensure!(answer.is_empty(), "signed in: {answer}");
    }
    let answer = run.command(&["login", "--bot"], &token);
    anyhow::ensure!(answer.contains("Signed in"), "not signed in: {answer}");
    run.secrets.extend([revoked, token]);
    Ok(())
}

/// Telegram is out of order while something is told, asked and heard.
fn in_trouble(run: &mut Run) -> anyhow::Result<()> {
    let troubles = [json!({ "trouble": "html", "status": 502 }), json!({ "trouble": "lost_before" })];
    for (title, trouble) in ["heron trouble?", "heron trouble again?"].into_iter().zip(troubles) {
        for method in ["getUpdates", "sendMessage", "editMessageText"] {
            run.stage.trouble(method, 1, trouble.clone());
        }
        run.command(&["notify", "a heron in trouble"], "");
        anyhow::ensure!(run.ask(title, "heron no")? == Some(11), "nobody decided");
    }
    for update in [json!({ "message": "heron" }), json!({ "heron": { "chat": { "id": ALICE, "type": "heron" } } })] {
        run.stage.sandbox.post("/v1/bot_update", json!({ "bot": BotStage::BOT, "update": update }));
    }
    until(|| {
        let kept = run.stage.json(&["inbox", "list", "--all"]);
        let is_kept = |kind| kept.as_array().is_some_and(|kept| kept.iter().any(|update| update["kind"] == kind));
        is_kept("unreadable") && is_kept(MARK)
    });
    Ok(())
}

fn serve(home: &Home, address: SocketAddr) -> anyhow::Result<Child> {
    let mut serve = home.telegraphist(&["serve", "--listen", &address.to_string()]);
    let log = fs_err::File::create(home.path().join("serve.log"))?;
    Ok(serve.stdin(Pipe::null()).stderr(log.into_file()).spawn()?)
}

/// What curl says when it brings an update with this secret.
fn bring(address: SocketAddr, session: &str, secret: &str, update: &str) -> anyhow::Result<String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--header", "Content-Type: application/json", "--header", &format!("{SECRET}{secret}")]);
    let url = format!("http://{address}/telegram/webhook/{session}");
    let output = curl.args(["--data", update, &url]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A build server tells and asks, and Telegram brings what the person presses.
fn over_http(run: &mut Run, address: SocketAddr, proxy: &Proxy) -> anyhow::Result<()> {
    let stage = &run.stage;
    let event = json!({ "type": "info_notification", "title": "heron over http", "idempotency_key": "heron-1" });
    control::post(address, "/v1/events", &event)?;
    stage.newest(ALICE, "heron over http");
    anyhow::ensure!(control::post(address, "/v1/events", &json!({ "type": MARK, "title": MARK })).is_err(), "accepted");
    let asked = control::post(address, "/v1/approvals", &json!({ "title": "heron by webhook?" }))?;
    let card = stage.newest(ALICE, "heron by webhook?");
    stage.press(ALICE, &card, "Approve");
    let id = asked["approval_id"].as_str().context("it has an id")?;
    let waited = control::get(address, &format!("/v1/approvals/{id}?wait=50"))?;
    anyhow::ensure!(waited["decision"]["is_allowed"] == true, "{waited}");
    let secret = proxy.secret();
    let bot = &stage.json(&["sessions", "list"])[0];
    let session = bot["id"].as_str().with_context(|| format!("no id in {bot}"))?;
    for (secret, update, answer) in [
        (secret.as_str(), json!({ "update_id": 900_000, "heron": {} }).to_string(), "{}"),
        (secret.as_str(), "[\"heron\"]".to_owned(), "invalid_argument"),
        ("heron", json!({ "update_id": 900_001 }).to_string(), "forbidden"),
    ] {
        let said = bring(address, session, secret, &update)?;
        anyhow::ensure!(said.contains(answer), "{update}: {said}");
    }
    let unknown = bring(address, "0190f3c4-0000-7000-8000-000000000001", "heron", "{\"heron\": 1}")?;
    anyhow::ensure!(unknown.contains("unknown_session"), "{unknown}");
    run.secrets.push(secret);
    Ok(())
}

#[tokio::test]
async fn texts_and_secrets_are_in_no_log_however_much_is_logged() -> anyhow::Result<()> {
    // Telegram has to be told the address before anybody listens there.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let proxy = Proxy::start(address)?;
    let webhook = format!("http://{}/", proxy.address);
    let talkative = [("TELEGRAPHIST_LOG__FILTER", "trace"), ("TELEGRAPHIST_BOTS__WEBHOOK_URL", webhook.as_str())];
    let mut run = Run { stage: BotStage::with(&talkative)?, told: String::new(), secrets: vec![MARK.to_owned()] };
    over_mcp(&run.stage).await?;
    in_trouble(&mut run)?;
    signed_in_anew(&mut run)?;

    run.stage.home.set("TELEGRAPHIST_LOG__FORMAT", "json");
    let mut serve = serve(&run.stage.home, address)?;
    let log = run.stage.home.path().join("serve.log");
    until(|| fs_err::read_to_string(&log).is_ok_and(|log| log.contains("HTTP is at")));
    over_http(&mut run, address, &proxy)?;
    let key = fs_err::read(run.stage.home.data("default").join("key"))?;
    let mut logs = run.logs()?;
    serve.wait()?;
    let served = fs_err::read_to_string(&log)?;

    // The logs are those of what happened, and talkative.
    for operation in ["send_telegram_event", "request_approval", "wait_for_approval"] {
        assert!(logs.contains(operation), "no {operation} in {logs}");
    }
    assert!(served.contains("\"DEBUG\"") && served.contains("send_telegram_event"), "{served}");
    logs += &served;
    run.secrets.extend([hex::encode(&key), base64::engine::general_purpose::STANDARD.encode(&key)]);
    for secret in &run.secrets {
        // Of a token, what stands behind the bot's id.
        let secret = secret.rsplit(':').next().unwrap_or(secret).to_lowercase();
        let quote = logs.lines().find(|line| line.to_lowercase().contains(&secret));
        assert_eq!(quote, None, "a log holds {secret}");
    }
    Ok(())
}
