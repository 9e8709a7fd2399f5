//! What a request wants to see of what is on offer: by its path and by its headers, each of which only takes away.

use http::{HeaderMap, HeaderName, StatusCode};
use rmcp::model::ErrorCode;

use super::edge::Refused;
use crate::lines::message::Refusal;
use crate::selection::Choice;

/// Where MCP is spoken; below it, `/x/<toolsets>` and `/readonly`.
pub const ENDPOINT_PATH: &str = "/mcp";

const TOOLSETS: HeaderName = HeaderName::from_static("x-mcp-toolsets");
const TOOLS: HeaderName = HeaderName::from_static("x-mcp-tools");
const EXCLUDE: HeaderName = HeaderName::from_static("x-mcp-exclude-tools");
const READ_ONLY: HeaderName = HeaderName::from_static("x-mcp-readonly");

/// What path and headers say, one after the other; nothing for one that says nothing.
pub(super) fn of(path: &str, headers: &HeaderMap) -> Result<Vec<Choice>, Refused> {
    let choices = [of_path(path)?, of_headers(headers)?];
    Ok(choices.into_iter().filter(|choice| *choice != Choice::default()).collect())
}

fn of_path(path: &str) -> Result<Choice, Refused> {
    let rest = path.strip_prefix(ENDPOINT_PATH).unwrap_or(path);
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    let toolsets = |names: &str| vec![names.to_owned()];
    match parts.as_slice() {
        [] => Ok(Choice::default()),
        ["readonly"] => Ok(Choice { read_only: true, ..Choice::default() }),
        ["x", names] => Ok(Choice { toolsets: toolsets(names), ..Choice::default() }),
        ["x", names, "readonly"] => Ok(Choice { toolsets: toolsets(names), read_only: true, ..Choice::default() }),
        _ => {
            let message = "there is no such path; use /mcp, /mcp/readonly, /mcp/x/TOOLSETS or /mcp/x/TOOLSETS/readonly";
            Err(Refused::new(StatusCode::NOT_FOUND, Refusal::new(None, ErrorCode::INVALID_REQUEST, message)))
        }
    }
}

fn of_headers(headers: &HeaderMap) -> Result<Choice, Refused> {
    Ok(Choice {
        toolsets: names(headers, &TOOLSETS)?,
        tools: names(headers, &TOOLS)?,
        exclude: names(headers, &EXCLUDE)?,
        read_only: is_read_only(headers)?,
    })
}

/// Names, in any number of headers and separated by commas; sorted, so that the same choice is known again.
fn names(headers: &HeaderMap, header: &HeaderName) -> Result<Vec<String>, Refused> {
    let mut names = Vec::new();
    for value in headers.get_all(header) {
        let text = value.to_str().map_err(|_| unreadable(header))?;
        names.extend(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
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

    fn read(path: &str, headers: &[(&'static str, &str)]) -> Result<Vec<Choice>, StatusCode> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), value.parse().expect("a value"));
        }
        of(path, &map).map_err(|refused| refused.status())
    }

    #[test]
    fn paths_and_headers_say_what_is_wanted() {
        let choice = |toolsets: &[&str], read_only| {
            let toolsets = toolsets.iter().map(ToString::to_string).collect();
            Choice { toolsets, read_only, ..Choice::default() }
        };
        assert_eq!(read("/mcp", &[]), Ok(vec![]));
        assert_eq!(read("/mcp/", &[("x-mcp-readonly", "false")]), Ok(vec![]));
        assert_eq!(read("/mcp/readonly", &[]), Ok(vec![choice(&[], true)]));
        assert_eq!(read("/mcp/x/chats,media", &[]), Ok(vec![choice(&["chats,media"], false)]));
        let both = read("/mcp/x/chats/readonly", &[("x-mcp-toolsets", "media, chats"), ("x-mcp-toolsets", "chats")]);
        assert_eq!(both, Ok(vec![choice(&["chats"], true), choice(&["chats", "media"], false)]));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for path in ["/mcp/x", "/mcp/x/chats/write", "/mcp/readonly/x/chats", "/mcp/everything"] {
            assert_eq!(read(path, &[]), Err(StatusCode::NOT_FOUND), "{path}");
        }
        assert_eq!(read("/mcp", &[("x-mcp-readonly", "ture")]), Err(StatusCode::BAD_REQUEST));
        assert_eq!(read("/mcp", &[("x-mcp-tools", "caf\u{e9}")]), Err(StatusCode::BAD_REQUEST));
    }
}
