use grammers_tl_types as tl;
use telegraphist_application::text::Foreign;
use telegraphist_application::views::TopicView;

use super::moment;

/// A topic of a forum; none for one that was deleted.
pub(crate) fn topic_view(topic: &tl::enums::ForumTopic) -> Option<TopicView> {
    let tl::enums::ForumTopic::Topic(topic) = topic else {
        return None;
    };
    Some(TopicView {
        id: topic.id,
        title: Foreign::new(topic.title.as_str()),
        unread: topic.unread_count,
        is_closed: topic.closed,
        is_pinned: topic.pinned,
        last_message_id: topic.top_message,
        date: moment(topic.date),
    })
}
