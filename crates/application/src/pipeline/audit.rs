//! Rows of what was done and of what was refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use telegraphist_domain::{ChatRef, MessageRef, SessionId};

use super::call::Call;
use crate::application::Inner;
use crate::caller::Caller;
use crate::ports::AuditEntry;

/// What is recorded of how a write ended.
pub(super) async fn row(inner: &Inner, call: &Call, outcome: &str) -> AuditEntry {
    let mut chats = Vec::new();
    for chat in call.arguments.chats() {
        chats.push(named(inner, call.step.session.id, chat).await);
    }
    AuditEntry {
        at: inner.ports.clock.now(),
        principal: call.caller.principal.clone(),
        session: Some(call.step.session.id.to_string()),
        operation: call.facts.name.to_owned(),
        chats,
        outcome: outcome.to_owned(),
        correlation_id: call.step.correlation_id.clone(),
        arguments: Some(hex::encode(call.fingerprint(inner))),
    }
}

/// Records that policy refused a call. Its arguments were not looked at.
pub(super) async fn denial(
    inner: &Inner,
    caller: &Caller,
    operation: &'static str,
    correlation_id: &str,
    outcome: &str,
) {
    append(
        inner,
        AuditEntry {
            at: inner.ports.clock.now(),
            principal: caller.principal.clone(),
            session: None,
            operation: operation.to_owned(),
            chats: Vec::new(),
            outcome: outcome.to_owned(),
            correlation_id: correlation_id.to_owned(),
            arguments: None,
        },
    )
    .await;
}

/// What was done cannot be taken back because its row failed; the operator has to hear of it.
pub(super) async fn append(inner: &Inner, entry: AuditEntry) {
    if let Err(error) = inner.ports.audit.append(&entry).await {
        tracing::error!(
            operation = entry.operation,
            correlation_id = entry.correlation_id,
            error = &error as &dyn std::error::Error,
            "an audit row was not written"
        );
    }
}

/// The chat's id where it is known, else a pseudonym that only this server can make: names of people and phone
/// numbers do not belong in a log.
async fn named(inner: &Inner, session: SessionId, chat: &str) -> String {
    let peers = &inner.ports.peers;
    let reference = chat.parse::<MessageRef>().map(|message| message.chat).or_else(|_| chat.parse::<ChatRef>());
    let known = match &reference {
        Ok(ChatRef::Id(id)) => return id.to_string(),
        Ok(ChatRef::Me) => peers.own(session).await,
        Ok(ChatRef::Username(name)) => peers.by_username(session, name).await,
        Ok(ChatRef::Phone(phone)) => peers.by_phone(session, phone).await,
        Ok(ChatRef::Invite(_)) | Err(_) => Ok(None),
    };
    match known {
        Ok(Some(peer)) => peer.id.to_string(),
        // A store that cannot say which chat it is does not keep the row from being written.
        Ok(None) | Err(_) => pseudonym(inner, chat),
    }
}

fn pseudonym(inner: &Inner, chat: &str) -> String {
    let hash = inner.keyed_hash(b"telegraphist chat pseudonym", chat.as_bytes());
    format!("chat:{}", URL_SAFE_NO_PAD.encode(&hash[..12]))
}
