//! What is printed fits a terminal of 80 columns and says what it should.

use crate::telegraphist::Home;

const COMMANDS: [&[&str]; 14] = [
    &[],
    &["demo"],
    &["login"],
    &["sessions"],
    &["sessions", "export"],
    &["sessions", "remove"],
    &["tools"],
    &["call"],
    &["doctor"],
    &["daemon"],
    &["config"],
    &["audit"],
    &["completions"],
    &["audit", "export"],
];

fn fits(text: &str, what: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{what}: a line is longer than 80: {line}");
    }
}

#[test]
fn every_help_text_fits_the_terminal() {
    let home = Home::new();
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let arguments: Vec<&str> = command.iter().copied().chain([flag]).collect();
            let help = home.run(&arguments).done();
            fits(&help, &arguments.join(" "));
        }
    }
}

#[test]
fn the_help_of_the_program_is_as_reviewed() {
    insta::assert_snapshot!(Home::new().run(&["--help"]).done());
}

#[test]
fn the_tools_are_a_table_that_fits() {
    let home = Home::new();
    let tools = home.run(&["tools"]).done();
    fits(&tools, "tools");
    for name in ["get_me", "search_messages", "send_message", "delete_contact"] {
        assert!(tools.contains(name), "{name} is missing:\n{tools}");
    }
    let read_only = home.run(&["--read-only", "tools"]).done();
    let line = |name: &str| read_only.lines().find(|line| line.starts_with(name)).map(str::to_owned);
    assert!(line("send_message").expect("listed").contains(" - "), "{read_only}");
    assert!(line("get_me").expect("listed").contains(" yes "), "{read_only}");
}

#[test]
fn one_tool_shows_its_arguments() {
    let tool = Home::new().run(&["tools", "send_message"]).done();
    fits(&tool, "tools send_message");
    assert!(tool.contains("idempotency_key"), "{tool}");
    assert!(tool.contains("telegraphist call send_message chat=… text=…"), "{tool}");
}

#[test]
fn the_configuration_is_shown_without_secrets_and_with_origins() {
    let home = Home::new();
    let shown = home
        .command(&["--read-only", "config", "show"])
        .env("TELEGRAPHIST_TELEGRAM__API_HASH", "not-to-be-seen")
        .output()
        .expect("it runs");
    let shown = String::from_utf8(shown.stdout).expect("text");
    assert!(!shown.contains("not-to-be-seen"), "{shown}");
    for line in ["api_hash = \"(hidden)\"", "# environment", "# flag", "# default"] {
        assert!(shown.contains(line), "{line} is missing:\n{shown}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Home::new().run(&["completions", shell]).done();
        assert!(script.contains("doctor"), "{shell}");
    }
}
