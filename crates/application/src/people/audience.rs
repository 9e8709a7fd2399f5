//! Who is told and who is asked, and through which bot.

use telegraphist_domain::{ChatId, ChatRef, MessageId, UserId};

use crate::application::Application;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::grants::{self, Circle, Sessions, Verb};
use crate::pipeline::KnownSession;
use crate::ports::{Lane, PeerKind, Person, Role};

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Through which bot to which chat.
    pub(crate) lane: Lane,
    /// In which topic.
    pub(crate) topic: Option<MessageId>,
}

impl Place {
    /// A person's own chat with the bot: it has the person's id.
    pub(crate) fn of_person(bot: &KnownSession, user: UserId) -> Self {
        Self { lane: Lane { session: bot.id, chat: ChatId(user.0) }, topic: None }
    }
}

impl Application {
    /// The bot that speaks for a caller: the named one, else the default session, else the only one.
    pub(crate) async fn speaking_bot(&self, caller: &Caller, named: Option<&str>) -> Result<KnownSession, Failure> {
        let granted = &caller.grants.sessions;
        let mut bots = self.ready_bots().await?;
        bots.retain(|bot| granted.contains(bot.id));
        if let Some(named) = named {
            let named = named.trim();
            let is_it = |bot: &&KnownSession| bot.name.eq_ignore_ascii_case(named) || bot.id.to_string() == named;
            return match bots.iter().find(is_it) {
                Some(bot) => Ok(bot.clone()),
                None => Err(self.no_bot(granted, &bots, is_it).await?),
            };
        }
        let default = self.ports().views.sessions().await?.into_iter().find(|view| view.is_default);
        let chosen = default.and_then(|view| bots.iter().find(|bot| bot.id.to_string() == view.id));
        match (bots.as_slice(), chosen) {
            ([bot], _) | (_, Some(bot)) => Ok(bot.clone()),
            (_, None) => Err(self.no_bot(granted, &bots, |_| bots.is_empty()).await?),
        }
    }

    /// Why there is no such bot to speak with: perhaps it has to sign in again.
    async fn no_bot(
        &self,
        granted: &Sessions,
        ready: &[KnownSession],
        is_it: impl Fn(&&KnownSession) -> bool,
    ) -> Result<Failure, Failure> {
        let mut lost = self.lost_bots().await?;
        lost.retain(|bot| granted.contains(bot.id));
        Ok(lost.iter().find(is_it).map_or_else(|| no_such_bot(ready), |bot| needs_login(&bot.name)))
    }

    /// Everybody who wants to be told, in the bot's chats with them, and the groups that do.
    /// What is kept from the caller is left out.
    pub(crate) async fn audience(&self, caller: &Caller, bot: &KnownSession) -> Result<Vec<Place>, Failure> {
        let people = self.reachable_people().await?;
        let wanting = people.iter().filter(|person| person.wants_notices && person.role != Role::Blocked);
        let mut places: Vec<Place> = wanting.map(|person| Place::of_person(bot, person.user)).collect();
        let groups = self.ports().people.groups().await?.into_iter().filter(|group| group.wants_notices);
        places.extend(groups.map(|group| Place { lane: Lane { session: bot.id, chat: group.chat }, topic: None }));
        places.retain(|place| is_open(caller, place.lane.chat));
        if places.is_empty() {
            return Err(self.nobody().await?);
        }
        Ok(places)
    }

    /// One chat instead of everybody; only one that was let in. One that is kept from the caller is told of as one that
    /// was not, by the way that it was named.
    pub(crate) async fn allowed_place(
        &self,
        caller: &Caller,
        bot: &KnownSession,
        chat: &str,
    ) -> Result<ChatId, Failure> {
        let reference: ChatRef = chat.parse().map_err(|_| unknown_place())?;
        let id = match reference {
            ChatRef::Id(id) if !is_open(caller, id) => return Err(not_let_in(&bot.name)),
            ChatRef::Id(id) => Some(id),
            ChatRef::Username(name) => self.by_name(&name).await?,
            ChatRef::Me => self.inner.settings.owner.map(|owner| ChatId(owner.0)),
            ChatRef::Phone(_) | ChatRef::Invite(_) => None,
        };
        let id = id.filter(|id| is_open(caller, *id)).ok_or_else(unknown_place)?;
        let is_group = self.ports().people.groups().await?.iter().any(|group| group.chat == id);
        let role = self.role_of(UserId(id.0)).await?;
        let is_person = matches!(role, Some(Role::Owner | Role::Admin | Role::User | Role::Guest));
        if is_group || is_person { Ok(id) } else { Err(not_let_in(&bot.name)) }
    }

