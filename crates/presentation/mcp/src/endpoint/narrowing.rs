//! What a request wants to see of what is on offer: by its path and by its headers, each of which only takes away.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, StatusCode};
use percent_encoding::percent_decode_str;
use rmcp::model::ErrorCode;

use super::edge::Refused;
use crate::lines::message::Refusal;
use crate::selection::{Choice, Selection};

/// Where MCP is spoken; below it, `/x/<toolsets>` and `/readonly`.
pub const ENDPOINT_PATH: &str = "/mcp";

const TOOLSETS: HeaderName = HeaderName::from_static("x-mcp-toolsets");
const TOOLS: HeaderName = HeaderName::from_static("x-mcp-tools");
const EXCLUDE: HeaderName = HeaderName::from_static("x-mcp-exclude-tools");
const READ_ONLY: HeaderName = HeaderName::from_static("x-mcp-readonly");

/// The longest name that is looked up; what is longer is no slip.
const NAME_MAX: usize = 64;

/// The most names in one place; there are fewer tools.
const NAMES_MAX: usize = 256;

/// What path and headers leave of what is on offer; the same set of tools, in whatever words it is asked for.
pub(super) fn narrowed(offered: &Arc<Selection>, path: &str, headers: &HeaderMap) -> Result<Arc<Selection>, Refused> {
    let mut left = Arc::clone(offered);
    for choice in [of_path(path)?, of_headers(headers)?] {
        if choice != Choice::default() {
            let wanted = Selection::left_by(&choice).map_err(|unknown| Refused::unusable(unknown.to_string()))?;
            left = Arc::new(left.narrow(&wanted));
        }
    }
    Ok(left)
}

fn of_path(path: &str) -> Result<Choice, Refused> {
    let rest = path.strip_prefix(ENDPOINT_PATH).unwrap_or(path);
    let parts: Option<Vec<_>> = rest
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_decode_str(part).decode_utf8().ok())
        .collect();
    let parts = parts.ok_or_else(unknown_path)?;
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let toolsets = |text| match names([text]) {
        // Whoever names nothing here does not want everything.
        Some(names) if names.is_empty() => Err(unknown_path()),
        Some(names) => Ok(names),
        None => Err(Refused::unusable("the path takes names separated by commas")),
    };
    match parts.as_slice() {
        [] => Ok(Choice::default()),
        ["readonly"] => Ok(Choice { read_only: true, ..Choice::default() }),
        ["x", text] => Ok(Choice { toolsets: toolsets(text)?, ..Choice::default() }),
        ["x", text, "readonly"] => Ok(Choice { toolsets: toolsets(text)?, read_only: true, ..Choice::default() }),
        _ => Err(unknown_path()),
    }
}

fn unknown_path() -> Refused {
    let message = "there is no such path; use /mcp, /mcp/readonly, /mcp/x/TOOLSETS or /mcp/x/TOOLSETS/readonly";
    Refused::new(StatusCode::NOT_FOUND, Refusal::new(None, ErrorCode::INVALID_REQUEST, message))
}

fn of_headers(headers: &HeaderMap) -> Result<Choice, Refused> {
    let names = |header: &HeaderName| {
        let texts = headers.get_all(header).iter().map(|value| value.to_str().ok()).collect::<Option<Vec<_>>>();
        texts.and_then(names).ok_or_else(|| unreadable(header))
    };
    Ok(Choice {
        toolsets: names(&TOOLSETS)?,
        tools: names(&TOOLS)?,
        exclude: names(&EXCLUDE)?,
        read_only: is_read_only(headers)?,
    })
}

