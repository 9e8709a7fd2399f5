//! The messages of one chat in the order of their ids, and how Telegram cuts pages out of them.

use super::messages::Message;

/// Which part of a thread is wanted. Zero means "not said", as on the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// Begin with the first message that is older than this id.
    pub offset_id: i32,
    /// Begin with the first message that was sent before this moment; counts only without `offset_id`.
    pub offset_date: i32,
    /// Then skip so many more; below zero: step back to newer ones.
    pub add_offset: i32,
    /// At most so many.
    pub limit: i32,
    /// Leave out ids from here on.
    pub max_id: i32,
    /// Leave out ids up to here.
    pub min_id: i32,
}

/// A client that asks for more in one page gets this many.
pub const PAGE_MAX: i32 = 100;

impl Page {
    /// The newest messages.
    pub fn newest(limit: i32) -> Self {
        Self { limit, ..Self::default() }
    }

    fn is_before_offset(&self, message: &Message) -> bool {
        if self.offset_id > 0 {
            message.id < self.offset_id
        } else {
            self.offset_date <= 0 || message.date < self.offset_date
        }
    }

    fn is_inside(&self, message: &Message) -> bool {
        (self.max_id <= 0 || message.id < self.max_id) && message.id > self.min_id
    }

    /// The window's two ends, counted from the newest message, when the offset lies `offset` messages deep.
    fn window(&self, offset: usize) -> (usize, usize) {
        let start = i64::try_from(offset).unwrap_or(i64::MAX).saturating_add(i64::from(self.add_offset));
        let end = start.saturating_add(i64::from(self.limit.clamp(0, PAGE_MAX)));
        (usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0))
    }
}

/// A page, newest first.
#[derive(Debug)]
pub struct Slice<'a> {
    /// The messages of the page.
    pub messages: Vec<&'a Message>,
    /// How many messages there are in all.
    pub count: usize,
}

/// The messages of one chat, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    messages: Vec<Message>,
}

impl Thread {
    /// A thread without messages.
    pub const EMPTY: &'static Self = &Self { messages: Vec::new() };

    /// Adds the newest message. Ids and uids only ever grow, which is what makes look-ups quick.
    pub fn push(&mut self, message: Message) {
        debug_assert!(self.messages.last().is_none_or(|last| last.id < message.id && last.uid < message.uid));
        self.messages.push(message);
    }

    /// Makes room for so many more messages.
    pub fn reserve(&mut self, messages: usize) {
        self.messages.reserve(messages);
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The newest message.
    pub fn newest(&self) -> Option<&Message> {
        self.messages.last()
    }

    /// All messages, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().rev()
    }

    /// The messages after this id, oldest first.
    pub fn after(&self, id: i32) -> &[Message] {
        &self.messages[self.messages.partition_point(|message| message.id <= id)..]
    }

    fn place(&self, id: i32) -> Option<usize> {
        self.messages.binary_search_by_key(&id, |message| message.id).ok()
    }

    /// The message with this id.
    pub fn get(&self, id: i32) -> Option<&Message> {
        self.place(id).map(|place| &self.messages[place])
    }

    /// The message with this id, to change it.
    pub fn get_mut(&mut self, id: i32) -> Option<&mut Message> {
        self.place(id).map(|place| &mut self.messages[place])
    }

    /// The copy of a message of somebody else's mailbox.
    pub fn by_uid(&self, uid: u64) -> Option<&Message> {
        let place = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        Some(&self.messages[place])
    }

    /// Takes a message out.
    pub fn remove(&mut self, id: i32) -> Option<Message> {
        self.place(id).map(|place| self.messages.remove(place))
    }

    /// A page of all messages.
    pub fn page(&self, page: &Page) -> Slice<'_> {
        let count = self.messages.len();
        let older = self.messages.partition_point(|message| page.is_before_offset(message));
        let (start, end) = page.window(count - older);
        let oldest = count.saturating_sub(end);
        let newest = count.saturating_sub(start);
        let messages = self.messages[oldest..newest].iter().rev().filter(|message| page.is_inside(message)).collect();
        Slice { messages, count }
    }

    /// A page of those messages that `keep` accepts.
    pub fn page_where(&self, page: &Page, keep: impl Fn(&Message) -> bool) -> Slice<'_> {
        page_of(self.newest_first().filter(|message| keep(message)), page)
    }
}

