/// Bytes that a file name may have on common file systems, less what a number and an ending may add.
const NAME_MAX: usize = 200;

/// A name that somebody else chose, safe to use as a file name: no directories, no control characters, nothing hidden,
/// nothing that a shell or another system reads as more than a name.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_direction(*c))
        .map(|c| match c {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            c => c,
        })
        .collect();
    let trimmed = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    let short = shorten(trimmed);
    if short.is_empty() { "file".to_owned() } else { short }
}

/// Marks that make a name read other than it is, as in `gpj.exe`.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Cuts in the middle, so that the ending stays.
fn shorten(name: &str) -> String {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let (stem, ending) = match name.rfind('.') {
        Some(dot) if name.len() - dot <= 16 => name.split_at(dot),
        _ => (name, ""),
    };
    let end = stem.floor_char_boundary(NAME_MAX - ending.len());
    format!("{}{ending}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("..\\..\\boot.ini"), "boot.ini");
        assert_eq!(safe_name(".bashrc"), "bashrc");
        for nothing in ["", "..", "/", "a/", "\u{0}"] {
            assert_eq!(safe_name(nothing), "file", "{nothing:?}");
        }
    }

    #[test]
    fn a_name_reads_as_it_is() {
        assert_eq!(safe_name("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(safe_name("a:b*c?.txt"), "a_b_c_.txt");
        assert_eq!(safe_name("Отчёт 日本.pdf"), "Отчёт 日本.pdf");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = format!("{}.pdf", "ж".repeat(300));
        let name = safe_name(&long);
        assert!(name.len() <= NAME_MAX);
        assert_eq!(name.rsplit('.').next(), Some("pdf"));
    }
}
