//! Signing in, taking over, being signed out elsewhere.

use std::process::Command;

use serde_json::{Value, json};
use telegraphist_tests::{Era, Home, Sandbox, Stdio, program, python, repository};

fn call(home: &Home, arguments: &[&str]) -> anyhow::Result<Value> {
    let all = [["call", "--output", "json"].as_slice(), arguments].concat();
    Ok(serde_json::from_str(&home.ok(&all, ""))?)
}

#[test]
fn a_telethon_string_carries_its_server_along() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    let me = call(&home, &["get_me"])?;
    assert_eq!(me["id"], sandbox.account.to_string());
    let found = call(&home, &["search_messages", "query=invoice", "limit=5"])?;
    assert!(found["items"].as_array().is_some_and(|items| items.len() == 5), "{found}");
    Ok(())
}

#[test]
fn strings_of_the_other_libraries_are_taken_over_too() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    for kind in ["gramjs", "pyrogram"] {
        let mut home = Home::new();
        if kind == "pyrogram" {
            // It carries the number of a data centre and no address.
            home.set("TELEGRAPHIST_TELEGRAM__DC_OPTIONS", sandbox.dc_options());
        }
        home.import(kind, &sandbox.session_string(sandbox.account, kind));
        assert_eq!(call(&home, &["get_me"])?["id"], sandbox.account.to_string(), "{kind}");
    }
    Ok(())
}

#[test]
fn a_string_that_is_none_is_refused_without_being_shown() {
    let home = Home::new();
    let refused = home.fails(&["login", "--import", "telethon"], "1nonsense-nobody-should-see");
    assert!(!refused.contains("nonsense"), "{refused}");
    assert!(refused.contains("session string"), "{refused}");
}

#[test]
fn an_exported_session_works_elsewhere() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    let exported = home.ok(&["sessions", "export", "default", "--format", "telethon", "--yes"], "");
    home.ok(&["daemon", "stop"], "");
    let elsewhere = Home::new();
    elsewhere.import("telethon", exported.trim());
    assert_eq!(call(&elsewhere, &["get_me"])?["id"], sandbox.account.to_string());
    Ok(())
}

#[test]
fn a_person_signs_in_at_a_terminal_with_code_and_password() -> anyhow::Result<()> {
    signs_in_at_a_terminal(&["login"])
}

#[test]
fn a_person_scans_the_code_in_the_terminal_and_types_the_password() -> anyhow::Result<()> {
    signs_in_at_a_terminal(&["login", "--qr"])
}

/// The account with a password signs in as a person does.
fn signs_in_at_a_terminal(login: &[&str]) -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let info = sandbox.get("/v1/info");
    let accounts = info["accounts"].as_array().expect("accounts are listed");
    let guarded = accounts.iter().find(|account| account["password"].is_string()).expect("one account has a password");
    let field = |name: &str| guarded[name].as_str().unwrap_or_default().to_owned();

    let mut home = Home::new();
    home.set("TELEGRAPHIST_TELEGRAM__DC_OPTIONS", sandbox.dc_options());
    let mut command = Command::new(python());
    home.dress(&mut command);
    let output = command
        .arg(repository().join("tests/clients/typed_login.py"))
        .args([sandbox.control_url(), format!("+{}", field("phone").trim_start_matches('+')), field("password")])
        .arg(program("telegraphist"))
        .args(login)
        .output()?;
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    assert_eq!(call(&home, &["get_me"])?["id"].as_str(), Some(guarded["id"].to_string().as_str()));
    Ok(())
}

#[tokio::test]
async fn a_session_revoked_elsewhere_needs_login_and_is_never_deleted() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    let mut client = Stdio::start(&home, &[], Era::Stateless).await?;
    client.tool("get_me", json!({})).await?;

    sandbox.post("/v1/revoke", json!({ "account": sandbox.account }));
    for tool in ["get_me", "list_chats"] {
        let failure = client.failure(tool, json!({})).await?;
        assert_eq!(failure["code"], "needs_login", "{failure}");
        assert!(failure["action"].as_str().is_some_and(|action| action.contains("telegraphist login")), "{failure}");
    }
    let sessions = client.tool("list_sessions", json!({})).await?;
    assert_eq!(sessions["items"][0]["state"], "needs_login", "{sessions}");
    assert!(sessions["items"][0]["reason"].is_string(), "{sessions}");

    // The same session signs in again and keeps its name.
    home.ok(&["login", "--import", "telethon"], &sandbox.session_string(sandbox.account, "telethon"));
    client.tool("get_me", json!({})).await?;
    let sessions = client.tool("list_sessions", json!({})).await?;
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(sessions["items"][0]["state"], "ready", "{sessions}");

    home.ok(&["sessions", "remove", "default", "--yes"], "");
    let sessions = client.tool("list_sessions", json!({})).await?;
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(0), "{sessions}");
    Ok(())
}

#[test]
fn a_missing_vault_key_is_one_clear_error_and_touches_nothing() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    home.ok(&["daemon", "stop"], "");
    let key = home.data("default").join("key");
    let hidden = home.path().join("hidden-key");
    fs_err::rename(&key, &hidden)?;

    let refused = home.fails(&["call", "get_me"], "");
    assert!(refused.contains("vault"), "{refused}");
    assert!(!key.exists(), "a new key was made");

    fs_err::rename(&hidden, &key)?;
    assert_eq!(call(&home, &["get_me"])?["id"], sandbox.account.to_string());
    Ok(())
}

#[test]
fn no_secret_is_readable_in_the_data_directory() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    let string = sandbox.session_string(sandbox.account, "telethon");
    home.import("telethon", &string);
    call(&home, &["send_message", "chat=me", "text=a-very-secret-sentence"])?;
    home.ok(&["daemon", "stop"], "");

    let info = sandbox.get("/v1/info");
    let phone = info["accounts"][0]["phone"].as_str().expect("the demo account has a phone").trim_start_matches('+');
    let key = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE, &string[1..])?;
    let auth_key = &key[key.len() - 256..];
    let secrets: [&[u8]; 4] =
        [b"a-very-secret-sentence", phone.as_bytes(), auth_key, b"0123456789abcdef0123456789abcdef"];
    let mut read = 0;
    for file in fs_err::read_dir(home.data("default"))?.flatten().filter(|file| file.path().is_file()) {
        let bytes = fs_err::read(file.path())?;
        read += bytes.len();
        for (n, secret) in secrets.iter().enumerate() {
            let is_there = bytes.windows(secret.len()).any(|window| window == *secret);
            assert!(!is_there, "secret {n} is readable in {}", file.path().display());
        }
    }
    assert!(read > 4096, "there was nothing to search");
    Ok(())
}
