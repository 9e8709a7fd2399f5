//! Sounds: voice messages and music, with a player that the script brings to life.

use maud::{Markup, html};

use super::face::{Icon, icon};
use crate::phone::calendar::duration;

/// A voice message is drawn with so many bars.
const BARS: usize = 48;

pub(super) fn voice(address: &str, seconds: i64, waveform: &[u8]) -> Markup {
    html! {
        div class="player" data-player {
            button type="button" class="round-button" data-play aria-label=(format!("Play voice message, {}", duration(seconds))) {
                (icon(Icon::Play)) (icon(Icon::Pause))
            }
            div class="player-body" {
                (bars(waveform))
                span class="player-time" data-time { (duration(seconds)) }
            }
            audio src=(address) preload="none" {}
        }
    }
}

/// The loudness of a voice message; a calm line where it is not known.
fn bars(waveform: &[u8]) -> Markup {
    let level = |bar: usize| {
        let (start, end) = (bar * waveform.len() / BARS, (bar + 1) * waveform.len() / BARS);
        let loudest = waveform.get(start..end.max(start + 1)).and_then(|levels| levels.iter().max());
        loudest.map_or(0, |level| i32::from(*level))
    };
    html! {
        svg class="bars" viewBox=(format!("0 0 {} 34", BARS * 4)) preserveAspectRatio="none" aria-hidden="true" data-bars {
            @for bar in 0..BARS {
                @let height = 3 + level(bar);
                rect x=(bar * 4) y=(34 - height) width="2.5" height=(height) rx="1" {}
            }
        }
    }
}

pub(super) fn music(address: &str, seconds: i64, title: &str, performer: Option<&str>) -> Markup {
    html! {
        div class="player music" data-player {
            button type="button" class="round-button" data-play aria-label=(format!("Play {title}")) {
                (icon(Icon::Play)) (icon(Icon::Pause))
            }
            div class="player-body" {
                bdi class="player-title" { (title) }
                @if let Some(performer) = performer {
                    bdi class="player-performer" { (performer) }
                }
                span class="player-time" data-time { (duration(seconds)) }
            }
            audio src=(address) preload="none" {}
        }
    }
}
