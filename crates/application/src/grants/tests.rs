use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use telegraphist_domain::{ChatId, SessionId};
use uuid::Uuid;

use super::*;
use crate::operation::Class;
use crate::operation::Toolset;

fn rule() -> impl Strategy<Value = ChatRule> {
    let target = prop_oneof![
        (1..6_i64).prop_map(|id| ChatTarget::Chat(ChatId(id))),
        Just(ChatTarget::Own),
        "[ab]".prop_map(|name| ChatTarget::Folder(name.as_str().into())),
    ];
    let verb = option::of(prop_oneof![Just(Verb::Read), Just(Verb::Write)]);
    (verb, target).prop_map(|(verb, target)| ChatRule { verb, target })
}

fn policy() -> impl Strategy<Value = ChatPolicy> {
    (vec(rule(), 0..3), vec(rule(), 0..3)).prop_map(|(allow, deny)| ChatPolicy::of(allow, deny))
}

fn quota() -> impl Strategy<Value = Quota> {
    ("(calls|send|get_me)", 1..9_u32, "[smhd]")
        .prop_map(|(of, calls, unit)| format!("{of}={calls}/{unit}").parse().expect("a quota"))
}

fn session(number: u8) -> SessionId {
    SessionId(Uuid::from_u128(u128::from(number)))
}

fn grants() -> impl Strategy<Value = Grants> {
    let scopes = vec(proptest::sample::select(Scope::ALL), 0..6);
    let effects = vec(proptest::sample::select(Effect::ALL), 0..3);
    let sessions = option::of(vec(0..4_u8, 0..4));
    (scopes, any::<[bool; 2]>(), effects, vec(quota(), 0..3), sessions, policy()).prop_map(
        |(scopes, [is_read_only, is_locked_down], effects, quotas, sessions, chats)| Grants {
            scopes: scopes.into_iter().collect(),
            is_read_only,
            is_locked_down,
            needs_approval: effects.into_iter().collect(),
            quotas: quotas.into(),
            sessions: sessions.map_or(Sessions::All, |sessions| sessions.into_iter().map(session).collect()),
            chats,
        },
    )
}

/// Everything that anybody could want to do in a small world.
fn wishes() -> impl Iterator<Item = (Facts, SessionId, Verb, ChatId, bool, Vec<Arc<str>>)> {
    let facts = Scope::ALL.iter().flat_map(|scope| Effect::ALL.iter().map(|effect| facts(*scope, *effect)));
    facts.flat_map(|facts| {
        (0..4_u8).flat_map(move |number| {
            [Verb::Read, Verb::Write].into_iter().flat_map(move |verb| {
                (1..6_i64).map(move |chat| {
                    let folders = ["a", "b"].into_iter().take(chat as usize % 3).map(Into::into).collect();
                    (facts, session(number), verb, ChatId(chat), chat == 5, folders)
                })
            })
        })
    })
}

fn facts(scope: Scope, effect: Effect) -> Facts {
    Facts {
        name: "get_me",
        title: "",
        toolset: Toolset::Account,
        effect,
        scope,
        class: Class::Send,
        is_idempotent: false,
        is_keyed: false,
    }
}

/// Each limit by itself: a limit that this version does not keep would close everything, and hide the others.
fn permit(grants: &Grants, facts: &Facts, session: SessionId, verb: Verb, place: Place<'_>) -> bool {
    let Grants { scopes, is_read_only, sessions, .. } = grants.clone();
    let kept = Grants { scopes, is_read_only, sessions, ..Grants::everything() };
    kept.offer(facts) && grants.sessions.contains(session) && grants.chats.permits(verb, place)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn narrowing_permits_exactly_what_both_permit(one in grants(), two in grants()) {
        let both = one.clone().narrowed(&two);
        for (facts, session, verb, chat, is_own, folders) in wishes() {
            let place = Place { chat, is_own, folders: &folders };
            let expected = permit(&one, &facts, session, verb, place) && permit(&two, &facts, session, verb, place);
            prop_assert_eq!(permit(&both, &facts, session, verb, place), expected);
        }
        for grants in [&one, &two] {
            prop_assert!(grants.needs_approval.iter().all(|effect| both.needs_approval.contains(effect)));
            prop_assert!(grants.quotas.iter().all(|quota| both.quotas.contains(quota)));
            prop_assert!(both.is_locked_down || !grants.is_locked_down);
        }
        prop_assert_eq!(both.clone().narrowed(&one), both);
    }

    #[test]
    fn the_owner_is_narrowed_to_what_is_asked(one in grants()) {
        prop_assert_eq!(Grants::everything().narrowed(&one), one.clone());
        prop_assert_eq!(one.clone().narrowed(&Grants::everything()), one);
    }

    #[test]
    fn what_is_denied_is_denied_whatever_is_allowed(allow in vec(rule(), 0..4), deny in vec(rule(), 0..4)) {
        let policy = ChatPolicy::of(allow.clone(), deny.clone());
        for (_, _, verb, chat, is_own, folders) in wishes() {
            let place = Place { chat, is_own, folders: &folders };
            let only = |rules: &[ChatRule]| !rules.is_empty() && ChatPolicy::of(rules.to_vec(), Vec::new()).permits(verb, place);
            let expected = !only(&deny) && (allow.is_empty() || only(&allow));
            prop_assert_eq!(policy.permits(verb, place), expected);
        }
    }

    #[test]
    fn grants_survive_being_stored(one in grants()) {
        prop_assert_eq!(Grants::read(&one.form()).expect("just written"), one);
    }
}

#[test]
fn rules_are_written_as_they_are_read() {
    for text in ["@news", "read:-100123", "write:me", "folder:Work: home", "read:folder:Family", "https://t.me/c/1/2"] {
        let rule: ChatRule<String> = text.parse().expect("a rule");
        assert_eq!(rule.to_string(), text);
    }
    for text in ["", "read:", "folder:", "write: "] {
        assert_eq!(text.parse::<ChatRule<String>>(), Err(NotAChatRule), "{text}");
    }
    for text in ["", "send", "send=0/m", "send=5", "send=5/y", "=5/m"] {
        assert_eq!(text.parse::<Quota>(), Err(NotAQuota), "{text}");
    }
}

#[test]
fn every_scope_has_a_bit_of_its_own() {
    assert_eq!(Scopes::all().iter().count(), Scope::ALL.len());
    for scope in Scope::ALL {
        assert_eq!(Scopes::from_iter([*scope]).iter().collect::<Vec<_>>(), [*scope]);
    }
}
