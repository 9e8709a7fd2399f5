//! A Telegram of two accounts, Ada and Bob, whose ids are also their data centres. Ada has a password.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use secrecy::{ExposeSecret, SecretString};
use telegraphist_domain::SessionId;
use tokio::sync::Notify;

use crate::ports::*;

pub(super) const ADA: i32 = 1;
pub(super) const BOB: i32 = 2;

#[derive(Default)]
pub(super) struct SmallTelegram {
    /// Whose key a session holds, and whether it is still accepted.
    keys: Mutex<BTreeMap<SessionId, (i32, bool)>>,
    is_scanned: AtomicBool,
    is_offline: AtomicBool,
    log_outs: AtomicUsize,
    lost: Mutex<Option<LostLogin>>,
    lost_one: Notify,
}

impl SmallTelegram {
    pub(super) fn scan(&self) {
        self.is_scanned.store(true, Ordering::SeqCst);
    }

    pub(super) fn go_offline(&self, is_offline: bool) {
        self.is_offline.store(is_offline, Ordering::SeqCst);
    }

    pub(super) fn revoke(&self) {
        self.keys.lock().unwrap().values_mut().for_each(|(_, is_accepted)| *is_accepted = false);
    }

    /// A login is lost, and no call found it out.
    pub(super) fn lose(&self, session: SessionId, reason: &str) {
        *self.lost.lock().unwrap() = Some(LostLogin { session, reason: reason.to_owned() });
        self.lost_one.notify_one();
    }

    /// How many logins were ended.
    pub(super) fn log_outs(&self) -> usize {
        self.log_outs.load(Ordering::SeqCst)
    }

    /// The sessions whose keys are kept.
    pub(super) fn held(&self) -> Vec<SessionId> {
        self.keys.lock().unwrap().keys().copied().collect()
    }

    fn accept(&self, session: SessionId, account: i32) -> SignedIn {
        self.keys.lock().unwrap().insert(session, (account, true));
        SignedIn { user_id: account.into(), name: "Somebody".into(), username: None, phone: None, is_bot: false }
    }
}

#[async_trait]
impl SignIn for SmallTelegram {
    async fn request_code(&self, _: SessionId, _: &ApiCredentials, phone: &str) -> Result<CodeSent, SignInError> {
        assert_eq!(phone, "15550001234", "digits only");
        Ok(CodeSent { way: CodeWay::App, digits: Some(5) })
    }

    async fn submit_code(&self, _: SessionId, code: &str) -> Result<SignInStep, SignInError> {
        match code {
            "12345" => Ok(SignInStep::PasswordNeeded { hint: None }),
            _ => Err(SignInError::CodeInvalid),
        }
    }

    async fn submit_password(&self, session: SessionId, password: &SecretString) -> Result<SignedIn, SignInError> {
        match password.expose_secret() {
            "hunter2" => Ok(self.accept(session, ADA)),
            _ => Err(SignInError::PasswordInvalid),
        }
    }

    async fn qr(&self, session: SessionId, _: &ApiCredentials, _: Duration) -> Result<QrStep, SignInError> {
        if self.is_scanned.load(Ordering::SeqCst) {
            return Ok(QrStep::Scanned(SignInStep::Done(self.accept(session, ADA))));
        }
        Ok(QrStep::Show { url: "tg://login?token=x".into(), expires: DateTime::UNIX_EPOCH })
    }

    async fn import(&self, session: SessionId, _: &ApiCredentials, key: ImportedKey) -> Result<SignedIn, SignInError> {
        match key.dc {
            account @ (ADA | BOB) => Ok(self.accept(session, account)),
            _ => Err(SignInError::KeyNotAuthorised),
        }
    }

    async fn export(&self, session: SessionId) -> Result<Option<ImportedKey>, SignInError> {
        let account = self.keys.lock().unwrap().get(&session).map(|(account, _)| *account);
        Ok(account.map(super::key))
    }

    async fn log_out(&self, session: SessionId) -> Result<(), SignInError> {
        if self.is_offline.load(Ordering::SeqCst) {
            return Err(SignInError::Unavailable("offline".into()));
        }
        match self.keys.lock().unwrap().get_mut(&session) {
            Some((_, is_accepted)) if *is_accepted => {
                *is_accepted = false;
                self.log_outs.fetch_add(1, Ordering::SeqCst);
            }
            Some(_) | None => return Err(SignInError::KeyNotAuthorised),
        }
        Ok(())
    }

    async fn forget(&self, session: SessionId) -> Result<(), StoreError> {
        self.keys.lock().unwrap().remove(&session);
        Ok(())
    }
}

#[async_trait]
impl Connections for SmallTelegram {
    async fn telegram(&self, _: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Err(TelegramError::NeedsLogin { reason: "only signing in works here".into() })
    }

    async fn disconnect(&self, _: SessionId) {}

    async fn lost_login(&self) -> LostLogin {
        loop {
            if let Some(lost) = self.lost.lock().unwrap().take() {
                return lost;
            }
            self.lost_one.notified().await;
        }
    }
}
