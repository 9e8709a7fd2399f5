use serde::{Deserialize, Serialize};
use telegraphist_domain::session::{Awaited, Identity};
use telegraphist_domain::{SessionEvent, SessionId, SessionKind, SessionName, Timestamp, UserId};
use uuid::Uuid;

use super::{Form, Stored, Unreadable, form_of, tagged_of, unreadable};

/// Every form ever written. `at` is in Unix milliseconds.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", content = "body")]
enum SessionForm {
    #[serde(rename = "session.created/1")]
    Created1 { id: Uuid, name: String, kind: Kind1, at: i64 },
    #[serde(rename = "session.sign_in_started/1")]
    SignInStarted1 { awaited: Awaited1, at: i64 },
    #[serde(rename = "session.password_asked/1")]
    PasswordAsked1 { at: i64 },
    #[serde(rename = "session.signed_in/1")]
    SignedIn1 { user_id: i64, username: Option<String>, at: i64 },
    #[serde(rename = "session.login_lost/1")]
    LoginLost1 { reason: String, at: i64 },
    #[serde(rename = "session.log_out_started/1")]
    LogOutStarted1 { at: i64 },
    #[serde(rename = "session.logged_out/1")]
    LoggedOut1 { at: i64 },
    #[serde(rename = "session.renamed/1")]
    Renamed1 { name: String, at: i64 },
    #[serde(rename = "session.made_default/1")]
    MadeDefault1 { at: i64 },
    #[serde(rename = "session.removed/1")]
    Removed1 { at: i64 },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind1 {
    User,
    Bot,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Awaited1 {
    Code,
    Password,
    Qr,
}

impl Stored for SessionEvent {
    fn form(&self) -> Form {
        form_of(&SessionForm::from(self))
    }

    fn read(form: &Form) -> Result<Self, Unreadable> {
        let stored: SessionForm = tagged_of(form)?;
        stored.into_event().map_err(|problem| unreadable(form, serde::de::Error::custom(problem)))
    }
}

impl From<&SessionEvent> for SessionForm {
    fn from(event: &SessionEvent) -> Self {
        match event {
            SessionEvent::Created { id, name, kind, at } => {
                let kind = match kind {
                    SessionKind::User => Kind1::User,
                    SessionKind::Bot => Kind1::Bot,
                };
                Self::Created1 { id: id.0, name: name.to_string(), kind, at: at.0 }
            }
            SessionEvent::SignInStarted { awaited, at } => {
                let awaited = match awaited {
                    Awaited::Code => Awaited1::Code,
                    Awaited::Password => Awaited1::Password,
                    Awaited::Qr => Awaited1::Qr,
                };
                Self::SignInStarted1 { awaited, at: at.0 }
            }
            SessionEvent::PasswordAsked { at } => Self::PasswordAsked1 { at: at.0 },
            SessionEvent::SignedIn { identity, at } => {
                Self::SignedIn1 { user_id: identity.user_id.0, username: identity.username.clone(), at: at.0 }
            }
            SessionEvent::LoginLost { reason, at } => Self::LoginLost1 { reason: reason.clone(), at: at.0 },
            SessionEvent::LogOutStarted { at } => Self::LogOutStarted1 { at: at.0 },
            SessionEvent::LoggedOut { at } => Self::LoggedOut1 { at: at.0 },
            SessionEvent::Renamed { name, at } => Self::Renamed1 { name: name.to_string(), at: at.0 },
            SessionEvent::MadeDefault { at } => Self::MadeDefault1 { at: at.0 },
            SessionEvent::Removed { at } => Self::Removed1 { at: at.0 },
        }
    }
}

impl SessionForm {
    fn into_event(self) -> Result<SessionEvent, telegraphist_domain::session::NotASessionName> {
        Ok(match self {
            Self::Created1 { id, name, kind, at } => {
                let kind = match kind {
                    Kind1::User => SessionKind::User,
                    Kind1::Bot => SessionKind::Bot,
                };
                SessionEvent::Created { id: SessionId(id), name: name.parse::<SessionName>()?, kind, at: Timestamp(at) }
            }
            Self::SignInStarted1 { awaited, at } => {
                let awaited = match awaited {
                    Awaited1::Code => Awaited::Code,
                    Awaited1::Password => Awaited::Password,
                    Awaited1::Qr => Awaited::Qr,
                };
                SessionEvent::SignInStarted { awaited, at: Timestamp(at) }
            }
            Self::PasswordAsked1 { at } => SessionEvent::PasswordAsked { at: Timestamp(at) },
            Self::SignedIn1 { user_id, username, at } => {
                SessionEvent::SignedIn { identity: Identity { user_id: UserId(user_id), username }, at: Timestamp(at) }
            }
            Self::LoginLost1 { reason, at } => SessionEvent::LoginLost { reason, at: Timestamp(at) },
            Self::LogOutStarted1 { at } => SessionEvent::LogOutStarted { at: Timestamp(at) },
            Self::LoggedOut1 { at } => SessionEvent::LoggedOut { at: Timestamp(at) },
            Self::Renamed1 { name, at } => {
                SessionEvent::Renamed { name: name.parse::<SessionName>()?, at: Timestamp(at) }
            }
            Self::MadeDefault1 { at } => SessionEvent::MadeDefault { at: Timestamp(at) },
            Self::Removed1 { at } => SessionEvent::Removed { at: Timestamp(at) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of_each() -> Vec<SessionEvent> {
        let at = Timestamp(1_700_000_000_123);
        let name: SessionName = "work".parse().unwrap();
        let identity = Identity { user_id: UserId(7_000_000_001), username: Some("ada".into()) };
        vec![
            SessionEvent::Created {
                id: SessionId(Uuid::from_u128(7)),
                name: name.clone(),
                kind: SessionKind::User,
                at,
            },
            SessionEvent::Created { id: SessionId(Uuid::from_u128(8)), name: name.clone(), kind: SessionKind::Bot, at },
            SessionEvent::SignInStarted { awaited: Awaited::Code, at },
            SessionEvent::SignInStarted { awaited: Awaited::Password, at },
            SessionEvent::SignInStarted { awaited: Awaited::Qr, at },
            SessionEvent::PasswordAsked { at },
            SessionEvent::SignedIn { identity, at },
            SessionEvent::SignedIn { identity: Identity { user_id: UserId(1), username: None }, at },
            SessionEvent::LoginLost { reason: "SESSION_REVOKED".into(), at },
            SessionEvent::LogOutStarted { at },
            SessionEvent::LoggedOut { at },
            SessionEvent::Renamed { name, at },
            SessionEvent::MadeDefault { at },
            SessionEvent::Removed { at },
        ]
    }

    /// A difference here means that stored data of users would be read otherwise than it was meant: add a form instead.
    #[test]
    fn stored_forms_are_for_ever() {
        let forms: Vec<String> = one_of_each()
            .iter()
            .map(|event| {
                let form = event.form();
                format!("{} {}", form.name, String::from_utf8(form.body).unwrap())
            })
            .collect();
        insta::assert_snapshot!(forms.join("\n"), @r#"
        session.created/1 {"id":"00000000-0000-0000-0000-000000000007","name":"work","kind":"user","at":1700000000123}
        session.created/1 {"id":"00000000-0000-0000-0000-000000000008","name":"work","kind":"bot","at":1700000000123}
        session.sign_in_started/1 {"awaited":"code","at":1700000000123}
        session.sign_in_started/1 {"awaited":"password","at":1700000000123}
        session.sign_in_started/1 {"awaited":"qr","at":1700000000123}
        session.password_asked/1 {"at":1700000000123}
        session.signed_in/1 {"user_id":7000000001,"username":"ada","at":1700000000123}
        session.signed_in/1 {"user_id":1,"username":null,"at":1700000000123}
        session.login_lost/1 {"reason":"SESSION_REVOKED","at":1700000000123}
        session.log_out_started/1 {"at":1700000000123}
        session.logged_out/1 {"at":1700000000123}
        session.renamed/1 {"name":"work","at":1700000000123}
        session.made_default/1 {"at":1700000000123}
        session.removed/1 {"at":1700000000123}
        "#);
    }

    #[test]
    fn every_event_comes_back_as_it_was() {
        for event in one_of_each() {
            assert_eq!(SessionEvent::read(&event.form()).unwrap(), event);
        }
    }

    #[test]
    fn a_form_of_a_newer_version_is_named_not_guessed() {
        let form = Form { name: "session.created/99".into(), body: b"{}".to_vec() };
        assert_eq!(SessionEvent::read(&form).unwrap_err().name, "session.created/99");
        let damaged = Form { name: "session.removed/1".into(), body: b"{".to_vec() };
        assert!(SessionEvent::read(&damaged).is_err());
    }
}
