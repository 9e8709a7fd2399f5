//! The table and the verdict.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, bail};
use telegraphist_tests::Home;

use crate::echo;
use crate::grammers::{Bare, Call};
use crate::measure::{Times, median, rate};
use crate::people::Figures;
use crate::pipe::Pipe;
use crate::product::{self, Product};

const CALLS: [(Call, &str); 4] = [
    (Call::GetMe, "get_me"),
    (Call::ReadMessages, "read_messages(100)"),
    (Call::SearchMessages, "search_messages(20)"),
    (Call::SendMessage, "send_message"),
];
const WIDTH: usize = 64;

/// One subject doing one thing, a figure for each round.
#[derive(Default)]
struct Row {
    p50: Vec<Duration>,
    p99: Vec<Duration>,
    wide: Vec<f64>,
}

impl Row {
    fn p50(&self) -> Duration {
        median(&self.p50).unwrap_or_default()
    }
    fn p99(&self) -> Duration {
        median(&self.p99).unwrap_or_default()
    }
    fn wide(&self) -> f64 {
        median(&self.wide).unwrap_or_default()
    }
}

/// Figures of all rounds.
pub(crate) struct Report {
    calls: usize,
    rounds: usize,
    echo: Row,
    bare: [Row; 4],
    product: [Row; 4],
    warm_start: Duration,
    cold_start: Duration,
    relay_kib: u64,
    daemon_kib: u64,
    people: Option<Figures>,
}

/// A promise and what became of it.
struct Promise {
    name: &'static str,
    figure: String,
    limit: String,
    is_kept: bool,
}

impl Report {
    pub(crate) fn new(calls: usize, rounds: usize) -> Self {
        Self {
            calls,
            rounds,
            echo: Row::default(),
            bare: Default::default(),
            product: Default::default(),
            warm_start: Duration::ZERO,
            cold_start: Duration::ZERO,
            relay_kib: 0,
            daemon_kib: 0,
            people: None,
        }
    }

    /// Measures every subject once, in turn.
    pub(crate) fn round(&mut self, echo: &mut Pipe, bare: &mut Bare, product: &mut Product) -> anyhow::Result<()> {
        let calls = self.calls;
        let request = echo::request();
        self.echo.add(&Times::of(calls, || echo.call(&request))?, rate(calls, || echo.many(&request, calls, WIDTH))?);
        for (n, (call, _)) in CALLS.into_iter().enumerate() {
            // Sends wait for the disk; a tenth of them says as much.
            let calls = if call == Call::SendMessage { calls / 10 } else { calls };
            self.bare[n].add(&Times::of(calls, || bare.call(call))?, rate(calls, || bare.many(call, calls, WIDTH))?);
            let request = product.request(call);
            self.product[n].add(
                &Times::of(calls, || product.call(&request))?,
                rate(calls, || product.many(&request, calls, WIDTH))?,
            );
            check_answer(call, product)?;
        }
        Ok(())
    }

    /// Measures starts, with the daemon up and without.
    pub(crate) fn starts(&mut self, home: &Home) -> anyhow::Result<()> {
        let starts = |before: &dyn Fn()| {
            (0..11)
                .map(|_| {
                    before();
                    product::start(home)
                })
                .collect::<anyhow::Result<Vec<_>>>()
        };
        self.warm_start = median(&starts(&|| ())?).unwrap_or_default();
        self.cold_start = median(&starts(&|| product::stop_daemon(home))?).unwrap_or_default();
        Ok(())
    }

    /// Reads resident memory of a relay and of the daemon after its session was busy.
    pub(crate) fn memory(&mut self, home: &Home, product: &Product) -> anyhow::Result<()> {
        self.relay_kib = resident_kib(product.relay())?;
        let mut busy = Product::connect(home, 0)?;
        for (call, _) in CALLS.into_iter().filter(|(call, _)| *call != Call::ReadMessages) {
            busy.many(&busy.request(call), self.calls / 10, WIDTH)?;
        }
        self.daemon_kib = resident_kib(product::daemon(home)?)?;
        Ok(())
    }

