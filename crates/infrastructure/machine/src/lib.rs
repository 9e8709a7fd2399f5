//! What this process uses of its machine, as the kernel tells it in files.
//!
//! Where the kernel tells nothing (there is no `/proc`, or no limit), nothing is said. Start with [`ProcMachine`].

mod proc;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use telegraphist_application::ports::{Machine, Memory, Usage};

/// Processor time is a share of the time between two looks; nearer ones tell nothing.
const LOOKS_APART: Duration = Duration::from_millis(500);

/// The machine as `/proc` shows it, and the disk with `data`.
pub struct ProcMachine {
    data: PathBuf,
    processors: Mutex<Processors>,
}

/// What was seen of processor time last.
struct Processors {
    at: Instant,
    ticks: Option<u64>,
    percent: Option<f64>,
}

impl ProcMachine {
    /// Watches this process, and the disk with this folder.
    pub fn new(data: PathBuf) -> Self {
        let processors = Processors { at: Instant::now(), ticks: proc::processor_ticks(), percent: None };
        Self { data, processors: Mutex::new(processors) }
    }

    fn cpu_percent(&self) -> Option<f64> {
        let mut before = self.processors.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = before.at.elapsed();
        if passed < LOOKS_APART {
            return before.percent;
        }
        let ticks = proc::processor_ticks()?;
        let spent = ticks.saturating_sub(before.ticks?);
        let seconds = spent as f64 / rustix::param::clock_ticks_per_second() as f64;
        let all = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let percent = seconds * 100.0 / passed.as_secs_f64() / all;
        *before = Processors { at: Instant::now(), ticks: Some(ticks), percent: Some(percent) };
        Some(percent)
    }
}

impl Machine for ProcMachine {
    fn memory(&self) -> Memory {
        Memory {
            used: proc::resident_pages().map(|pages| pages * rustix::param::page_size() as u64),
            max: proc::memory_limit().or_else(proc::memory_of_machine),
        }
    }

    fn usage(&self) -> Usage {
        let disk = rustix::fs::statvfs(&self.data).ok().filter(|disk| disk.f_blocks > 0);
        let network = proc::network();
        let memory = self.memory();
        Usage {
            cpu_percent: self.cpu_percent(),
            memory_bytes: memory.used,
            memory_max_bytes: memory.max,
            // Of what whoever is not root may use, as `df` says it.
            disk_percent: disk.as_ref().map(|disk| {
                let used = disk.f_blocks - disk.f_bfree;
                used as f64 * 100.0 / (used + disk.f_bavail).max(1) as f64
            }),
            disk_free_bytes: disk.map(|disk| disk.f_bavail * disk.f_frsize),
            network_received: network.map(|network| network.received),
            network_sent: network.map(|network| network.sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_tells_of_this_process_and_its_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let usage = ProcMachine::new(folder.path().to_owned()).usage();
        let memory = usage.memory_bytes.expect("it has memory");
        assert!((1 << 20..1 << 40).contains(&memory), "{memory}");
        assert!(usage.memory_max_bytes.expect("it has a limit") > memory);
        let disk = usage.disk_percent.expect("it has a disk");
        assert!((0.0..=100.0).contains(&disk), "{disk}");
        assert!(usage.disk_free_bytes.is_some() && usage.network_received.is_some() && usage.network_sent.is_some());
    }

    #[test]
    fn a_disk_that_is_not_there_is_left_out() {
        let usage = ProcMachine::new("/there/is/no/such/folder".into()).usage();
        assert_eq!((usage.disk_percent, usage.disk_free_bytes), (None, None));
    }
}
