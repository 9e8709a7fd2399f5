//! Polls: choosing, and how it stands.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::face::{Icon, icon};
use super::words::words;
use crate::phone::calendar::counted;
use crate::phone::eyes::Eyes;
use crate::world::messages::Message;
use crate::world::polls::Poll;

/// A poll, with buttons until the viewer has voted and with results from then on.
pub(super) fn poll(eyes: &Eyes<'_>, message: &Message, poll: &Poll) -> Markup {
    let mine = poll.votes.get(&eyes.viewer);
    let shows_results = mine.is_some() || poll.closed;
    html! {
        div class="poll" data-poll data-id=(message.id) data-multiple[poll.multiple] {
            p class="poll-question words" dir="auto" { (words(eyes, &poll.question, &poll.question_entities)) }
            p class="poll-kind" { (kind(poll)) }
            @if shows_results {
                (results(poll, mine))
                (explanation(eyes, poll))
            } @else {
                (choices(message, poll))
            }
            p class="poll-total" {
                (total(poll))
                @if let Some(closes) = poll.close_date.filter(|_| !poll.closed) { ", closes " (eyes.calendar.distance(closes)) }
                @if mine.is_some() && !poll.closed && poll.correct.is_none() {
                    " · " button type="button" class="linklike" data-unvote { "Take the vote back" }
                }
            }
        }
    }
}

fn kind(poll: &Poll) -> String {
    let who = if poll.public { "Public" } else { "Anonymous" };
    let what = if poll.correct.is_some() { "quiz" } else { "poll" };
    let how = if poll.multiple { ", several answers" } else { "" };
    let end = if poll.closed { ", closed" } else { "" };
    format!("{who} {what}{how}{end}")
}

fn total(poll: &Poll) -> String {
    match i64::try_from(poll.votes.len()).unwrap_or(i64::MAX) {
        0 => "No votes yet".to_owned(),
        votes => counted(votes, "vote"),
    }
}

fn choices(message: &Message, poll: &Poll) -> Markup {
    html! {
        div class="poll-answers" role="group" aria-label=(poll.question) {
            @for (place, (text, _)) in poll.answers.iter().enumerate() {
                @if poll.multiple {
                    label class="poll-choice" {
                        input type="checkbox" name=(format!("poll{}", message.id)) value=(place);
                        bdi { (text) }
                    }
                } @else {
                    button type="button" class="poll-choice" data-vote=(place) {
                        span class="poll-mark" aria-hidden="true" {}
                        bdi { (text) }
                    }
                }
            }
            @if poll.multiple {
                button type="button" class="wide-button" data-vote-many { "Vote" }
            }
        }
    }
}

fn results(poll: &Poll, mine: Option<&BTreeSet<usize>>) -> Markup {
    let shares = shares(poll);
    html! {
        ul class="poll-answers" {
            @for (place, (text, _)) in poll.answers.iter().enumerate() {
                @let is_mine = mine.is_some_and(|mine| mine.contains(&place));
                @let right = poll.correct.as_ref().map(|correct| correct.contains(&place));
                li class="poll-result" data-right=[right] {
                    span class="poll-share" { (shares[place]) "%" }
                    span class="poll-text" {
                        bdi { (text) }
                        @if is_mine {
                            span class="poll-mine" { (icon(Icon::Check)) span class="quiet" { "your vote" } }
                        }
                    }
                    svg class="poll-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                        rect width=(shares[place].max(1)) height="4" {}
                    }
                }
            }
        }
    }
}

/// Why the right answer of a quiz is right, for those who have answered.
fn explanation(eyes: &Eyes<'_>, poll: &Poll) -> Markup {
    let (text, entities) = &poll.explanation;
    html! {
        @if !text.is_empty() {
            blockquote class="poll-why words" dir="auto" { (words(eyes, text, entities)) }
        }
    }
}

/// How many per cent of the voters chose each answer.
fn shares(poll: &Poll) -> Vec<usize> {
    let voters = poll.votes.len();
    let share = |place: usize| {
        let chosen = usize::try_from(poll.voters_of(place)).unwrap_or(0);
        (chosen * 200 + voters).checked_div(voters * 2).unwrap_or(0)
    };
    (0..poll.answers.len()).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::tests::Looking;
    use crate::world::messages::Media;
    use crate::world::peers::Peer;
    use crate::world::posting::Draft;

    const BOB: i64 = 1002;

    fn lunch(votes: &[(i64, usize)]) -> Poll {
        Poll {
            id: 0,
            question: "Lunch <b>?".to_owned(),
            answers: ["Soup", "Cake", "Nothing"]
                .iter()
                .map(|text| ((*text).to_owned(), text.as_bytes().to_vec()))
                .collect(),
            public: true,
            creator: BOB,
            votes: votes.iter().map(|(user, choice)| (*user, BTreeSet::from([*choice]))).collect(),
            ..Poll::default()
        }
    }

    fn drawn(poll: Poll) -> String {
        let mut looking = Looking::new();
        let media = Some(Media::Poll(looking.world.polls.add(poll)));
        let id = looking.post(BOB, Peer::User(1001), Draft { media, ..Draft::default() });
        looking.unit(Peer::User(BOB), id)
    }

    #[test]
    fn results_are_hidden_until_one_has_voted() {
        let html = drawn(lunch(&[(BOB, 1)]));
        assert!(html.contains("data-vote=\"2\"") && !html.contains('%') && html.contains("1 vote<"), "{html}");
        assert!(html.contains("Lunch &lt;b&gt;?"));
        let html = drawn(lunch(&[(BOB, 1), (1001, 1), (1005, 0)]));
        assert!(html.contains(">67%<") && html.contains(">33%<") && html.contains(">0%<"), "{html}");
        assert!(html.contains("your vote") && html.contains("data-unvote") && !html.contains("data-vote="), "{html}");
    }

    #[test]
    fn a_closed_poll_only_shows_how_it_ended() {
        let html = drawn(Poll { closed: true, ..lunch(&[(1001, 0)]) });
        assert!(html.contains("closed") && !html.contains("data-unvote") && html.contains(">100%<"), "{html}");
    }

    #[test]
    fn a_quiz_tells_right_from_wrong_after_the_vote() {
        let html = drawn(Poll {
            correct: Some(BTreeSet::from([1])),
            explanation: ("Cake <i>is</i> lunch.".to_owned(), Vec::new()),
            ..lunch(&[(1001, 0)])
        });
        assert!(html.contains("data-right=\"true\"") && html.contains("data-right=\"false\""), "{html}");
        assert!(!html.contains("data-unvote") && html.contains("Cake &lt;i&gt;is&lt;/i&gt; lunch."), "{html}");
    }

    #[test]
    fn several_answers_are_ticked_before_the_vote() {
        let html = drawn(Poll { multiple: true, ..lunch(&[]) });
        assert!(html.contains("type=\"checkbox\"") && html.contains("data-vote-many") && html.contains("No votes yet"));
    }
}
