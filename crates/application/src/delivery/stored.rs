//! Operations that can wait in the outbox, by name.

use std::sync::Arc;

use crate::cards::{CardEdited, CardSent, EditCard, SendCard};
use crate::operation::{Class, Operation};
use crate::operations::{EditMessage, ForwardMessages, SendFile, SendMessage};
use crate::pipeline::{Answer, Attempt};
use crate::ports::{Execute, Telegram};
use crate::views::{Edited, Sent};

/// What a stored operation is run by.
pub(crate) struct Runner {
    /// The operation's name.
    pub(crate) name: &'static str,
    /// What Telegram counts it under.
    pub(crate) class: Class,
    /// Reads the arguments; the attempt gives the messages that they became, too.
    pub(crate) read: fn(&[u8]) -> Result<StoredAttempt, serde_json::Error>,
}

/// An attempt whose answer also says which messages it became.
pub(crate) type StoredAttempt = Attempt<Answered>;

/// What a stored operation answered.
pub(crate) struct Answered {
    pub(crate) message_ids: Vec<i32>,
    pub(crate) answer: Box<dyn Answer>,
}

/// An answer that says which messages there are now.
trait Delivered {
    fn message_ids(&self) -> Vec<i32>;
}

impl Delivered for Sent {
    fn message_ids(&self) -> Vec<i32> {
        self.items.iter().filter_map(|part| part.message_id).collect()
    }
}

impl Delivered for Edited {
    fn message_ids(&self) -> Vec<i32> {
        vec![self.message.id]
    }
}

impl Delivered for CardSent {
    fn message_ids(&self) -> Vec<i32> {
        self.message_ids.clone()
    }
}

impl Delivered for CardEdited {
    fn message_ids(&self) -> Vec<i32> {
        Vec::new()
    }
}

const fn runner<O: Operation<Output: Delivered>>() -> Runner
where
    dyn Telegram: Execute<O>,
{
    Runner { name: O::FACTS.name, class: O::FACTS.class, read: read::<O> }
}

fn read<O: Operation<Output: Delivered>>(body: &[u8]) -> Result<StoredAttempt, serde_json::Error>
where
    dyn Telegram: Execute<O>,
{
    let operation: O = serde_json::from_slice(body)?;
    Ok(Box::new(move |telegram: Arc<dyn Telegram>, execution| {
        Box::pin(async move {
            let answer = telegram.execute(&execution, &operation).await?;
            Ok(Answered { message_ids: answer.message_ids(), answer: Box::new(answer) })
        })
    }))
}

/// Everything that a bot says. Adding one is a line here.
const RUNNERS: [Runner; 6] = [
    runner::<SendMessage>(),
    runner::<SendFile>(),
    runner::<ForwardMessages>(),
    runner::<EditMessage>(),
    runner::<SendCard>(),
    runner::<EditCard>(),
];

/// The runner of an operation; none for one that cannot wait.
pub(crate) fn runner_of(operation: &str) -> Option<&'static Runner> {
    RUNNERS.iter().find(|runner| runner.name == operation)
}
