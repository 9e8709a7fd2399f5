//! What the command line asks of the owner: JSON lines over the socket, in both directions.
//!
//! One type for both sides, so that they cannot drift apart. A request is answered once; before that it may report
//! progress. Connections of one version only meet here, so the forms may change between versions.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use telegraphist_application::access::TokenView;
use telegraphist_application::ports::{Breach, DeliveryState, KeyPlaceKind, Role};
use telegraphist_application::{Code, Failure};
use telegraphist_relay::greeting::Hello;
use telegraphist_relay::{Link, LinkError};

use crate::arguments::StringForm;

/// The longest request line. Arguments may hold a file of 8 MiB in base64.
pub(crate) const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A request with the number its answer carries.
#[derive(Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) request: Request,
}

/// Everything that can be asked.
#[derive(Serialize, Deserialize)]
#[serde(tag = "method", content = "params")]
pub(crate) enum Request {
    /// How the owner is: [`Status`].
    #[serde(rename = "status")]
    Status,
    /// End, once nothing is under way.
    #[serde(rename = "stop")]
    Stop,
    /// Call a tool: [`Called`].
    #[serde(rename = "call")]
    Call {
        tool: String,
        arguments: Map<String, Value>,
        timeout: Option<Duration>,
        /// Which agent it is, as people see it; the command line if left out.
        agent: Option<Agent>,
    },
    /// All sessions: a page of `SessionView`.
    #[serde(rename = "sessions.list")]
    Sessions,
    /// `SessionView`
    #[serde(rename = "sessions.default")]
    MakeDefault { session: String },
    /// The string.
    #[serde(rename = "sessions.export")]
    Export { session: String, form: StringForm },
    /// `SessionView`
    #[serde(rename = "sessions.log_out")]
    LogOut { session: String },
    /// Nothing.
    #[serde(rename = "sessions.remove")]
    Remove { session: String },
    /// [`CodeSent`]
    #[serde(rename = "sign_in.send_code")]
    SendCode { session: String, api: Api, phone: String },
    /// [`SignInStep`]
    #[serde(rename = "sign_in.submit_code")]
    SubmitCode { session: String, code: String },
    /// [`SignInStep`]
    #[serde(rename = "sign_in.submit_password")]
    SubmitPassword { session: String, password: String },
    /// [`QrStep`]
    #[serde(rename = "sign_in.qr")]
    Qr { session: String, api: Api },
    /// [`SignInStep`]
    #[serde(rename = "sign_in.import")]
    Import { session: String, api: Api, form: StringForm, string: String },
    /// [`Enrolment`]
    #[serde(rename = "sign_in.enrol")]
    Enrol { session: String, api: Api },
    /// `EnrolmentEnd`, once it has come.
    #[serde(rename = "sign_in.enrolment_end")]
    EnrolmentEnd { id: String },
    /// [`SignInStep`]
    #[serde(rename = "sign_in.bot")]
    SignInBot { session: String, token: String },
    /// About bots, people, questions and what is to be sent.
    #[serde(rename = "desk")]
    Desk(DeskRequest),
    /// About who is let in over HTTP.
    #[serde(rename = "tokens")]
    Tokens(TokensRequest),
    /// What only the owner can find out: a list of [`Finding`].
    #[serde(rename = "examine")]
    Examine,
    /// Rows of the audit log.
    #[serde(rename = "audit.rows")]
    AuditRows { from: u64, limit: usize },
    /// [`AuditState`]
    #[serde(rename = "audit.verify")]
    AuditVerify,
    /// [`VaultState`]
    #[serde(rename = "vault.status")]
    VaultStatus,
    /// [`VaultState`]
    #[serde(rename = "vault.move")]
    VaultMove { place: KeyPlaceKind },
    /// [`VaultState`]
    #[serde(rename = "vault.rotate")]
    VaultRotate,
}

