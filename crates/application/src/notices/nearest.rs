/// Names further away than this share nothing worth suggesting.
const LIKE_MIN: f64 = 0.7;

/// The name that was most likely meant.
pub(crate) fn nearest<'a>(meant: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let meant = meant.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&meant, &name.to_lowercase());
    let best = names.into_iter().map(|name| (likeness(name), name)).max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(likeness, _)| *likeness >= LIKE_MIN).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_named_and_nonsense_is_not() {
        let names = ["build_failed", "build_started", "git_push"];
        assert_eq!(nearest("Build_Faild", names), Some("build_failed"));
        assert_eq!(nearest("xyz", names), None);
        assert_eq!(nearest("anything", []), None);
    }
}
