//! What kind of file it is.

/// How many bytes at the start tell the kind.
pub(crate) const HEAD: usize = 8 * 1024;

/// The MIME type by content, else by name.
pub(crate) fn of(head: &[u8], name: &str) -> String {
    if let Some(kind) = infer::get(head) {
        return kind.mime_type().to_owned();
    }
    let by_name = mime_guess::from_path(name).first_raw();
    by_name.unwrap_or("application/octet-stream").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_wins_over_the_name() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(of(png, "holiday.txt"), "image/png");
        assert_eq!(of(b"hello", "notes.txt"), "text/plain");
        assert_eq!(of(b"hello", "notes"), "application/octet-stream");
    }
}
