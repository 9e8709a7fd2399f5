//! The QR code as a picture that scales, in one path.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcode::{Color, QrCode};

/// Free modules around it, which scanners need.
const QUIET: usize = 4;

/// Draws a link.
pub(super) fn qr(link: &str) -> Markup {
    let Ok(code) = QrCode::new(link.as_bytes()) else {
        return html! { p { "The QR code cannot be drawn." } };
    };
    let (width, mut path) = (code.width(), String::new());
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + QUIET, place / width + QUIET);
            write!(path, "M{x} {y}h1v1h-1z").expect("a text takes everything");
        }
    }
    let size = width + 2 * QUIET;
    html! {
        svg.qr viewBox=(format!("0 0 {size} {size}")) role="img" aria-label="QR code to scan with Telegram" {
            path d=(path) {}
        }
    }
}