/// The names of some texts, in which they are separated by commas; each once and in order. Nothing where they are too
/// many, or one is longer than any name.
fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Vec<String>> {
    let given = texts.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let mut names = Vec::new();
    for name in given {
        if name.len() > NAME_MAX || names.len() == NAMES_MAX {
            return None;
        }
        names.push(name.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    Some(names)
}

fn is_read_only(headers: &HeaderMap) -> Result<bool, Refused> {
    let mut is_read_only = false;
    for value in headers.get_all(&READ_ONLY) {
        is_read_only |= match value.to_str().map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            Ok("true" | "1" | "yes" | "on") => true,
            Ok("false" | "0" | "no" | "off" | "") => false,
            // Whoever means to be held back must not be let loose by a slip.
            Ok(_) | Err(_) => return Err(unreadable(&READ_ONLY)),
        };
    }
    Ok(is_read_only)
}

fn unreadable(header: &HeaderName) -> Refused {
    let expected = if *header == READ_ONLY { "true or false" } else { "names separated by commas" };
    Refused::unusable(format!("the header {header} takes {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), value.parse().expect("a value"));
        }
        map
    }

    fn left(path: &str, headers: &[(&'static str, &str)]) -> Result<Arc<Selection>, StatusCode> {
        let offered = Arc::new(Selection::everything());
        narrowed(&offered, path, &map(headers)).map_err(|refused| refused.status())
    }

    #[test]
    fn paths_and_headers_say_what_is_wanted() {
        let chosen = |toolsets: &[&str], read_only| {
            let toolsets = toolsets.iter().map(ToString::to_string).collect();
            let choice = Choice { toolsets, read_only, ..Choice::default() };
            Ok(Arc::new(Selection::left_by(&choice).expect("names that are known")))
        };
        assert_eq!(left("/mcp", &[]), chosen(&[], false));
        assert_eq!(left("/mcp/", &[("x-mcp-readonly", "false")]), chosen(&[], false));
        assert_eq!(left("/mcp/readonly", &[]), chosen(&[], true));
        assert_eq!(left("/mcp/x/chats,media", &[]), chosen(&["chats", "media"], false));
        let both = left("/mcp/x/chats/readonly", &[("x-mcp-toolsets", "media, chats"), ("x-mcp-toolsets", "chats")]);
        assert_eq!(both, chosen(&["chats"], true));
    }

    #[test]
    fn the_same_choice_in_other_words_is_the_same() {
        let expected = left("/mcp/x/chats,media", &[]);
        for path in
            ["/mcp/x/media,chats/", "/mcp/x/chats,,media,chats", "/mcp/x/chats%2Cmedia", "/mcp//x/%63hats, media"]
        {
            assert_eq!(left(path, &[]), expected, "{path}");
        }
        assert_eq!(left("/mcp", &[("x-mcp-toolsets", "media"), ("x-mcp-toolsets", "chats,media")]), expected);
    }

    #[test]
    fn what_says_nothing_leaves_what_is_on_offer_as_it_is() {
        let offered = Arc::new(Selection::default());
        let left = narrowed(&offered, "/mcp", &map(&[("x-mcp-readonly", "no")])).ok().expect("it is fine");
        assert!(Arc::ptr_eq(&offered, &left));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for path in [
            "/mcp/x",
            "/mcp/x/,",
            "/mcp/x/%20",
            "/mcp/x/chats/write",
            "/mcp/readonly/x/chats",
            "/mcp/everything",
            "/mcp/x/%ff",
        ] {
            assert_eq!(left(path, &[]), Err(StatusCode::NOT_FOUND), "{path}");
        }
        assert_eq!(left("/mcp/x/chats%2Freadonly", &[]), Err(StatusCode::BAD_REQUEST), "it is one name");
        assert_eq!(left("/mcp", &[("x-mcp-readonly", "ture")]), Err(StatusCode::BAD_REQUEST));
        assert_eq!(left("/mcp", &[("x-mcp-tools", "caf\u{e9}")]), Err(StatusCode::BAD_REQUEST));
        let (long, many) = ("x".repeat(NAME_MAX + 1), "chats,".repeat(NAMES_MAX + 1));
        assert_eq!(left("/mcp", &[("x-mcp-toolsets", &many)]), Err(StatusCode::BAD_REQUEST));
        for (path, header) in [(format!("/mcp/x/{long}"), "chats"), ("/mcp".to_owned(), long.as_str())] {
            let refused = narrowed(&Arc::new(Selection::everything()), &path, &map(&[("x-mcp-toolsets", header)]));
            let told = refused.expect_err("no name is so long").answer();
            assert_eq!(told.status(), StatusCode::BAD_REQUEST);
        }
    }
}
