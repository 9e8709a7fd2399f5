//! `telegraphist audit export|verify`

use anyhow::bail;
use telegraphist_application::ports::AuditRow;

use super::Context;
use crate::arguments::Audit;
use crate::control::{AuditState, Control, Request};
use crate::terminal::Screen;

/// Rows that are fetched at once.
const PAGE: usize = 500;

/// Exports or verifies.
pub(crate) fn run(context: &Context, command: &Audit) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    match command {
        Audit::Export => export(&mut control),
        Audit::Verify => verify(&mut control),
    }
}

fn export(control: &mut Control) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let mut from = 1;
    loop {
        let rows: Vec<AuditRow> = control.ask(Request::AuditRows { from, limit: PAGE })?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        from = last.number + 1;
        for row in &rows {
            screen.line(serde_json::to_string(row)?)?;
        }
    }
}

fn verify(control: &mut Control) -> anyhow::Result<()> {
    match control.ask(Request::AuditVerify)? {
        AuditState::Whole { rows: 0 } => Screen::new().line("The audit log is empty."),
        AuditState::Whole { rows } => {
            Screen::new().line(format!("The audit log is whole: {rows} rows, each follows from the one before it."))
        }
        AuditState::Broken { at } => {
            bail!("the audit log was tampered with: row {at} does not follow from the one before it")
        }
    }
}
