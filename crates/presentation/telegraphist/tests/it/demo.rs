//! The demo: on standard input and output, and on the screen with calls beside it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::telegraphist::Home;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// Speaks MCP with a child, line by line.
struct Session {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Session {
    fn start(mut child: Child) -> Self {
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut session = Self { child, answers };
        session.say(INITIALIZE);
        let answer = session.hear();
        assert_eq!(answer["result"]["serverInfo"]["name"], "telegraphist", "{answer}");
        session.say(INITIALIZED);
        session
    }

    fn say(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("piped");
        writeln!(input, "{line}").expect("the server reads");
    }

    /// The next line; each has to be JSON.
    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the server writes");
        serde_json::from_str(&line).unwrap_or_else(|problem| panic!("{problem}: {line:?}"))
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let request = json!({
            "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": tool, "arguments": arguments },
        });
        self.say(&request.to_string());
        let answer = self.hear();
        assert_ne!(answer["result"]["isError"], true, "{answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// Ends the input; the server has to end by itself, well, and without another word.
    fn end(mut self) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.answers.read_line(&mut rest).expect("readable");
        assert_eq!(rest, "");
        assert!(self.child.wait().expect("it ends").success());
    }
}

#[test]
fn a_demo_on_stdio_answers_calls_and_leaves_nothing_behind() {
    let home = Home::new();
    let child =
        home.command(&["demo", "--stdio"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut session = Session::start(child);
    let me = session.call("get_me", &json!({}));
    assert_eq!(me["id"], "1001", "{me}");
    let found = session.call("search_messages", &json!({ "query": "invoice", "limit": 3 }));
    assert!(!found["items"].as_array().expect("a list").is_empty(), "{found}");
    session.end();
    let left: Vec<_> =
        fs_err::read_dir(home.path()).expect("readable").filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn what_the_demo_prints_works_when_it_is_typed() {
    let home = Home::new();
    let mut demo = home.command(&["demo"]).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut screen = String::new();
    let mut lines = BufReader::new(demo.stdout.take().expect("piped"));
    while !screen.contains("Ctrl-C ends it") {
        assert_ne!(lines.read_line(&mut screen).expect("readable"), 0, "the demo ended:\n{screen}");
    }
    let calls: Vec<&str> =
        screen.lines().filter_map(|line| line.split_once(" call ").map(|(_, arguments)| arguments)).collect();
    assert!(calls.len() >= 5, "{screen}");
    for call in calls {
        let typed = format!("{} call {call}", env!("CARGO_BIN_EXE_telegraphist"));
        let shell = home
            .command(&[])
            .get_envs()
            .fold(std::process::Command::new("sh"), |mut shell, (name, value)| {
                shell.env(name, value.unwrap_or_default());
                shell
            })
            .args(["-c", &typed])
            .output()
            .expect("a shell");
        let stderr = String::from_utf8_lossy(&shell.stderr);
        assert!(shell.status.success(), "{call}: {stderr}");
        assert!(!shell.stdout.is_empty(), "{call}");
    }

    let relay =
        home.command(&["--profile", "demo"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut session = Session::start(relay);
    assert_eq!(session.call("get_me", &json!({}))["id"], "1001");
    session.end();

    home.run(&["--profile", "demo", "daemon", "stop"]).done();
    assert!(demo.wait().expect("it ends").success());
}

#[test]
fn what_people_write_is_in_no_log_however_much_is_logged() {
    let home = Home::new();
    let relay = home
        .command(&["--profile", "demo"])
        .env("TELEGRAPHIST_LOG__FILTER", "trace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut session = Session::start(relay);
    session.call("send_message", &json!({ "chat": "me", "text": "between us only" }));
    session.end();
    home.run(&["--profile", "demo", "daemon", "stop"]).done();
    let log = home.path().join(".local/share/telegraphist/demo/daemon.log");
    let log = fs_err::read_to_string(log).expect("there");
    assert!(log.contains("send_message"), "nothing was logged at all: {log}");
    assert!(!log.contains("between us"), "{log}");
}
