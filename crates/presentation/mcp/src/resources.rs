//! Resources: sessions, chats, messages, questions and deliveries by address, read through the same operations as the tools.
//!
//! A resource is there only where the tools it reads with are, so an address opens nothing that a selection closed.
//! Each kind is one file.

mod approval;
mod bridge_status;
mod chat;
mod configuration;
mod delivery;
mod event_templates;
mod event_types;
mod health;
mod live;
mod message;
mod responses;
mod session;
mod sessions;
mod template;

use std::pin::Pin;

use telegraphist_application::operations::ListSessions;
use telegraphist_application::{Application, CallContext, Caller, Failure};

pub(crate) use self::live::{can_be_watched, is_any_live, is_touched};
use self::template::{encoded, matched, placeholders};
use crate::selection::Selection;

/// A kind of resource.
pub(crate) struct Kind {
    /// For programs.
    name: &'static str,
    /// For people.
    title: &'static str,
    /// For both, and models.
    description: &'static str,
    /// The address, with `{placeholders}`.
    pub(crate) template: &'static str,
    /// The tools it reads with.
    tools: &'static [&'static str],
    read: Read,
}

type Reading<'a> = Pin<Box<dyn Future<Output = Result<String, Failure>> + Send + 'a>>;
/// Reads the resource whose placeholders have these values, in the template's order.
type Read = for<'a> fn(&'a Application, &'a Caller, Vec<String>, CallContext) -> Reading<'a>;

const KINDS: [&Kind; 12] = [
    &sessions::SESSIONS,
    &session::SESSION,
    &chat::CHAT,
    &message::MESSAGE,
    &event_types::EVENT_TYPES,
    &event_templates::EVENT_TEMPLATES,
    &bridge_status::BRIDGE_STATUS,
    &responses::RESPONSES,
    &delivery::DELIVERY,
    &approval::APPROVAL,
    &health::HEALTH,
    &configuration::CONFIGURATION,
];

impl Kind {
    pub(crate) async fn read(
        &self,
        app: &Application,
        caller: &Caller,
        values: Vec<String>,
        context: CallContext,
    ) -> Result<String, Failure> {
        (self.read)(app, caller, values, context).await
    }

    /// What it is written in: for people and models, but where programs read it.
    pub(crate) fn mime_type(&self) -> &'static str {
        let is_for_programs = [health::HEALTH.template, configuration::CONFIGURATION.template].contains(&self.template);
        if is_for_programs { JSON } else { TEXT }
    }

    fn is_single(&self) -> bool {
        placeholders(self.template).next().is_none()
    }
}

/// The kinds whose tools are all selected, and what operators see only where that was granted.
pub(crate) fn offered(selection: &Selection) -> impl Iterator<Item = &'static Kind> {
    let is_shown = |kind: &&Kind| match kind.template {
        template if template == health::HEALTH.template => selection.sees_health(),
        template if template == configuration::CONFIGURATION.template => selection.sees_configuration(),
        _ => true,
    };
    KINDS.into_iter().filter(is_shown).filter(|kind| kind.tools.iter().all(|tool| selection.has(tool)))
}

/// The kind that an address is of, and its values.
pub(crate) fn matching(selection: &Selection, uri: &str) -> Option<(&'static Kind, Vec<String>)> {
    offered(selection).find_map(|kind| matched(kind.template, uri).map(|values| (kind, values)))
}

/// The templates to show.
pub(crate) fn templates(selection: &Selection) -> Vec<rmcp::model::ResourceTemplate> {
    offered(selection)
        .filter(|kind| !kind.is_single())
        .map(|kind| {
            rmcp::model::ResourceTemplate::new(kind.template, kind.name)
                .with_title(kind.title)
                .with_description(kind.description)
                .with_mime_type(TEXT)
        })
        .collect()
}

/// The resources to show: those without placeholders, and one for each session.
pub(crate) async fn list(
    app: &Application,
    caller: &Caller,
    selection: &Selection,
    context: CallContext,
) -> Result<Vec<rmcp::model::Resource>, Failure> {
    let mut listed: Vec<_> = offered(selection)
        .filter(|kind| kind.is_single())
        .map(|kind| resource(kind, kind.template, kind.name))
        .collect();
    if offered(selection).any(|kind| kind.template == session::SESSION.template) {
        for session in app.list_sessions(caller, ListSessions {}, context).await?.items {
            let uri = format!("tg://session/{}", encoded(&session.name));
            listed.push(resource(&session::SESSION, &uri, &session.name));
        }
    }
    Ok(listed)
}

fn resource(kind: &Kind, uri: &str, name: &str) -> rmcp::model::Resource {
    rmcp::model::Resource::new(uri, name)
        .with_title(kind.title)
        .with_description(kind.description)
        .with_mime_type(kind.mime_type())
}

const TEXT: &str = "text/plain";
const JSON: &str = "application/json";
