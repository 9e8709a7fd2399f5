use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use telegraphist_domain::approval::{Meaning, Risk};

use crate::application::Application;
use crate::approvals::{Ask, Asked, TITLE_MAX};
use crate::arguments::ChatArg;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::text::utf16_len;
use crate::views::ApprovalView;

/// The longest description, in bytes; what does not fit into a card is attached to it as a file.
const DESCRIPTION_MAX: usize = 256 * 1024;
/// The longest arguments, in bytes of JSON.
const ARGUMENTS_MAX: usize = 1024 * 1024;
/// The longest label of a button, in UTF-16 code units.
const LABEL_MAX: usize = 100;
const OPTIONS_MAX: usize = telegraphist_domain::approval::CHOICES_MAX;
/// How long a question may live.
const LIFE: std::ops::RangeInclusive<u64> = 10..=7 * 24 * 3600;
const LIFE_USUAL: u64 = 30 * 60;

/// Ask a person in Telegram before you act. Answers at once with an approval_id: pass it to wait_for_approval until
/// the state is not `pending`. Only `decision.is_allowed` is a yes; expired, cancelled and undeliverable are not.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestApproval {
    /// The bot's session name, if there are several.
    pub session: Option<String>,
    /// One line: what is to be decided.
    pub title: String,
    /// Everything needed to decide, in markdown.
    pub description: Option<String>,
    /// 1 to 10 buttons; Approve and Deny if left out.
    #[serde(default)]
    pub options: Vec<OptionArg>,
    /// The exact tool that is to be called; the decision counts for it alone.
    pub tool: Option<String>,
    /// Its exact arguments.
    pub arguments: Option<Map<String, Value>>,
    #[serde(default)]
    pub risk: RiskArg,
    /// Who may decide, by user id or @name; the owner or the admins if left out.
    #[serde(default)]
    pub deciders: Vec<ChatArg>,
    /// Where it is shown, if not to each decider.
    #[serde(alias = "chat_id")]
    pub chat: Option<ChatArg>,
    /// Seconds until it expires: 10 to 604800, default 1800.
    pub expires_in: Option<u64>,
    /// The same key twice is one question.
    pub idempotency_key: Option<String>,
}

/// A button: its label, or a label and what it means.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a label, or an object of label and means")]
#[schemars(inline)]
pub enum OptionArg {
    /// Approve, Allow and Yes allow; Deny, Reject and No do not; any other is one way of going on.
    Label(String),
    Meant { label: String, means: MeaningArg },
}

/// What a button means.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MeaningArg {
    AllowOnce,
    AllowForSession,
    AllowAlways,
    AllowEdited,
    Deny,
    DenyWithReason,
    /// One way of going on, which you know.
    Custom,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RiskArg {
    Low,
    #[default]
    Medium,
    High,
}

impl OptionArg {
    fn label(&self) -> &str {
        match self {
            Self::Label(label) | Self::Meant { label, .. } => label.trim(),
        }
    }

    fn meaning(&self) -> Meaning {
        let means = match self {
            Self::Meant { means, .. } => *means,
            Self::Label(label) => match label.trim().to_lowercase().as_str() {
                "approve" | "allow" | "yes" => MeaningArg::AllowOnce,
                "deny" | "reject" | "no" => MeaningArg::Deny,
                _ => MeaningArg::Custom,
            },
        };
        match means {
            MeaningArg::AllowOnce => Meaning::AllowOnce,
            MeaningArg::AllowForSession => Meaning::AllowForSession,
            MeaningArg::AllowAlways => Meaning::AllowAlways,
            MeaningArg::AllowEdited => Meaning::AllowEdited,
            MeaningArg::Deny => Meaning::Deny,
            MeaningArg::DenyWithReason => Meaning::DenyWithReason,
            MeaningArg::Custom => Meaning::Custom,
        }
    }
}

impl Operation for RequestApproval {
    type Output = ApprovalView;
    const FACTS: Facts = Facts {
        name: "request_approval",
        title: "Request approval",
        toolset: Toolset::Approvals,
        effect: Effect::Writes,
        scope: Scope::ApprovalsRequest,
        class: Class::Local,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, idempotency_key);

