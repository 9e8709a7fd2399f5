use crate::ports::{Machine, Usage};

/// A machine that always says the same; by default, nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct FixedMachine(pub Usage);

impl Machine for FixedMachine {
    fn usage(&self) -> Usage {
        self.0
    }
}
