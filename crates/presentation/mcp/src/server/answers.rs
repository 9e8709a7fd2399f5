//! From what the application answered to what the protocol carries.

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, MetaObject, ToolAnnotations};
use telegraphist_application::{Class, Code, Failure};

use super::Delivery;
use crate::catalogue::{Called, Tool};
use crate::lines::stand_in;

/// A tool as lists show it.
pub(super) fn listed(tool: &Tool) -> rmcp::model::Tool {
    let facts = &tool.facts;
    let annotations = ToolAnnotations::with_title(facts.title)
        .read_only(tool.is_read_only())
        .destructive(tool.needs_confirmation())
        .idempotent(facts.is_idempotent)
        .open_world(facts.class != Class::Local);
    rmcp::model::Tool::new(facts.name, tool.description.clone(), tool.input_schema.clone())
        .with_title(facts.title)
        .with_raw_output_schema(tool.output_schema.clone())
        .with_annotations(annotations)
}

/// Metadata that names this server.
pub(super) fn identity(server: &Implementation) -> MetaObject {
    let server = serde_json::to_value(server).expect("plain data");
    let mut meta = MetaObject::new();
    meta.insert("io.modelcontextprotocol/serverInfo".to_owned(), server);
    meta
}

/// An answer, as structure for programs, as text for models, and as what models see themselves.
pub(super) fn success(called: Called, delivery: &Delivery) -> CallToolResult {
    let mut content = vec![ContentBlock::text(called.text)];
    if let Some(shown) = called.media {
        content.push(if shown.mime_type.starts_with("audio/") {
            ContentBlock::audio(shown.base64, shown.mime_type)
        } else {
            ContentBlock::image(shown.base64, shown.mime_type)
        });
    }
    let mut result = CallToolResult::success(content);
    result.structured_content = Some(match delivery {
        Delivery::Finished => stand_in(called.structured),
        Delivery::Slot(slot) => slot.leave(called.structured).into(),
        Delivery::Tree => serde_json::from_str(&called.structured).expect("answers are written as JSON"),
    });
    result
}

/// A failure the model can act on: one text, which is the JSON, and no structured content, because some clients hold
/// even failures against the output schema.
pub(super) fn failure(failure: &Failure) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(json(failure).to_string())])
}

/// A failure where the protocol has no place for one that a model reads: resources and prompts.
pub(super) fn protocol_error(failure: &Failure) -> ErrorData {
    let data = Some(json(failure));
    let message = failure.message.clone();
    match failure.code {
        Code::UnknownSession | Code::UnknownChat | Code::UnknownMessage | Code::UnknownApproval => {
            ErrorData::resource_not_found(message, data)
        }
        Code::InvalidArgument | Code::InvalidCursor => ErrorData::invalid_params(message, data),
        Code::UnknownTool
        | Code::NeedsLogin
        | Code::Forbidden
        | Code::ConfirmationRequired
        | Code::UnsupportedForBots
        | Code::RateLimited
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::OutcomeUnknown
        | Code::PartiallySent
        | Code::IdempotencyKeyReused
        | Code::FileRefused
        | Code::VaultLocked
        | Code::NobodyThere
        | Code::ApprovalRequired
        | Code::Overloaded
        | Code::Unavailable
        | Code::TelegramRefused
        | Code::Internal => ErrorData::internal_error(message, data),
    }
}

fn json(failure: &Failure) -> serde_json::Value {
    serde_json::to_value(failure).expect("failures are plain data")
}
