//! The buttons of a notice: answers to tap and addresses to open.

use serde_json::{Map, Value};
use telegraphist_domain::DeliveryId;
use url::{Host, Url};

use super::data::shown_label;
use crate::bots::NOTICE_TAP;
use crate::cards::{Button, Does, Style};
use crate::text::utf16_len;

/// Buttons with longer labels get a row of their own.
const SHORT_LABEL: usize = 18;
/// The longest address of a button, in bytes.
const URL_MAX: usize = 1024;

/// A button before it is known which delivery carries it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) text: String,
    /// The address that it opens; those without one are answers.
    pub(super) opens: Option<String>,
    pub(super) style: Option<Style>,
    /// What it is called by the agent, if not by its label.
    pub(super) action: Option<String>,
}

/// The buttons that the data of an event ask for.
pub(super) fn planned(data: &Map<String, Value>) -> Vec<Planned> {
    let mut buttons = Vec::new();
    for name in ["options", "response_options"] {
        let labels = data.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        buttons.extend(labels.map(|label| Planned {
            text: shown_label(label),
            opens: None,
            style: None,
            action: None,
        }));
    }
    let actions = data.get("actions").and_then(Value::as_array).into_iter().flatten();
    buttons.extend(actions.filter_map(of_action));
    for (name, text) in [("url", "Open link"), ("deployment_url", "Open deployment")] {
        if let Some(address) = data.get(name).and_then(Value::as_str).filter(|address| is_openable(address)) {
            buttons.push(Planned { text: text.to_owned(), opens: Some(address.to_owned()), style: None, action: None });
        }
    }
    buttons
}

fn of_action(action: &Value) -> Option<Planned> {
    let word = |name: &str| action.get(name).and_then(Value::as_str);
    Some(Planned {
        text: shown_label(word("text")?),
        opens: word("url").filter(|address| is_openable(address)).map(str::to_owned),
        style: match word("style") {
            Some("primary") => Some(Style::Primary),
            Some("danger") => Some(Style::Danger),
            Some(_) | None => None,
        },
        action: word("action").map(str::to_owned),
    })
}

/// The rows of a card, for the delivery that carries it. Answers are counted from 0.
pub(super) fn rows(planned: &[Planned], delivery: DeliveryId) -> Vec<Vec<Button>> {
    let mut rows: Vec<Vec<Button>> = Vec::new();
    let mut answers = 0;
    for button in planned {
        let does = if let Some(address) = &button.opens {
            Does::Open(address.clone())
        } else {
            answers += 1;
            Does::Tap(format!("{NOTICE_TAP}:{}:{}", delivery.0.simple(), answers - 1))
        };
        let is_short = |text: &str| utf16_len(text) <= SHORT_LABEL;
        let fits = is_short(&button.text);
        let made = Button { text: button.text.clone(), does, style: button.style };
        match rows.last_mut() {
            Some(row) if fits && row.len() == 1 && is_short(&row[0].text) => row.push(made),
            Some(_) | None => rows.push(vec![made]),
        }
    }
    rows
}

/// What the agent calls the answer with this number.
pub(super) fn action_of(data: &Map<String, Value>, answer: usize) -> Option<String> {
    planned(data).into_iter().filter(|button| button.opens.is_none()).nth(answer)?.action
}

/// Whether a button can open it. ASSUMED: Telegram refuses addresses that lead nowhere on the Internet, and with them
/// the whole message.
pub(super) fn is_openable(address: &str) -> bool {
    if address.len() > URL_MAX {
        return false;
    }
    let Ok(url) = Url::parse(address) else { return false };
    let leads_out = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.contains('.') && ![".local", ".localhost", ".internal"].iter().any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(address)) => {
            !(address.is_private() || address.is_loopback() || address.is_unspecified() || address.is_link_local())
        }
        Some(Host::Ipv6(_)) | None => false,
    };
    matches!(url.scheme(), "http" | "https") && leads_out
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::cards::TAP_DATA_MAX;

    #[test]
    fn answers_carry_the_delivery_and_their_number() {
        let data = json!({
            "options": ["Restart", "Look at the log"],
            "actions": [{ "text": "Page", "url": "https://example.com/1" }, { "text": "Stop", "action": "stop_now", "style": "danger" }],
            "url": "http://localhost:3000", "deployment_url": "https://example.com/",
        });
        let data = data.as_object().unwrap();
        let rows = rows(&planned(data), DeliveryId(Uuid::from_u128(7)));
        let shown: Vec<Vec<&str>> =
            rows.iter().map(|row| row.iter().map(|button| button.text.as_str()).collect()).collect();
        assert_eq!(shown, [vec!["Restart", "Look at the log"], vec!["Page", "Stop"], vec!["Open deployment"]]);
        let tap = |button: &Button| match &button.does {
            Does::Tap(tap) => tap.clone(),
            Does::Open(_) => String::new(),
        };
        assert_eq!(tap(&rows[0][1]), "n1:00000000000000000000000000000007:1");
        assert_eq!(tap(&rows[1][1]), "n1:00000000000000000000000000000007:2");
        assert!(tap(&rows[1][1]).len() <= TAP_DATA_MAX);
        assert_eq!(action_of(data, 2).as_deref(), Some("stop_now"));
        assert_eq!(action_of(data, 0), None);
    }

    #[test]
    fn only_what_leads_somewhere_can_be_opened() {
        for address in ["https://example.com/a?b", "http://93.184.216.34/", "https://пример.рф"] {
            assert!(is_openable(address), "{address}");
        }
        for address in
            ["http://localhost/", "https://ci.internal/", "http://10.0.0.1", "ftp://example.com", "javascript:1", "x"]
        {
            assert!(!is_openable(address), "{address}");
        }
        assert!(!is_openable(&format!("https://example.com/{}", "x".repeat(URL_MAX))));
    }
}
