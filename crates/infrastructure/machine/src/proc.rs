//! The kernel's files. Each is read whole and parsed by what is documented in proc(5); what is not as documented is
//! not known.

use std::fs::read_to_string;

/// Bytes over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Network {
    pub(crate) received: u64,
    pub(crate) sent: u64,
}

/// Processor time of this process in ticks.
pub(crate) fn processor_ticks() -> Option<u64> {
    ticks_of(&read_to_string("/proc/self/stat").ok()?)
}

/// Memory of this process in pages.
pub(crate) fn resident_pages() -> Option<u64> {
    read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()
}

/// The limit of the container, if there is one.
pub(crate) fn memory_limit() -> Option<u64> {
    // "max" where there is none.
    read_to_string("/sys/fs/cgroup/memory.max").ok()?.trim().parse().ok()
}

/// The machine's memory.
pub(crate) fn memory_of_machine() -> Option<u64> {
    let kilobytes = read_to_string("/proc/meminfo").ok()?;
    let total = kilobytes.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(total.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1_024)
}

/// Bytes of all interfaces but loopback.
pub(crate) fn network() -> Option<Network> {
    network_of(&read_to_string("/proc/self/net/dev").ok()?)
}

/// The name may hold spaces and brackets, so what counts begins behind the last bracket, with the state as field 3.
fn ticks_of(stat: &str) -> Option<u64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let (user, system) = (fields.get(11)?, fields.get(12)?);
    Some(user.parse::<u64>().ok()? + system.parse::<u64>().ok()?)
}

fn network_of(dev: &str) -> Option<Network> {
    let mut network = Network::default();
    for line in dev.lines().skip(2) {
        let (name, counters) = line.split_once(':')?;
        if name.trim() == "lo" {
            continue;
        }
        let counters: Vec<&str> = counters.split_whitespace().collect();
        network.received += counters.first()?.parse::<u64>().ok()?;
        network.sent += counters.get(8)?.parse::<u64>().ok()?;
    }
    Some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_hides_no_field() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 5 0 0";
        assert_eq!(ticks_of(stat), Some(300));
        assert_eq!(ticks_of("nonsense"), None);
    }

    #[test]
    fn loopback_is_no_network() {
        let dev = "Inter-|   Receive                                                |  Transmit\n \
                   face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    \
                   lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0\n  eth0: 11 1 0 0 0 0 0 0 22 1 0 0 0 0 0 0\n  eth1: 1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0\n";
        assert_eq!(network_of(dev), Some(Network { received: 12, sent: 24 }));
    }
}
