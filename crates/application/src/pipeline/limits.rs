//! Budgets of ours, and the waits that Telegram asked for: obeyed before a call, remembered after it.

use std::time::Duration;

use telegraphist_domain::ChatRef;
use tokio::time::Instant;

use super::call::Call;
use crate::application::Inner;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::limits::Limits;
use crate::operation::Facts;
use crate::ports::{BucketKey, Rate, StoreError, TelegramError, Verdict};
use crate::telemetry::LimitOf;

/// Returns when the call may go on: at once, or after a wait that is short enough.
pub(super) async fn pass(inner: &Inner, call: &Call) -> Result<(), Failure> {
    let blocked = blocked(inner, call).await?;
    if !blocked.is_zero() {
        wait_out(inner, call, blocked, &Whose::of(LimitOf::Telegram)).await?;
    }
    let (whose, buckets): (Vec<_>, Vec<_>) = all(inner, call).unzip();
    if buckets.is_empty() {
        return Ok(());
    }
    loop {
        let now = inner.ports.clock.now();
        match inner.ports.limiter.acquire(&buckets, 1, now).await? {
            Verdict::Go => return Ok(()),
            // Never zero, so that a limiter that rounds down cannot make this spin.
            Verdict::Wait { time, bucket } => {
                let time = time.max(Duration::from_millis(1));
                wait_out(inner, call, time, &whose[bucket]).await?;
            }
        }
    }
}

/// The same for what is answered here: no session's budget counts, and nobody waits.
pub(super) async fn pass_here(inner: &Inner, caller: &Caller, facts: Facts) -> Result<(), Failure> {
    let (whose, buckets): (Vec<_>, Vec<_>) = common(inner, caller, &facts).unzip();
    if buckets.is_empty() {
        return Ok(());
    }
    match inner.ports.limiter.acquire(&buckets, 1, inner.ports.clock.now()).await? {
        Verdict::Go => Ok(()),
        Verdict::Wait { time, bucket } => {
            inner.settings.telemetry.rate_limited(whose[bucket].limit);
            Err(used_up(facts.name, time, &whose[bucket]))
        }
    }
}

/// Something that a call is counted in, and how long it would have to wait for it now.
pub(super) struct Counting {
    /// For people.
    pub(super) what: String,
    pub(super) wait: Duration,
}

/// How everything stands that [`pass`] would ask; nothing is taken.
pub(super) async fn standing(inner: &Inner, call: &Call) -> Result<Vec<Counting>, StoreError> {
    let wait = blocked(inner, call).await?;
    let telegram = Counting { what: "what Telegram asked this account to wait".to_owned(), wait };
    let counted = counted(inner, all(inner, call)).await?;
    Ok(std::iter::once(telegram).filter(|telegram| !telegram.wait.is_zero()).chain(counted).collect())
}

/// How everything stands that [`pass_here`] would ask; nothing is taken.
pub(super) async fn standing_here(inner: &Inner, caller: &Caller, facts: Facts) -> Result<Vec<Counting>, StoreError> {
    counted(inner, common(inner, caller, &facts)).await
}

async fn counted(inner: &Inner, counted: impl Iterator<Item = Counted>) -> Result<Vec<Counting>, StoreError> {
    let (whose, buckets): (Vec<_>, Vec<_>) = counted.unzip();
    let waits = inner.ports.limiter.waits(&buckets, 1, inner.ports.clock.now()).await?;
    Ok(whose.iter().zip(waits).map(|(whose, wait)| Counting { what: whose.what(), wait }).collect())
}

