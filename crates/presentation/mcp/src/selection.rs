//! Which tools a connection offers.
//!
//! A selection is a plain set of names, so that narrowing is an intersection and can never add anything.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use telegraphist_application::{Caller, Effect, Scope, Toolset};

use crate::catalogue::{Catalogue, Tool};
use crate::nearest::nearest;

/// The toolsets that are on where nothing is chosen.
pub const DEFAULT_TOOLSETS: [Toolset; 4] = [Toolset::Account, Toolset::Chats, Toolset::Messages, Toolset::Media];

/// The toolsets that are on besides where nothing is chosen and a bot is signed in: without one they can do nothing.
pub const BOT_TOOLSETS: [Toolset; 2] = [Toolset::Notify, Toolset::Approvals];

/// What a person chose, as flags, variables, configuration and headers say it. Each text may hold several names
/// separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// Toolsets to offer; `default` and `all` are understood.
    pub toolsets: Vec<String>,
    /// Tools to offer besides, or alone where no toolset is named.
    pub tools: Vec<String>,
    /// Tools not to offer, whatever the others say.
    pub exclude: Vec<String>,
    /// Whether to offer only what changes nothing.
    pub read_only: bool,
}

/// A set of tools.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selection {
    names: BTreeSet<&'static str>,
    /// What it becomes where a bot is signed in; never less than `names`.
    beside_a_bot: BTreeSet<&'static str>,
    /// Whether it may be told how the server itself does.
    sees_health: bool,
    /// Whether it may be told how the server is configured.
    sees_configuration: bool,
}

/// A name that is neither a tool nor a toolset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} `{name}`{}", near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownName {
    /// `tool` or `toolset`.
    pub kind: &'static str,
    /// What was given.
    pub name: String,
    /// What may have been meant.
    pub near: Option<&'static str>,
}

impl Default for Selection {
    /// What is on where nothing is chosen.
    fn default() -> Self {
        let names = names_where(|tool| DEFAULT_TOOLSETS.contains(&tool.facts.toolset));
        let for_bots = names_where(|tool| BOT_TOOLSETS.contains(&tool.facts.toolset));
        Self {
            beside_a_bot: names.union(&for_bots).copied().collect(),
            names,
            sees_health: true,
            sees_configuration: true,
        }
    }
}

impl Selection {
    /// Every tool there is.
    pub fn everything() -> Self {
        Self::where_tool(|_| true)
    }

    /// What a person chose.
    pub fn of(choice: &Choice) -> Result<Self, UnknownName> {
        Self::chosen(choice, Self::default())
    }

    /// What a choice leaves of another one: where it names nothing to offer, it takes nothing away by that.
    pub fn left_by(choice: &Choice) -> Result<Self, UnknownName> {
        Self::chosen(choice, Self::everything())
    }

    fn chosen(choice: &Choice, where_nothing_is_named: Self) -> Result<Self, UnknownName> {
        let toolsets = split(&choice.toolsets);
        let tools = split(&choice.tools);
        let is_anything_named = !toolsets.is_empty() || !tools.is_empty();
        let mut selection = if is_anything_named { Self::nothing() } else { where_nothing_is_named };
        // It goes with no tool, so whoever wants some tools and nothing else is not offered it.
        selection.sees_configuration &= tools.is_empty() || !toolsets.is_empty();
        for name in toolsets {
            selection.add(&toolset(name)?);
        }
        for name in tools {
            selection.add(&Self::only(tool(name)?));
        }
        for name in split(&choice.exclude) {
            let name = tool(name)?.facts.name;
            selection.names.remove(name);
            selection.beside_a_bot.remove(name);
        }
        if choice.read_only {
            selection = selection.narrow(&Self::where_tool(|tool| tool.facts.effect == Effect::Reads));
        }
        Ok(selection)
    }

    /// What both offer.
    #[must_use]
    pub fn narrow(&self, other: &Self) -> Self {
        Self {
            names: self.names.intersection(&other.names).copied().collect(),
            beside_a_bot: self.beside_a_bot.intersection(&other.beside_a_bot).copied().collect(),
            sees_health: self.sees_health && other.sees_health,
            sees_configuration: self.sees_configuration && other.sees_configuration,
        }
    }

    /// What it is where a bot is signed in.
    #[must_use]
    pub fn beside_a_bot(&self) -> Self {
        Self { names: self.beside_a_bot.clone(), ..self.clone() }
    }

    /// What of it a caller may call at all.
    #[must_use]
    pub fn granted(&self, caller: &Caller) -> Self {
        let grants = &caller.grants;
        let mut granted = self.narrow(&Self::where_tool(|tool| grants.offer(&tool.facts)));
        granted.sees_health &= grants.has(Scope::OpsRead);
        granted.sees_configuration &= grants.has(Scope::OpsRead) || grants.has(Scope::Admin);
        granted
    }

    /// How many tools are in it.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether a tool is in it.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether it may be told how the server itself does.
    pub(crate) fn sees_health(&self) -> bool {
        self.sees_health
    }

    /// Whether it may be told how the server is configured.
    pub(crate) fn sees_configuration(&self) -> bool {
        self.sees_configuration
    }

