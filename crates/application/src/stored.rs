//! How events look at rest. Stores see a name and bytes.
//!
//! Stored forms are for ever: a form is added, never edited. When an event needs another shape, a form with the next
//! version is written from then on, and the old one is read for ever.

mod approval;
mod conversation;
mod grants;
mod session;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use telegraphist_domain::Timestamp;

/// An event, or the state of an aggregate, at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Event and version: `session.created/1`; a state: `conversation.state/1`.
    pub name: String,
    /// JSON.
    pub body: Vec<u8>,
}

/// Why a stored form cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the stored event {name} cannot be read; it was written by a newer version, or is damaged")]
pub struct Unreadable {
    /// Its name.
    pub name: String,
    /// What was wrong with it.
    #[source]
    pub cause: serde_json::Error,
}

/// An event that can be stored.
pub trait Stored: Sized {
    /// Its newest form.
    fn form(&self) -> Form;

    /// The event of a form, of any version.
    fn read(form: &Form) -> Result<Self, Unreadable>;
}

/// A state that is stored beside its events, so that loading costs the same however long the stream is. It can be lost:
/// one that cannot be read is made anew from the events.
pub trait Snapshot: Sized {
    /// Its newest form.
    fn snapshot(&self) -> Form;

    /// The state of a form, of any version.
    fn restore(form: &Form) -> Result<Self, Unreadable>;
}

/// A moment of the domain as rows and answers say it.
pub fn date_of(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

/// A form with its name beside its body, as stores keep it.
#[derive(Serialize, Deserialize)]
struct Parts {
    name: String,
    body: Box<RawValue>,
}

/// The form of an enum that is tagged with `name` and holds its `body` beside it.
fn form_of(tagged: &impl Serialize) -> Form {
    let parts: Parts = serde_json::to_string(tagged)
        .and_then(|text| serde_json::from_str(&text))
        .expect("every form is a name and a body");
    Form { name: parts.name, body: parts.body.get().as_bytes().to_vec() }
}

/// The enum that [`form_of`] made a form of.
fn tagged_of<T: DeserializeOwned>(form: &Form) -> Result<T, Unreadable> {
    let body = serde_json::from_slice(&form.body).map_err(|cause| unreadable(form, cause))?;
    let parts = Parts { name: form.name.clone(), body };
    let text = serde_json::to_string(&parts).map_err(|cause| unreadable(form, cause))?;
    serde_json::from_str(&text).map_err(|cause| unreadable(form, cause))
}

fn unreadable(form: &Form, cause: serde_json::Error) -> Unreadable {
    Unreadable { name: form.name.clone(), cause }
}