/// A page of messages that arrive newest first.
pub fn page_of<'a>(newest_first: impl Iterator<Item = &'a Message>, page: &Page) -> Slice<'a> {
    let found: Vec<&Message> = newest_first.collect();
    let newer = found.partition_point(|message| !page.is_before_offset(message));
    let (start, end) = page.window(newer);
    let messages = found
        .iter()
        .skip(start)
        .take(end.saturating_sub(start))
        .copied()
        .filter(|message| page.is_inside(message))
        .collect();
    Slice { messages, count: found.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::messages::Text;
    use crate::world::peers::Peer;

    fn thread_of(ids: impl IntoIterator<Item = i32>) -> Thread {
        let mut thread = Thread::default();
        for id in ids {
            let uid = u64::try_from(id).expect("ids are above zero");
            let text = Text::new(id.to_string());
            thread.push(Message { id, date: id * 10, uid, from: Peer::User(1), text, extra: None });
        }
        thread
    }

    fn ids(slice: &Slice<'_>) -> Vec<i32> {
        slice.messages.iter().map(|message| message.id).collect()
    }

    #[test]
    fn a_page_begins_below_its_offset() {
        let thread = thread_of(1..=9);
        let page = Page { offset_id: 5, ..Page::newest(3) };
        assert_eq!(ids(&thread.page(&page)), [4, 3, 2]);
        assert_eq!(thread.page(&page).count, 9);
    }

    #[test]
    fn a_negative_add_offset_reaches_newer_messages() {
        let thread = thread_of(1..=9);
        let page = Page { offset_id: 5, add_offset: -3, ..Page::newest(4) };
        assert_eq!(ids(&thread.page(&page)), [7, 6, 5, 4]);
    }

    #[test]
    fn a_window_that_reaches_beyond_the_newest_message_is_cut() {
        let thread = thread_of(1..=9);
        let page = Page { offset_id: 9, add_offset: -3, ..Page::newest(4) };
        assert_eq!(ids(&thread.page(&page)), [9, 8]);
    }

    #[test]
    fn a_date_is_an_offset_too() {
        assert_eq!(ids(&thread_of(1..=9).page(&Page { offset_date: 40, ..Page::newest(2) })), [3, 2]);
    }

    #[test]
    fn the_id_limits_are_exclusive() {
        let page = Page { max_id: 8, min_id: 5, ..Page::newest(100) };
        assert_eq!(ids(&thread_of(1..=9).page(&page)), [7, 6]);
    }

    #[test]
    fn gaps_left_by_deleted_messages_do_not_matter() {
        let mut thread = thread_of(1..=9);
        thread.remove(4);
        assert_eq!(ids(&thread.page(&Page { offset_id: 5, ..Page::newest(2) })), [3, 2]);
        assert_eq!(ids(&thread.page(&Page { offset_id: 4, ..Page::newest(2) })), [3, 2]);
    }

    #[test]
    fn a_filtered_page_follows_the_same_rule_and_counts_what_it_kept() {
        let thread = thread_of(1..=20);
        let even = thread.page_where(&Page { offset_id: 11, ..Page::newest(2) }, |message| message.id % 2 == 0);
        assert_eq!((ids(&even), even.count), (vec![10, 8], 10));
    }

    #[test]
    fn walking_all_pages_sees_every_message_once() {
        let thread = thread_of(1..=250);
        let mut seen = Vec::new();
        let mut offset_id = 0;
        loop {
            let page = ids(&thread.page(&Page { offset_id, ..Page::newest(100) }));
            let Some(last) = page.last() else { break };
            offset_id = *last;
            seen.extend(page);
        }
        assert_eq!(seen, (1..=250).rev().collect::<Vec<_>>());
    }
}
