//! What watches the numbers asks for those that there are: the alert rules of Prometheus, and the dashboard of Grafana.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::seeing::{GOLDEN, UNSEEN};

/// Prometheus' own number, and the labels that it puts on every other.
const UP: (&str, &str, &str) = ("up", "gauge", "");
const OF_PROMETHEUS: [&str; 2] = ["instance", "job"];

/// What follows these in brackets are labels.
const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// What an expression asks for: each number with the labels by which it is chosen, and the labels that it is grouped by.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    numbers: Vec<(String, BTreeSet<String>)>,
    grouped: BTreeSet<String>,
}

/// The words of a text, without what stands in quotes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let unquoted = text.split('"').step_by(2);
    unquoted
        .flat_map(|part| part.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_'))
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

/// The text before a sign that stands outside quotes, and the text behind it.
fn split_at_sign(text: &str, sign: char) -> (&str, &str) {
    let mut is_quoted = false;
    let end = text.find(|letter| {
        is_quoted ^= letter == '"';
        letter == sign && !is_quoted
    });
    end.map_or((text, ""), |end| (&text[..end], &text[end + sign.len_utf8()..]))
}

/// Reads an expression. Whatever is no function, keyword or label is taken for a number, so that nothing slips through.
fn asked(expression: &str) -> Asked {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || "_:.".contains(letter);
    let labels = |text: &str| words(text).map(str::to_owned).collect::<BTreeSet<_>>();
    let mut asked = Asked::default();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len()).max(first.len_utf8());
        let (token, after) = rest.split_at(end);
        let after = after.trim_start();
        rest = after;
        if first == '[' {
            rest = split_at_sign(after, ']').1;
        } else if first == '"' {
            rest = after.split_once('"').map_or("", |(_, rest)| rest);
        } else if GROUPINGS.contains(&token) {
            let (inner, outer) = split_at_sign(after, ')');
            asked.grouped.extend(labels(inner));
            rest = outer;
        } else if first.is_ascii_alphabetic() {
            let is_aggregation = ["by", "without"]
                .iter()
                .any(|word| after.strip_prefix(word).is_some_and(|after| after.trim_start().starts_with('(')));
            let is_operator = ["and", "or", "unless", "bool", "offset"].contains(&token);
            if !(after.starts_with('(') || is_aggregation || is_operator) {
                let (chosen, outer) = after.strip_prefix('{').map_or(("", after), |after| split_at_sign(after, '}'));
                asked.numbers.push((token.to_owned(), labels(chosen)));
                rest = outer;
            }
        }
    }
    asked
}

/// The labels that a sample of this name may have, if there is such a number.
fn labels_of(sample: &str) -> Option<BTreeSet<&'static str>> {
    let mut known = GOLDEN.into_iter().chain(UNSEEN).chain([UP]);
    known.find_map(|(name, kind, labels)| {
        let end = sample.strip_prefix(name)?;
        let is_it = if kind == "histogram" { ["_bucket", "_count", "_sum"].contains(&end) } else { end.is_empty() };
        is_it.then(|| labels.split(',').chain(OF_PROMETHEUS).filter(|label| !label.is_empty()).collect())
    })
}

/// What an expression asks for that is not there.
fn missing_in(expression: &str) -> Vec<String> {
    let asked = asked(expression);
    let mut missing = Vec::new();
    let mut groups = BTreeSet::from(OF_PROMETHEUS);
    for (name, chosen) in &asked.numbers {
        let Some(has) = labels_of(name) else {
            missing.push(name.clone());
            continue;
        };
        missing.extend(chosen.iter().filter(|label| !has.contains(label.as_str())).map(|at| format!("{name}{{{at}}}")));
        groups.extend(has);
    }
    missing.extend(asked.grouped.into_iter().filter(|label| !groups.contains(label.as_str())));
    if asked.numbers.is_empty() {
        missing.push("no number is asked for".to_owned());
    }
    missing
}

/// Asks Prometheus' own tool.
fn promtool(arguments: &[&str], folder: &Path) -> anyhow::Result<()> {
    let output = Command::new("promtool").args(arguments).current_dir(folder).output();
    let output = output.context("promtool is not there; run `cargo xtask test` once")?;
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    anyhow::ensure!(output.status.success(), "{said}");
    Ok(())
}