/// What can be asked about bots, people, questions and what is to be sent.
#[derive(Serialize, Deserialize)]
#[serde(tag = "about", content = "with")]
pub(crate) enum DeskRequest {
    /// A list of `DeliveryView`.
    #[serde(rename = "outbox.list")]
    Deliveries { states: Vec<DeliveryState>, limit: usize },
    /// `DeliveryView`
    #[serde(rename = "outbox.show")]
    Delivery { id: String },
    /// `DeliveryView`
    #[serde(rename = "outbox.requeue")]
    RequeueDelivery { id: String },
    /// A list of `HeardUpdate`: those whose handling failed, or all.
    #[serde(rename = "inbox.list")]
    Updates { is_all: bool, limit: usize },
    /// Nothing.
    #[serde(rename = "inbox.requeue")]
    RequeueUpdate { id: String },
    /// A list of `ApprovalView`.
    #[serde(rename = "approvals.list")]
    Approvals { is_pending: bool, limit: usize },
    /// `ApprovalView`
    #[serde(rename = "approvals.show")]
    Approval { id: String },
    /// `ApprovalView`
    #[serde(rename = "approvals.end")]
    EndApproval { id: String },
    /// A list of `RuleView`.
    #[serde(rename = "approvals.rules")]
    Rules,
    /// Nothing.
    #[serde(rename = "approvals.revoke")]
    RevokeRule { id: String },
    /// [`Known`]
    #[serde(rename = "people.list")]
    People,
    /// [`KnownPerson`]
    #[serde(rename = "people.pair")]
    Pair { code: String, role: Role },
    /// [`KnownPerson`]
    #[serde(rename = "people.role")]
    SetRole { user: i64, role: Role },
    /// Nothing.
    #[serde(rename = "people.forget")]
    ForgetPerson { user: i64 },
    /// Nothing.
    #[serde(rename = "people.forget_group")]
    ForgetGroup { chat: i64 },
}

/// What can be asked about tokens.
#[derive(Serialize, Deserialize)]
#[serde(tag = "about", content = "with")]
pub(crate) enum TokensRequest {
    /// [`Issued`]
    #[serde(rename = "create")]
    Create(WantedToken),
    /// A list of `TokenView`.
    #[serde(rename = "list")]
    List,
    /// `TokenView`
    #[serde(rename = "show")]
    Show { token: String },
    /// `TokenView`
    #[serde(rename = "revoke")]
    Revoke { token: String },
    /// `Explanation`
    #[serde(rename = "explain")]
    Explain { token: String, tool: String, arguments: Map<String, Value> },
}

/// A token that is to be made.
#[derive(Serialize, Deserialize)]
pub(crate) struct WantedToken {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) is_read_only: bool,
    pub(crate) is_locked_down: bool,
    /// Names of effects.
    pub(crate) needs_approval: Vec<String>,
    /// As quotas are written.
    pub(crate) quotas: Vec<String>,
    /// Every one if left out.
    pub(crate) sessions: Option<Vec<String>>,
    /// As rules about chats are written; all of them if there are none.
    pub(crate) allow_chats: Vec<String>,
    pub(crate) deny_chats: Vec<String>,
    pub(crate) lifetime: Option<Duration>,
}

/// A token that was made. Not `Debug`: this is the only time that its secret is told.
#[derive(Serialize, Deserialize)]
pub(crate) struct Issued {
    pub(crate) token: TokenView,
    pub(crate) secret: String,
}

/// Which agent calls.
#[derive(Serialize, Deserialize)]
pub(crate) struct Agent {
    pub(crate) name: String,
    /// One life of it; empty for what does not stay.
    pub(crate) generation: String,
}

/// Who is let in, and where.
#[derive(Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) people: Vec<KnownPerson>,
    pub(crate) groups: Vec<KnownGroup>,
}

/// Somebody who is let in, or kept out.
#[derive(Serialize, Deserialize)]
pub(crate) struct KnownPerson {
    pub(crate) user: i64,
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) username: Option<String>,
    pub(crate) is_unreachable: bool,
}

/// A group in which the bots speak.
#[derive(Serialize, Deserialize)]
pub(crate) struct KnownGroup {
    pub(crate) chat: i64,
    pub(crate) title: String,
}

/// The API id and hash to sign in with. Not `Debug`: the hash is a secret.
#[derive(Serialize, Deserialize)]
pub(crate) struct Api {
    pub(crate) id: i32,
    pub(crate) hash: String,
}

/// A line from the owner.
#[derive(Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) body: ReplyBody,
}

/// What the line is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReplyBody {
    /// The answer.
    Result(Value),
    /// The other answer.
    Error(Failure),
    /// On the way.
    Progress(ProgressReport),
}

/// How far it is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ProgressReport {
    pub(crate) done: u64,
    pub(crate) total: Option<u64>,
    pub(crate) message: String,
}

