//! What the owner answers about bots, people, questions and what is to be sent.

use secrecy::SecretString;
use serde_json::Value;
use telegraphist_application::people::By;
use telegraphist_application::ports::Person;
use telegraphist_application::{Caller, Failure};
use telegraphist_domain::{ChatId, UserId};

use super::House;
use super::control::value;
use crate::control::{DeskRequest, Known, KnownGroup, KnownPerson, SignInStep};

/// Rows that are given at once.
const ROWS_MAX: usize = 1_000;

impl House {
    /// Signs a bot in; it hears and speaks from then on.
    pub(super) async fn sign_in_bot(&self, session: &str, token: String) -> Result<SignInStep, Failure> {
        let token = SecretString::from(token);
        let view = self.app.sign_in_bot(&Caller::owner(), session, &token).await.map_err(Failure::from)?;
        self.ensure_bots().await;
        let account = view.username.map_or_else(|| "a bot".to_owned(), |username| format!("@{username}"));
        Ok(SignInStep::Done { session: view.name, account })
    }

    /// Answers a request of this kind.
    pub(super) async fn answer_desk(&self, request: DeskRequest) -> Result<Value, Failure> {
        let (app, caller) = (&self.app, &Caller::owner());
        match request {
            DeskRequest::Deliveries { states, limit } => {
                app.deliveries(caller, states, limit.min(ROWS_MAX)).await.map(value)
            }
            DeskRequest::Delivery { id } => app.delivery(caller, &id).await.map(value),
            DeskRequest::RequeueDelivery { id } => app.requeue_delivery(caller, &id).await.map(value),
            DeskRequest::Updates { is_all: true, limit } => {
                app.heard_updates(caller, limit.min(ROWS_MAX)).await.map(value)
            }
            DeskRequest::Updates { is_all: false, limit } => {
                app.failed_updates(caller, limit.min(ROWS_MAX)).await.map(value)
            }
            DeskRequest::RequeueUpdate { id } => app.requeue_update(caller, &id).await.map(value),
            DeskRequest::Approvals { is_pending, limit } => {
                app.all_approvals(caller, is_pending, limit.min(ROWS_MAX)).await.map(value)
            }
            DeskRequest::Approval { id } => app.any_approval(caller, &id).await.map(value),
            DeskRequest::EndApproval { id } => app.end_approval(caller, &id).await.map(value),
            DeskRequest::Rules => app.rules(caller).await.map(value),
            DeskRequest::RevokeRule { id } => app.revoke_rule(caller, &id).await.map(value),
            DeskRequest::People => self.known().await.map(value),
            DeskRequest::Pair { code, role } => {
                app.pair(By::CommandLine, &code, role).await.map(known_person).map(value).map_err(Failure::from)
            }
            DeskRequest::SetRole { user, role } => {
                let person = app.set_role(By::CommandLine, UserId(user), role).await;
                person.map(known_person).map(value).map_err(Failure::from)
            }
            DeskRequest::ForgetPerson { user } => {
                app.forget_person(By::CommandLine, UserId(user)).await.map(value).map_err(Failure::from)
            }
            DeskRequest::ForgetGroup { chat } => {
                app.forget_group(By::CommandLine, ChatId(chat)).await.map(value).map_err(Failure::from)
            }
        }
    }

    async fn known(&self) -> Result<Known, Failure> {
        let caller = Caller::owner();
        let people = self.app.people(&caller).await.map_err(Failure::from)?;
        let groups = self.app.groups(&caller).await.map_err(Failure::from)?;
        Ok(Known {
            people: people.into_iter().map(known_person).collect(),
            groups: groups.into_iter().map(|group| KnownGroup { chat: group.chat.0, title: group.title }).collect(),
        })
    }
}

fn known_person(person: Person) -> KnownPerson {
    KnownPerson {
        user: person.user.0,
        role: person.role,
        name: person.name,
        username: person.username,
        is_unreachable: person.is_unreachable,
    }
}
