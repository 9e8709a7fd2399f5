//! Lists that agents register. An index says which there are; what they hold is sealed, each in a row of its own.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use telegraphist_domain::ContentId;

use super::{Task, TaskList, TaskSystem};
use crate::application::Application;
use crate::failure::Failure;
use crate::ports::Content;

/// So many lists are kept; the oldest go. An agent may well make one for each of its runs.
const LISTS_MAX: usize = 50;
/// The preference that holds the index.
const INDEX: &str = "tasks.registered";

/// Makes one change of the index after the other.
#[derive(Default)]
pub(crate) struct Registered(tokio::sync::Mutex<()>);

/// A list as an agent registers it.
pub(crate) struct NewList {
    pub(crate) principal: String,
    pub(crate) name: String,
    pub(crate) project_root: Option<String>,
    pub(crate) tasks: Vec<Task>,
}

/// A stored form: added to, never edited.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// Says which list it is without saying its name.
    key: String,
    content: uuid::Uuid,
}

/// A stored form, sealed: added to, never edited.
#[derive(Serialize, Deserialize)]
struct Kept {
    principal: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project_root: Option<String>,
    at: DateTime<Utc>,
    tasks: Vec<Task>,
}

impl From<Kept> for TaskList {
    fn from(kept: Kept) -> Self {
        let Kept { name, project_root, at, tasks, .. } = kept;
        Self { system: TaskSystem::ClaudeCode, name, project_root, updated: Some(at), tasks }
    }
}

impl NewList {
    fn key(&self) -> String {
        let parts = serde_json::json!([self.principal, self.name, self.project_root]);
        hex::encode(Sha256::digest(parts.to_string()))
    }
}

impl Application {
    /// Replaces the list of that name; one without tasks is gone.
    pub(crate) async fn register_list(&self, list: NewList) -> Result<(), Failure> {
        let ports = self.ports();
        let _turn = self.inner.registered.0.lock().await;
        let mut index = self.index().await?;
        let key = list.key();
        let mut gone: Vec<Entry> = index.extract_if(.., |entry| entry.key == key).collect();
        if !list.tasks.is_empty() {
            let NewList { principal, name, project_root, tasks } = list;
            let kept = Kept { principal, name, project_root, at: ports.clock.now(), tasks };
            let id = ports.ids.ordered();
            let bytes = serde_json::to_vec(&kept).expect("a list is plain data");
            ports.contents.keep(&[Content { id: ContentId(id), bytes }]).await?;
            index.push(Entry { key, content: id });
        }
        gone.extend(index.drain(..index.len().saturating_sub(LISTS_MAX)));
        let index = serde_json::to_string(&index).expect("an index is plain data");
        // The new index first: a list that nothing points at is lost room, one that is pointed at and gone is lost work.
        ports.preferences.prefer(INDEX, &index).await?;
        let gone: Vec<ContentId> = gone.iter().map(|entry| ContentId(entry.content)).collect();
        Ok(ports.contents.forget(&gone).await?)
    }

    /// What was registered, by this principal or by all of them; the newest first.
    pub(crate) async fn registered_lists(&self, principal: Option<&str>) -> Result<Vec<TaskList>, Failure> {
        let mut lists = Vec::new();
        for entry in self.index().await?.iter().rev() {
            // One that is being replaced at this moment is there under its new id the next time.
            let Some(bytes) = self.ports().contents.content(ContentId(entry.content)).await? else { continue };
            let Ok(kept) = serde_json::from_slice::<Kept>(bytes.expose_secret()) else {
                tracing::error!("a registered list cannot be read");
                continue;
            };
            if principal.is_none_or(|principal| principal == kept.principal) {
                lists.push(kept.into());
            }
        }
        Ok(lists)
    }

    async fn index(&self) -> Result<Vec<Entry>, Failure> {
        let Some(index) = self.ports().preferences.preference(INDEX).await? else { return Ok(Vec::new()) };
        Ok(serde_json::from_str(&index).unwrap_or_else(|_| {
            tracing::error!("the index of registered lists cannot be read");
            Vec::new()
        }))
    }
}
