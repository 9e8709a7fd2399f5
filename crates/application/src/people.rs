//! Who is let in. Closed by default: the owner is named in the configuration, everybody else is let in by a code.
//!
//! Whoever knocks is shown a code and nothing else; somebody who is in types it, so nobody is let in by a press on the
//! wrong button. Groups are left alone until one is allowed. Start with [`Application::role_of`].

mod audience;
mod block;
mod error;
mod pairing;

#[cfg(test)]
mod tests;

pub(crate) use audience::Place;
pub use error::PeopleError;
pub(crate) use pairing::Knock;

use chrono::Utc;
use telegraphist_domain::{ChatId, UserId};

use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;
use crate::ports::{Group, Person, Role, Speaker, StoreError};

/// Who lets somebody in or shuts them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The person whose process this is, at the command line.
    CommandLine,
    /// Somebody in Telegram.
    Person(UserId),
}

impl By {
    fn user(self) -> Option<UserId> {
        match self {
            Self::CommandLine => None,
            Self::Person(user) => Some(user),
        }
    }

    fn principal(self) -> String {
        match self {
            Self::CommandLine => "owner".to_owned(),
            Self::Person(user) => person(user),
        }
    }
}

/// How the audit log names a person in Telegram.
pub(crate) fn person(user: UserId) -> String {
    format!("telegram:{user}")
}

/// People are let in and kept out by who runs the server.
fn authorise(caller: &Caller, effect: Effect) -> Result<(), PeopleError> {
    if caller.grants.administer(effect) { Ok(()) } else { Err(PeopleError::NotAllowed) }
}

impl Application {
    /// What a person may do; nothing if they are not known. The configuration's owner stays the owner whatever the
    /// store says.
    pub async fn role_of(&self, user: UserId) -> Result<Option<Role>, StoreError> {
        if self.inner.settings.owner == Some(user) {
            return Ok(Some(Role::Owner));
        }
        let role = self.ports().people.person(user).await?.map(|person| person.role);
        // Whoever was the owner before the configuration changed has to be let in anew.
        Ok(role.filter(|role| *role != Role::Owner))
    }

    /// Everybody who is known, the owner first.
    pub async fn people(&self, caller: &Caller) -> Result<Vec<Person>, PeopleError> {
        authorise(caller, Effect::Reads)?;
        let mut people = self.ports().people.people().await?;
        for person in &mut people {
            match self.inner.settings.owner {
                Some(owner) if owner == person.user => person.role = Role::Owner,
                _ if person.role == Role::Owner => person.role = Role::Guest,
                _ => {}
            }
        }
        if let Some(owner) = self.inner.settings.owner
            && people.iter().all(|person| person.user != owner)
        {
            people.push(unseen_owner(owner));
        }
        people.sort_by_key(|person| (person.role, person.user));
        Ok(people)
    }

    /// Groups in which the bots speak.
    pub async fn groups(&self, caller: &Caller) -> Result<Vec<Group>, PeopleError> {
        authorise(caller, Effect::Reads)?;
        Ok(self.ports().people.groups().await?)
    }

    /// Gives somebody who is known another role.
    pub async fn set_role(&self, by: By, user: UserId, role: Role) -> Result<Person, PeopleError> {
        self.check_granting(by, user, role).await?;
        let known = self.ports().people.person(user).await?.ok_or(PeopleError::UnknownPerson)?;
        let person = Person { role, by: by.user(), ..known };
        self.ports().people.note_person(&person).await?;
        self.note_act(&by.principal(), "set_role", &format!("{} {user}", role.as_str()), "ok").await;
        Ok(person)
    }

    /// Forgets somebody: they have to knock again.
    pub async fn forget_person(&self, by: By, user: UserId) -> Result<(), PeopleError> {
        self.check_granting(by, user, Role::Guest).await?;
        self.ports().people.person(user).await?.ok_or(PeopleError::UnknownPerson)?;
        self.ports().people.forget_person(user).await?;
        self.note_act(&by.principal(), "forget_person", &user.to_string(), "ok").await;
        Ok(())
    }

    /// Lets the bots speak in a group.
    pub async fn allow_group(&self, by: By, chat: ChatId, title: &str) -> Result<Group, PeopleError> {
        self.check_admin(by).await?;
        let user = by.user().or(self.inner.settings.owner).unwrap_or(UserId(0));
        let group =
            Group { chat, title: title.to_owned(), since: self.ports().clock.now(), by: user, wants_notices: true };
        self.ports().people.note_group(&group).await?;
        self.note_act(&by.principal(), "allow_group", &chat.to_string(), "ok").await;
        Ok(group)
    }

    /// Leaves a group alone again.
    pub async fn forget_group(&self, by: By, chat: ChatId) -> Result<(), PeopleError> {
        self.check_admin(by).await?;
        self.ports().people.forget_group(chat).await?;
        self.note_act(&by.principal(), "forget_group", &chat.to_string(), "ok").await;
        Ok(())
    }

    /// Remembers how somebody is called now and that they can be reached.
    pub(crate) async fn saw(&self, speaker: &Speaker) -> Result<(), StoreError> {
        let known = match self.ports().people.person(speaker.user).await? {
            Some(known) => known,
            None if self.inner.settings.owner == Some(speaker.user) => unseen_owner(speaker.user),
            None => return Ok(()),
        };
        let seen = Person {
            name: speaker.name.clone(),
            username: speaker.username.clone(),
            is_unreachable: false,
            ..known.clone()
        };
        // The owner is noted when seen first, everybody else when let in.
        if seen == known && known.by.is_some() {
            return Ok(());
        }
        self.ports().people.note_person(&seen).await
    }

    /// Remembers whether somebody lets themselves be written to.
    pub(crate) async fn note_reach(&self, user: UserId, is_reachable: bool) -> Result<(), StoreError> {
        let Some(known) = self.ports().people.person(user).await? else { return Ok(()) };
        if known.is_unreachable != is_reachable {
            return Ok(());
        }
        self.ports().people.note_person(&Person { is_unreachable: !is_reachable, ..known }).await
    }

    async fn check_admin(&self, by: By) -> Result<(), PeopleError> {
        match by {
            By::CommandLine => Ok(()),
            By::Person(user) => match self.role_of(user).await? {
                Some(Role::Owner | Role::Admin) => Ok(()),
                Some(Role::User | Role::Guest | Role::Blocked) | None => Err(PeopleError::NotAllowed),
            },
        }
    }

    /// Whether `by` may give `role` to `user`: only the configuration makes an owner, only an owner makes or unmakes an
    /// admin.
    async fn check_granting(&self, by: By, user: UserId, role: Role) -> Result<(), PeopleError> {
        self.check_admin(by).await?;
        let held = self.role_of(user).await?;
        if role == Role::Owner || held == Some(Role::Owner) {
            return Err(PeopleError::OwnerIsConfigured);
        }
        if role != Role::Admin && held != Some(Role::Admin) {
            return Ok(());
        }
        match by {
            By::CommandLine => Ok(()),
            By::Person(granter) if self.role_of(granter).await? == Some(Role::Owner) => Ok(()),
            By::Person(_) => Err(PeopleError::NotAllowed),
        }
    }
}

/// The owner before they wrote for the first time.
pub(super) fn unseen_owner(owner: UserId) -> Person {
    Person {
        user: owner,
        role: Role::Owner,
        name: String::new(),
        username: None,
        since: chrono::DateTime::<Utc>::UNIX_EPOCH,
        by: None,
        wants_notices: true,
        is_unreachable: false,
    }
}
