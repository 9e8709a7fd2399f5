//! Hints for names that were mistyped.

/// The one of `known` that `name` was probably meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_noise_finds_none() {
        let known = ["send_message", "send_file", "get_me"];
        assert_eq!(nearest("sendMessage", known), Some("send_message"));
        assert_eq!(nearest("get_mee", known), Some("get_me"));
        assert_eq!(nearest("weather", known), None);
    }
}