#[test]
fn an_expression_is_known_by_all_of_its_numbers_and_labels() {
    let fine =
        r#"histogram_quantile(0.95, sum by (le) (rate(mcp_request_duration_seconds_bucket{method=~"a}?"}[5m]))) > 1e3"#;
    assert_eq!(missing_in(fine), [""; 0]);
    let both =
        r#"up{job="x"} == 0 and on (instance) absent(disk_usage_percent) unless network_oi_bytes{direction="sent"}"#;
    assert_eq!(missing_in(both), ["network_oi_bytes"]);
    assert_eq!(missing_in("sum without (sate) (telegram_deliveries)"), ["sate"]);
    assert_eq!(missing_in(r#"rate(telegram_sessions{stat="x"}[1m])"#), ["telegram_sessions{stat}"]);
    assert_eq!(missing_in("mcp_request_duration_seconds"), ["mcp_request_duration_seconds"]);
    assert_eq!(missing_in("sum(up_total)"), ["up_total"]);
    assert_eq!(missing_in("vector(1)"), ["no number is asked for"]);
}

#[test]
fn alerts_fire_when_they_should_and_ask_for_numbers_that_there_are() -> anyhow::Result<()> {
    let folder = telegraphist_tests::repository().join("deploy/prometheus");
    promtool(&["test", "rules", "alerts.test.yml"], &folder)?;
    let rules = std::fs::read_to_string(folder.join("alerts.yml"))?;
    let mut lines = rules.lines();
    let mut seen = 0;
    while let Some(line) = lines.next() {
        let Some(expression) = line.trim().strip_prefix("expr: ") else { continue };
        let expression = if expression == ">-" { lines.next().context("an expression")? } else { expression };
        assert_eq!(missing_in(expression), [""; 0], "{expression}");
        seen += 1;
    }
    assert_eq!(seen, rules.matches("- alert:").count(), "each on one line");
    Ok(())
}

/// What a panel, or a query in it, takes its numbers from.
fn source(of: &Value) -> &Value {
    &of["datasource"]["uid"]
}

#[test]
fn the_dashboard_asks_for_numbers_that_there_are_of_the_prometheus_that_was_chosen() -> anyhow::Result<()> {
    let text = std::fs::read_to_string(telegraphist_tests::repository().join("deploy/grafana/telegraphist.json"))?;
    let dashboard: Value = serde_json::from_str(&text)?;
    let variables = dashboard["templating"]["list"].as_array().context("variables")?;
    let variable = |name: &str| variables.iter().find(|variable| variable["name"] == name).context(name.to_owned());
    assert_eq!(variable("datasource")?["type"], "datasource");
    let servers = variable("instance")?;
    assert_eq!(source(servers), "${datasource}");
    let servers = servers["query"]["query"].as_str().and_then(|query| query.strip_prefix("label_values("));
    let (number, _) = servers.and_then(|query| query.split_once(", instance)")).context("servers by a number")?;
    assert_eq!(missing_in(number), [""; 0]);

    let panels = dashboard["panels"].as_array().context("panels")?;
    let mut places = BTreeMap::new();
    let mut rules = Vec::new();
    for panel in panels {
        let title = &panel["title"];
        assert_eq!(places.insert(panel["id"].as_u64(), title), None, "{title} has a number of its own");
        if panel["type"] == "row" {
            continue;
        }
        assert_eq!(source(panel), "${datasource}", "{title}");
        let targets = panel["targets"].as_array().context("queries")?;
        assert!(!targets.is_empty(), "{title}");
        for target in targets {
            assert_eq!(source(target), "${datasource}", "{title}");
            let expression = target["expr"].as_str().context("an expression")?;
            assert_eq!(missing_in(expression), [""; 0], "{title}: {expression}");
            let is_of_server = |(_, chosen): &(String, BTreeSet<String>)| chosen.contains("instance");
            assert!(asked(expression).numbers.iter().all(is_of_server), "{title}: {expression}");
            let plain = expression.replace("$__rate_interval", "5m");
            rules.push(json!({ "record": format!("dashboard:query_{}", rules.len()), "expr": plain }));
        }
    }
    // What is JSON is YAML, too.
    let folder = tempfile::tempdir()?;
    let rules = json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    std::fs::write(folder.path().join("rules.yml"), rules.to_string())?;
    promtool(&["check", "rules", "rules.yml"], folder.path())?;
    every_number_is_shown(panels)
}

/// A number that nobody looks at is kept for nothing.
fn every_number_is_shown(panels: &[Value]) -> anyhow::Result<()> {
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let expressions = targets.map(|target| target["expr"].as_str().context("an expression"));
    let asked: Vec<Asked> = expressions.map(|expression| expression.map(asked)).collect::<anyhow::Result<_>>()?;
    let shown: BTreeSet<&str> =
        asked.iter().flat_map(|asked| asked.numbers.iter().map(|(name, _)| name.as_str())).collect();
    for (name, ..) in GOLDEN.into_iter().chain(UNSEEN) {
        let ends = ["", "_bucket", "_count", "_sum"];
        assert!(ends.iter().any(|end| shown.contains(&*format!("{name}{end}"))), "{name} is on no panel");
    }
    Ok(())
}