    /// Takes what was measured between agents and people.
    pub(crate) fn people(&mut self, figures: Figures) {
        self.people = Some(figures);
    }

    fn promises(&self) -> Vec<Promise> {
        let latency = |name, n: usize, limit: f64| {
            let floor = micros(self.echo.p50()) + micros(self.bare[n].p50());
            let ratio = micros(self.product[n].p50()) / floor;
            Promise { name, figure: format!("{ratio:.2} x"), limit: format!("{limit:.1} x"), is_kept: ratio <= limit }
        };
        let throughput = self.product[0].wide() / self.echo.wide().min(self.bare[0].wide());
        vec![
            latency("get_me p50 / (bare echo + bare grammers)", 0, 2.0),
            latency("read_messages(100) p50 / (bare echo + bare grammers)", 1, 1.5),
            Promise {
                name: "get_me with 64 in flight / the slower of the two",
                figure: format!("{throughput:.2} x"),
                limit: "at least 0.5 x".into(),
                is_kept: throughput >= 0.5,
            },
            within("relay start to first answer, daemon up", micros(self.warm_start) / 1e3, 15.0, "ms"),
            within("relay start to first answer, cold", micros(self.cold_start) / 1e3, 150.0, "ms"),
            within("relay RSS", self.relay_kib as f64 / 1024.0, 6.0, "MB"),
            within("daemon RSS with one busy session", self.daemon_kib as f64 / 1024.0, 40.0, "MB"),
        ]
    }

    /// The whole report as markdown.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("# Benchmarks\n\n");
        let _ = writeln!(text, "{}\n", machine());
        let _ = writeln!(
            text,
            "Written by `cargo xtask bench --write`. Everything was built as it is shipped (`--profile dist`). Every subject ran against the same sandbox, which had a process of its \
             own; {} calls one after another and {} with {WIDTH} in flight, {} rounds in turn, medians. Bare echo is rmcp with \
             one tool over pipes; bare grammers is a raw invoke of the same request; the product is the relay, the daemon \
             and everything between. A send of the product commits its claim, its part and its outcome to the disk before it \
             answers.\n",
            self.calls, self.calls, self.rounds
        );
        text.push_str("| subject | call | p50 | p99 | 64 in flight |\n|---|---|---|---|---|\n");
        line(&mut text, "bare echo", "echo", &self.echo);
        for (n, (_, name)) in CALLS.iter().enumerate() {
            line(&mut text, "bare grammers", name, &self.bare[n]);
            line(&mut text, "product", name, &self.product[n]);
        }
        table(&mut text, &self.promises());
        if let Some(figures) = &self.people {
            people(&mut text, figures);
        }
        text.push_str(
            "\nFor scale: the most used Telegram MCP servers of today take 4.5 to 15 ms for a call like get_me, 1.5 to 2.3 s to \
             start and 92 to 133 MB each, measured on a machine of this size against the same kind of sandbox.\n",
        );
        text
    }

    /// Fails where a ratio was missed; absolute figures are only shown.
    pub(crate) fn verdict(&self) -> anyhow::Result<()> {
        if let Some(kept) = self.people.as_ref().map(|figures| &figures.kept)
            && kept.lost + kept.doubled + kept.disordered > 0
        {
            bail!("notices were lost ({}), doubled ({}) or disordered ({})", kept.lost, kept.doubled, kept.disordered);
        }
        let missed: Vec<_> =
            self.promises().into_iter().filter(|promise| !promise.is_kept && promise.figure.ends_with('x')).collect();
        if let Some(promise) = missed.first() {
            bail!("{}: {} is beyond {}", promise.name, promise.figure, promise.limit);
        }
        Ok(())
    }
}

fn within(name: &'static str, value: f64, limit: f64, unit: &str) -> Promise {
    Promise { name, figure: format!("{value:.1} {unit}"), limit: format!("{limit:.0} {unit}"), is_kept: value <= limit }
}

