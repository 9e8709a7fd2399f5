//! Faults, cuts, delays, outages, and the counters.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::{Body, Reply, done, object};
use crate::bot_api::Flood;
use crate::faults::Fault;
use crate::faults::bots::BotFault;
use crate::sandbox::{Revocation, Sandbox};

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/faults", post(fault).delete(clear_faults))
        .route("/v1/bot_faults", post(bot_fault))
        .route("/v1/bot_update", post(bot_update))
        .route("/v1/flood", post(flood))
        .route("/v1/revoke_token", post(revoke_token))
        .route("/v1/cut_after", post(cut_after))
        .route("/v1/delay", post(delay))
        .route("/v1/kick", post(kick))
        .route("/v1/revoke", post(revoke))
        .route("/v1/drop_key", post(drop_key))
        .route("/v1/outage", post(outage))
        .route("/v1/gap", post(gap))
        .route("/v1/counters", get(counters))
}

async fn fault(State(sandbox): State<Sandbox>, Body(fault): Body<Fault>) -> Reply {
    sandbox.fault(fault)?;
    Ok(done())
}

async fn bot_fault(State(sandbox): State<Sandbox>, Body(fault): Body<BotFault>) -> Reply {
    sandbox.bot_fault(fault)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invented {
    bot: i64,
    update: serde_json::Map<String, serde_json::Value>,
}

async fn bot_update(State(sandbox): State<Sandbox>, Body(invented): Body<Invented>) -> Reply {
    let id = sandbox.invent_update(invented.bot, invented.update)?;
    Ok(object(&json!({ "update_id": id })))
}

async fn flood(State(sandbox): State<Sandbox>, Body(model): Body<Flood>) -> Reply {
    sandbox.flood(model);
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneBot {
    bot: i64,
}

async fn revoke_token(State(sandbox): State<Sandbox>, Body(whose): Body<OneBot>) -> Reply {
    let token = sandbox.revoke_token(whose.bot)?;
    Ok(object(&json!({ "token": token })))
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Reply {
    sandbox.clear_faults();
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutAfter {
    method: String,
    #[serde(default)]
    times: Option<u32>,
}

async fn cut_after(State(sandbox): State<Sandbox>, Body(cut): Body<CutAfter>) -> Reply {
    sandbox.cut_after(&cut.method, cut.times)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    method: String,
    ms: u64,
    #[serde(default)]
    times: Option<u32>,
}

async fn delay(State(sandbox): State<Sandbox>, Body(delay): Body<Delay>) -> Reply {
    sandbox.delay(&delay.method, Duration::from_millis(delay.ms), delay.times)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kick {
    #[serde(default)]
    account: Option<i64>,
}

async fn kick(State(sandbox): State<Sandbox>, Body(kick): Body<Kick>) -> Reply {
    sandbox.kick(kick.account);
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    account: i64,
    #[serde(default)]
    error: Revocation,
}

async fn revoke(State(sandbox): State<Sandbox>, Body(revoke): Body<Revoke>) -> Reply {
    sandbox.revoke(revoke.account, revoke.error)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneAccount {
    account: i64,
}

async fn drop_key(State(sandbox): State<Sandbox>, Body(whose): Body<OneAccount>) -> Reply {
    sandbox.drop_key(whose.account)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outage {
    on: bool,
}

async fn outage(State(sandbox): State<Sandbox>, Body(outage): Body<Outage>) -> Reply {
    sandbox.outage(outage.on).await?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    account: i64,
    count: u32,
}

async fn gap(State(sandbox): State<Sandbox>, Body(gap): Body<Gap>) -> Reply {
    sandbox.gap(gap.account, gap.count)?;
    Ok(done())
}

async fn counters(State(sandbox): State<Sandbox>) -> Reply {
    Ok(object(&sandbox.counters()))
}
