//! How events look at rest. Stores see a name and bytes.
//!
//! Stored forms are for ever: a form is added, never edited. When an event needs another shape, a form with the next
//! version is written from then on, and the old one is read for ever.

mod session;

/// An event at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Event and version: `session.created/1`.
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
