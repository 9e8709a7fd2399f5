//! Signing in and out: by code, password, QR code, or the key of another library.
//!
//! One sign-in is under way per session; a newer one replaces it. Codes and passwords pass through and are kept nowhere.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use grammers_session::Session;
use grammers_session::types::{UpdateState, UpdatesState};
use grammers_tl_types::{self as tl, RemoteCall};
use secrecy::SecretString;
use telegraphist_application::ports::{
    ApiCredentials, CodeSent, CodeWay, ImportedKey, KnownPeer, PeerKind, QrStep, SignIn, SignInError, SignInStep,
    SignedIn, StoreError, TelegramError,
};
use telegraphist_domain::SessionId;
use tokio::sync::{Mutex, Notify};

use crate::account::Does;
use crate::call_error::CallError;
use crate::connection::Connection;
use crate::errors::{self, sign_in_failed};
use crate::mtproto::{Mtproto, locked};
use crate::peers;
use crate::storage::{self, Purpose, Storage, StorageError};
use telegraphist_application::patience::Patience;

mod password;
mod qr;

/// How long one step may take.
const STEP_MAX: Duration = Duration::from_secs(30);
/// An account can be told to live elsewhere, but not to keep moving.
const MOVES_MAX: usize = 3;

/// A sign-in under way.
pub(crate) struct Pending {
    pub(crate) connection: Arc<Connection>,
    api: ApiCredentials,
    step: Mutex<Step>,
    /// Told when Telegram says that the QR code was scanned, or may have said so.
    scanned: Arc<Notify>,
}

/// What is waited for.
enum Step {
    Nothing,
    Code { phone: String, hash: String },
    Password,
    Scan(qr::Token),
}

impl Mtproto {
    /// Starts a sign-in anew: what was connected or under way for the session ends.
    async fn begin(
        &self,
        session: SessionId,
        api: &ApiCredentials,
        purpose: Purpose,
    ) -> Result<Arc<Pending>, SignInError> {
        self.end(session).await;
        let storage = self.storage(session, purpose).await?;
        let scanned = Arc::new(Notify::new());
        let watcher = Arc::new(qr::Watcher(Arc::clone(&scanned)));
        let pending = Arc::new(Pending {
            connection: Self::connection(storage, api.id, watcher),
            api: api.clone(),
            step: Mutex::new(Step::Nothing),
            scanned,
        });
        locked(&self.pending).insert(session, Arc::clone(&pending));
        Ok(pending)
    }

    /// Ends whatever is open for a session.
    async fn end(&self, session: SessionId) {
        self.hang_up(session).await;
        let pending = locked(&self.pending).remove(&session);
        if let Some(pending) = pending {
            pending.connection.close().await;
        }
    }

    fn under_way(&self, session: SessionId) -> Result<Arc<Pending>, SignInError> {
        let pending = locked(&self.pending).get(&session).cloned();
        pending.ok_or(SignInError::NotUnderWay)
    }

    /// Remembers who signed in and where their updates stand, and gives the connection up: the account makes its own.
    async fn complete(
        &self,
        session: SessionId,
        pending: &Pending,
        user: &tl::enums::User,
    ) -> Result<SignedIn, SignInError> {
        let own = peers::of_user(user).ok_or_else(|| SignInError::Refused("Telegram gave no user".to_owned()))?;
        let own = KnownPeer { is_self: true, ..own };
        let storage = pending.connection.storage();
        storage.set_own(own.clone()).await?;
        mark_the_start(pending, storage).await?;
        self.end(session).await;
        Ok(SignedIn {
            user_id: own.id.0,
            name: own.name,
            username: own.username,
            phone: own.phone,
            is_bot: own.kind == PeerKind::Bot,
        })
    }
}

/// From here on nothing is missed: what arrives before the account's own connection is asked for by it. Where marks
/// of an earlier login of the same account are left, it goes on from those.
async fn mark_the_start(pending: &Pending, storage: &Storage) -> Result<(), SignInError> {
    let before = storage.updates_state().await.map_err(store_failed)?;
    if before != UpdatesState::default() {
        return Ok(());
    }
    let request = tl::functions::updates::GetState {};
    let tl::enums::updates::State::State(state) = pending.ask(Does::Reads, &request).await?;
    let start = UpdateState::All(UpdatesState {
        pts: state.pts,
        qts: state.qts,
        date: state.date,
        seq: state.seq,
        channels: Vec::new(),
    });
    storage.set_update_state(start).await.map_err(store_failed)
}

fn store_failed(error: StorageError) -> SignInError {
    match error {
        StorageError::Store(error) => SignInError::Store(error),
        StorageError::KeyReplaced => SignInError::KeyNotAuthorised,
    }
}

