//! What a token may do, at rest.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telegraphist_domain::{ChatId, SessionId};
use uuid::Uuid;

use super::{Form, Unreadable, form_of, tagged_of};
use crate::grants::{ChatLists, ChatPolicy, ChatRule, ChatTarget, Counted, Grants, Quota, Sessions, Verb};
use crate::operation::{Effect, Scope};
use crate::ports::Rate;

#[derive(Serialize, Deserialize)]
#[serde(tag = "name", content = "body")]
enum Forms {
    #[serde(rename = "grants/1")]
    V1(V1),
}

#[derive(Serialize, Deserialize)]
struct V1 {
    scopes: Vec<String>,
    is_read_only: bool,
    is_locked_down: bool,
    needs_approval: Vec<String>,
    quotas: Vec<QuotaV1>,
    /// All of them if left out.
    sessions: Option<Vec<Uuid>>,
    chats: Vec<ListsV1>,
}

#[derive(Serialize, Deserialize)]
struct QuotaV1 {
    of: String,
    calls: u32,
    per_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct ListsV1 {
    allow: Vec<RuleV1>,
    deny: Vec<RuleV1>,
}

#[derive(Serialize, Deserialize)]
struct RuleV1 {
    verb: Option<VerbV1>,
    target: TargetV1,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerbV1 {
    Read,
    Write,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TargetV1 {
    Chat(i64),
    Own,
    Folder(String),
}

impl Grants {
    /// Their newest form.
    pub fn form(&self) -> Form {
        form_of(&Forms::V1(V1 {
            scopes: self.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            is_read_only: self.is_read_only,
            is_locked_down: self.is_locked_down,
            needs_approval: self.needs_approval.iter().map(|effect| effect.as_str().to_owned()).collect(),
            quotas: self.quotas.iter().map(QuotaV1::of).collect(),
            sessions: match &self.sessions {
                Sessions::All => None,
                Sessions::Only(sessions) => Some(sessions.iter().map(|session| session.0).collect()),
            },
            chats: self.chats.layers().iter().map(ListsV1::of).collect(),
        }))
    }

    /// The grants of a form, of any version. A scope that is not known here was granted by a newer version, and means
    /// nothing here.
    pub fn read(form: &Form) -> Result<Self, Unreadable> {
        let Forms::V1(stored) = tagged_of(form)?;
        let effects: Option<Vec<Effect>> = stored.needs_approval.iter().map(|name| Effect::named(name)).collect();
        // An effect that would be let through because its name is not known here must not be.
        let effects = effects.unwrap_or_else(|| Effect::ALL.to_vec());
        let layers = stored.chats.into_iter().map(ListsV1::lists);
        Ok(Self {
            scopes: stored.scopes.iter().filter_map(|name| Scope::named(name)).collect(),
            is_read_only: stored.is_read_only,
            is_locked_down: stored.is_locked_down,
            needs_approval: effects.into_iter().collect(),
            quotas: stored.quotas.into_iter().map(QuotaV1::quota).collect(),
            sessions: stored.sessions.map_or(Sessions::All, |sessions| sessions.into_iter().map(SessionId).collect()),
            chats: layers
                .map(|lists| ChatPolicy::of(lists.allow, lists.deny))
                .fold(ChatPolicy::default(), |policy, layer| policy.and(&layer)),
        })
    }
}

impl QuotaV1 {
    fn of(quota: &Quota) -> Self {
        let per_ms = u64::try_from(quota.rate.per.as_millis()).unwrap_or(u64::MAX);
        Self { of: quota.of.name().to_owned(), calls: quota.rate.burst, per_ms }
    }

    fn quota(self) -> Quota {
        let rate = Rate { burst: self.calls, per: Duration::from_millis(self.per_ms) };
        Quota { of: Counted::named(&self.of), rate }
    }
}

impl ListsV1 {
    fn of(lists: &ChatLists) -> Self {
        let rules = |rules: &[ChatRule]| rules.iter().map(RuleV1::of).collect();
        Self { allow: rules(&lists.allow), deny: rules(&lists.deny) }
    }

    fn lists(self) -> ChatLists {
        let rules = |rules: Vec<RuleV1>| rules.into_iter().map(RuleV1::rule).collect();
        ChatLists { allow: rules(self.allow), deny: rules(self.deny) }
    }
}

impl RuleV1 {
    fn of(rule: &ChatRule) -> Self {
        let verb = rule.verb.map(|verb| match verb {
            Verb::Read => VerbV1::Read,
            Verb::Write => VerbV1::Write,
        });
        let target = match &rule.target {
            ChatTarget::Chat(chat) => TargetV1::Chat(chat.0),
            ChatTarget::Own => TargetV1::Own,
            ChatTarget::Folder(name) => TargetV1::Folder(name.to_string()),
        };
        Self { verb, target }
    }

    fn rule(self) -> ChatRule {
        let verb = self.verb.map(|verb| match verb {
            VerbV1::Read => Verb::Read,
            VerbV1::Write => Verb::Write,
        });
        let target = match self.target {
            TargetV1::Chat(chat) => ChatTarget::Chat(ChatId(chat)),
            TargetV1::Own => ChatTarget::Own,
            TargetV1::Folder(name) => ChatTarget::Folder(name.into()),
        };
        ChatRule { verb, target }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_of_grants_stays_as_it_is() {
        let allow = vec![
            ChatRule { verb: None, target: ChatTarget::Chat(ChatId(-42)) },
            ChatRule { verb: Some(Verb::Read), target: ChatTarget::Folder("Work".into()) },
        ];
        let deny = vec![ChatRule { verb: Some(Verb::Write), target: ChatTarget::Own }];
        let grants = Grants {
            scopes: [Scope::ChatsRead, Scope::NotifySend].into_iter().collect(),
            is_locked_down: true,
            needs_approval: [Effect::Writes, Effect::Destroys].into_iter().collect(),
            quotas: ["calls=100/m", "send=20/h"].map(|quota| quota.parse().unwrap()).into(),
            sessions: [SessionId(Uuid::from_u128(7))].into_iter().collect(),
            chats: ChatPolicy::of(allow, deny),
            ..Grants::everything()
        };
        let form = grants.form();
        assert_eq!(form.name, "grants/1");
        insta::assert_snapshot!(String::from_utf8(form.body.clone()).unwrap());
        assert_eq!(Grants::read(&form).unwrap(), grants);
        assert_eq!(Grants::read(&Grants::everything().form()).unwrap(), Grants::everything());
    }

    #[test]
    fn what_a_newer_version_granted_is_not_granted_here() {
        let body = br#"{"scopes":["chats:read","moon:land"],"is_read_only":false,"is_locked_down":false,
            "needs_approval":["teleports"],"quotas":[],"sessions":[],"chats":[]}"#;
        let grants = Grants::read(&Form { name: "grants/1".into(), body: body.to_vec() }).unwrap();
        assert_eq!(grants.scopes.iter().collect::<Vec<_>>(), [Scope::ChatsRead]);
        assert!(Effect::ALL.iter().all(|effect| grants.needs_approval.contains(*effect)));
        assert_eq!(grants.sessions, Sessions::from_iter([]));
    }
}
