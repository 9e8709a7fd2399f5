//! `telegraphist login`: by code, by QR code, on a web page, with a session string of another library, or with a bot's token.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;
use telegraphist_application::Failure;
use telegraphist_application::enrolments::EnrolmentEnd;

use super::Context;
use crate::arguments::{Login, StringForm};
use crate::control::{Api, CodeSent, Control, Enrolment, QrStep, Request, SignInStep};
use crate::exit::Usage;
use crate::terminal::{QrCode, Screen, note, secret, visible};

/// A wrong code or password may be typed so often.
const TRIES_MAX: usize = 3;

/// A session string is a few hundred characters, a token less.
const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// What sessions are called that were given no name.
const USER_SESSION: &str = "default";
const BOT_SESSION: &str = "bot";

/// Signs in.
pub(crate) fn run(context: &Context, login: Login) -> anyhow::Result<()> {
    if login.bot {
        return by_token(context, login.session.unwrap_or_else(|| BOT_SESSION.to_owned()));
    }
    let api = api(context)?;
    if let Some(name) = login.web {
        return on_page(context, api, &name);
    }
    let mut control = Control::open(&context.link()?)?;
    let session = login.session.unwrap_or_else(|| USER_SESSION.to_owned());
    let step = match (login.import, login.qr) {
        (Some(form), _) => import(&mut control, session.clone(), api, form)?,
        (None, true) => by_qr(&mut control, &session, context)?,
        (None, false) => by_code(&mut control, &session, api, login.phone)?,
    };
    let done = match step {
        SignInStep::Done { .. } => step,
        SignInStep::PasswordNeeded { hint } => by_password(&mut control, &session, hint.as_deref())?,
    };
    match done {
        SignInStep::Done { session, account } => {
            let mut screen = Screen::new();
            screen.line(format!("Signed in as {account}; the session is called {session}."))?;
            screen.line("To see whether it works: telegraphist call get_me")
        }
        SignInStep::PasswordNeeded { .. } => bail!("Telegram asked for a password again"),
    }
}

/// A bot: its token, typed unseen or from standard input.
fn by_token(context: &Context, session: String) -> anyhow::Result<()> {
    let token = unseen("Token of the bot, from @BotFather")?;
    let mut control = Control::open(&context.link()?)?;
    let step: SignInStep = control.ask(Request::SignInBot { session, token })?;
    let SignInStep::Done { session, account } = step else { bail!("a bot has no password") };
    let mut screen = Screen::new();
    screen.line(format!("Signed in as {account}; the session is called {session}."))?;
    if context.settings.people.owner().is_some() {
        screen.line("Open it in Telegram and press Start. To try it: telegraphist notify Hello")
    } else {
        screen.line("Nobody is let in yet: send /start to the bot in Telegram, and then, with the code")?;
        screen.line("that it shows you: telegraphist people pair CODE --role admin")
    }
}

/// Somebody else, who has no terminal here: by a link that counts once.
fn on_page(context: &Context, api: Api, session: &str) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    let enrolment: Enrolment = control.ask(Request::Enrol { session: session.to_owned(), api })?;
    let mut screen = Screen::new();
    screen.line(&enrolment.url)?;
    screen.flush()?;
    note("Open it in a browser within 15 minutes, or give it to whoever is to sign in. It counts once.");
    note("This waits for them; the link stays good if you end it.");
    match control.ask(Request::EnrolmentEnd { id: enrolment.id })? {
        EnrolmentEnd::SignedIn { account } => {
            screen.line(format!("Signed in as {account}; the session is called {session}."))
        }
        EnrolmentEnd::TooManyTries => bail!("nobody signed in: codes or passwords were wrong too often"),
        EnrolmentEnd::Expired => bail!("nobody signed in: the link is over, or a newer one took its place"),
    }
}

