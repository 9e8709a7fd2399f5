//! Where the update streams stand, in the form of grammers and in the form of the port.

use std::collections::BTreeMap;

use grammers_session::types::{ChannelState, UpdateState, UpdatesState};
use telegraphist_application::ports::UpdateMark;
use telegraphist_domain::ChatId;
use telegraphist_domain::references::Bare;

/// Channels whose missed updates are asked for at a start; more would only meet Telegram's flood limits. The others
/// are caught up with as soon as something new happens in them.
const CATCH_UP_CHANNELS_MAX: usize = 100;

/// The newest mark of the account and of each channel.
#[derive(Default)]
pub(super) struct Marks {
    account: Option<UpdateMark>,
    channels: BTreeMap<i64, UpdateMark>,
}

impl Marks {
    pub(super) fn load(marks: &[UpdateMark]) -> Self {
        let mut loaded = Self::default();
        for mark in marks {
            match mark.channel.map(ChatId::unmarked) {
                None => loaded.account = Some(*mark),
                Some(Bare::Channel(id)) => {
                    loaded.channels.insert(id, *mark);
                }
                // Only channels have marks of their own.
                Some(Bare::User(_) | Bare::Group(_)) => {}
            }
        }
        loaded
    }

    /// What grammers starts from; empty if nothing was ever marked.
    pub(super) fn state(&self) -> UpdatesState {
        let Some(account) = self.account else {
            return UpdatesState::default();
        };
        let mut channels: Vec<_> = self.channels.iter().collect();
        channels.sort_by_key(|(_, mark)| std::cmp::Reverse(mark.date));
        UpdatesState {
            pts: account.pts,
            qts: account.qts,
            date: account.date,
            seq: account.seq,
            channels: channels
                .into_iter()
                .take(CATCH_UP_CHANNELS_MAX)
                .map(|(id, mark)| ChannelState { id: *id, pts: mark.pts })
                .collect(),
        }
    }

    /// Takes over a newer state; answers the marks that changed by it.
    pub(super) fn apply(&mut self, update: &UpdateState) -> Vec<UpdateMark> {
        let mut account = self.account.unwrap_or(BLANK);
        let mut changed = Vec::new();
        match update {
            UpdateState::All(state) => {
                account.pts = state.pts;
                account.qts = state.qts;
                account.seq = state.seq;
                account.date = state.date;
                for channel in &state.channels {
                    changed.extend(self.apply_channel(channel.id, channel.pts, state.date));
                }
            }
            UpdateState::Primary { pts, date, seq } => {
                account.pts = *pts;
                account.date = *date;
                account.seq = *seq;
            }
            UpdateState::Secondary { qts } => account.qts = *qts,
            UpdateState::Channel { id, pts } => {
                changed.extend(self.apply_channel(*id, *pts, account.date));
                return changed;
            }
        }
        if self.account != Some(account) {
            self.account = Some(account);
            changed.push(account);
        }
        changed
    }

    fn apply_channel(&mut self, id: i64, pts: i32, date: i32) -> Option<UpdateMark> {
        if self.channels.get(&id).is_some_and(|mark| mark.pts == pts) {
            return None;
        }
        let mark = UpdateMark { channel: Some(ChatId::of_channel(id)), pts, date, ..BLANK };
        self.channels.insert(id, mark);
        Some(mark)
    }
}

const BLANK: UpdateMark = UpdateMark { channel: None, pts: 0, qts: 0, seq: 0, date: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_written() {
        let mut marks = Marks::default();
        let state = UpdatesState { pts: 5, qts: 0, date: 9, seq: 1, channels: vec![ChannelState { id: 700, pts: 3 }] };
        assert_eq!(marks.apply(&UpdateState::All(state.clone())).len(), 2);
        assert_eq!(marks.apply(&UpdateState::All(state.clone())), vec![]);
        let changed = marks.apply(&UpdateState::Channel { id: 700, pts: 4 });
        assert_eq!(changed[0].channel, Some(ChatId::of_channel(700)));
        assert_eq!(Marks::load(&changed).state(), UpdatesState::default());
        assert_eq!(marks.state().channels[0].pts, 4);
    }

    #[test]
    fn a_start_asks_for_the_liveliest_channels_only() {
        let mut marks = Marks::default();
        marks.apply(&UpdateState::Secondary { qts: 1 });
        for id in 1..=150 {
            let date = i32::try_from(id).unwrap();
            marks.apply_channel(id, 1, date);
        }
        let asked = marks.state().channels;
        assert_eq!(asked.len(), CATCH_UP_CHANNELS_MAX);
        assert_eq!(asked[0].id, 150);
    }
}
