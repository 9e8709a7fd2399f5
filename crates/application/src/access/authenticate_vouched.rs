use telegraphist_domain::SessionId;

use super::admission::{Admission, AdmissionRule, Vouched};
use super::authenticate::{Because, Unauthenticated};
use crate::application::Application;
use crate::caller::Caller;
use crate::grants::{Grants, Sessions};
use crate::ports::StoreError;
use crate::security::NotLetIn;

/// The longest part of a subject's name that a principal shows.
const SHOWN_MAX: usize = 40;

impl Application {
    /// Who calls with a token of somebody else's, which was checked: what its scopes and the operator's rules both allow.
    pub async fn authenticate_vouched(
        &self,
        admission: &Admission,
        vouched: &Vouched,
    ) -> Result<Caller, Unauthenticated> {
        let principal = principal_of(vouched);
        let Some(rule) = admission.rule(vouched) else {
            return Err(self.turn_away(&principal, "", Because::Unmapped).await);
        };
        let grants = Grants {
            scopes: admission.scopes(&vouched.scopes),
            is_read_only: rule.is_read_only,
            sessions: self.sessions_of(rule).await?,
            chats: rule.chats.clone(),
            ..Grants::everything()
        };
        Ok(Caller { principal, grants })
    }

    /// Notes that a token of somebody else's does not count.
    pub async fn refuse_foreign(&self, why: NotLetIn) -> Unauthenticated {
        self.turn_away(super::authenticate::NOBODY, "", Because::Foreign(why)).await
    }

    /// The sessions that are there. One that a rule names and nobody has is not there yet, or not any more.
    async fn sessions_of(&self, rule: &AdmissionRule) -> Result<Sessions, StoreError> {
        let Some(names) = &rule.sessions else { return Ok(Sessions::All) };
        let mut ids = Vec::new();
        for name in names {
            let view = self.ports().views.session(name).await?;
            ids.extend(view.and_then(|view| view.id.parse::<SessionId>().ok()));
        }
        Ok(ids.into_iter().collect())
    }
}

/// Whose the budgets, keys and audit rows are: as much of the subject's name as is fit to be shown, and a hash of issuer and
/// name that no other subject has.
fn principal_of(vouched: &Vouched) -> String {
    use sha2::Digest as _;

    let mut hash = sha2::Sha256::new();
    hash.update(vouched.issuer.as_bytes());
    hash.update([0]);
    hash.update(vouched.subject.as_bytes());
    let hash = hex::encode(&hash.finalize()[..8]);
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '|');
    let shown: String = vouched.subject.chars().filter(is_plain).take(SHOWN_MAX).collect();
    // A name of digits may be a phone number.
    let is_a_word = shown.chars().any(|letter| letter.is_ascii_alphabetic());
    if is_a_word { format!("oauth:{shown}.{hash}") } else { format!("oauth:{hash}") }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::access::AdmissionRule;
    use crate::grants::{ChatPolicy, Scopes};
    use crate::operation::Scope;
    use crate::stage::Stage;

    fn alice(scopes: &[&str]) -> Vouched {
        let claims = Map::from_iter([("sub".to_owned(), "alice".into())]);
        let scopes = scopes.iter().map(ToString::to_string).collect();
        Vouched { issuer: "https://id.example".into(), subject: "alice".into(), scopes, claims }
    }

    fn rule(sessions: Option<&[&str]>) -> AdmissionRule {
        AdmissionRule {
            claim: "sub".into(),
            value: "alice".into(),
            sessions: sessions.map(|names| names.iter().map(ToString::to_string).collect()),
            is_read_only: true,
            chats: ChatPolicy::default(),
        }
    }

    #[tokio::test]
    async fn a_subject_gets_what_its_scopes_and_its_rule_both_allow() {
        let stage = Stage::new().await;
        let view = stage.app.ports().views.sessions().await.expect("memory").remove(0);
        let admission = Admission { names: Vec::new(), rules: vec![rule(Some(&[&view.name, "not-there"]))] };
        let caller =
            stage.app.authenticate_vouched(&admission, &alice(&["messages:read", "openid"])).await.expect("a caller");
        assert_eq!(caller.grants.scopes, Scopes::from_iter([Scope::MessagesRead]));
        assert_eq!(caller.grants.sessions, Sessions::from_iter([view.id.parse().expect("an id")]));
        assert!(caller.grants.is_read_only);
        assert!(caller.principal.starts_with("oauth:alice."), "{}", caller.principal);
    }

    #[tokio::test]
    async fn a_subject_that_no_rule_names_gets_nothing_and_leaves_a_row() {
        let stage = Stage::new().await;
        let admission = Admission::default();
        let refused = stage.app.authenticate_vouched(&admission, &alice(&["admin"])).await;
        assert!(matches!(refused, Err(Unauthenticated::Refused(NotLetIn::Unmapped))));
        let rows = stage.app.ports().audit.rows(1, 100).await.expect("memory");
        let row = rows.last().expect("a row");
        assert_eq!((row.entry.operation.as_str(), row.entry.outcome.as_str()), ("sign_in", "unmapped"));
    }

    #[test]
    fn a_principal_is_one_subject_of_one_issuer_and_shows_no_phone_number() {
        let of = |issuer: &str, subject: &str| {
            principal_of(&Vouched { issuer: issuer.into(), subject: subject.into(), ..alice(&[]) })
        };
        assert_ne!(of("https://a", "alice"), of("https://b", "alice"));
        assert_ne!(of("https://a", "al\nice"), of("https://a", "alice"));
        assert!(!of("https://a", "+49 170 1234567").contains("170"));
        assert!(of("https://a", &"x".repeat(9_000)).len() < 80);
    }
}