    /// Its tools, in the catalogue's order.
    pub fn tools(&self) -> impl Iterator<Item = &'static Tool> {
        Catalogue::get().tools().iter().filter(|tool| self.has(tool.facts.name))
    }

    fn nothing() -> Self {
        Self { names: BTreeSet::new(), beside_a_bot: BTreeSet::new(), sees_health: true, sees_configuration: true }
    }

    fn only(tool: &Tool) -> Self {
        let names = BTreeSet::from([tool.facts.name]);
        Self { beside_a_bot: names.clone(), names, sees_health: true, sees_configuration: true }
    }

    fn add(&mut self, other: &Self) {
        self.names.extend(&other.names);
        self.beside_a_bot.extend(&other.beside_a_bot);
    }

    fn where_tool(is_in: impl Fn(&Tool) -> bool) -> Self {
        let names = names_where(is_in);
        Self { beside_a_bot: names.clone(), names, sees_health: true, sees_configuration: true }
    }
}

fn names_where(is_in: impl Fn(&Tool) -> bool) -> BTreeSet<&'static str> {
    Catalogue::get().tools().iter().filter(|tool| is_in(tool)).map(|tool| tool.facts.name).collect()
}

fn split(names: &[String]) -> Vec<&str> {
    names.iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty()).collect()
}

fn toolset(name: &str) -> Result<Selection, UnknownName> {
    match name {
        "all" => Ok(Selection::everything()),
        "default" => Ok(Selection::default()),
        _ => {
            let toolset = Toolset::named(name).ok_or_else(|| {
                let known = Toolset::ALL.iter().map(|toolset| toolset.as_str()).chain(["all", "default"]);
                UnknownName { kind: "toolset", name: name.to_owned(), near: nearest(name, known) }
            })?;
            Ok(Selection::where_tool(|tool| tool.facts.toolset == toolset))
        }
    }
}

fn tool(name: &str) -> Result<&'static Tool, UnknownName> {
    let catalogue = Catalogue::get();
    catalogue.tool(name).ok_or_else(|| {
        let known = catalogue.tools().iter().map(|tool| tool.facts.name);
        UnknownName { kind: "tool", name: name.to_owned(), near: nearest(name, known) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(toolsets: &str, tools: &str, exclude: &str, read_only: bool) -> Choice {
        let list = |names: &str| vec![names.to_owned()];
        Choice { toolsets: list(toolsets), tools: list(tools), exclude: list(exclude), read_only }
    }

    fn names(choice: &Choice) -> Vec<&'static str> {
        Selection::of(choice).expect("known names").tools().map(|tool| tool.facts.name).collect()
    }

    #[test]
    fn nothing_chosen_is_the_default_set_without_contacts() {
        let chosen = Selection::of(&Choice::default()).expect("known names");
        assert_eq!(chosen, Selection::default());
        assert!(chosen.has("send_message") && !chosen.has("list_contacts"));
    }

    #[test]
    fn a_bot_brings_its_toolsets_where_nothing_else_was_chosen() {
        let usual = Selection::default();
        assert!(!usual.has("request_approval"));
        assert!(usual.beside_a_bot().has("request_approval") && usual.beside_a_bot().has("send_message"));
        let chosen = Selection::of(&choice("messages", "", "", false)).expect("known names");
        assert_eq!(chosen.beside_a_bot(), chosen);
        let fewer =
            Selection::of(&choice("", "", "request_approval,get_me", true)).expect("known names").beside_a_bot();
        assert!(!fewer.has("request_approval") && !fewer.has("get_me") && !fewer.has("cancel_approval"));
        assert!(fewer.has("get_approval"));
        assert!(!usual.narrow(&chosen).beside_a_bot().has("request_approval"), "narrowing only narrows");
    }

    #[test]
    fn tools_add_to_toolsets_and_stand_alone_without_them() {
        assert_eq!(names(&choice("", "get_me, send_message", "", false)), ["get_me", "send_message"]);
        assert_eq!(names(&choice("account", "send_message", "", false)), ["get_me", "list_sessions", "send_message"]);
        assert_eq!(Selection::of(&choice("all", "", "", false)), Ok(Selection::everything()));
    }

    #[test]
    fn exclusion_wins_and_read_only_is_strict() {
        assert_eq!(names(&choice("account", "get_me", "get_me", false)), ["list_sessions"]);
        let reads = Selection::of(&choice("all", "send_message", "", true)).expect("known names");
        assert!(reads.tools().all(Tool::is_read_only));
    }

    #[test]
    fn narrowing_only_narrows() {
        let mine = Selection::of(&choice("account,messages", "", "", false)).expect("known names");
        let wide = Selection::everything();
        assert_eq!(mine.narrow(&wide), mine);
        assert_eq!(wide.narrow(&mine), mine);
    }

    #[test]
    fn what_a_choice_leaves_is_all_but_what_it_names_away() {
        let left = |choice: &Choice| Selection::left_by(choice).expect("known names");
        assert_eq!(left(&Choice::default()), Selection::everything());
        assert!(!left(&choice("", "", "get_me", false)).has("get_me"));
        assert!(left(&choice("", "", "", true)).tools().all(Tool::is_read_only));
        assert_eq!(left(&choice("default", "", "", false)), Selection::default());
        let usual = Selection::default();
        assert_eq!(usual.narrow(&left(&choice("all", "", "", false))), usual, "a choice never widens another");
        assert!(!usual.narrow(&left(&choice("contacts", "", "", false))).has("list_contacts"));
    }

    #[test]
    fn unknown_names_are_errors_that_name_the_nearest() {
        let error = Selection::of(&choice("mesages", "", "", false)).expect_err("unknown");
        assert_eq!(error.to_string(), "there is no toolset `mesages`; did you mean `messages`?");
        let error = Selection::of(&choice("", "", "get_mee", false)).expect_err("unknown");
        assert_eq!(error.to_string(), "there is no tool `get_mee`; did you mean `get_me`?");
        assert_eq!(Selection::of(&choice("", "weather", "", false)).expect_err("unknown").near, None);
    }
}