    /// Those who decide where nobody is named: the owner, else the admins.
    pub(crate) async fn usual_deciders(&self) -> Result<Vec<UserId>, Failure> {
        if let Some(owner) = self.inner.settings.owner {
            return Ok(vec![owner]);
        }
        let people = self.ports().people.people().await?;
        let admins: Vec<UserId> =
            people.iter().filter(|person| person.role == Role::Admin).map(|person| person.user).collect();
        if admins.is_empty() { Err(self.nobody().await?) } else { Ok(admins) }
    }

    /// Somebody who may decide, by id or `@name`.
    pub(crate) async fn named_decider(&self, named: &str) -> Result<UserId, Failure> {
        let user = match named.parse() {
            Ok(ChatRef::Id(id)) => Some(UserId(id.0)),
            Ok(ChatRef::Username(name)) => self.by_name(&name).await?.map(|chat| UserId(chat.0)),
            Ok(ChatRef::Me) => self.inner.settings.owner,
            Ok(ChatRef::Phone(_) | ChatRef::Invite(_)) | Err(_) => None,
        };
        let user = user.ok_or_else(|| no_decider(named))?;
        if self.may_decide(user).await? { Ok(user) } else { Err(no_decider(named)) }
    }

    /// Whether somebody's role lets them decide where they are named.
    pub(crate) async fn may_decide(&self, user: UserId) -> Result<bool, Failure> {
        let role = self.role_of(user).await?;
        Ok(matches!(role, Some(Role::Owner | Role::Admin | Role::User)))
    }

    async fn by_name(&self, name: &str) -> Result<Option<ChatId>, Failure> {
        let people = self.ports().people.people().await?;
        let is_it = |person: &&Person| person.username.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(name));
        Ok(people.iter().find(is_it).map(|person| ChatId(person.user.0)))
    }

    async fn reachable_people(&self) -> Result<Vec<Person>, Failure> {
        let mut people = self.ports().people.people().await?;
        let owner = self.inner.settings.owner;
        if let Some(owner) = owner
            && people.iter().all(|person| person.user != owner)
        {
            people.push(super::unseen_owner(owner));
        }
        people.retain(|person| !person.is_unreachable && (person.role != Role::Owner || Some(person.user) == owner));
        Ok(people)
    }

    async fn nobody(&self) -> Result<Failure, Failure> {
        let is_known = self.inner.settings.owner.is_some() || !self.ports().people.people().await?.is_empty();
        Ok(if is_known {
            Failure::new(
                Code::NobodyThere,
                "Everybody who is known here has shut the bot out or wants no notices.",
                "Ask the person to open the bot in Telegram and press Start.",
            )
        } else {
            Failure::new(
                Code::NobodyThere,
                "Nobody is let in yet, so there is nobody to tell or ask.",
                "Set people.owner to your Telegram user id, or send /pair to the bot and run `telegraphist people pair CODE --role admin`.",
            )
        })
    }
}

fn no_such_bot(bots: &[KnownSession]) -> Failure {
    if bots.is_empty() {
        return Failure::new(
            Code::UnknownSession,
            "There is no bot to speak with.",
            "Make one with @BotFather and sign it in: `telegraphist login --bot`.",
        );
    }
    several_bots(bots)
}

fn needs_login(bot: &str) -> Failure {
    Failure::new(
        Code::NeedsLogin,
        format!("Telegram does not accept the token of the bot {bot} any more, so nobody can be told or asked."),
        "Get its token from @BotFather and sign it in again: `telegraphist login --bot`. What waits goes out then.",
    )
}

fn several_bots(bots: &[KnownSession]) -> Failure {
    let names: Vec<&str> = bots.iter().map(|bot| bot.name.as_str()).collect();
    Failure::new(
        Code::UnknownSession,
        format!("Name one of the bots in `session`: {}.", names.join(", ")),
        "Pass `session`, or choose a default: `telegraphist sessions default NAME`.",
    )
    .with_details(serde_json::json!({ "sessions": names }))
}

/// Whether the caller may say something there. Bots have no folders.
fn is_open(caller: &Caller, chat: ChatId) -> bool {
    let place = grants::Place { chat, kind: PeerKind::of(chat), is_own: false };
    caller.grants.chats.permits(Verb::Write, place, &Circle::default())
}

fn unknown_place() -> Failure {
    Failure::new(
        Code::UnknownChat,
        "Notices go to people and groups that were let in, by id or @name.",
        "Leave `chat` out to tell everybody who wants notices, or run `telegraphist people list`.",
    )
}

fn not_let_in(bot: &str) -> Failure {
    Failure::new(
        Code::Forbidden,
        format!("This chat was not let in to the bot {bot}."),
        "Let the person or group in first: `telegraphist people --help`.",
    )
}

fn no_decider(named: &str) -> Failure {
    let shown: String = named.chars().filter(|letter| !letter.is_control()).take(40).collect();
    Failure::new(
        Code::InvalidArgument,
        format!("deciders: {shown} is nobody who may decide here."),
        "Name people who were let in as user, admin or owner, by id or @name, or leave `deciders` out.",
    )
}
