//! The list of what a bot can be told, beside the field to write in.

use maud::{Markup, html};

use super::face::{Icon, icon};
use crate::phone::eyes::Eyes;
use crate::phone::window::Talk;

/// The button that opens the list and the list itself; nothing where the chat is with nobody who has commands.
pub(in crate::phone) fn commands(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    let commands = talk.peer.user().map_or(&[][..], |bot| eyes.world.commands_for(bot, talk.peer, eyes.viewer, ""));
    html! {
        @if !commands.is_empty() {
            button type="button" class="icon-button" data-commands aria-haspopup="menu" title="Commands" aria-label="Commands of the bot" { (icon(Icon::Command)) }
            div class="menu commands" role="menu" popover="auto" data-commands-box aria-label="Commands of the bot" {
                @for command in commands {
                    button type="button" role="menuitem" tabindex="-1" data-say=(format!("/{}", command.command)) {
                        span class="command-about" dir="auto" { (command.description) }
                        span class="command-name" { "/" (command.command) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::tests::{ALICE, BOB, Looking};
    use crate::phone::view::{Main, Snapshot};
    use crate::phone::window::Window;
    use crate::world::peers::Peer;
    use crate::world::presenting::{Command, Scope};

    const BOT: i64 = 1101;

    fn offers(looking: &mut Looking, scope: Scope, names: &[&str]) {
        let command = |name: &&str| Command { command: (*name).to_owned(), description: format!("Says <{name}>") };
        let commands = names.iter().map(command).collect();
        let presentation = &mut looking.world.bot_mut(BOT).presentation;
        presentation.set_commands(scope, "", commands).expect("allowed");
    }

    fn beside_the_field(looking: &Looking, peer: Peer) -> String {
        let main = Main::Talk(Talk { peer, topic: None }, Window::default(), None);
        Snapshot::take(&looking.eyes(), main).part_of("commands").to_owned()
    }

    #[test]
    fn the_commands_of_the_narrowest_scope_are_listed_in_their_order() {
        let mut looking = Looking::new();
        offers(&mut looking, Scope::Default, &["everywhere"]);
        offers(&mut looking, Scope::Chat(Peer::User(ALICE)), &["status", "approve"]);
        let html = beside_the_field(&looking, Peer::User(BOT));
        let said: Vec<&str> = html.split("data-say=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(said, ["/status", "/approve"]);
        assert!(html.contains("Says &lt;status&gt;"), "{html}");
    }

    #[test]
    fn there_is_no_list_without_commands() {
        let mut looking = Looking::new();
        offers(&mut looking, Scope::Default, &[]);
        assert_eq!(beside_the_field(&looking, Peer::User(BOT)), "");
        offers(&mut looking, Scope::Default, &["help"]);
        assert_ne!(beside_the_field(&looking, Peer::User(BOT)), "");
        assert_eq!(beside_the_field(&looking, Peer::User(BOB)), "", "Bob is no bot");
    }
}
