use telegraphist_application::ports::KnownPeer;
use telegraphist_application::text::Foreign;
use telegraphist_application::views::ChatBrief;

/// A remembered peer, as little as names it.
pub(crate) fn brief_of(peer: &KnownPeer) -> ChatBrief {
    ChatBrief { id: peer.id.to_string(), title: Foreign::new(peer.name.clone()), username: peer.username.clone() }
}
