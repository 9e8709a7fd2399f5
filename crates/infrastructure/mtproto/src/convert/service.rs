//! Service messages as short English lines: what happened, without who did it.

use grammers_tl_types as tl;
use telegraphist_application::text::Foreign;

use super::{Directory, moment};

/// What happened. Names and titles inside are other people's words: quoted, and made safe to show.
pub(super) fn line(action: &tl::enums::MessageAction, directory: &Directory<'_>, reply_to: Option<i32>) -> String {
    use tl::enums::MessageAction as Action;
    match action {
        Action::ChatCreate(action) => format!("created the group {}", quoted(&action.title)),
        Action::ChannelCreate(action) => format!("created {}", quoted(&action.title)),
        Action::ChatEditTitle(action) => format!("changed the title to {}", quoted(&action.title)),
        Action::ChatEditPhoto(_) => "changed the picture".into(),
        Action::ChatDeletePhoto => "removed the picture".into(),
        Action::ChatAddUser(action) => format!("added {}", names(&action.users, directory)),
        Action::ChatDeleteUser(action) => format!("removed {}", names(&[action.user_id], directory)),
        Action::ChatJoinedByLink(_) => "joined by an invitation link".into(),
        Action::ChatJoinedByRequest => "was let in on request".into(),
        Action::ChatJoinedViaCommunity(_) => "joined through a community".into(),
        Action::ChatMigrateTo(action) => format!(
            "turned the group into the supergroup {}",
            telegraphist_domain::ChatId::of_channel(action.channel_id)
        ),
        Action::ChannelMigrateFrom(action) => {
            format!("was the group {} before", quoted(&action.title))
        }
        Action::PinMessage => match reply_to {
            Some(id) => format!("pinned message {id}"),
            None => "pinned a message".into(),
        },
        Action::HistoryClear => "cleared the history".into(),
        Action::TopicCreate(action) => format!("created the topic {}", quoted(&action.title)),
        Action::TopicEdit(action) => topic_edit(action),
        Action::PhoneCall(action) => call("called", action.duration),
        Action::ConferenceCall(action) => call("held a conference call", action.duration),
        Action::GroupCall(action) => call("held a group call", action.duration),
        Action::GroupCallScheduled(action) => {
            format!("scheduled a group call for {}", moment(action.schedule_date).to_rfc3339())
        }
        Action::InviteToGroupCall(action) => {
            format!("invited {} to a group call", names(&action.users, directory))
        }
        Action::SetMessagesTtl(action) if action.period == 0 => "switched automatic deletion off".into(),
        Action::SetMessagesTtl(action) => {
            format!("set messages to be deleted after {} seconds", action.period)
        }
        Action::ContactSignUp => "joined Telegram".into(),
        Action::ScreenshotTaken => "took a screenshot".into(),
        Action::CustomAction(action) => quoted(&action.message),
        Action::BotAllowed(_) => "allowed a bot to write".into(),
        Action::GeoProximityReached(action) => format!(
            "{} came within {} metres of {}",
            quoted(&directory.name(&action.from_id)),
            action.distance,
            quoted(&directory.name(&action.to_id))
        ),
        Action::GameScore(action) => format!("scored {} in a game", action.score),
        Action::PaymentSent(action) => paid("paid", action.total_amount, &action.currency),
        Action::PaymentSentMe(action) => paid("paid", action.total_amount, &action.currency),
        Action::PaymentRefunded(action) => paid("gave back", action.total_amount, &action.currency),
        Action::SetChatTheme(_) => "changed the theme".into(),
        Action::SetChatWallPaper(_) => "changed the background".into(),
        Action::SuggestProfilePhoto(_) => "suggested a profile picture".into(),
        Action::SuggestBirthday(_) => "suggested a birthday".into(),
        Action::WebViewDataSent(action) => format!("sent data with the button {}", quoted(&action.text)),
        Action::WebViewDataSentMe(action) => {
            format!("sent data with the button {}", quoted(&action.text))
        }
        Action::SecureValuesSent(_) | Action::SecureValuesSentMe(_) => "sent identity documents".into(),
        Action::RequestedPeer(_) | Action::RequestedPeerSentMe(_) => "shared chats with a bot".into(),
        Action::GiftPremium(_) | Action::GiftCode(_) => "gave Telegram Premium".into(),
        Action::GiftStars(action) => format!("gave {} stars", action.stars),
        Action::GiftTon(_) | Action::GramTransfer(_) => "sent cryptocurrency".into(),
        Action::PrizeStars(action) => format!("won {} stars", action.stars),
        Action::StarGift(_) | Action::StarGiftUnique(_) => "sent a gift".into(),
        Action::StarGiftPurchaseOffer(_) => "offered to buy a gift".into(),
        Action::StarGiftPurchaseOfferDeclined(_) => "declined an offer for a gift".into(),
        Action::GiveawayLaunch(_) => "started a giveaway".into(),
        Action::GiveawayResults(action) => {
            format!("announced {} winners of a giveaway", action.winners_count)
        }
        Action::BoostApply(action) => format!("boosted the chat {} times", action.boosts),
        Action::PaidMessagesRefunded(action) => format!("gave back {} stars", action.stars),
        Action::PaidMessagesPrice(action) => format!("set the price of a message to {} stars", action.stars),
        Action::TodoCompletions(action) => {
            format!("marked {} checklist items done and {} not done", action.completed.len(), action.incompleted.len())
        }
        Action::TodoAppendTasks(action) => format!("added {} checklist items", action.list.len()),
        Action::PollAppendAnswer(_) => "added an answer to the poll".into(),
        Action::PollDeleteAnswer(_) => "removed an answer from the poll".into(),
        Action::SuggestedPostApproval(action) if action.rejected => "rejected a suggested post".into(),
        Action::SuggestedPostApproval(_) => "accepted a suggested post".into(),
        Action::SuggestedPostSuccess(_) => "a suggested post was published".into(),
        Action::SuggestedPostRefund(_) => "a suggested post was refunded".into(),
        Action::NewCreatorPending(action) => {
            format!("offered the ownership to {}", names(&[action.new_creator_id], directory))
        }
        Action::ChangeCreator(action) => {
            format!("gave the ownership to {}", names(&[action.new_creator_id], directory))
        }
        Action::NoForwardsToggle(_) => "changed whether messages may be forwarded".into(),
        Action::NoForwardsRequest(_) => "asked to change whether messages may be forwarded".into(),
        Action::ManagedBotCreated(_) => "created a bot".into(),
        Action::ChangeCommunity(_) => "changed the community".into(),
        Action::WalletTonConnectRequest(_) => "asked to connect a wallet".into(),
        Action::Empty => "did something that Telegram does not tell".into(),
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", Foreign::new(text))
}

fn names(users: &[i64], directory: &Directory<'_>) -> String {
    let names: Vec<String> = users.iter().map(|id| quoted(&directory.user_name(*id))).collect();
    names.join(", ")
}

fn call(what: &str, duration: Option<i32>) -> String {
    match duration {
        Some(seconds) => format!("{what}, {seconds} seconds"),
        None => what.to_owned(),
    }
}

fn paid(what: &str, amount: i64, currency: &str) -> String {
    format!("{what} {amount} {} (smallest units)", Foreign::new(currency))
}

fn topic_edit(action: &tl::types::MessageActionTopicEdit) -> String {
    match (&action.title, action.closed) {
        (Some(title), _) => format!("renamed the topic to {}", quoted(title)),
        (None, Some(true)) => "closed the topic".to_owned(),
        (None, Some(false)) => "opened the topic".to_owned(),
        (None, None) => "changed the topic".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_strangers_are_quoted() {
        let directory = Directory::new(&[], &[], 1);
        let action = tl::types::MessageActionChatEditTitle { title: "New name".to_owned() };
        assert_eq!(line(&action.into(), &directory, None), "changed the title to “New name”");
    }

    #[test]
    fn a_pin_names_the_message() {
        let directory = Directory::new(&[], &[], 1);
        let pin = tl::enums::MessageAction::PinMessage;
        assert_eq!(line(&pin, &directory, Some(42)), "pinned message 42");
    }
}
