//! The view of approvals: what each is about and how it stands, and which message shows which.

use sqlx::SqliteConnection;
use telegraphist_application::ports::StoreError;
use telegraphist_domain::{Approval, ApprovalEvent, ApprovalState};

use crate::statement::Statement;

/// Writes the row as it is now. What it is about never changes.
pub(crate) async fn write(connection: &mut SqliteConnection, approval: &Approval) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO approvals (id, principal, generation, tool, arguments, state, expires)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
    )
    .bind(approval.id.to_string())
    .bind(&approval.requester.principal)
    .bind(&approval.requester.generation)
    .bind(&approval.subject.tool)
    .bind(approval.subject.arguments.0.as_slice())
    .bind(name_of(&approval.state))
    .bind(approval.expires.0)
    .run(connection)
    .await
}

fn name_of(state: &ApprovalState) -> &'static str {
    match state {
        ApprovalState::Pending => "pending",
        ApprovalState::Decided(_) => "decided",
        ApprovalState::Executed(_) => "executed",
        ApprovalState::Expired => "expired",
        ApprovalState::Cancelled(_) => "cancelled",
        ApprovalState::Undeliverable { .. } => "undeliverable",
    }
}

/// From now on the messages that the events tell of show this one.
pub(crate) async fn write_cards(
    connection: &mut SqliteConnection,
    id: &str,
    events: &[ApprovalEvent],
) -> Result<(), StoreError> {
    for event in events {
        let ApprovalEvent::Shown { card, .. } = event else {
            continue;
        };
        sqlx::query(
            "INSERT INTO approval_cards (session, chat, message, approval) VALUES (?, ?, ?, ?)
             ON CONFLICT (session, chat, message) DO UPDATE SET approval = excluded.approval",
        )
        .bind(card.session.to_string())
        .bind(card.chat.0)
        .bind(card.message.0)
        .bind(id)
        .run(connection)
        .await?;
    }
    Ok(())
}
