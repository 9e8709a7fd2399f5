//! A bot between an agent and a person: how soon a notice is safe, how soon a tap is an answer, and what is left of ten
//! thousand notices when the daemon is killed again and again.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use telegraphist_tests::BotStage;

use crate::measure::Times;
use crate::pipe::{Pipe, Prepared, tool};
use crate::{product, report};

const ALICE: i64 = BotStage::ALICE;
/// Notices under way at once while their acknowledgement is measured.
const NOTICES_OPEN: usize = 50;
/// Questions that wait at once while a tap is measured.
const QUESTIONS_OPEN: usize = 1_000;
/// Notices that have to outlive the daemon.
const NOTICES_KEPT: usize = 10_000;
/// How often the daemon is killed while they are queued, and almost as often while they are sent.
const KILLS: usize = 5;
/// What the questions of the thousand begin with.
const AMONG_MANY: &str = "Among many ";
/// How often this looks for what it waits for.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Nothing here takes longer unless it is stuck.
const PATIENCE: Duration = Duration::from_mins(5);

/// What was measured.
pub(crate) struct Figures {
    /// From a notice's request to its answer, which is durable.
    pub(crate) acknowledged: Times,
    /// Taps of one question after the other.
    pub(crate) tapped: Taps,
    /// Taps while a thousand questions wait.
    pub(crate) tapped_among_many: Taps,
    /// What became of the notices.
    pub(crate) kept: Kept,
    /// The daemon's resident memory after all that.
    pub(crate) daemon_kib: u64,
}

/// How long taps took.
#[derive(Default)]
pub(crate) struct Taps {
    waited: Vec<Duration>,
    answered: Vec<Duration>,
}

impl Taps {
    /// Until the call that waited for the decision had its answer.
    pub(crate) fn waited(&self) -> Times {
        self.waited.clone().into()
    }

    /// Until the phone had its answer.
    pub(crate) fn answered(&self) -> Times {
        self.answered.clone().into()
    }
}

/// What became of notices whose daemon was killed.
#[derive(Default)]
pub(crate) struct Kept {
    /// How many were acknowledged.
    pub(crate) acknowledged: usize,
    /// How many are neither with the person nor listed as unknown.
    pub(crate) lost: usize,
    /// How many the person has twice.
    pub(crate) doubled: usize,
    /// How many came before one that was queued earlier.
    pub(crate) disordered: usize,
    /// How many were being sent when the daemon was killed; they are listed, and a person decides.
    pub(crate) unknown: usize,
    /// How often the daemon was killed.
    pub(crate) kills: usize,
}

/// A profile that a bot is signed in to, and its owner's phone.
struct Desk {
    stage: BotStage,
}

/// Measures everything of this file.
pub(crate) fn measure(calls: usize) -> anyhow::Result<Figures> {
    let desk = Desk::open()?;
    let mut pipe = desk.client()?;
    let acknowledged = acknowledged(&mut pipe, calls)?;
    desk.all_sent()?;
    let tapped = desk.tapped(&mut pipe, calls / 10)?;
    let tapped_among_many = desk.tapped_among_many(&mut pipe, calls / 10)?;
    drop(pipe);
    let kept = desk.kept()?;
    let daemon_kib = report::resident_kib(product::daemon(&desk.stage.home)?)?;
    Ok(Figures { acknowledged, tapped, tapped_among_many, kept, daemon_kib })
}

fn notice(text: &str) -> Prepared {
    tool("send_telegram_message", &json!({ "message": text, "idempotency_key": text }))
}

fn acknowledged(pipe: &mut Pipe, calls: usize) -> anyhow::Result<Times> {
    let mut begun = HashMap::new();
    let mut times = Vec::with_capacity(calls);
    let mut requests = (0..calls).map(|number| notice(&format!("acknowledged {number}")));
    loop {
        while begun.len() < NOTICES_OPEN
            && let Some(request) = requests.next()
        {
            let start = Instant::now();
            begun.insert(pipe.begin(&request)?, start);
        }
        if begun.is_empty() {
            return Ok(times.into());
        }
        let start = begun.remove(&pipe.next()?).context("an answer to nobody")?;
        times.push(start.elapsed());
    }
}