fn api(context: &Context) -> Result<Api, Usage> {
    let telegram = &context.settings.telegram;
    if !context.settings.has_api_credentials() {
        return Err(Usage(
            "an API id and hash are needed to sign in\n\n\
             Get them at https://my.telegram.org (\"API development tools\"), then either\n\n\
             \u{20} export TELEGRAPHIST_TELEGRAM__API_ID=12345\n\
             \u{20} export TELEGRAPHIST_TELEGRAM__API_HASH=0123456789abcdef0123456789abcdef\n\n\
             or put them into the configuration file:\n\n\
             \u{20} [telegram]\n\
             \u{20} api_id = 12345\n\
             \u{20} api_hash = \"0123456789abcdef0123456789abcdef\""
                .to_owned(),
        ));
    }
    Ok(Api { id: telegram.api_id, hash: telegram.api_hash.expose_secret().to_owned() })
}

fn by_code(control: &mut Control, session: &str, api: Api, phone: Option<String>) -> anyhow::Result<SignInStep> {
    let phone = match phone {
        Some(phone) => phone,
        None => visible("Phone number, with country code")?,
    };
    let sent: CodeSent = control.ask(Request::SendCode { session: session.to_owned(), api, phone })?;
    let digits = sent.digits.map(|digits| format!(" ({digits} digits)")).unwrap_or_default();
    note(format!("A code{digits} is on its way {}.", sent.way));
    retried("the code is not right", || {
        let code = secret("Code")?;
        control.ask(Request::SubmitCode { session: session.to_owned(), code })
    })
}

fn by_password(control: &mut Control, session: &str, hint: Option<&str>) -> anyhow::Result<SignInStep> {
    let question = match hint.filter(|hint| !hint.is_empty()) {
        Some(hint) => format!("Password (hint: {hint})"),
        None => "Password".to_owned(),
    };
    retried("the password is not right", || {
        let password = secret(&question)?;
        control.ask(Request::SubmitPassword { session: session.to_owned(), password })
    })
}

/// Tries again what was mistyped; what else went wrong stays wrong.
fn retried(what: &str, mut attempt: impl FnMut() -> anyhow::Result<SignInStep>) -> anyhow::Result<SignInStep> {
    for _ in 1..TRIES_MAX {
        match attempt() {
            Err(problem) if is_mistyped(&problem) => note(format!("{what}; try again")),
            outcome => return outcome,
        }
    }
    attempt()
}

fn is_mistyped(problem: &anyhow::Error) -> bool {
    problem
        .downcast_ref::<Failure>()
        .and_then(|failure| failure.details.as_ref()?.get("step")?.as_str())
        .is_some_and(|step| matches!(step, "code" | "password"))
}

fn by_qr(control: &mut Control, session: &str, context: &Context) -> anyhow::Result<SignInStep> {
    let mut screen = Screen::new();
    let mut drawn = Drawn::default();
    loop {
        let step = control.ask(Request::Qr { session: session.to_owned(), api: api(context)? })?;
        match step {
            QrStep::Show { url } => drawn.draw(&mut screen, &url)?,
            QrStep::Scanned(step) => return Ok(step),
        }
    }
}

/// What is on the screen: a fresh code is drawn over the one that ended.
#[derive(Default)]
struct Drawn {
    url: String,
    lines: usize,
}

impl Drawn {
    fn draw(&mut self, screen: &mut Screen, url: &str) -> anyhow::Result<()> {
        if url == self.url {
            return Ok(());
        }
        if screen.is_terminal && self.lines > 0 {
            screen.raw(&format!("\u{1b}[{}A\u{1b}[J", self.lines))?;
        }
        let lines = QrCode::of(url)?.lines();
        for line in &lines {
            screen.line(line)?;
        }
        screen.line("Telegram on your phone: Settings, Devices, Link Desktop Device")?;
        screen.flush()?;
        self.lines = lines.len() + 1;
        url.clone_into(&mut self.url);
        Ok(())
    }
}

fn import(control: &mut Control, session: String, api: Api, form: StringForm) -> anyhow::Result<SignInStep> {
    let string = unseen("Session string")?;
    control.ask(Request::Import { session, api, form, string })
}

/// A secret: typed unseen, or from standard input where nobody types.
fn unseen(question: &str) -> anyhow::Result<String> {
    use std::io::IsTerminal as _;
    if std::io::stdin().is_terminal() {
        return secret(question);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(SECRET_BYTES_MAX)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read it from standard input: {question}"))?;
    Ok(text.trim().to_owned())
}
