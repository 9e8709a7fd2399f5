use telegraphist_domain::SessionId;
use telegraphist_domain::session::Awaited;

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{ApiCredentials, CodeSent};

impl Application {
    /// Starts a sign-in by phone: Telegram sends a code. Replaces a sign-in under way.
    pub async fn request_code(
        &self,
        caller: &Caller,
        session: &str,
        api: &ApiCredentials,
        phone: &str,
    ) -> Result<CodeSent, SessionError> {
        authorise(caller)?;
        let phone = digits(phone).ok_or(SessionError::NotAPhone)?;
        let id = self.find(session).await?;
        let sent = self.send_code(id, api, &phone).await;
        self.audited(Act::of(caller, id, "request_code"), sent).await
    }

    async fn send_code(&self, id: SessionId, api: &ApiCredentials, phone: &str) -> Result<CodeSent, SessionError> {
        self.start_sign_in(id, Awaited::Code, api).await?;
        Ok(self.ports().sign_in.request_code(id, api, phone).await?)
    }

    /// Notes that a sign-in is under way and keeps what it is made with. A connection from before is closed: it would
    /// go on with the login that is being replaced.
    pub(super) async fn start_sign_in(
        &self,
        id: SessionId,
        awaited: Awaited,
        api: &ApiCredentials,
    ) -> Result<(), SessionError> {
        if self.record(id, |session, at| session.start_sign_in(awaited, at)).await? {
            self.ports().connections.disconnect(id).await;
        }
        Ok(self.keep_api(id, api).await?)
    }
}

/// The digits of a phone number in international form, with or without `+`.
fn digits(phone: &str) -> Option<String> {
    let phone = phone.trim();
    let phone = phone.strip_prefix('+').or_else(|| phone.strip_prefix("00")).unwrap_or(phone);
    let digits: String = phone.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let is_number = (5..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    is_number.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_taken_as_people_write_it() {
        for written in ["+15550001234", "15550001234", "+1 (555) 000-1234", "001 555 000 1234", " +1.555.000.1234 "] {
            assert_eq!(digits(written).as_deref(), Some("15550001234"), "{written}");
        }
        for nonsense in ["", "+", "1234", "+1555000x234", "1234567890123456"] {
            assert_eq!(digits(nonsense), None, "{nonsense}");
        }
    }
}
