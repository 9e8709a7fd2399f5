//! What cannot be done says why and what to do, on standard error, with the documented exit code.

use crate::telegraphist::Home;

#[test]
fn an_unknown_key_names_the_nearest_and_is_wrong_usage() {
    let home = Home::new();
    let file = home.path().join("config.toml");
    fs_err::write(&file, "[telegram]\napi_idd = 1\n").expect("written");
    let path = file.to_str().expect("an ordinary path");
    let refused = home.run(&["--config", path, "config", "check"]);
    assert_eq!(refused.code(), 2);
    assert_eq!(refused.stdout(), "");
    assert!(refused.stderr().contains("did you mean `telegram.api_id`?"), "{}", refused.stderr());
}

#[test]
fn unknown_tools_and_arguments_name_the_nearest() {
    let home = Home::new();
    let tool = home.run(&["call", "send_mesage"]);
    assert_eq!(tool.code(), 2);
    assert!(tool.stderr().contains("`send_message`"), "{}", tool.stderr());
    let argument = home.run(&["call", "list_chats", "limt=5"]);
    assert_eq!(argument.code(), 2);
    assert!(argument.stderr().contains("did you mean `limit`?"), "{}", argument.stderr());
}

#[test]
fn signing_in_without_an_api_id_says_where_to_get_one() {
    let refused = Home::new().run(&["login"]);
    assert_eq!(refused.code(), 2);
    assert!(refused.stderr().contains("https://my.telegram.org"), "{}", refused.stderr());
    assert!(refused.stderr().contains("TELEGRAPHIST_TELEGRAM__API_ID"), "{}", refused.stderr());
}

#[test]
fn removing_a_session_needs_a_yes() {
    let refused = Home::new().run(&["sessions", "remove", "main"]);
    assert_eq!(refused.code(), 2);
    assert!(refused.stderr().contains("--yes"), "{}", refused.stderr());
}

#[test]
fn an_unknown_toolset_ends_the_server_with_the_nearest_name() {
    let refused = Home::new().run(&["--toolsets", "chatts"]);
    assert_eq!(refused.code(), 2);
    assert_eq!(refused.stdout(), "");
    assert!(refused.stderr().contains("chats"), "{}", refused.stderr());
}

#[test]
fn a_call_without_a_session_says_how_to_sign_in() {
    let home = Home::new();
    let refused = home.run(&["call", "get_me"]);
    assert_ne!(refused.code(), 0);
    assert!(refused.stderr().contains("telegraphist login"), "{}", refused.stderr());
    let listed = home.run(&["sessions", "list"]).done();
    assert!(listed.contains("telegraphist login"), "{listed}");
}

#[test]
fn the_daemon_starts_on_demand_and_stops_when_told() {
    let home = Home::new();
    assert!(home.run(&["daemon", "status"]).done().contains("No daemon runs"));
    assert!(home.run(&["audit", "verify"]).done().contains("audit log"));
    let status = home.run(&["daemon", "status"]).done();
    assert!(status.contains("process"), "{status}");
    home.run(&["daemon", "stop"]).done();
    assert!(home.run(&["daemon", "status"]).done().contains("No daemon runs"));
}
