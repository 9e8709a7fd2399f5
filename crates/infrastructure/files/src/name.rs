//! File names that strangers chose, made fit for a folder.

/// Bytes at most; most file systems end at 255, and a number may be added.
const NAME_MAX: usize = 200;

/// A name without directories, control and direction characters, leading dots or excess length. Never empty.
pub(crate) fn fit(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !is_unfit(*c)).collect();
    let kept = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if kept.is_empty() {
        return "file".to_owned();
    }
    shorten(kept)
}

/// The name with a number, as in `report (2).pdf`.
pub(crate) fn numbered(name: &str, number: u32) -> String {
    let (stem, extension) = split(name);
    format!("{stem} ({number}){extension}")
}

/// Characters that a shell, a file system or a reader would take for something else.
fn is_unfit(c: char) -> bool {
    let is_direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || is_direction || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    }
}

fn shorten(name: &str) -> String {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let (stem, extension) = split(name);
    let extension = if extension.len() <= 20 { extension } else { "" };
    let room = NAME_MAX - extension.len();
    let end = (0..=room).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{extension}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_anywhere_or_hide_anything() {
        assert_eq!(fit("../../etc/passwd"), "passwd");
        assert_eq!(fit("..\\..\\boot.ini"), "boot.ini");
        assert_eq!(fit(".bashrc"), "bashrc");
        assert_eq!(fit("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(fit("a\nb\0c"), "abc");
        for nothing in ["", "..", "/", " . "] {
            assert_eq!(fit(nothing), "file", "{nothing:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_its_characters_whole() {
        let long = format!("{}.pdf", "я".repeat(300));
        let short = fit(&long);
        assert!(short.len() <= NAME_MAX);
        assert!(short.ends_with("я.pdf"));
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        assert_eq!(numbered("report.pdf", 2), "report (2).pdf");
        assert_eq!(numbered("report", 1), "report (1)");
    }
}
