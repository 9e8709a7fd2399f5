use super::{Acquaintances, Withhold, withheld};
use crate::views::{Changed, ChatDetail, ChatView, Me, MemberView, Page, Resolved, Sent, TopicView, UserView};

impl Withhold for Page<ChatView> {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        self.items.iter_mut().for_each(|chat| acquaintances.listed(chat));
    }
}

impl Withhold for Page<TopicView> {
    /// Whose chat they are in is not told here; members choose their titles.
    fn withhold(&mut self, _acquaintances: &Acquaintances<'_>) {
        self.items.iter_mut().for_each(topic);
    }
}

impl Withhold for Page<UserView> {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        self.items.iter_mut().for_each(|user| acquaintances.name(&user.id, &mut user.name));
    }
}

impl Withhold for Page<MemberView> {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        for member in &mut self.items {
            acquaintances.name(&member.user.id, &mut member.user.name);
            member.rank = member.rank.take().map(|_| withheld());
        }
    }
}

impl Withhold for ChatDetail {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        let id = &self.chat.chat.id;
        if !acquaintances.know(id) {
            self.about = self.about.take().map(|_| withheld());
        }
        if let Some(pinned) = &mut self.pinned_message {
            acquaintances.message(pinned, Some(id));
        }
        self.topics.iter_mut().for_each(topic);
        if let Some(person) = &mut self.person {
            acquaintances.name(&person.id, &mut person.name);
        }
        acquaintances.listed(&mut self.chat);
    }
}

impl Withhold for Resolved {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        self.topic.iter_mut().for_each(topic);
        if let Some(message) = &mut self.message {
            acquaintances.message(message, Some(&self.chat.chat.id));
        }
        acquaintances.listed(&mut self.chat);
    }
}

impl Withhold for Me {
    fn withhold(&mut self, _acquaintances: &Acquaintances<'_>) {}
}

impl Withhold for Changed {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        acquaintances.chat(&mut self.chat);
    }
}

impl Withhold for Sent {
    /// The texts are the caller's own, but those of a preview of what is forwarded, which its adapter leaves out.
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        acquaintances.chat(&mut self.chat);
    }
}

fn topic(topic: &mut TopicView) {
    topic.title = withheld();
}

impl Acquaintances<'_> {
    fn listed(&self, chat: &mut ChatView) {
        if let Some(last) = &mut chat.last_message {
            self.message(last, Some(&chat.chat.id));
        }
        self.chat(&mut chat.chat);
    }
}
