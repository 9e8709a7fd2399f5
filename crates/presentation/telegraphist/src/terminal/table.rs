//! Tables of any script, as wide as the terminal and without lines that nobody needs.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Row, Width};

use super::{Screen, printable, width};

/// A long text in a table is cut; `--output json` has all of it.
const CELL_LINES_MAX: usize = 6;

/// Columns of text get at least this much of the terminal; names wrap before they do.
const PROSE_PERCENT: usize = 40;

/// Between two columns.
const GAP: usize = 2;

/// A word is kept whole up to this; a longer one would starve the other columns.
const WORD_COLUMNS_MAX: usize = 16;

/// What every column can have, whatever the others want.
const LEAST_COLUMNS: usize = 6;

/// Rows under column names.
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| printable(&cell)).collect());
    }

    /// Prints it. Rows of several lines are set apart.
    pub(crate) fn print(&self, screen: &mut Screen) -> anyhow::Result<()> {
        let dense: Vec<String> = self.laid_out(false);
        let lines = if dense.len() > self.rows.len() + 1 { self.laid_out(true) } else { dense };
        for line in lines {
            screen.line(line.trim_end())?;
        }
        Ok(())
    }

    fn laid_out(&self, is_spaced: bool) -> Vec<String> {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width()).unwrap_or(80))
            .set_header(self.columns.iter().map(|name| Cell::new(name.to_uppercase().replace('_', " "))));
        for (floor, column) in self.floors().into_iter().zip(table.column_iter_mut()) {
            column.set_padding((0, 2));
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(floor)));
        }
        for (n, cells) in self.rows.iter().enumerate() {
            if is_spaced && n > 0 {
                table.add_row([""]);
            }
            let mut row = Row::from(cells.iter().map(Cell::new));
            row.max_height(CELL_LINES_MAX);
            table.add_row(row);
        }
        table.lines().collect()
    }

    /// How narrow each column may become: a part of the terminal for sentences, a word for what is looked up, as long
    /// as there is room.
    fn floors(&self) -> Vec<u16> {
        let mut spare = width().saturating_sub(self.columns.len() * (LEAST_COLUMNS + GAP));
        let wanted = |(n, name): (usize, &String)| {
            let cells = self.rows.iter().filter_map(|cells| cells.get(n));
            if is_prose(name) {
                return (width() * PROSE_PERCENT / 100).min(cells.map(|cell| cell.chars().count()).max().unwrap_or(0));
            }
            let words = cells.flat_map(|cell| cell.split_whitespace()).chain(name.split('_'));
            words.map(|word| word.chars().count()).max().unwrap_or(0).min(WORD_COLUMNS_MAX)
        };
        let floor = |wanted: usize| {
            let more = wanted.saturating_sub(LEAST_COLUMNS).min(spare);
            spare -= more;
            u16::try_from(wanted.min(LEAST_COLUMNS) + more + GAP).unwrap_or(u16::MAX)
        };
        self.columns.iter().enumerate().map(wanted).map(floor).collect()
    }
}

/// Columns that hold sentences.
fn is_prose(column: &str) -> bool {
    matches!(column, "text" | "last_message" | "what it does" | "what it is")
}
