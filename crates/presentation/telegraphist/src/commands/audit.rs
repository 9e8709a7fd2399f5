//! `telegraphist audit export|verify`

use anyhow::bail;
use telegraphist_application::ports::AuditRow;

use super::Context;
use crate::arguments::{Audit, AuditExport, AuditForm};
use crate::control::{AuditState, Control, Request};
use crate::terminal::Screen;

/// Rows that are fetched at once.
const PAGE: usize = 500;

/// The columns of a table of rows.
const COLUMNS: [&str; 11] = [
    "number",
    "at",
    "principal",
    "session",
    "operation",
    "chats",
    "outcome",
    "correlation_id",
    "arguments",
    "previous",
    "hash",
];

/// Exports or verifies.
pub(crate) fn run(context: &Context, command: &Audit) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    match command {
        Audit::Export(export) => self::export(&mut control, export),
        Audit::Verify => verify(&mut control),
    }
}

fn export(control: &mut Control, export: &AuditExport) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if export.format == AuditForm::Csv {
        screen.line(COLUMNS.join(","))?;
    }
    let mut from = 1;
    loop {
        let rows: Vec<AuditRow> = control.ask(Request::AuditRows { from, limit: PAGE })?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        from = last.number + 1;
        // A clock may go back, so a late row does not end it.
        for row in rows.iter().filter(|row| export.has(row)) {
            screen.line(match export.format {
                AuditForm::Jsonl => serde_json::to_string(row)?,
                AuditForm::Csv => separated(row)?,
            })?;
        }
    }
}

impl AuditExport {
    fn has(&self, row: &AuditRow) -> bool {
        let at = row.entry.at;
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// A row of the table; several chats are separated by spaces.
fn separated(row: &AuditRow) -> anyhow::Result<String> {
    let AuditRow { number, entry, previous, hash } = row;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    let (number, at, chats) = (number.to_string(), entry.at.to_rfc3339(), entry.chats.join(" "));
    let (session, arguments) = (entry.session.as_deref(), entry.arguments.as_deref());
    writer.write_record([
        &number,
        &at,
        &entry.principal,
        session.unwrap_or_default(),
        &entry.operation,
        &chats,
        &entry.outcome,
        &entry.correlation_id,
        arguments.unwrap_or_default(),
        previous,
        hash,
    ])?;
    let line = String::from_utf8(writer.into_inner()?)?;
    Ok(line.trim_end_matches('\n').to_owned())
}

fn verify(control: &mut Control) -> anyhow::Result<()> {
    match control.ask(Request::AuditVerify)? {
        AuditState::Whole { rows: 0 } => Screen::new().line("The audit log is empty."),
        AuditState::Whole { rows } => {
            Screen::new().line(format!("The audit log is whole: {rows} rows, each follows from the one before it."))
        }
        AuditState::Broken(breach) => bail!("the audit log was tampered with: {breach}"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use telegraphist_application::ports::AuditEntry;

    use super::*;

    fn row() -> AuditRow {
        let entry = AuditEntry {
            at: DateTime::UNIX_EPOCH,
            principal: "token:a, \"b\"".into(),
            session: None,
            operation: "send_message".into(),
            chats: vec!["1".into(), "-2".into()],
            outcome: "ok".into(),
            correlation_id: "c".into(),
            arguments: None,
        };
        AuditRow::after(None, entry)
    }

    #[test]
    fn a_row_of_the_table_has_each_column_and_quotes_what_would_break_it() {
        let line = separated(&row()).expect("plain data");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let record = reader.records().next().expect("a row").expect("it can be read");
        assert_eq!(record.len(), COLUMNS.len());
        assert_eq!((&record[2], &record[3], &record[5]), ("token:a, \"b\"", "", "1 -2"));
        assert_eq!(&record[10], row().hash);
    }

    #[test]
    fn an_export_is_from_a_time_on_and_before_another() {
        let moment = |seconds| DateTime::from_timestamp(seconds, 0);
        let has = |since, until| AuditExport { since, until, format: AuditForm::Jsonl }.has(&row());
        assert!(has(None, None) && has(moment(0), moment(1)) && has(moment(-1), None));
        assert!(!has(moment(1), None) && !has(None, moment(0)));
    }
}
