//! Messages that a bot is still writing. They stand at the end of a conversation and grow while one looks, until a message takes their place or
//! nothing has been added for a while.

use grammers_tl_types as tl;
use maud::{Markup, html};
use tl::enums::SendMessageAction;

use super::Item;
use super::rich::rich;
use super::words::words;
use crate::phone::eyes::Eyes;
use crate::phone::window::Talk;

/// What is being written in a conversation, each as one unit.
pub(in crate::phone) fn growing(eyes: &Eyes<'_>, talk: Talk) -> Vec<Item> {
    let seen = eyes.signs.seen(eyes.viewer, talk.peer, eyes.world.clock.millis());
    let here = seen.filter(|sign| talk.topic.is_none() || sign.topic == talk.topic);
    here.filter_map(|sign| {
        let (id, written) = written(eyes, &sign.action)?;
        let key = format!("w{}-{id}", sign.by);
        let drawn = unit(&key, &written);
        Some(Item::new(key, drawn))
    })
    .collect()
}

/// The number of a draft, and what it holds so far.
fn written(eyes: &Eyes<'_>, action: &SendMessageAction) -> Option<(i64, Markup)> {
    match action {
        SendMessageAction::SendMessageTextDraftAction(draft) => {
            let tl::enums::TextWithEntities::Entities(text) = &draft.text;
            let shown = html! {
                @if text.text.is_empty() {
                    p class="thinking" { "Thinking…" }
                } @else {
                    div class="words" dir="auto" { (words(eyes, &text.text, &text.entities)) }
                }
            };
            Some((draft.random_id, shown))
        }
        SendMessageAction::SendMessageRichMessageDraftAction(draft) => {
            let tl::enums::RichMessage::Message(written) = &draft.rich_message;
            Some((draft.random_id, rich(eyes, None, written)))
        }
        _ => None,
    }
}

fn unit(key: &str, written: &Markup) -> Markup {
    html! {
        li class="unit growing in" data-key=(key) aria-busy="true" {
            div class="body" {
                div class="bubble" {
                    (written)
                    div class="meta" { span class="typing" { "writing" span class="dots" aria-hidden="true" { "…" } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::phone::tests::{ALICE, Looking};
    use crate::world::peers::Peer;
    use crate::world::posting::Draft;
    use crate::world::telling::Cause;

    const BOT: i64 = 1101;
    const CHAT: Talk = Talk { peer: Peer::User(BOT), topic: None };

    fn writes(looking: &mut Looking, random_id: i64, text: &str) {
        let bold = tl::types::MessageEntityBold { offset: 0, length: 3 };
        let text = tl::types::TextWithEntities { text: text.to_owned(), entities: vec![bold.into()] };
        let draft = tl::types::SendMessageTextDraftAction {
            can_stop: false,
            keep_on_stop: false,
            random_id,
            text: text.into(),
        };
        looking.world.show_typing(&Cause::by(BOT), Peer::User(ALICE), None, &draft.into());
        looking.notice();
    }

    fn started() -> Looking {
        let mut looking = Looking::new();
        looking.world.watchers = 1;
        looking.world.start_bot(&Cause::by(ALICE), BOT, "").expect("allowed");
        looking
    }

    #[test]
    fn what_a_bot_writes_grows_and_becomes_a_message() {
        let mut looking = started();
        writes(&mut looking, 7, "");
        let first = growing(&looking.eyes(), CHAT);
        assert!(first[0].html.contains("Thinking…"), "{}", first[0].html);
        writes(&mut looking, 7, "one <two>");
        let second = growing(&looking.eyes(), CHAT);
        assert!(second[0].html.contains("<b>one</b> &lt;two&gt;"), "{}", second[0].html);
        assert_eq!((second.len(), &second[0].key), (1, &first[0].key), "the same unit has grown");
        looking.post(BOT, Peer::User(ALICE), Draft::text("one two three"));
        looking.notice();
        assert!(growing(&looking.eyes(), CHAT).is_empty());
    }

    #[test]
    fn what_is_not_gone_on_with_goes_away() {
        let mut looking = started();
        writes(&mut looking, 7, "half a sen");
        looking.world.clock.advance(Duration::from_secs(10));
        assert_eq!(growing(&looking.eyes(), CHAT).len(), 1);
        looking.world.clock.advance(Duration::from_secs(21));
        assert!(growing(&looking.eyes(), CHAT).is_empty());
    }

    #[test]
    fn typing_does_not_take_the_place_of_what_is_written() {
        let mut looking = started();
        writes(&mut looking, 7, "half a sentence");
        let typing = SendMessageAction::SendMessageTypingAction;
        looking.world.show_typing(&Cause::by(BOT), Peer::User(ALICE), None, &typing);
        looking.notice();
        assert_eq!(growing(&looking.eyes(), CHAT).len(), 1);
        assert_eq!(super::super::head::signs(&looking.eyes(), CHAT).as_deref(), Some("typing…"));
    }
}
