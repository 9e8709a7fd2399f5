//! Knocking and being let in.

use std::time::Duration;

use chrono::TimeDelta;

use super::{By, PeopleError};
use crate::application::Application;
use crate::ports::{BucketKey, Pairing, Person, Rate, Role, Speaker, StoreError, Verdict};

/// How long a code counts.
const CODE_LIFE: TimeDelta = TimeDelta::hours(1);
/// So many wait at the door at most.
const WAITING_MAX: usize = 3;
/// A stranger is answered so often.
const ANSWERS: Rate = Rate { burst: 2, per: Duration::from_hours(1) };
/// Letters of codes: without those that look like others.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CODE_LENGTH: usize = 6;

/// What somebody who knocks is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Knock {
    /// To show this code to somebody who is in.
    Code(String),
    /// That too many wait.
    Full,
    /// Nothing: they were answered before.
    Hush,
}

impl Application {
    /// Lets somebody wait at the door.
    pub(crate) async fn knock(&self, who: &Speaker) -> Result<Knock, StoreError> {
        let now = self.ports().clock.now();
        let bucket = BucketKey(format!("pairing/{}", who.user));
        if let Verdict::Wait { .. } = self.ports().limiter.acquire(&[(bucket, ANSWERS)], 1, now).await? {
            return Ok(Knock::Hush);
        }
        let waiting = self.ports().people.pairings(now).await?;
        if waiting.len() >= WAITING_MAX && waiting.iter().all(|pairing| pairing.user != who.user) {
            return Ok(Knock::Full);
        }
        let code = self.fresh_code();
        let pairing = Pairing {
            user: who.user,
            name: who.name.clone(),
            username: who.username.clone(),
            code: self.hash_of_code(&code),
            expires: now + CODE_LIFE,
        };
        self.ports().people.note_pairing(&pairing).await?;
        self.note_act(&super::person(who.user), "knock", &who.user.to_string(), "ok").await;
        Ok(Knock::Code(code))
    }

    /// Lets in whoever waits with this code.
    pub async fn pair(&self, by: By, code: &str, role: Role) -> Result<Person, PeopleError> {
        self.check_admin(by).await?;
        let now = self.ports().clock.now();
        let code = code.trim().to_ascii_uppercase();
        let waiting = self.ports().people.pairings(now).await?;
        let hash = self.hash_of_code(&code);
        let who = waiting.into_iter().find(|pairing| pairing.code == hash).ok_or(PeopleError::UnknownCode)?;
        self.check_granting(by, who.user, role).await?;
        // Only now, so that a refusal does not use the code up.
        let who = self.ports().people.take_pairing(hash, now).await?.ok_or(PeopleError::UnknownCode)?;
        let person = Person {
            user: who.user,
            role,
            name: who.name,
            username: who.username,
            since: now,
            by: by.user(),
            wants_notices: true,
            is_unreachable: false,
        };
        self.ports().people.note_person(&person).await?;
        self.note_act(&by.principal(), "pair", &format!("{} {}", role.as_str(), person.user), "ok").await;
        Ok(person)
    }

    fn hash_of_code(&self, code: &str) -> [u8; 32] {
        self.inner.keyed_hash(b"telegraphist pairing", code.as_bytes())
    }

    fn fresh_code(&self) -> String {
        let random = self.ports().ids.unguessable().into_bytes();
        // The last bytes are random in every version of these ids that nobody can guess; the first may tell the time.
        let bytes = random.iter().rev().take(CODE_LENGTH);
        bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
    }
}