impl Pending {
    /// Asks the home, and moves with the account where Telegram says that it lives elsewhere.
    async fn ask<R: RemoteCall>(&self, does: Does, request: &R) -> Result<R::Return, SignInError> {
        self.try_ask(does, request).await.map_err(sign_in_failed)
    }

    async fn try_ask<R: RemoteCall>(&self, does: Does, request: &R) -> Result<R::Return, CallError> {
        let patience = Patience::of(STEP_MAX);
        let storage = self.connection.storage();
        let mut moves = 0;
        loop {
            let home = storage.home();
            match self.connection.ask(home, does, request, &patience).await {
                Err(CallError::Rpc(rpc)) if moves < MOVES_MAX => {
                    let Some(new) = errors::other_home_of_user(&rpc) else {
                        return Err(CallError::Rpc(rpc));
                    };
                    moves += 1;
                    storage.set_home(new).await.map_err(CallError::Store)?;
                }
                outcome => return outcome,
            }
        }
    }

    /// Asks for an authorisation. If the answer is lost, looks whether it was given.
    async fn authorise<R>(&self, request: &R) -> Result<Authorised, SignInError>
    where
        R: RemoteCall<Return = tl::enums::auth::Authorization>,
    {
        match self.try_ask(Does::Writes, request).await {
            Ok(tl::enums::auth::Authorization::Authorization(given)) => Ok(Authorised::As(Box::new(given.user))),
            Ok(tl::enums::auth::Authorization::SignUpRequired(_)) => Err(SignInError::NotRegistered),
            Err(CallError::Rpc(rpc)) if rpc.is("SESSION_PASSWORD_NEEDED") => Ok(Authorised::NotYet),
            Err(lost @ CallError::Lost(_)) => match self.own_user().await {
                Ok(user) => Ok(Authorised::As(Box::new(user))),
                Err(_) => Err(sign_in_failed(lost)),
            },
            Err(error) => Err(sign_in_failed(error)),
        }
    }

    async fn own_user(&self) -> Result<tl::enums::User, SignInError> {
        let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
        let users = self.ask(Does::Reads, &request).await?;
        users.into_iter().next().ok_or(SignInError::KeyNotAuthorised)
    }
}

/// How Telegram answers a code, a password or a scan.
enum Authorised {
    As(Box<tl::enums::User>),
    /// The account has a password.
    NotYet,
}

impl Mtproto {
    /// What comes after a code or a scan.
    async fn step_after(
        &self,
        session: SessionId,
        pending: &Pending,
        authorised: Authorised,
    ) -> Result<SignInStep, SignInError> {
        match authorised {
            Authorised::As(user) => {
                let signed_in = self.complete(session, pending, &user).await?;
                Ok(SignInStep::Done(signed_in))
            }
            Authorised::NotYet => {
                let hint = pending.password_settings().await?.hint;
                *pending.step.lock().await = Step::Password;
                Ok(SignInStep::PasswordNeeded { hint })
            }
        }
    }
}

