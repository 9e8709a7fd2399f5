//! Updates that the sandbox brings, over a route as a gateway has it.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use telegraphist_application::ports::{Bots as _, BroughtError, Reception, ReceptionState};
use tokio::net::TcpListener;

use super::stage::*;
use crate::BotAccounts;

async fn bring(
    State(bots): State<Arc<BotAccounts>>,
    Path(bot): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let secret = headers.get("x-telegram-bot-api-secret-token").and_then(|secret| secret.to_str().ok());
    let Ok(bot) = bot.parse() else { return StatusCode::NOT_FOUND };
    match bots.take_brought(bot, secret.unwrap_or_default(), &body).await {
        Ok(()) => StatusCode::OK,
        Err(BroughtError::WrongSecret) => StatusCode::UNAUTHORIZED,
        Err(BroughtError::UnknownBot) => StatusCode::NOT_FOUND,
        Err(BroughtError::NotAnUpdate) => StatusCode::BAD_REQUEST,
        Err(BroughtError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[tokio::test]
async fn what_people_write_is_brought_and_then_asked_for_again() {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
    let router = Router::new().route("/hooks/{bot}", post(bring)).with_state(Arc::clone(&stage.bots));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    stage.sandbox.say(ALICE, BOT, "before").expect("she may");
    stage.bots.receive(session(), Reception::Webhook { url }).await.expect("it is signed in");
    stage.state(ReceptionState::Receiving).await;
    stage.sandbox.say(ALICE, BOT, "brought").expect("she may");
    stage.hear(says("brought")).await;
    stage.bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    stage.state(ReceptionState::Receiving).await;
    stage.sandbox.say(ALICE, BOT, "asked for").expect("she may");
    stage.hear(says("asked for")).await;
    let rows = stage.rows().await;
    let heard: Vec<String> = rows.iter().filter_map(|row| words(stage.bots.read(&row.entry.payload))).collect();
    assert_eq!(heard, ["/start", "before", "brought", "asked for"]);
    serving.abort();
}
