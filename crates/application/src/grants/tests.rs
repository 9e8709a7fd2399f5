use std::collections::HashSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use telegraphist_domain::{ChatId, SessionId};
use uuid::Uuid;

use super::*;
use crate::operation::Class;
use crate::operation::Toolset;
use crate::ports::PeerKind;

fn rule() -> impl Strategy<Value = ChatRule> {
    let target = prop_oneof![
        (1..6_i64).prop_map(|id| ChatTarget::Chat(ChatId(id))),
        Just(ChatTarget::Own),
        "[abc]".prop_map(|name| ChatTarget::Folder(name.as_str().into())),
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
            quotas: quotas::both(&quotas.into(), &Arc::default()),
            sessions: sessions.map_or(Sessions::All, |sessions| sessions.into_iter().map(session).collect()),
            chats,
        },
    )
}

/// A small world: folder `a` holds 1 and, by kind, all groups but 2; folder `b` holds channels, 3 by name, and nothing
/// that is read.
fn circle() -> Circle {
    let a = Folder {
        title: " A".into(),
        named: [ChatId(1)].into(),
        left_out: [ChatId(2)].into(),
        kinds: FolderKinds { groups: true, ..FolderKinds::default() },
        is_fleeting: false,
    };
    let b = Folder {
        title: "b".into(),
        named: [ChatId(3)].into(),
        left_out: HashSet::new(),
        kinds: FolderKinds { channels: true, ..FolderKinds::default() },
        is_fleeting: true,
    };
    Circle { folders: vec![a, b], ..Circle::default() }
}

fn places() -> impl Iterator<Item = Place> {
    let kinds = [PeerKind::User, PeerKind::Group, PeerKind::Channel];
    (1..6_i64).flat_map(move |chat| kinds.map(|kind| Place { chat: ChatId(chat), kind, is_own: chat == 5 }))
}

/// Everything that anybody could want to do in the small world.
fn wishes() -> impl Iterator<Item = (Facts, SessionId, Verb, Place)> {
    let facts = Scope::ALL.iter().flat_map(|scope| Effect::ALL.iter().map(|effect| facts(*scope, *effect)));
    facts.flat_map(|facts| {
        (0..4_u8).flat_map(move |number| {
            let verbs = [Verb::Read, Verb::Write].into_iter();
            verbs.flat_map(move |verb| places().map(move |place| (facts, session(number), verb, place)))
        })
    })
}

/// Written again in another way: what each folder of the small world holds, case by case.
fn holds(rule: &ChatRule, verb: Verb, place: Place) -> Membership {
    if rule.verb.is_some_and(|meant| meant != verb) {
        return Membership::Out;
    }
    let is_it = match &rule.target {
        ChatTarget::Chat(chat) => *chat == place.chat,
        ChatTarget::Own => place.chat == ChatId(5),
        ChatTarget::Folder(name) => match (&**name, place.chat.0, place.kind) {
            ("a", 1, _) | ("b", 3, _) => true,
            ("a", id, PeerKind::Group) => id != 2,
            ("b", _, PeerKind::Channel) | ("c", ..) => return Membership::Perhaps,
            _ => false,
        },
    };
    if is_it { Membership::In } else { Membership::Out }
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

fn permit(grants: &Grants, facts: &Facts, session: SessionId, verb: Verb, place: Place) -> bool {
    grants.offer(facts) && grants.sessions.contains(session) && grants.chats.permits(verb, place, &circle())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn narrowing_permits_exactly_what_both_permit(one in grants(), two in grants()) {
        let both = one.clone().narrowed(&two);
        for (facts, session, verb, place) in wishes() {
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
        let circle = circle();
        let policy = ChatPolicy::of(allow.clone(), deny.clone());
        for verb in [Verb::Read, Verb::Write] {
            for place in places() {
                let any = |rules: &[ChatRule], least| rules.iter().any(|rule| holds(rule, verb, place) >= least);
                let is_denied = any(&deny, Membership::Perhaps);
                let expected = !is_denied && (allow.is_empty() || any(&allow, Membership::In));
                prop_assert_eq!(policy.permits(verb, place, &circle), expected);
            }
        }
    }

    #[test]
    fn what_is_not_known_opens_nothing(policy in policy()) {
        for place in places() {
            for verb in [Verb::Read, Verb::Write] {
                let is_open = policy.permits(verb, place, &Circle::default());
                prop_assert!(!is_open || policy.permits(verb, place, &circle()));
            }
        }
    }

    #[test]
    fn grants_survive_being_stored(one in grants()) {
        prop_assert_eq!(Grants::read(&one.form()).expect("just written"), one);
    }
}

#[test]
fn rules_are_written_as_they_are_read() {
    for text in [
        "@news",
        "read:-100123",
        "write:me",
        "folder:Work: home",
        "read:folder:Family",
        "https://t.me/c/1/2",
        "write:@news",
    ] {
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
