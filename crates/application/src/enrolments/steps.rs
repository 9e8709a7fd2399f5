//! What the person at the page does, each step through the use case that a terminal goes through, too.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::book::{CODES_MAX, Enrolment, TRIES_MAX};
use super::view::masked;
use super::{EnrolmentEnd, EnrolmentError, EnrolmentStage};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{ApiCredentials, BucketKey, QrStep, Rate, SignInError, SignInStep, SignedIn, Verdict};
use crate::sessions::SessionError;

/// Numbers, codes and passwords of all enrolments together.
const ALL: Rate = Rate { burst: 100, per: Duration::from_mins(15) };

/// What a step acts with.
struct Turn {
    by: Caller,
    session: String,
    api: Arc<ApiCredentials>,
}

impl Application {
    /// Has Telegram send a code to a phone.
    pub async fn enrol_by_phone(&self, key: &str, phone: &str) -> Result<(), EnrolmentError> {
        self.check_crowd().await?;
        let turn = self
            .turn(key, |one| match one.stage {
                EnrolmentStage::Choosing | EnrolmentStage::Code { .. } | EnrolmentStage::Qr { .. } => {
                    spend(&mut one.codes, CODES_MAX)
                }
                EnrolmentStage::Password { .. } | EnrolmentStage::Ended(_) => Err(EnrolmentError::OutOfTurn),
            })
            .await?;
        self.ensure_session(&turn.by, &turn.session).await?;
        let sent = self.request_code(&turn.by, &turn.session, &turn.api, phone).await?;
        let stage = EnrolmentStage::Code { phone: masked(phone), way: sent.way, digits: sent.digits };
        self.go_on(key, |now| is_before_the_password(now).then_some(stage))
    }

    /// Tries a code. It comes to its end even if the page is gone: Telegram may have taken the code.
    pub async fn enrol_with_code(&self, key: &str, code: String) -> Result<(), EnrolmentError> {
        self.check_crowd().await?;
        let turn = self
            .turn(key, |one| match one.stage {
                EnrolmentStage::Code { .. } => spend(&mut one.tries, TRIES_MAX),
                EnrolmentStage::Choosing
                | EnrolmentStage::Qr { .. }
                | EnrolmentStage::Password { .. }
                | EnrolmentStage::Ended(_) => Err(EnrolmentError::OutOfTurn),
            })
            .await?;
        let (app, key) = (self.clone(), key.to_owned());
        self.to_its_end(async move {
            let step = app.submit_code(&turn.by, &turn.session, &code).await;
            app.settle(&key, &turn, step).await
        })
        .await
    }

    /// Tries the account's password; comes to its end like a code.
    pub async fn enrol_with_password(&self, key: &str, password: SecretString) -> Result<(), EnrolmentError> {
        self.check_crowd().await?;
        let turn = self
            .turn(key, |one| match one.stage {
                EnrolmentStage::Password { .. } => spend(&mut one.tries, TRIES_MAX),
                EnrolmentStage::Choosing
                | EnrolmentStage::Qr { .. }
                | EnrolmentStage::Code { .. }
                | EnrolmentStage::Ended(_) => Err(EnrolmentError::OutOfTurn),
            })
            .await?;
        let (app, key) = (self.clone(), key.to_owned());
        self.to_its_end(async move {
            let step = app.submit_password(&turn.by, &turn.session, &password).await.map(SignInStep::Done);
            app.settle(&key, &turn, step).await
        })
        .await
    }