/// Asks a thousand questions; gives them by their number.
fn ask_many(pipe: &mut Pipe) -> anyhow::Result<HashMap<usize, Value>> {
    let (mut begun, mut asked) = (HashMap::new(), HashMap::new());
    for number in 0..QUESTIONS_OPEN + NOTICES_OPEN {
        if number < QUESTIONS_OPEN {
            let request = tool("request_approval", &json!({ "title": format!("{AMONG_MANY}{number}?") }));
            begun.insert(pipe.begin(&request)?, number);
        }
        if number >= NOTICES_OPEN {
            let number = begun.remove(&pipe.next()?).context("an answer to nobody")?;
            asked.insert(number, pipe.answer()?["result"]["structuredContent"]["approval_id"].clone());
        }
    }
    Ok(asked)
}

/// The number of the question that a card asks, if it is one of the thousand.
fn question_of(card: &Value) -> Option<usize> {
    let (_, after) = card["text"].as_str()?.split_once(AMONG_MANY)?;
    after.split_once('?')?.0.parse().ok()
}

impl Desk {
    fn open() -> anyhow::Result<Self> {
        Ok(Self { stage: BotStage::new()? })
    }

    fn client(&self) -> anyhow::Result<Pipe> {
        Pipe::start(self.stage.home.telegraphist(&[]))
    }

    fn mailbox(&self, limit: usize) -> Vec<Value> {
        self.stage.sandbox.mailbox(ALICE, &BotStage::BOT.to_string(), limit)
    }

    /// The newest message that says this, as soon as there is one.
    fn card(&self, words: &str) -> anyhow::Result<Value> {
        let says = |message: &Value| message["text"].as_str().is_some_and(|text| text.contains(words));
        within(|| self.mailbox(3).into_iter().find(says)).with_context(|| format!("nobody says {words}"))
    }

    fn press(&self, card: &Value) -> anyhow::Result<()> {
        let answer = self.stage.press(ALICE, card, "Approve");
        ensure!(answer["text"] == "Approve", "the tap was answered {answer}");
        Ok(())
    }

    /// Waits until nothing is left to be sent.
    fn all_sent(&self) -> anyhow::Result<()> {
        within(|| self.outbox(&["queued", "sending", "failed"]).is_empty().then_some(())).context("the outbox is stuck")
    }

    fn outbox(&self, states: &[&str]) -> Vec<Value> {
        let listed = self.stage.home.ok(&["outbox", "list", "--limit", "1000", "--output", "json"], "");
        let listed: Vec<Value> = serde_json::from_str(&listed).expect("the outbox is listed as JSON");
        listed.into_iter().filter(|one| one["state"].as_str().is_some_and(|state| states.contains(&state))).collect()
    }

    /// One question after the other, each tapped while a call waits for it.
    fn tapped(&self, pipe: &mut Pipe, calls: usize) -> anyhow::Result<Taps> {
        let mut taps = Taps::default();
        for number in 0..calls {
            let title = format!("Tapped {number}?");
            let asked = pipe.ask(&tool("request_approval", &json!({ "title": title })))?;
            let card = self.card(&title)?;
            self.tap(pipe, &asked["approval_id"], &card, &mut taps)?;
        }
        Ok(taps)
    }

    /// The same while a thousand questions wait.
    fn tapped_among_many(&self, pipe: &mut Pipe, calls: usize) -> anyhow::Result<Taps> {
        let approvals = ask_many(pipe)?;
        self.all_sent()?;
        let mut taps = Taps::default();
        for card in self.mailbox(QUESTIONS_OPEN + 1) {
            if taps.answered.len() == calls {
                return Ok(taps);
            }
            if let Some(approval) = question_of(&card).and_then(|number| approvals.get(&number)) {
                self.tap(pipe, approval, &card, &mut taps)?;
            }
        }
        bail!("only {} of {calls} cards came", taps.answered.len())
    }

