use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use telegraphist_domain::session::Refusal;
use telegraphist_domain::{SessionKind, SessionName};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::book::{Enrolment, Hash};
use super::{EnrolmentEnd, EnrolmentError, EnrolmentStage, EnrolmentView};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::ApiCredentials;
use crate::sessions::{SessionError, authorise};

/// How long a link is good, and then how long its page is.
const LIFE: TimeDelta = TimeDelta::minutes(15);

const SECRET_BYTES: usize = 32;

/// A link that was made. Not `Debug`.
pub struct EnrolmentLink {
    /// By which its end can be waited for; no secret.
    pub id: String,
    /// What opens it, once.
    pub secret: SecretString,
    /// Until when.
    pub expires: DateTime<Utc>,
}

impl Application {
    /// Makes a link by which somebody can sign this one session in, as an act of whoever calls.
    pub async fn enrol(
        &self,
        caller: &Caller,
        session: &str,
        api: ApiCredentials,
    ) -> Result<EnrolmentLink, EnrolmentError> {
        authorise(caller)?;
        let made = self.make_link(caller, session, api).await;
        let outcome = made.as_ref().map_or("refused", |_| "ok");
        self.note_act(&caller.principal, "enrol", session, outcome).await;
        made
    }

    async fn make_link(
        &self,
        caller: &Caller,
        session: &str,
        api: ApiCredentials,
    ) -> Result<EnrolmentLink, EnrolmentError> {
        let session = self.session_to_sign_in(session).await?;
        let (now, secret) = (self.ports().clock.now(), fresh_secret());
        let one = Enrolment {
            id: self.ports().ids.ordered().to_string(),
            by: caller.clone(),
            session,
            api: Arc::new(api),
            secret: self.hash_of_link(&secret),
            is_opened: false,
            expires: now + LIFE,
            tries: 0,
            codes: 0,
            stage: EnrolmentStage::Choosing,
            ended: watch::Sender::new(None),
        };
        let link = EnrolmentLink { id: one.id.clone(), secret: secret.as_str().into(), expires: one.expires };
        self.inner.enrolments.add(one, now)?;
        Ok(link)
    }

    /// Its name, if somebody can sign in there.
    async fn session_to_sign_in(&self, session: &str) -> Result<String, SessionError> {
        let Some(view) = self.ports().views.session(session.trim()).await? else {
            return Ok(session.parse::<SessionName>()?.to_string());
        };
        match (view.kind.as_ref(), view.state.as_ref()) {
            ("bot", _) => Err(Refusal::AnotherKind { expected: SessionKind::Bot }.into()),
            (_, "ready") => Err(Refusal::AlreadySignedIn.into()),
            _ => Ok(view.name),
        }
    }

    /// Exchanges a link's secret, which is used up by that, for the key of its page.
    pub fn open_enrolment(&self, secret: &str) -> Result<SecretString, EnrolmentError> {
        let (now, link, key) = (self.ports().clock.now(), self.hash_of_link(secret.trim()), fresh_secret());
        let mut all = self.inner.enrolments.at(now);
        let one = all.iter_mut().find(|one| !one.is_opened && one.secret == link).ok_or(EnrolmentError::Unknown)?;
        one.secret = self.hash_of_page(&key);
        one.is_opened = true;
        one.expires = now + LIFE;
        Ok(key.as_str().into())
    }

    /// Where the enrolment of a page stands.
    pub fn enrolment(&self, key: &str) -> Result<EnrolmentView, EnrolmentError> {
        let form_token = URL_SAFE_NO_PAD.encode(self.inner.keyed_hash(b"telegraphist enrolment form", key.as_bytes()));
        self.inner.enrolments.with(&self.hash_of_page(key), self.ports().clock.now(), |one| {
            let (session, stage, expires) = (one.session.clone(), one.stage.clone(), one.expires);
            Ok(EnrolmentView { session, stage, form_token, expires })
        })
    }

    /// Waits until an enrolment has ended, which it does by itself in the end.
    pub async fn enrolment_end(&self, id: &str) -> EnrolmentEnd {
        loop {
            let now = self.ports().clock.now();
            let found = self
                .inner
                .enrolments
                .at(now)
                .iter()
                .find(|one| one.id == id)
                .map(|one| (one.ended.subscribe(), (one.expires - now).to_std().unwrap_or_default()));
            let Some((mut ended, left)) = found else { return EnrolmentEnd::Expired };
            // Its time may have been lengthened meanwhile, so it is looked at again.
            if let Ok(Ok(end)) = tokio::time::timeout(left, ended.wait_for(Option::is_some)).await
                && let Some(end) = end.clone()
            {
                return end;
            }
        }
    }

    fn hash_of_link(&self, secret: &str) -> Hash {
        self.inner.keyed_hash(b"telegraphist enrolment link", secret.as_bytes())
    }

    pub(super) fn hash_of_page(&self, key: &str) -> Hash {
        self.inner.keyed_hash(b"telegraphist enrolment key", key.as_bytes())
    }
}

/// 256 bits as a text that may stand in a URL.
fn fresh_secret() -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    getrandom::fill(bytes.as_mut_slice()).expect("the operating system gives randomness");
    Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}