    fn chats(&self) -> Vec<&str> {
        self.chat.iter().map(|chat| chat.0.as_str()).collect()
    }

    fn check(&self) -> Result<(), Refused> {
        check_title(&self.title)?;
        if self.description.as_ref().is_some_and(|description| description.len() > DESCRIPTION_MAX) {
            return Err(Refused::new("description", "at most 256 kB; attach nothing larger to a question"));
        }
        if self.options.len() > OPTIONS_MAX {
            return Err(Refused::new("options", format!("1 to {OPTIONS_MAX} of them")));
        }
        for option in &self.options {
            if option.label().is_empty() || utf16_len(option.label()) > LABEL_MAX {
                return Err(Refused::new("options", format!("every label has 1 to {LABEL_MAX} characters")));
            }
        }
        check_labels(&self.options)?;
        if self.arguments.is_some() != self.tool.is_some() {
            return Err(Refused::new("arguments", "give tool and arguments together, or neither"));
        }
        if self.tool.as_ref().is_some_and(|tool| tool.trim().is_empty() || tool.len() > 256) {
            return Err(Refused::new("tool", "1 to 256 bytes"));
        }
        let has_room = self.arguments.as_ref().is_none_or(|arguments| {
            serde_json::to_vec(arguments).is_ok_and(|arguments| arguments.len() <= ARGUMENTS_MAX)
        });
        if !has_room {
            return Err(Refused::new("arguments", "at most 1 MB; nobody can read more than that"));
        }
        if self.expires_in.is_some_and(|seconds| !LIFE.contains(&seconds)) {
            return Err(Refused::new("expires_in", "10 to 604800 seconds"));
        }
        Ok(())
    }
}

fn check_title(title: &str) -> Result<(), Refused> {
    let is_one_line = !title.trim().is_empty() && !title.contains(['\n', '\r']);
    if is_one_line && utf16_len(title) <= TITLE_MAX {
        return Ok(());
    }
    Err(Refused::new("title", format!("one line of 1 to {TITLE_MAX} characters; the rest goes into description")))
}

/// Two buttons that look the same cannot be told apart.
fn check_labels(options: &[OptionArg]) -> Result<(), Refused> {
    for (at, option) in options.iter().enumerate() {
        if options[..at].iter().any(|other| other.label() == option.label()) {
            return Err(Refused::new("options", "every label once"));
        }
    }
    Ok(())
}

#[async_trait]
impl Here for RequestApproval {
    async fn run(self, app: &Application, call: &HereCall) -> Result<ApprovalView, Failure> {
        let bot = app.speaking_bot(&call.caller, self.session.as_deref()).await?;
        let chat = match &self.chat {
            Some(chat) => Some(app.allowed_place(&call.caller, &bot, &chat.0).await?),
            None => None,
        };
        let mut deciders = Vec::new();
        for decider in &self.deciders {
            deciders.push(app.named_decider(&decider.0).await?);
        }
        let options = if self.options.is_empty() { usual_options() } else { self.options };
        let asked = Asked {
            title: self.title.trim().to_owned(),
            description: self.description.filter(|description| !description.trim().is_empty()),
            tool: self.tool,
            arguments: self.arguments.map(Value::Object),
            labels: options.iter().map(|option| option.label().to_owned()).collect(),
        };
        let ask = Ask {
            requester: call.requester(),
            asked,
            meanings: options.iter().map(OptionArg::meaning).collect(),
            rule: None,
            risk: match self.risk {
                RiskArg::Low => Risk::Low,
                RiskArg::Medium => Risk::Medium,
                RiskArg::High => Risk::High,
            },
            life: Duration::from_secs(self.expires_in.unwrap_or(LIFE_USUAL)),
            deciders,
            bot,
            chat,
            key: self.idempotency_key,
        };
        let approval = app.ask(ask).await?;
        app.view_of_approval(&approval).await
    }
}

pub(super) fn usual_options() -> Vec<OptionArg> {
    vec![OptionArg::Label("Approve".to_owned()), OptionArg::Label("Deny".to_owned())]
}
