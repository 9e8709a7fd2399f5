//! Faces and icons: what stands beside a name.

use maud::{Markup, PreEscaped, html};

use crate::phone::eyes::Eyes;
use crate::world::peers::Peer;

/// The photo of a person or chat, or its initials on its own colour. It only decorates a name that stands beside it.
pub(in crate::phone) fn face(eyes: &Eyes<'_>, peer: Peer) -> Markup {
    let colour = format!("face c{}", Eyes::colour(peer));
    html! {
        span class=(colour) aria-hidden="true" {
            @if peer == Peer::User(eyes.viewer) {
                (icon(Icon::Bookmark))
            } @else {
                (picture(eyes, peer))
            }
        }
    }
}

/// The viewer's own face, where the person is meant and not what they saved.
pub(in crate::phone) fn own_face(eyes: &Eyes<'_>, account: i64) -> Markup {
    let peer = Peer::User(account);
    html! { span class=(format!("face c{}", Eyes::colour(peer))) aria-hidden="true" { (picture(eyes, peer)) } }
}

fn picture(eyes: &Eyes<'_>, peer: Peer) -> Markup {
    html! {
        @match eyes.photo(peer) {
            Some(photo) => img src=(format!("/{}/photo/{photo}", eyes.viewer)) alt="" loading="lazy" width="48" height="48";,
            None => (initials(&eyes.name(peer))),
        }
    }
}

/// The first letters of the first two words.
pub(in crate::phone) fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    name.split_whitespace().filter_map(letter).take(2).flat_map(char::to_uppercase).collect()
}

/// The pictures of buttons. All are drawn with lines on a field of 24 by 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::phone) enum Icon {
    Archive,
    Back,
    Bookmark,
    Bot,
    Check,
    Close,
    Command,
    Comments,
    Dots,
    Down,
    File,
    Group,
    Keyboard,
    Megaphone,
    Microphone,
    Moon,
    Pause,
    Pencil,
    Pin,
    Place,
    Play,
    Plus,
    Reply,
    Search,
    Send,
    Trash,
}

/// A picture of a button.
pub(in crate::phone) fn icon(icon: Icon) -> Markup {
    let path = match icon {
        Icon::Archive => "M4 8h16v11H4zM3 4h18v4H3zM10 12h4",
        Icon::Back => "M15 5l-7 7 7 7",
        Icon::Bookmark => "M7 4h10v16l-5-4-5 4z",
        Icon::Bot => "M6 9h12v9H6zM12 9V5M9.5 13v1M14.5 13v1M4 12v3M20 12v3",
        Icon::Check => "M5 13l4 4L19 7",
        Icon::Close => "M6 6l12 12M18 6L6 18",
        Icon::Command => "M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM14 8l-4 8",
        Icon::Comments => "M4 5h16v11H10l-4 4v-4H4z",
        Icon::Dots => "M12 5.5v.01M12 12v.01M12 18.5v.01",
        Icon::Down => "M5 9l7 7 7-7",
        Icon::File => "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
        Icon::Group => {
            "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 3-5 6-5s6 2 6 5M16 6a3 3 0 0 1 0 5M17 14c2 .5 4 2 4 5"
        }
        Icon::Keyboard => "M3 7h18v10H3zM7 10v.01M11 10v.01M15 10v.01M7 14h10",
        Icon::Megaphone => "M4 10v4h3l8 4V6l-8 4zM18 9c1 1 1 5 0 6",
        Icon::Microphone => {
            "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6 11a6 6 0 0 0 12 0M12 17v3"
        }
        Icon::Moon => "M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z",
        Icon::Pause => "M8 5v14M16 5v14",
        Icon::Pencil => "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
        Icon::Pin => "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
        Icon::Place => "M12 21s6-6 6-11a6 6 0 0 0-12 0c0 5 6 11 6 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
        Icon::Play => "M8 5l11 7-11 7z",
        Icon::Plus => "M12 5v14M5 12h14",
        Icon::Reply => "M9 7l-5 5 5 5M4 12h9c4 0 6 2 7 5",
        Icon::Search => "M11 17a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM15.5 15.5L20 20",
        Icon::Send => "M4 12l16-7-5 15-4-6z",
        Icon::Trash => "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
    };
    // Every path is written above.
    PreEscaped(format!("<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_work_in_any_script() {
        assert_eq!(initials("Alice Moreau"), "AM");
        assert_eq!(initials("Дмитрий Орлов"), "ДО");
        assert_eq!(initials("فريد حداد"), "فح");
        assert_eq!(initials("🎉 party"), "P");
        assert_eq!(initials("田中"), "田");
        assert_eq!(initials(""), "");
    }
}
