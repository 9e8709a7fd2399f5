//! A QR code out of half blocks: two modules in one character.

use qrcode::{Color, EcLevel};

/// Modules of white around the code; scanners need them.
const QUIET_ZONE: usize = 2;

/// A code to draw.
pub(crate) struct QrCode(qrcode::QrCode);

impl QrCode {
    /// The code of a text.
    pub(crate) fn of(text: &str) -> anyhow::Result<Self> {
        Ok(Self(qrcode::QrCode::with_error_correction_level(text, EcLevel::L)?))
    }

    /// Lines to print. Dark modules are left empty and light ones filled, for terminals with light text on dark; most
    /// scanners read both.
    pub(crate) fn lines(&self) -> Vec<String> {
        let size = self.0.width() + 2 * QUIET_ZONE;
        (0..size)
            .step_by(2)
            .map(|row| {
                let half_block = |column| match (self.is_light(column, row), self.is_light(column, row + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                };
                (0..size).map(half_block).collect()
            })
            .collect()
    }

    fn is_light(&self, column: usize, row: usize) -> bool {
        let size = self.0.width();
        let inside = |at: usize| at.checked_sub(QUIET_ZONE).filter(|at| *at < size);
        match (inside(column), inside(row)) {
            (Some(x), Some(y)) => self.0[(x, y)] == Color::Light,
            _ => row < size + 2 * QUIET_ZONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_link_fits_a_terminal_of_80_columns_and_24_lines() {
        let url = format!("tg://login?token={}", "A".repeat(48));
        let lines = QrCode::of(&url).expect("short enough").lines();
        assert!(lines.len() <= 22, "{} lines", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() <= 80));
        assert!(lines[0].chars().all(|c| c == '█'), "a code has a quiet zone");
    }
}
