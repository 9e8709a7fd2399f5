//! Tables of any script, as wide as the terminal and without lines that nobody needs.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ContentArrangement, Row};

use super::{Screen, printable, width};

/// Rows under column names.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width()).unwrap_or(80))
            .set_header(columns.iter().map(|name| Cell::new(name.to_uppercase())));
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self(table)
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row = Row::from(cells.into_iter().map(|cell| Cell::new(printable(&cell))));
        row.max_height(CELL_LINES_MAX);
        self.0.add_row(row);
    }

    /// Prints it.
    pub(crate) fn print(&self, screen: &mut Screen) -> anyhow::Result<()> {
        for line in self.0.lines() {
            screen.line(line.trim_end())?;
        }
        Ok(())
    }
}

/// A long text in a table is cut; `--output json` has all of it.
const CELL_LINES_MAX: usize = 6;