fn none(name: &'static str, count: usize) -> Promise {
    Promise { name, figure: count.to_string(), limit: "none".to_owned(), is_kept: count == 0 }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn table(text: &mut String, promises: &[Promise]) {
    text.push_str("\n| promise | figure | limit | |\n|---|---|---|---|\n");
    for promise in promises {
        let mark = if promise.is_kept { "kept" } else { "**missed**" };
        let _ = writeln!(text, "| {} | {} | {} | {mark} |", promise.name, promise.figure, promise.limit);
    }
}

/// What was promised to agents and people.
fn people(text: &mut String, figures: &Figures) {
    let kept = &figures.kept;
    let _ = writeln!(
        text,
        "\n## Notices and questions\n\nThe daemon with one bot against the sandbox's Bot API and phone, over a relay. \
         Notices are acknowledged when they are on the disk, and are delivered meanwhile. A tap goes from the phone through \
         the Bot API to the daemon, is decided on the disk, and is resolved when the call that waits for it has its \
         answer; the phone is told by another request to the Bot API. {} notices were queued and sent while the \
         daemon was killed with signal 9 {} times; {} were being sent at that moment, stay listed as unknown, and are not \
         sent again by themselves.",
        kept.acknowledged, kept.kills, kept.unknown
    );
    text.push_str("\n| what | p50 | p99 |\n|---|---|---|\n");
    let (waited, among_many) = (figures.tapped.waited(), figures.tapped_among_many.waited());
    let rows = [
        ("a notice is acknowledged, 50 in flight", &figures.acknowledged),
        ("a tap is the answer of the call that waited", &waited),
        ("a tap is the answer of the call that waited, 1,000 questions pending", &among_many),
        ("a tap is answered on the phone, 1,000 questions pending", &figures.tapped_among_many.answered()),
    ];
    for (what, times) in rows {
        let _ = writeln!(text, "| {what} | {} | {} |", shown(times.percentile(50)), shown(times.percentile(99)));
    }
    let millis = |time| micros(time) / 1e3;
    let promises = [
        within("a notice is acknowledged, p99", millis(figures.acknowledged.percentile(99)), 20.0, "ms"),
        within("tap to returned wait, p99", millis(waited.percentile(99)), 100.0, "ms"),
        within("a tap with 1,000 pending is resolved, p99", millis(among_many.percentile(99)), 5.0, "ms"),
        none("notices lost", kept.lost),
        none("notices doubled", kept.doubled),
        none("notices out of order", kept.disordered),
        within("daemon RSS after all that", figures.daemon_kib as f64 / 1024.0, 64.0, "MB"),
    ];
    table(text, &promises);
}

impl Row {
    fn add(&mut self, times: &Times, wide: f64) {
        self.p50.push(times.percentile(50));
        self.p99.push(times.percentile(99));
        self.wide.push(wide);
    }
}

fn line(text: &mut String, subject: &str, call: &str, row: &Row) {
    let _ =
        writeln!(text, "| {subject} | {call} | {} | {} | {:.0}/s |", shown(row.p50()), shown(row.p99()), row.wide());
}

fn shown(time: Duration) -> String {
    let micros = micros(time);
    if micros < 1_000.0 { format!("{micros:.0} µs") } else { format!("{:.2} ms", micros / 1e3) }
}

/// A bench of the wrong answer is worth nothing.
fn check_answer(call: Call, product: &Product) -> anyhow::Result<()> {
    let answer = product.answer()?;
    let content = &answer["result"]["structuredContent"];
    let items = content["items"].as_array().map_or(0, Vec::len);
    let is_right = match call {
        Call::GetMe => content["id"].is_string(),
        Call::ReadMessages => items == 100,
        Call::SearchMessages => items == 20,
        Call::SendMessage => content["state"] == "sent",
    };
    if !is_right {
        bail!("the product did not do the work: {}", answer.to_string().chars().take(400).collect::<String>());
    }
    Ok(())
}

pub(crate) fn resident_kib(process: u32) -> anyhow::Result<u64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn machine() -> String {
    let cpu = fs_err::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown CPU", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores, {model}, Linux.", chrono::Utc::now().format("%Y-%m-%d"))
}
