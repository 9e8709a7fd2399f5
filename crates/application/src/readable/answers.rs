use super::{Lines, Readable};
use crate::views::*;

macro_rules! as_json {
    ($($t:ty),*) => { $(impl Readable for $t {
        fn read(&self, lines: &mut Lines) {
            lines.line(serde_json::to_string(self).unwrap_or_default());
        }
    })* };
}
as_json!(
    Me,
    Messages,
    Sent,
    Edited,
    Changed,
    Resolved,
    Link,
    Downloaded,
    Viewed,
    ChatDetail,
    Page<SessionView>,
    Page<ChatView>,
    Page<MemberView>,
    Page<TopicView>,
    Page<UserView>
);
