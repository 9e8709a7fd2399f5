//! The library crates in another service, without MCP: open a session, read messages, follow what arrives.
//!
//! ```sh
//! cargo run --example library
//! ```
//!
//! It brings its own Telegram in a box, so that it runs anywhere. With the real one, leave out the sandbox and the
//! `dc_options`, and sign in with `request_code` and `submit_code` instead of importing.

#![expect(clippy::print_stdout, reason = "an example shows what it did")]

use std::sync::Arc;

use anyhow::Context as _;
use futures::StreamExt as _;
use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::memory::{NoBots, NoFiles};
use telegraphist_application::operations::{ReadMessages, SendMessage};
use telegraphist_application::ports::ApiCredentials;
use telegraphist_application::session_strings::{self, StringKind};
use telegraphist_application::{AnnouncedInbox, Application, CallContext, Caller, Outside, Ports, Settings, readable};
use telegraphist_files::AllowedFiles;
use telegraphist_mtproto::{DcOption, Mtproto, MtprotoPorts, MtprotoSettings};
use telegraphist_sandbox::{Options, Sandbox};
use telegraphist_sqlite::SqliteStore;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(Options::default()).await?;
    let folder = tempfile::tempdir()?;

    // One store, behind every stored port.
    let clock = Arc::new(SystemClock);
    let store = SqliteStore::open(&folder.path().join("example.db"), clock.clone()).await?;
    let shared = Arc::new(store.clone());
    let inbox = AnnouncedInbox::new(shared.clone());

    // Telegram, where the sandbox is.
    let address = sandbox.mtproto_address();
    let dc_options = (1..=5).map(|dc| DcOption { dc, address, auth_key: None }).collect();
    let mtproto = Mtproto::new(
        MtprotoPorts {
            vault: shared.clone(),
            peers: shared.clone(),
            inbox: inbox.clone(),
            files: Arc::new(AllowedFiles::new(Vec::new(), Vec::new(), folder.path().join("downloads"))),
            clock: clock.clone(),
        },
        MtprotoSettings { dc_options, ..MtprotoSettings::default() },
    );

    // What is no store. This service has no bots.
    let outside = Outside {
        inbox,
        clock,
        ids: Arc::new(RandomIds),
        connections: mtproto.clone(),
        sign_in: mtproto.clone(),
        bots: Arc::new(NoBots),
        files: Arc::new(NoFiles),
    };

    // The application on top. A service keeps the key of its cursors, so that they outlive a restart.
    let app = Application::new(Ports::on(&shared, outside), Settings::new(Box::new([7; 32]).into()));

    // Open a session.
    let caller = Caller::owner();
    let string = sandbox.telethon_string(1001)?;
    let key = session_strings::read(StringKind::Telethon, &string)?;
    let api = ApiCredentials { id: 1, hash: "example".into() };
    let session = app.import_session(&caller, "example", api, key).await?;
    println!("signed in as {}", session.username.as_deref().unwrap_or("somebody"));

    // Read messages. An operation is data; from JSON, or as a struct.
    let read: ReadMessages = serde_json::from_value(serde_json::json!({ "chat": "me", "limit": 3 }))?;
    let messages = app.perform(&caller, read, CallContext::default()).await?;
    print!("{}", readable::text_of(&messages));

    // Follow what arrives: here, what we send to ourselves from nowhere else than this program.
    let id = session.id.parse()?;
    let mut updates = std::pin::pin!(app.updates(id, 0));
    let hello: SendMessage =
        serde_json::from_value(serde_json::json!({ "chat": "me", "text": "Hello from a library" }))?;
    let sent = app.perform(&caller, hello, CallContext::default()).await?;
    println!("sent {}", sent.items.len());
    sandbox.say("1002", "1001", "Hello from the other side").context("the other side")?;
    let update = updates.next().await.context("nothing arrives any more")??;
    println!("an update arrived, {} in the inbox", update.position);

    mtproto.shutdown().await;
    store.close().await;
    sandbox.shutdown().await;
    Ok(())
}
