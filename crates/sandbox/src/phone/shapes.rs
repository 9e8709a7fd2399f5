//! What a document is to a person: a sticker, a video, a voice message, or just a file.

use grammers_tl_types as tl;
use tl::enums::DocumentAttribute;

use crate::world::files::Document;

/// What a document is shown as.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A picture that stands by itself, and the emoji that it belongs to.
    Sticker { emoji: String },
    /// A short video without sound, or a GIF.
    Animation,
    /// A video.
    Video,
    /// A video in a circle.
    Round,
    /// Spoken words.
    Voice { seconds: i64, waveform: Vec<u8> },
    /// A piece of music.
    Music { seconds: i64, title: Option<String>, performer: Option<String> },
    /// Anything else.
    File,
}

/// What a document is shown as.
pub(super) fn shape_of(document: &Document) -> Shape {
    let mut shape = Shape::File;
    for attribute in &document.attributes {
        match attribute {
            DocumentAttribute::Sticker(sticker) => return Shape::Sticker { emoji: sticker.alt.clone() },
            DocumentAttribute::Animated => return Shape::Animation,
            DocumentAttribute::Video(video) if video.round_message => shape = Shape::Round,
            DocumentAttribute::Video(_) => shape = Shape::Video,
            DocumentAttribute::Audio(audio) if audio.voice => {
                let waveform = audio.waveform.as_deref().map(levels).unwrap_or_default();
                shape = Shape::Voice { seconds: i64::from(audio.duration), waveform };
            }
            DocumentAttribute::Audio(audio) => {
                let (title, performer) = (audio.title.clone(), audio.performer.clone());
                shape = Shape::Music { seconds: i64::from(audio.duration), title, performer };
            }
            DocumentAttribute::ImageSize(_)
            | DocumentAttribute::Filename(_)
            | DocumentAttribute::HasStickers
            | DocumentAttribute::CustomEmoji(_) => {}
        }
    }
    if shape == Shape::File && document.mime_type == "image/gif" { Shape::Animation } else { shape }
}

/// Width and height, where the uploader has told them.
pub(super) fn size_of(document: &Document) -> Option<(i32, i32)> {
    document.attributes.iter().find_map(|attribute| match attribute {
        DocumentAttribute::ImageSize(size) => Some((size.w, size.h)),
        DocumentAttribute::Video(video) => Some((video.w, video.h)),
        _ => None,
    })
}

/// The name of a file as its uploader gave it; every file has one.
pub(super) fn file_name(document: &Document) -> String {
    let named = document.attributes.iter().find_map(|attribute| match attribute {
        DocumentAttribute::Filename(name) if !name.file_name.trim().is_empty() => Some(name.file_name.clone()),
        _ => None,
    });
    named.unwrap_or_else(|| "file".to_owned())
}

/// `12 B`, `3.4 kB`, `1.2 MB`.
pub(super) fn file_size(bytes: usize) -> String {
    const STEPS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let mut size = bytes as f64;
    let mut step = 0;
    while size >= 999.5 && step + 1 < STEPS.len() {
        size /= 1_000.0;
        step += 1;
    }
    if step == 0 || size >= 99.5 { format!("{size:.0} {}", STEPS[step]) } else { format!("{size:.1} {}", STEPS[step]) }
}

/// The loudness of a voice message over time, 0 to 31, packed in five bits each.
fn levels(packed: &[u8]) -> Vec<u8> {
    let bit = |place: usize| packed[place / 8] >> (place % 8) & 1;
    let level = |number: usize| (0..5).fold(0, |level, place| level | bit(number * 5 + place) << place);
    (0..packed.len() * 8 / 5).map(level).collect()
}

/// Packs loudness into five bits each.
pub(super) fn pack(levels: &[u8]) -> Vec<u8> {
    let mut packed = vec![0; (levels.len() * 5).div_ceil(8)];
    for (number, level) in levels.iter().enumerate() {
        for place in 0..5 {
            let bit = number * 5 + place;
            packed[bit / 8] |= (level >> place & 1) << (bit % 8);
        }
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 999, 1_000, 34_567, 999_499, 999_500, 1_234_567, 5_000_000_000].map(file_size);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "34.6 kB", "999 kB", "1.0 MB", "1.2 MB", "5.0 GB"]);
    }

    #[test]
    fn a_waveform_is_unpacked() {
        assert_eq!(levels(&[0xff; 5]), [31; 8]);
        // 1, then 2, then zeros: the first level sits in the lowest bits.
        assert_eq!(levels(&[0b0100_0001, 0, 0, 0, 0]), [1, 2, 0, 0, 0, 0, 0, 0]);
        assert!(levels(&[]).is_empty());
    }

    #[test]
    fn what_was_packed_is_unpacked_again() {
        let loud: Vec<u8> = (0..32).collect();
        assert_eq!(levels(&pack(&loud)), loud);
    }
}