#[async_trait]
impl SignIn for Mtproto {
    async fn request_code(
        &self,
        session: SessionId,
        api: &ApiCredentials,
        phone: &str,
    ) -> Result<CodeSent, SignInError> {
        let pending = self.begin(session, api, Purpose::SignIn).await?;
        let sent = match pending.ask(Does::Writes, &send_code(api, phone)).await? {
            tl::enums::auth::SentCode::Code(sent) => sent,
            tl::enums::auth::SentCode::Success(_) => {
                return Err(SignInError::Refused("this key is signed in already".to_owned()));
            }
            tl::enums::auth::SentCode::PaymentRequired(_) => {
                return Err(SignInError::Refused("SMS_PAYMENT_REQUIRED".to_owned()));
            }
        };
        *pending.step.lock().await = Step::Code { phone: phone.to_owned(), hash: sent.phone_code_hash };
        Ok(code_sent(&sent.r#type))
    }

    async fn submit_code(&self, session: SessionId, code: &str) -> Result<SignInStep, SignInError> {
        let pending = self.under_way(session)?;
        let request = match &*pending.step.lock().await {
            Step::Code { phone, hash } => tl::functions::auth::SignIn {
                phone_number: phone.clone(),
                phone_code_hash: hash.clone(),
                phone_code: Some(code.to_owned()),
                email_verification: None,
            },
            Step::Nothing | Step::Password | Step::Scan(_) => return Err(SignInError::NotUnderWay),
        };
        let authorised = pending.authorise(&request).await?;
        self.step_after(session, &pending, authorised).await
    }

    async fn submit_password(&self, session: SessionId, password: &SecretString) -> Result<SignedIn, SignInError> {
        let pending = self.under_way(session)?;
        if !matches!(*pending.step.lock().await, Step::Password) {
            return Err(SignInError::NotUnderWay);
        }
        let proof = pending.prove_password(password).await?;
        let request = tl::functions::auth::CheckPassword { password: proof };
        match pending.authorise(&request).await? {
            Authorised::As(user) => self.complete(session, &pending, &user).await,
            Authorised::NotYet => Err(SignInError::PasswordInvalid),
        }
    }

    async fn qr(&self, session: SessionId, api: &ApiCredentials, wait: Duration) -> Result<QrStep, SignInError> {
        let pending = match self.under_way(session) {
            Ok(pending) if pending.is_scan().await => pending,
            Ok(_) | Err(_) => self.begin(session, api, Purpose::SignIn).await?,
        };
        match pending.watch(wait, self.ports.clock.as_ref()).await? {
            qr::Seen::Token(token) => Ok(token.shown()),
            qr::Seen::Scanned(authorised) => {
                let step = self.step_after(session, &pending, authorised).await?;
                Ok(QrStep::Scanned(step))
            }
        }
    }

    async fn import(
        &self,
        session: SessionId,
        api: &ApiCredentials,
        key: ImportedKey,
    ) -> Result<SignedIn, SignInError> {
        // The key must work as it is: were another agreed on, the import would be a login of nobody.
        let pending = self.begin(session, api, Purpose::Account).await?;
        let storage = pending.connection.storage();
        let is_first = storage.own().is_none();
        storage.install(&key).await?;
        match pending.own_user().await {
            Ok(user) => self.complete(session, &pending, &user).await,
            Err(error) => {
                if is_first {
                    self.forget(session).await?;
                } else {
                    self.end(session).await;
                }
                Err(error)
            }
        }
    }

    async fn export(&self, session: SessionId) -> Result<Option<ImportedKey>, SignInError> {
        let storage = self.storage(session, Purpose::Account).await?;
        Ok(storage.is_signed_in().then(|| storage.export()).flatten())
    }

    async fn log_out(&self, session: SessionId) -> Result<(), SignInError> {
        let account = match self.account(session).await {
            Ok(account) => account,
            // Nobody is signed in, so there is nothing to tell Telegram.
            Err(TelegramError::NeedsLogin { .. }) => return Ok(()),
            Err(TelegramError::Store(error)) => return Err(SignInError::Store(error)),
            Err(error) => return Err(SignInError::Unavailable(error.into())),
        };
        let home = account.connection.storage().home();
        let patience = Patience::of(STEP_MAX);
        let request = tl::functions::auth::LogOut {};
        let outcome = account.connection.ask(home, Does::Writes, &request, &patience);
        match outcome.await {
            Ok(_) | Err(CallError::KeyUnknown) => {}
            Err(CallError::Rpc(rpc)) if errors::needs_login(&rpc) => {}
            Err(error) => return Err(sign_in_failed(error)),
        }
        self.hang_up(session).await;
        Ok(())
    }

    async fn forget(&self, session: SessionId) -> Result<(), StoreError> {
        self.end(session).await;
        storage::delete_keys(self.ports.vault.as_ref(), session).await?;
        self.ports.peers.forget(session).await
    }
}

fn send_code(api: &ApiCredentials, phone: &str) -> tl::functions::auth::SendCode {
    use secrecy::ExposeSecret;
    tl::functions::auth::SendCode {
        phone_number: phone.to_owned(),
        api_id: api.id,
        api_hash: api.hash.expose_secret().to_owned(),
        settings: tl::types::CodeSettings {
            allow_flashcall: false,
            current_number: false,
            allow_app_hash: false,
            allow_missed_call: false,
            allow_firebase: false,
            unknown_number: false,
            logout_tokens: None,
            token: None,
            app_sandbox: None,
        }
        .into(),
    }
}

fn code_sent(kind: &tl::enums::auth::SentCodeType) -> CodeSent {
    use tl::enums::auth::SentCodeType as Kind;
    let (way, digits) = match kind {
        Kind::App(app) => (CodeWay::App, Some(app.length)),
        Kind::Sms(sms) => (CodeWay::Sms, Some(sms.length)),
        Kind::FirebaseSms(sms) => (CodeWay::Sms, Some(sms.length)),
        Kind::SmsWord(_) | Kind::SmsPhrase(_) => (CodeWay::Sms, None),
        Kind::Call(call) => (CodeWay::Call, Some(call.length)),
        Kind::MissedCall(call) => (CodeWay::Call, Some(call.length)),
        Kind::FlashCall(_) => (CodeWay::Call, None),
        Kind::EmailCode(email) => (CodeWay::Email, Some(email.length)),
        Kind::SetUpEmailRequired(_) => (CodeWay::Email, None),
        Kind::FragmentSms(fragment) => (CodeWay::Other, Some(fragment.length)),
    };
    CodeSent { way, digits: digits.and_then(|digits| u32::try_from(digits).ok()) }
}
