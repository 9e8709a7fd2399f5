/// What this process uses, and how full its machine is. What the system does not tell is left out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// Processor time of this process since it was looked at before, of all processors together.
    pub cpu_percent: Option<f64>,
    /// Memory of this process.
    pub memory_bytes: Option<u64>,
    /// What it may use: its container's limit, else the machine's memory.
    pub memory_max_bytes: Option<u64>,
    /// How full the disk with the data is.
    pub disk_percent: Option<f64>,
    /// What is left there.
    pub disk_free_bytes: Option<u64>,
    /// Bytes received over the network, loopback left out.
    pub network_received: Option<u64>,
    /// Bytes sent.
    pub network_sent: Option<u64>,
}

/// The memory of this process and what it may use, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// What it uses.
    pub used: Option<u64>,
    /// What it may use: its container's limit, else the machine's memory.
    pub max: Option<u64>,
}

/// The machine that everything runs on.
pub trait Machine: Send + Sync {
    /// The memory alone, which is looked at more often. The same as in the usage.
    fn memory(&self) -> Memory;
    /// MUST be quick, and MUST leave out what it does not know rather than guess it.
    fn usage(&self) -> Usage;
}
