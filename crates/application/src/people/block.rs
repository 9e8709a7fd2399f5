use telegraphist_domain::UserId;

use super::{By, PeopleError, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;
use crate::ports::{Person, Role};

impl Application {
    /// Makes somebody unheard, whether they are known or not. The owner cannot be.
    pub async fn block_person(&self, caller: &Caller, user: UserId) -> Result<Person, PeopleError> {
        authorise(caller, Effect::Writes)?;
        self.check_granting(By::CommandLine, user, Role::Blocked).await?;
        let known = self.ports().people.person(user).await?;
        let person = Person { role: Role::Blocked, by: None, ..known.unwrap_or_else(|| self.stranger(user)) };
        self.ports().people.note_person(&person).await?;
        self.note_act(&caller.principal, "block_person", &user.to_string(), "ok").await;
        Ok(person)
    }

    /// Lets somebody knock again who was blocked. What they were before is not given back by this.
    pub async fn unblock_person(&self, caller: &Caller, user: UserId) -> Result<(), PeopleError> {
        authorise(caller, Effect::Writes)?;
        let known = self.ports().people.person(user).await?.ok_or(PeopleError::UnknownPerson)?;
        if known.role != Role::Blocked {
            return Err(PeopleError::NotBlocked);
        }
        self.ports().people.forget_person(user).await?;
        self.note_act(&caller.principal, "unblock_person", &user.to_string(), "ok").await;
        Ok(())
    }

    fn stranger(&self, user: UserId) -> Person {
        Person {
            user,
            role: Role::Blocked,
            name: String::new(),
            username: None,
            since: self.ports().clock.now(),
            by: None,
            wants_notices: false,
            is_unreachable: false,
        }
    }
}