/// Remembers a wait that Telegram asked for, so that the next call, also after a restart, does not have to ask again.
pub(super) async fn remember(inner: &Inner, call: &Call, error: &TelegramError) {
    let (retry_after, method) = match error {
        TelegramError::RateLimited { retry_after, method } => (*retry_after, method.to_ascii_lowercase()),
        TelegramError::Partial { cause, .. } => {
            return Box::pin(remember(inner, call, cause)).await;
        }
        TelegramError::NeedsLogin { .. }
        | TelegramError::Overloaded { .. }
        | TelegramError::UnknownChat
        | TelegramError::UnseenId
        | TelegramError::Hidden(_)
        | TelegramError::NotToWrite
        | TelegramError::Withheld
        | TelegramError::UnknownMessage
        | TelegramError::Invalid(_)
        | TelegramError::Forbidden { .. }
        | TelegramError::Unsupported { .. }
        | TelegramError::OutcomeUnknown
        | TelegramError::DeadlineExceeded
        | TelegramError::Cancelled
        | TelegramError::Unavailable(_)
        | TelegramError::Refused { .. }
        | TelegramError::File(_)
        | TelegramError::Store(_) => return,
    };
    // Slow mode is a rule of one chat, and bots are told to wait for one chat at a time (`bot/<chat>`); remembering it for
    // the whole account would stop calls elsewhere.
    if method.contains("slowmode") || method.starts_with("bot/") {
        return;
    }
    let bucket = if method.contains("resolve") { resolve_bucket(call) } else { operation_bucket(call) };
    let until = inner.ports.clock.now() + retry_after;
    if let Err(error) = inner.ports.limiter.block(&bucket, until).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a wait of Telegram was not kept");
    }
}

fn operation_bucket(call: &Call) -> BucketKey {
    BucketKey(format!("flood/{}/{}", call.step.session.id, call.facts.name))
}

/// Looking up names is limited hardest, sometimes for hours, and happens inside other operations; what needs no
/// look-up must not wait for it.
fn resolve_bucket(call: &Call) -> BucketKey {
    BucketKey(format!("flood/{}/resolve", call.step.session.id))
}

/// How long Telegram wants calls like this one to wait.
async fn blocked(inner: &Inner, call: &Call) -> Result<Duration, StoreError> {
    let now = inner.ports.clock.now();
    let limiter = &inner.ports.limiter;
    let operation = limiter.blocked(&[operation_bucket(call)], now).await?;
    let resolving = limiter.blocked(&[resolve_bucket(call)], now).await?;
    if resolving > operation && needs_look_up(inner, call).await? {
        return Ok(resolving);
    }
    Ok(operation)
}

