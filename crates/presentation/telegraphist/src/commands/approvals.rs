//! `telegraphist approvals …`

use chrono::{DateTime, Utc};
use telegraphist_application::approvals::RuleView;
use telegraphist_application::readable::text_of;
use telegraphist_application::views::ApprovalView;

use super::Context;
use super::people::ask;
use crate::arguments::{Approvals, Output};
use crate::control::{Control, DeskRequest};
use crate::terminal::{Screen, Table};

/// Does one of them.
pub(crate) fn run(context: &Context, command: Approvals) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    let mut screen = Screen::new();
    match command {
        Approvals::List { pending, shown } => {
            let request = DeskRequest::Approvals { is_pending: pending, limit: shown.limit };
            list(&ask::<Vec<ApprovalView>>(&mut control, request)?, shown.output)
        }
        Approvals::Show { id, output } => show(&ask(&mut control, DeskRequest::Approval { id })?, output),
        Approvals::Cancel { id } => {
            let approval: ApprovalView = ask(&mut control, DeskRequest::EndApproval { id })?;
            screen.line(format!("{} is {}.", approval.approval_id, approval.state.as_str()))
        }
        Approvals::Rules { output } => rules(&ask::<Vec<RuleView>>(&mut control, DeskRequest::Rules)?, output),
        Approvals::Revoke { id } => {
            let (): () = ask(&mut control, DeskRequest::RevokeRule { id })?;
            screen.line("It is taken back; from now on it is asked again.")
        }
    }
}

fn list(approvals: &[ApprovalView], output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(approvals)?);
    }
    if approvals.is_empty() {
        return screen.line("Nobody was asked anything.");
    }
    let mut table = Table::new(&["approval", "state", "question", "asked by", "asked", "answer"]);
    for approval in approvals {
        let answer = approval.decision.as_ref().map(|decision| decision.choice.clone());
        table.row([
            approval.approval_id.clone(),
            approval.state.as_str().to_owned(),
            approval.title.clone(),
            approval.agent.clone(),
            minute(approval.created),
            answer.or_else(|| approval.why.clone()).unwrap_or_default(),
        ]);
    }
    table.print(&mut screen)
}

fn show(approval: &ApprovalView, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    match output {
        Output::Json => screen.json(&serde_json::to_value(approval)?),
        Output::Text => screen.line(text_of(approval).trim_end()),
    }
}

fn rules(rules: &[RuleView], output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(rules)?);
    }
    if rules.is_empty() {
        return screen.line("Nothing was allowed for longer than once.");
    }
    let mut table = Table::new(&["rule", "tool", "about", "lasts", "state", "made by", "until"]);
    for rule in rules {
        table.row([
            rule.id.clone(),
            rule.tool.clone(),
            rule.about.clone(),
            rule.lasts.clone(),
            rule.state.clone(),
            rule.made_by.clone(),
            rule.expires.map(minute).unwrap_or_default(),
        ]);
    }
    table.print(&mut screen)
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%m-%d %H:%M").to_string()
}
