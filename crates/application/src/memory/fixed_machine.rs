use crate::ports::{Machine, Memory, Usage};

/// A machine that always says the same; by default, nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct FixedMachine(pub Usage);

impl Machine for FixedMachine {
    fn memory(&self) -> Memory {
        Memory { used: self.0.memory_bytes, max: self.0.memory_max_bytes }
    }

    fn usage(&self) -> Usage {
        self.0
    }
}