    /// Starts or goes on with a QR code; returns when something changed, or after `wait`.
    pub async fn enrol_by_qr(&self, key: &str, wait: Duration) -> Result<(), EnrolmentError> {
        let turn = self
            .turn(key, |one| match one.stage {
                EnrolmentStage::Choosing | EnrolmentStage::Code { .. } | EnrolmentStage::Qr { .. } => Ok(()),
                EnrolmentStage::Password { .. } | EnrolmentStage::Ended(_) => Err(EnrolmentError::OutOfTurn),
            })
            .await?;
        self.ensure_session(&turn.by, &turn.session).await?;
        // Nothing is lost where the page goes: the scan is found by whoever looks next.
        match self.sign_in_by_qr(&turn.by, &turn.session, &turn.api, wait).await {
            Ok(QrStep::Show { url, expires }) => {
                self.go_on(key, |now| is_before_the_password(now).then_some(EnrolmentStage::Qr { url, expires }))
            }
            Ok(QrStep::Scanned(step)) => self.settle(key, &turn, Ok(step)).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Back to the choice between phone and QR code.
    pub fn enrol_otherwise(&self, key: &str) -> Result<(), EnrolmentError> {
        self.go_on(key, |now| (!matches!(now, EnrolmentStage::Ended(_))).then_some(EnrolmentStage::Choosing))
    }

    async fn check_crowd(&self) -> Result<(), EnrolmentError> {
        let bucket = (BucketKey("enrolment".to_owned()), ALL);
        match self.ports().limiter.acquire(&[bucket], 1, self.ports().clock.now()).await? {
            Verdict::Go => Ok(()),
            Verdict::Wait { time, .. } => Err(EnrolmentError::Busy(time)),
        }
    }

    /// Counts the try before it is made, so that many at once are no more than one after the other.
    async fn turn(
        &self,
        key: &str,
        allow: impl FnOnce(&mut Enrolment) -> Result<(), EnrolmentError>,
    ) -> Result<Turn, EnrolmentError> {
        let now = self.ports().clock.now();
        let (turn, refused) = self.inner.enrolments.with(&self.hash_of_page(key), now, |one| {
            let refused = match allow(one) {
                Ok(()) => None,
                Err(refused @ EnrolmentError::TooManyTries) => {
                    one.end(EnrolmentEnd::TooManyTries);
                    Some(refused)
                }
                Err(refused) => return Err(refused),
            };
            Ok((Turn { by: one.by.clone(), session: one.session.clone(), api: Arc::clone(&one.api) }, refused))
        })?;
        let Some(refused) = refused else { return Ok(turn) };
        let outcome = EnrolmentEnd::TooManyTries.outcome();
        self.note_act(&turn.by.principal, "end_enrolment", &turn.session, outcome).await;
        Err(refused)
    }

    /// Moves to another stage, if the one it is in allows it.
    fn go_on(
        &self,
        key: &str,
        next: impl FnOnce(&EnrolmentStage) -> Option<EnrolmentStage>,
    ) -> Result<(), EnrolmentError> {
        self.inner.enrolments.with(&self.hash_of_page(key), self.ports().clock.now(), |one| {
            if let Some(stage) = next(&one.stage) {
                one.stage = stage;
            }
            Ok(())
        })
    }

    /// Writes down what became of a try.
    async fn settle(
        &self,
        key: &str,
        turn: &Turn,
        step: Result<SignInStep, SessionError>,
    ) -> Result<(), EnrolmentError> {
        let settled = self.inner.enrolments.with(&self.hash_of_page(key), self.ports().clock.now(), |one| {
            let is_over = matches!(one.stage, EnrolmentStage::Ended(_));
            match step {
                // Also where another try was one too many meanwhile: they are signed in.
                Ok(SignInStep::Done(who)) => Ok(Settled::Ended(EnrolmentEnd::SignedIn { account: shown(&who) }, one)),
                _ if is_over => Err(EnrolmentError::TooManyTries),
                Ok(SignInStep::PasswordNeeded { hint }) => {
                    one.stage = EnrolmentStage::Password { hint };
                    Ok(Settled::GoesOn)
                }
                Err(error) if !is_wrong(&error) => {
                    // Nothing was tried.
                    one.tries = one.tries.saturating_sub(1);
                    if has_to_start_again(&error) {
                        one.stage = EnrolmentStage::Choosing;
                    }
                    Err(error.into())
                }
                Err(_) if one.tries >= TRIES_MAX => Ok(Settled::Ended(EnrolmentEnd::TooManyTries, one)),
                Err(error) => Err(error.into()),
            }
            .map(Settled::carried_out)
        })?;
        let Some(end) = settled else { return Ok(()) };
        self.note_act(&turn.by.principal, "end_enrolment", &turn.session, end.outcome()).await;
        if end == EnrolmentEnd::TooManyTries { Err(EnrolmentError::TooManyTries) } else { Ok(()) }
    }

    async fn to_its_end(
        &self,
        step: impl Future<Output = Result<(), EnrolmentError>> + Send + 'static,
    ) -> Result<(), EnrolmentError> {
        self.inner.writes.spawn(step).await.expect("a step of a sign-in does not panic")
    }
}

enum Settled<'a> {
    GoesOn,
    Ended(EnrolmentEnd, &'a mut Enrolment),
}

impl Settled<'_> {
    fn carried_out(self) -> Option<EnrolmentEnd> {
        match self {
            Self::GoesOn => None,
            Self::Ended(end, one) => {
                one.end(end.clone());
                Some(end)
            }
        }
    }
}

/// What may still become a code that was sent, or is shown.
fn is_before_the_password(stage: &EnrolmentStage) -> bool {
    !matches!(stage, EnrolmentStage::Password { .. } | EnrolmentStage::Ended(_))
}

fn spend(spent: &mut u32, most: u32) -> Result<(), EnrolmentError> {
    if *spent >= most {
        return Err(EnrolmentError::TooManyTries);
    }
    *spent += 1;
    Ok(())
}

fn is_wrong(error: &SessionError) -> bool {
    matches!(error, SessionError::SignIn(SignInError::CodeInvalid | SignInError::PasswordInvalid))
}

fn has_to_start_again(error: &SessionError) -> bool {
    matches!(error, SessionError::SignIn(SignInError::CodeExpired | SignInError::NotUnderWay))
}

fn shown(who: &SignedIn) -> String {
    let public = who.username.as_ref().map(|username| format!(" (@{username})")).unwrap_or_default();
    format!("{}{public}", who.name)
}