    fn tap(&self, pipe: &mut Pipe, approval: &Value, card: &Value, taps: &mut Taps) -> anyhow::Result<()> {
        let which = json!({ "approval_id": approval });
        let waiting = pipe.begin(&tool("wait_for_approval", &which))?;
        // Answered behind it, so the wait has begun.
        let looking = pipe.begin(&tool("get_approval", &which))?;
        ensure!(pipe.next()? == looking, "the wait was over before it was decided");
        let start = Instant::now();
        let (pressed, waited) = std::thread::scope(|scope| {
            let pressing = scope.spawn(|| self.press(card).map(|()| start.elapsed()));
            let waited = pipe.next();
            taps.waited.push(start.elapsed());
            (pressing.join(), waited)
        });
        ensure!(waited? == waiting, "another call was answered");
        taps.answered.push(pressed.map_err(|_| anyhow::anyhow!("the tap broke"))??);
        ensure!(pipe.answer()?["result"]["structuredContent"]["state"] == "decided", "the tap decided nothing");
        // A person looks at what became of a tap before the next.
        let is_redrawn = |now: &Value| now["id"] == card["id"] && now["text"] != card["text"];
        within(|| self.mailbox(QUESTIONS_OPEN + 1).iter().any(is_redrawn).then_some(())).context("the card stays")
    }

    /// Queues notices while nothing is sent, then has them sent; the daemon is killed in the middle of both.
    fn kept(&self) -> anyhow::Result<Kept> {
        let mut kept = Kept::default();
        let mut pipe = self.client()?;
        pipe.ask(&tool("stop_bridge", &json!({})))?;
        let step = NOTICES_KEPT / KILLS;
        let mut deliveries = Vec::with_capacity(NOTICES_KEPT);
        for number in 0..NOTICES_KEPT {
            let request = notice(&format!("{KEPT}{number}"));
            if number % step == step / 2 {
                // Whatever becomes of this one: it is told again under its key, which makes that harmless.
                pipe.begin(&request)?;
                self.kill(&mut kept);
                let _ = pipe.next();
            }
            let accepted = within(|| pipe.ask(&request).ok()).context("the daemon does not come back")?;
            let delivery =
                accepted["deliveries"][0]["delivery_id"].as_str().context("a notice without its delivery")?;
            deliveries.push(delivery.to_owned());
        }
        kept.acknowledged = deliveries.len();
        pipe.ask(&tool("start_bridge", &json!({})))?;
        for kill in 1..KILLS {
            within(|| (self.newest()? >= kill * step).then_some(())).context("notices do not arrive")?;
            self.kill(&mut kept);
            within(|| pipe.ask(&tool("get_bridge_status", &json!({}))).ok())
                .context("the daemon does not come back")?;
        }
        within(|| (self.newest()? + 1 == NOTICES_KEPT).then_some(())).context("the last notice does not arrive")?;
        self.all_sent()?;
        let unknown = self.outbox(&["unknown"]);
        kept.unknown = unknown.len();
        let seen = kept.look(self.mailbox(2 * NOTICES_KEPT).iter().rev().filter_map(number_of));
        let is_lost = |(number, delivery): &(usize, &String)| {
            !seen.contains(number) && !unknown.iter().any(|unknown| unknown["id"].as_str() == Some(delivery.as_str()))
        };
        kept.lost = deliveries.iter().enumerate().filter(is_lost).count();
        Ok(kept)
    }

    fn kill(&self, kept: &mut Kept) {
        self.stage.kill_daemon();
        kept.kills += 1;
    }

    /// The number of the newest notice that the person has.
    fn newest(&self) -> Option<usize> {
        number_of(self.mailbox(1).first()?)
    }
}

impl Kept {
    /// Looks through what the person has, oldest first; gives the numbers that are there.
    fn look(&mut self, arrived: impl Iterator<Item = usize>) -> HashSet<usize> {
        let mut seen = HashSet::new();
        let mut last = 0;
        for number in arrived {
            if !seen.insert(number) {
                self.doubled += 1;
            } else if number < last {
                self.disordered += 1;
            }
            last = last.max(number);
        }
        seen
    }
}

/// What the notices that have to outlive the daemon say before their number.
const KEPT: &str = "kept ";

fn number_of(message: &Value) -> Option<usize> {
    message["text"].as_str()?.split_once(KEPT)?.1.trim_end().parse().ok()
}

/// Looks until there is something to see.
fn within<T>(mut look: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return Ok(seen);
        }
        if Instant::now() > deadline {
            bail!("nothing came in {} s", PATIENCE.as_secs());
        }
        // A look costs the sandbox something, and it is being measured beside.
        std::thread::sleep(LOOK_EVERY);
    }
}
