//! Trouble made to order: refusals, delays, cut connections and lost updates.
//!
//! Rules are tried in the order in which they were made; each fires a given number of times, or for ever.

pub(crate) mod bots;

use std::collections::HashMap;
use std::time::Duration;

use bots::{After, Before, BotFault, When};

use serde::{Deserialize, Serialize};

/// Matches every method.
pub const ANY_METHOD: &str = "*";

/// Refuse calls of a method with an error of Telegram's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The method, such as `messages.sendMessage`, or `*`.
    pub method: String,
    /// The class of the error: 400, 401, 403, 406, 420, 500.
    pub code: i32,
    /// Its name, such as `FLOOD_WAIT_2`.
    pub text: String,
    /// How often it fires; for ever if absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// Only calls of this account; of everybody if absent.
    #[serde(default)]
    pub account: Option<i64>,
}

impl Fault {
    /// Refuses the next call of a method, whoever makes it.
    pub fn once(method: &str, code: i32, text: &str) -> Self {
        Self { method: method.to_owned(), code, text: text.to_owned(), times: Some(1), account: None }
    }
}

/// One rule: what happens to which calls, and how often still.
#[derive(Debug)]
struct Rule<T> {
    method: String,
    account: Option<i64>,
    left: Option<u32>,
    consequence: T,
}

impl<T> Rule<T> {
    fn matches(&self, method: &str, account: Option<i64>) -> bool {
        (self.method == ANY_METHOD || self.method == method)
            && self.account.is_none_or(|wanted| Some(wanted) == account)
            && self.left != Some(0)
    }
}

#[derive(Debug)]
struct Rules<T>(Vec<Rule<T>>);

impl<T> Default for Rules<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Rules<T> {
    fn fire(&mut self, method: &str, account: Option<i64>) -> Option<T> {
        let rule = self.0.iter_mut().find(|rule| rule.matches(method, account))?;
        if let Some(left) = &mut rule.left {
            *left -= 1;
        }
        let consequence = rule.consequence.clone();
        self.0.retain(|rule| rule.left != Some(0));
        Some(consequence)
    }
}

/// All trouble that waits to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    refusals: Rules<(i32, String)>,
    delays: Rules<Duration>,
    cuts: Rules<()>,
    gaps: HashMap<i64, u32>,
    before: Rules<Before>,
    after: Rules<After>,
    twice: Rules<()>,
    disorder: Rules<()>,
}

impl Faults {
    /// Adds a refusal.
    pub(crate) fn refuse(&mut self, fault: Fault) {
        self.refusals.0.push(Rule {
            method: fault.method,
            account: fault.account,
            left: fault.times,
            consequence: (fault.code, fault.text),
        });
    }

    /// Lets calls of a method wait before they are executed; of one account, or of everybody.
    pub(crate) fn delay(&mut self, method: &str, by: Duration, times: Option<u32>, account: Option<i64>) {
        self.delays.0.push(Rule { method: method.to_owned(), account, left: times, consequence: by });
    }

    /// Executes calls of a method, then cuts the connection instead of answering.
    pub(crate) fn cut_after(&mut self, method: &str, times: Option<u32>) {
        self.cuts.0.push(Rule { method: method.to_owned(), account: None, left: times, consequence: () });
    }

    /// Loses the next `count` updates of an account on their way.
    pub(crate) fn lose_updates(&mut self, account: i64, count: u32) {
        *self.gaps.entry(account).or_default() += count;
    }

    /// Adds trouble for bots.
    pub(crate) fn trouble_bots(&mut self, fault: BotFault) {
        let BotFault { method, trouble, times: left, bot: account } = fault;
        match When::from(trouble) {
            When::Before(consequence) => self.before.0.push(Rule { method, account, left, consequence }),
            When::After(consequence) => self.after.0.push(Rule { method, account, left, consequence }),
            When::Twice => self.twice.0.push(Rule { method, account, left, consequence: () }),
            When::Disorder => self.disorder.0.push(Rule { method, account, left, consequence: () }),
        }
    }

    /// What happens to this call before it is performed.
    pub(crate) fn next_before(&mut self, method: &str, bot: i64) -> Option<Before> {
        self.before.fire(method, Some(bot))
    }

    /// What happens to the answer of this call.
    pub(crate) fn next_after(&mut self, method: &str, bot: i64) -> Option<After> {
        self.after.fire(method, Some(bot))
    }

    /// Whether an update of this bot comes twice.
    pub(crate) fn next_twice(&mut self, bot: i64) -> bool {
        self.twice.fire(ANY_METHOD, Some(bot)).is_some()
    }

    /// Whether the next update of this bot comes out of order.
    pub(crate) fn next_disorder(&mut self, bot: i64) -> bool {
        self.disorder.fire(ANY_METHOD, Some(bot)).is_some()
    }

    /// Whether an update of this bot would come out of order.
    pub(crate) fn has_disorder(&self, bot: i64) -> bool {
        self.disorder.0.iter().any(|rule| rule.matches(ANY_METHOD, Some(bot)))
    }

    /// Forgets all trouble that has not happened yet.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How long this call has to wait.
    pub(crate) fn next_delay(&mut self, method: &str, account: Option<i64>) -> Option<Duration> {
        self.delays.fire(method, account)
    }

    /// How this call has to be refused: code and name.
    pub(crate) fn next_refusal(&mut self, method: &str, account: Option<i64>) -> Option<(i32, String)> {
        self.refusals.fire(method, account)
    }

    /// Whether the answer to this call has to be lost.
    pub(crate) fn next_cut(&mut self, method: &str, account: Option<i64>) -> bool {
        self.cuts.fire(method, account).is_some()
    }

    /// Whether the next update of this account has to be lost.
    pub(crate) fn next_gap(&mut self, account: i64) -> bool {
        match self.gaps.get_mut(&account) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_fires_as_often_as_it_was_told() {
        let mut faults = Faults::default();
        faults.refuse(Fault { times: Some(2), ..Fault::once("users.getUsers", 420, "FLOOD_WAIT_2") });
        let mut fired = || faults.next_refusal("users.getUsers", None).is_some();
        assert_eq!([fired(), fired(), fired()], [true, true, false]);
    }

    #[test]
    fn a_fault_keeps_to_its_method_and_account() {
        let mut faults = Faults::default();
        faults.refuse(Fault { account: Some(1001), ..Fault::once("users.getUsers", 500, "INTERNAL") });
        assert_eq!(faults.next_refusal("help.getConfig", Some(1001)), None);
        assert_eq!(faults.next_refusal("users.getUsers", Some(1002)), None);
        assert!(faults.next_refusal("users.getUsers", Some(1001)).is_some());
    }

    #[test]
    fn a_fault_without_a_number_fires_for_ever() {
        let mut faults = Faults::default();
        faults.cut_after(ANY_METHOD, None);
        assert!((0..100).all(|_| faults.next_cut("help.getConfig", None)));
        faults.clear();
        assert!(!faults.next_cut("help.getConfig", None));
    }

    #[test]
    fn lost_updates_are_counted_down() {
        let mut faults = Faults::default();
        faults.lose_updates(1001, 1);
        assert!(!faults.next_gap(1002));
        assert!(faults.next_gap(1001));
        assert!(!faults.next_gap(1001));
    }
}
