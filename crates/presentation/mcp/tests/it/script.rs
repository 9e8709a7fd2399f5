//! A Telegram that says what it was told to say, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use telegraphist_application::Operation;
use telegraphist_application::cards::{EditCard, SendCard};
use telegraphist_application::grants::{Circle, Place};
use telegraphist_application::operations::*;
use telegraphist_application::ports::{Acquainted, Connections, Execute, Execution, PeerKind, Telegram, TelegramError};
use telegraphist_application::views::Viewed;
use telegraphist_domain::{ChatRef, SessionId};
use tokio::sync::Semaphore;

use crate::fixtures;
use crate::phone::Phone;

/// What it does with a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers with the fixture.
    Answers,
    /// Reports progress, counting from zero twice, then answers.
    Reports,
    /// Waits until it is let go, or the caller is gone.
    Waits,
    /// Does not know the chat.
    KnowsNobody,
}

pub(crate) struct Script {
    manner: Manner,
    asked: Mutex<Vec<(&'static str, Value)>>,
    phone: Arc<Phone>,
    /// One permit for each call that has begun.
    pub(crate) begun: Semaphore,
    /// One permit lets one waiting call go.
    pub(crate) gate: Semaphore,
    /// One permit for each call whose caller went away.
    pub(crate) cancelled: Semaphore,
}

/// Somebody who has neither contacts nor folders.
#[async_trait]
impl Acquainted for Script {
    async fn circle(&self, _call: &Execution) -> Result<Arc<Circle>, TelegramError> {
        Ok(Arc::default())
    }

    async fn place(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError> {
        let ChatRef::Id(chat) = chat else { return Err(TelegramError::UnknownChat) };
        let place = Place { chat: *chat, kind: PeerKind::of(*chat), is_own: false };
        call.reach.check(place, TelegramError::UnseenId).map(|()| place)
    }
}

impl Script {
    pub(crate) fn new(manner: Manner, phone: Arc<Phone>) -> Arc<Self> {
        Arc::new(Self {
            manner,
            phone,
            asked: Mutex::default(),
            begun: Semaphore::new(0),
            gate: Semaphore::new(0),
            cancelled: Semaphore::new(0),
        })
    }

    /// The calls so far: names and arguments.
    pub(crate) fn asked(&self) -> Vec<(&'static str, Value)> {
        self.asked.lock().expect("not poisoned").clone()
    }

    async fn play<T: DeserializeOwned>(
        &self,
        name: &'static str,
        arguments: Value,
        call: &Execution,
    ) -> Result<T, TelegramError> {
        self.asked.lock().expect("not poisoned").push((name, arguments));
        self.begun.add_permits(1);
        match self.manner {
            Manner::Answers => {}
            Manner::KnowsNobody => return Err(TelegramError::UnknownChat),
            Manner::Reports => {
                for done in [0, 5, 10, 0, 7] {
                    call.progress.report(done, Some(10), "working");
                }
            }
            Manner::Waits => {
                tokio::select! {
                    permit = self.gate.acquire() => permit.expect("never closed").forget(),
                    () = call.cancel.cancelled() => {
                        self.cancelled.add_permits(1);
                        return Err(TelegramError::Cancelled);
                    }
                }
            }
        }
        Ok(serde_json::from_value(fixtures::answer(name)).expect("the fixture is an answer"))
    }
}

macro_rules! scripted {
    ($($operation:ident),* $(,)?) => { $(
        #[async_trait]
        impl Execute<$operation> for Script {
            async fn execute(
                &self,
                call: &Execution,
                operation: &$operation,
            ) -> Result<<$operation as Operation>::Output, TelegramError> {
                let arguments = serde_json::to_value(operation).expect("plain data");
                self.play(<$operation as Operation>::FACTS.name, arguments, call).await
            }
        }
    )* };
}

scripted! {
    GetMe, ListChats, FindChats, GetChat, ListMembers, ListTopics, MarkRead, ReadMessages, SearchMessages, GetMessages,
    SendMessage, EditMessage, DeleteMessages, ForwardMessages, PinMessage, ReactToMessage, ResolveLink, LinkMessage,
    SendFile, DownloadMedia, ListContacts, AddContact, DeleteContact, BlockUser, UnblockUser,
}

#[async_trait]
impl Execute<ViewMedia> for Script {
    async fn execute(&self, call: &Execution, operation: &ViewMedia) -> Result<Viewed, TelegramError> {
        let arguments = serde_json::to_value(operation).expect("plain data");
        let viewed: Viewed = self.play("view_media", arguments, call).await?;
        // The bytes are no part of the structured answer.
        Ok(Viewed { base64: "AAAA".to_owned(), ..viewed })
    }
}

macro_rules! on_the_phone {
    ($($operation:ident),*) => { $(
        #[async_trait]
        impl Execute<$operation> for Script {
            async fn execute(
                &self,
                call: &Execution,
                operation: &$operation,
            ) -> Result<<$operation as Operation>::Output, TelegramError> {
                self.phone.execute(call, operation).await
            }
        }
    )* };
}

on_the_phone!(SendCard, EditCard);

/// One script for every session.
pub(crate) struct Line(pub(crate) Arc<Script>);

#[async_trait]
impl Connections for Line {
    async fn telegram(&self, _session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Ok(self.0.clone())
    }

    async fn disconnect(&self, _session: SessionId) {}
}
