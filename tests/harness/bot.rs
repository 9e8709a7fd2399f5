use std::io::Write as _;
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{Home, Sandbox, until};

/// A sandbox whose first person owns a profile that a bot is signed in to: what happens between the two is looked at from
/// all sides.
pub struct BotStage {
    /// Telegram.
    pub sandbox: Sandbox,
    /// The profile.
    pub home: Home,
}

impl BotStage {
    /// The bot of the sandbox's world that speaks here.
    pub const BOT: i64 = 1102;
    /// Who owns the profile.
    pub const ALICE: i64 = 1001;
    /// Nobody, until they are let in.
    pub const BOB: i64 = 1002;
    /// A third person, who is nobody either.
    pub const CAROL: i64 = 1003;

    /// With the bot signed in, and the owner greeted by it.
    pub fn new() -> anyhow::Result<Self> {
        Self::with(&[])
    }

    /// The same with more settings: variables and their values.
    pub fn with(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let sandbox = Sandbox::start()?;
        let mut home = Home::new();
        home.set("TELEGRAPHIST_TELEGRAM__DC_OPTIONS", sandbox.addresses());
        home.set("TELEGRAPHIST_TELEGRAM__BOT_API_URL", sandbox.url("bot_api"));
        home.set("TELEGRAPHIST_PEOPLE__OWNER", Self::ALICE.to_string());
        for (key, value) in settings {
            home.set(key, *value);
        }
        let stage = Self { sandbox, home };
        stage.sign_in(&stage.token()?)?;
        stage.say(Self::ALICE, "/start");
        stage.newest(Self::ALICE, "Hello");
        Ok(stage)
    }

    /// The bot's token, as the sandbox has it now.
    pub fn token(&self) -> anyhow::Result<String> {
        let info = self.sandbox.get("/v1/info");
        let bot = info["accounts"].as_array().into_iter().flatten().find(|account| account["id"] == Self::BOT);
        bot.and_then(|bot| bot["bot_token"].as_str().map(str::to_owned))
            .context("the sandbox tells no token of its bot")
    }

    /// Signs the bot in.
    pub fn sign_in(&self, token: &str) -> anyhow::Result<()> {
        let mut login = self.home.telegraphist(&["login", "--bot"]);
        let mut login = login.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        login.stdin.take().context("no standard input")?.write_all(token.as_bytes())?;
        anyhow::ensure!(login.wait()?.success(), "the bot does not sign in");
        Ok(())
    }

    /// Somebody knocks, and the owner of the machine lets them in.
    pub fn let_in(&self, who: i64, role: &str) {
        self.say(who, "/start");
        let told = self.newest(who, "Your code is ");
        let text = told["text"].as_str().unwrap_or_default();
        let code = text.split("Your code is ").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or_default();
        self.home.ok(&["people", "pair", code, "--role", role], "");
    }

    /// Somebody writes to the bot.
    pub fn say(&self, who: i64, text: &str) {
        self.sandbox.post("/v1/say", json!({ "as": who, "chat": Self::BOT, "text": text }));
    }

    /// What somebody's chat with the bot holds, newest first.
    pub fn chat(&self, who: i64) -> Vec<Value> {
        self.sandbox.mailbox(who, &Self::BOT.to_string(), 500)
    }

    /// How many messages of somebody's chat with the bot say this.
    pub fn copies(&self, who: i64, words: &str) -> usize {
        self.chat(who).iter().filter(|message| says(message, words)).count()
    }

    /// The newest message in somebody's chat with the bot that says this, as soon as there is one.
    pub fn newest(&self, who: i64, words: &str) -> Value {
        self.found(|| self.chat(who).into_iter().find(|message| says(message, words)))
    }

    /// What is looked for, as soon as it is found.
    pub fn found<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        let mut found = None;
        until(|| {
            found = look();
            found.is_some()
        });
        found.expect("it was found")
    }

    /// Somebody presses a button; gives what they are shown.
    pub fn press(&self, who: i64, message: &Value, button: &str) -> Value {
        let press = json!({ "as": who, "chat": Self::BOT, "id": message["id"], "button": button });
        self.sandbox.post("/v1/press", press)["answer"].clone()
    }

    /// Somebody's client sends data that stands behind no button; gives what they are shown.
    pub fn forge(&self, who: i64, message: &Value, data: &str) -> Value {
        let forged = json!({ "as": who, "chat": Self::BOT, "id": message["id"], "data": data });
        self.sandbox.post("/v1/forge", forged)["answer"].clone()
    }

    /// The next `times` calls of this method of the Bot API meet trouble.
    pub fn trouble(&self, method: &str, times: u32, mut trouble: Value) {
        trouble["method"] = json!(format!("bot.{method}"));
        trouble["times"] = json!(times);
        self.sandbox.post("/v1/bot_faults", trouble);
    }

    /// What a command prints as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.home.ok(&[arguments, &["--output", "json"]].concat(), "");
        serde_json::from_str(&printed)
            .unwrap_or_else(|error| panic!("{arguments:?} printed no JSON, {error}: {printed}"))
    }

    /// What was and is to be sent, newest first, as `outbox list` shows it.
    pub fn outbox(&self) -> Vec<Value> {
        let listed = self.json(&["outbox", "list", "--all", "--limit", "1000"]);
        listed.as_array().cloned().unwrap_or_default()
    }

    /// One delivery, as soon as it is in this state.
    pub fn delivery(&self, id: &str, state: &str) -> Value {
        self.found(|| Some(self.json(&["outbox", "show", id])).filter(|delivery| delivery["state"] == state))
    }

    /// How delivery and hearing stand for the bot, as `get_bridge_status` tells.
    pub fn bot_status(&self) -> Value {
        self.json(&["call", "get_bridge_status"])["bots"][0].clone()
    }

    /// Tells somebody something; gives the delivery's id.
    pub fn tell(&self, who: i64, words: &str) -> String {
        let told = self.json(&["notify", words, "--chat", &who.to_string()]);
        told["deliveries"][0]["delivery_id"].as_str().unwrap_or_else(|| panic!("not accepted: {told}")).to_owned()
    }

    /// Ends the daemon as a power cut would.
    pub fn kill_daemon(&self) {
        self.home.kill_daemon();
    }
}

fn says(message: &Value, words: &str) -> bool {
    message["text"].as_str().is_some_and(|text| text.contains(words))
}