/// How the owner is.
#[derive(Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) version: String,
    pub(crate) pid: u32,
    /// A person sees it on a terminal, or a service manager keeps it: it never goes idle.
    pub(crate) does_stay: bool,
    pub(crate) since: DateTime<Utc>,
    /// MCP clients that are connected.
    pub(crate) clients: usize,
    pub(crate) sessions: usize,
}

/// What a tool answered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Called {
    pub(crate) structured: Value,
    pub(crate) text: String,
}

/// Where a code went.
#[derive(Serialize, Deserialize)]
pub(crate) struct CodeSent {
    /// For people: `to Telegram on your other devices`.
    pub(crate) way: String,
    pub(crate) digits: Option<u32>,
}

/// Where a sign-in stands.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignInStep {
    /// Signed in.
    Done {
        session: String,
        /// For people: `Alice (@alice)`.
        account: String,
    },
    /// The account has a password; the owner's hint.
    PasswordNeeded { hint: Option<String> },
}

/// Where a sign-in by QR code stands.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QrStep {
    /// Draw this; ask again at once, the answer comes when something changes.
    Show { url: String },
    /// It was scanned.
    Scanned(SignInStep),
}

/// A link by which somebody signs in on a page. Not `Debug`: whoever has it can use it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) id: String,
    pub(crate) url: String,
}

/// Whether the audit chain holds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuditState {
    Whole { rows: u64 },
    Broken(Breach),
}

/// Which key seals the store, and where it is.
#[derive(Serialize, Deserialize)]
pub(crate) struct VaultState {
    pub(crate) key: String,
    pub(crate) place: KeyPlaceKind,
    pub(crate) is_ring_open: bool,
}

/// One line of `doctor`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) health: Health,
    pub(crate) subject: String,
    pub(crate) what: String,
    /// How to mend it, where it needs mending.
    pub(crate) remedy: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Health {
    Good,
    /// Works, or will, but somebody may want to know.
    Notable,
    Bad,
}

/// A connection of the command line to the owner.
pub(crate) struct Control {
    reader: BufReader<UnixStream>,
    next_id: u64,
}

impl Control {
    /// To the owner; a daemon is started if there is none.
    pub(crate) fn open(link: &Link) -> Result<Self, LinkError> {
        let stream = link.open(&Hello::control(&link.places))?.0;
        Ok(Self::on(stream))
    }

    /// To the owner, if there is one.
    pub(crate) fn existing(link: &Link) -> Result<Option<Self>, LinkError> {
        let hello = Hello { is_any_version_welcome: true, ..Hello::control(&link.places) };
        Ok(link.open_existing(&hello)?.map(|(stream, _)| Self::on(stream)))
    }

    fn on(stream: UnixStream) -> Self {
        Self { reader: BufReader::new(stream), next_id: 1 }
    }

    /// Asks and waits.
    pub(crate) fn ask<A: DeserializeOwned>(&mut self, request: Request) -> anyhow::Result<A> {
        self.ask_watching(request, &mut |_| {})
    }

    /// Asks and waits, hearing how far it is.
    pub(crate) fn ask_watching<A: DeserializeOwned>(
        &mut self,
        request: Request,
        watch: &mut dyn FnMut(&ProgressReport),
    ) -> anyhow::Result<A> {
        let id = self.next_id;
        self.next_id += 1;
        let mut line = serde_json::to_vec(&Envelope { id, request })?;
        line.push(b'\n');
        self.reader.get_mut().write_all(&line).context("the daemon is gone; run the command again")?;
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).unwrap_or(0) == 0 {
                return Err(ended_unanswered().into());
            }
            let reply: Reply = serde_json::from_str(&line).context("the daemon speaks another version")?;
            match reply.body {
                ReplyBody::Progress(report) => watch(&report),
                ReplyBody::Error(failure) => return Err(failure.into()),
                ReplyBody::Result(value) => {
                    return serde_json::from_value(value).context("the daemon speaks another version");
                }
            }
        }
    }

    /// Waits until the owner has closed its side, which it does when it ends.
    pub(crate) fn wait_for_the_end(mut self) {
        let mut line = String::new();
        while self.reader.read_line(&mut line).is_ok_and(|count| count > 0) {
            line.clear();
        }
    }
}

fn ended_unanswered() -> Failure {
    Failure::new(
        Code::OutcomeUnknown,
        "the daemon ended before it answered",
        "if this was to change something, look whether it did; then repeat it",
    )
}
