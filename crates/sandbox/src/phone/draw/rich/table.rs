//! Tables. One that is wider than the bubble scrolls by itself.

use grammers_tl_types as tl;
use maud::{Markup, html};
use tl::enums::{PageTableCell, PageTableRow};

use super::Desk;
use super::line::plain;

impl Desk<'_> {
    pub(super) fn table(self, table: &tl::types::PageBlockTable) -> Markup {
        let mut class = "table".to_owned();
        for (holds, name) in [(table.bordered, " bordered"), (table.striped, " striped"), (table.compact, " compact")] {
            class.push_str(if holds { name } else { "" });
        }
        let title = plain(&table.title, 0);
        html! {
            div class=(class) tabindex="0" role="group" aria-label=(if title.is_empty() { "Table" } else { &title }) {
                table {
                    @if !title.is_empty() { caption dir="auto" { (self.line(&table.title)) } }
                    tbody {
                        @for PageTableRow::Row(row) in &table.rows {
                            tr { @for PageTableCell::Cell(cell) in &row.cells { (self.cell(cell)) } }
                        }
                    }
                }
            }
        }
    }

    fn cell(self, cell: &tl::types::PageTableCell) -> Markup {
        let align = match (cell.align_center, cell.align_right) {
            (true, _) => Some("centred"),
            (false, true) => Some("far"),
            (false, false) => None,
        };
        let text = html! { @if let Some(text) = &cell.text { (self.line(text)) } };
        html! {
            @if cell.header {
                th scope="col" class=[align] colspan=[cell.colspan] rowspan=[cell.rowspan] dir="auto" { (text) }
            } @else {
                td class=[align] colspan=[cell.colspan] rowspan=[cell.rowspan] dir="auto" { (text) }
            }
        }
    }
}