/// Whether a chat of the call is named in a way that only Telegram can look up. Where chats are kept from the caller
/// every name is one, or who waits and who does not would tell which names this account has seen.
async fn needs_look_up(inner: &Inner, call: &Call) -> Result<bool, StoreError> {
    let peers = &inner.ports.peers;
    let is_open = call.step.reach.is_open();
    for chat in call.arguments.chats() {
        let is_known = match chat.parse::<ChatRef>() {
            Ok(ChatRef::Username(_) | ChatRef::Phone(_)) if !is_open => false,
            Ok(ChatRef::Username(name)) => peers.by_username(call.step.session.id, &name).await?.is_some(),
            Ok(ChatRef::Phone(phone)) => peers.by_phone(call.step.session.id, &phone).await?.is_some(),
            Ok(ChatRef::Me | ChatRef::Id(_) | ChatRef::Invite(_)) | Err(_) => true,
        };
        if !is_known {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose limit it is.
struct Whose {
    limit: LimitOf,
    /// Which of the token's own, as it is written.
    quota: Option<String>,
}

impl Whose {
    const fn of(limit: LimitOf) -> Self {
        Self { limit, quota: None }
    }

    /// For people.
    fn what(&self) -> String {
        match (&self.quota, self.limit) {
            (Some(quota), _) => format!("the quota {quota}"),
            (None, LimitOf::Telegram) => "what Telegram asked this account to wait".to_owned(),
            (None, LimitOf::Principal) => "what this server bears of one caller".to_owned(),
            (None, LimitOf::Tool) => "what this server bears of one caller's calls of one tool".to_owned(),
            (None, LimitOf::Session) => "what the session bears".to_owned(),
            (None, LimitOf::Server) => "what this server bears of all".to_owned(),
        }
    }
}

/// One budget that a call is counted in, and whose it is.
type Counted = (Whose, (BucketKey, Rate));

/// Everything that a call of Telegram is counted in.
fn all<'a>(inner: &Inner, call: &'a Call) -> impl Iterator<Item = Counted> + use<'a> {
    common(inner, &call.caller, &call.facts).chain(of_session(inner, call))
}

/// What a call is counted in whatever it is about: the quotas of its token, and what this server bears of one caller, of
/// one caller's calls of one tool, and of all.
fn common<'a>(inner: &Inner, caller: &'a Caller, facts: &'a Facts) -> impl Iterator<Item = Counted> + use<'a> {
    let Limits { principal, tool, server, .. } = inner.settings.limits;
    let counting = caller.grants.quotas.iter().filter(|quota| quota.counts(facts));
    let quotas = counting.map(|quota| {
        let whose = Whose { limit: LimitOf::Principal, quota: Some(quota.to_string()) };
        (whose, (quota.bucket(&caller.principal), quota.rate))
    });
    let name = &caller.principal;
    let own = principal.map(|rate| (Whose::of(LimitOf::Principal), (BucketKey(format!("caller/{name}")), rate)));
    let tool = tool.map(|rate| (Whose::of(LimitOf::Tool), (BucketKey(format!("caller/{name}/{}", facts.name)), rate)));
    let server = server.map(|rate| (Whose::of(LimitOf::Server), (BucketKey("server".into()), rate)));
    quotas.chain(own).chain(tool).chain(server)
}

/// What it is counted in because of its session.
fn of_session(inner: &Inner, call: &Call) -> impl Iterator<Item = Counted> + use<> {
    let (session, class) = (call.step.session.id, call.facts.class);
    let all = inner.settings.limits.session.map(|rate| (BucketKey(format!("session/{session}")), rate));
    let class = inner.settings.budgets.of(class).map(|rate| {
        let key = format!("session/{session}/{}", class.as_str());
        (BucketKey(key), rate)
    });
    all.into_iter().chain(class).map(|bucket| (Whose::of(LimitOf::Session), bucket))
}

/// Waits if the wait is short enough and leaves time for the call; else says how long it is.
async fn wait_out(inner: &Inner, call: &Call, wait: Duration, whose: &Whose) -> Result<(), Failure> {
    inner.settings.telemetry.rate_limited(whose.limit);
    let until = Instant::now() + wait;
    if wait > inner.settings.wait_max || until >= call.step.deadline {
        return Err(used_up(call.facts.name, wait, whose));
    }
    let seconds = wait.as_secs().max(1);
    let mut passed = 0;
    while Instant::now() < until {
        call.step.progress.report(passed, Some(seconds), "waiting as Telegram's limits ask");
        let next = until.min(Instant::now() + Duration::from_secs(1));
        tokio::select! {
            () = tokio::time::sleep_until(next) => passed += 1,
            () = call.step.cancel.cancelled() => return Err(super::refusals::cancelled()),
        }
    }
    Ok(())
}

fn used_up(operation: &str, wait: Duration, whose: &Whose) -> Failure {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let message = match whose.limit {
        LimitOf::Telegram => format!("Telegram lets this account call {operation} again in {seconds} s."),
        LimitOf::Principal => match &whose.quota {
            Some(quota) => format!("This caller has used its quota {quota} up for {seconds} s."),
            None => format!("This caller has used its budget of calls up for {seconds} s."),
        },
        LimitOf::Tool => format!("This caller has used its budget for {operation} up for {seconds} s."),
        LimitOf::Session => {
            format!("The budget of this session for calls like {operation} is used up for {seconds} s.")
        }
        LimitOf::Server => format!("This server's budget for all calls together is used up for {seconds} s."),
    };
    let mut details = serde_json::json!({ "limit": whose.limit.as_str() });
    if let Some(quota) = &whose.quota {
        details["quota"] = quota.as_str().into();
    }
    Failure::new(
        Code::RateLimited,
        message,
        "Wait `retry_after_ms`, then repeat the call; until then do something else.",
    )
    .retry_after(wait)
    .with_details(details)
}
