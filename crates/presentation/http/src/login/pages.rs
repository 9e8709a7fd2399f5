//! What the page looks like at each stage.

use maud::{DOCTYPE, Markup, html};
use telegraphist_application::enrolments::{EnrolmentEnd, EnrolmentStage, EnrolmentView};
use telegraphist_application::ports::CodeWay;

use super::drawing;
use super::forms::TOKEN;
use super::problems::Problem;

/// Where a link is taken: by the script from the address, else by a person who pastes it.
pub(super) fn entrance(problem: Option<&Problem>) -> Markup {
    let body = html! {
        h1 { "Sign in with your link" }
        (told(problem, "secret"))
        p { "Paste the sign-in link that you were given. It counts once." }
        form method="post" action="/login/open" data-entrance {
            (field(&Field { name: "secret", label: "Sign-in link", help: None, kind: "text" }, &html! {
                input #secret name="secret" type="text" required autocomplete="off" spellcheck="false"
                    autocapitalize="none" aria-invalid=[invalid(problem)] aria-describedby=[described(problem, None)];
            }))
            button.main type="submit" { "Continue" }
        }
    };
    page("entrance", "Sign in with your link", problem.is_some(), &body)
}

/// The page of an enrolment.
pub(super) fn stage(view: &EnrolmentView, problem: Option<&Problem>) -> Markup {
    let token = &view.form_token;
    let (name, title, body) = match &view.stage {
        EnrolmentStage::Choosing => ("choosing", "Sign in to Telegram", choosing(view, problem)),
        EnrolmentStage::Code { phone, way, digits } => {
            ("code", "Type the code", code(token, &where_to_look(phone, *way, *digits), problem))
        }
        EnrolmentStage::Qr { url, .. } => ("qr", "Scan this with Telegram", qr(token, url, problem)),
        EnrolmentStage::Password { hint } => {
            ("password", "Type your password", password(token, hint.as_deref(), problem))
        }
        EnrolmentStage::Ended(end) => return ended(view, end),
    };
    page(name, title, problem.is_some(), &body)
}

/// What is shown to who comes from elsewhere.
pub(super) fn not_from_here() -> Markup {
    let body = html! {
        h1 { "Not from here" }
        p { "The request came from another page, or under a name that is not this server's. Nothing was done." }
    };
    page("foreign", "Not from here", false, &body)
}

fn choosing(view: &EnrolmentView, problem: Option<&Problem>) -> Markup {
    let help = "With the country code, such as +15550001234. Telegram will send you a code.";
    html! {
        h1 { "Sign in to Telegram" }
        (told(problem, "phone"))
        p {
            "You let this server use your Telegram account, as the session "
            strong { bdi { (view.session) } }
            ". It will be able to read and write there until you end it in Telegram under Settings, Devices."
        }
        p.care { "Only go on if you asked for this link, or trust whoever gave it to you." }
        form method="post" action="/login/phone" {
            (hidden(&view.form_token))
            (field(&Field { name: "phone", label: "Phone number", help: Some(help), kind: "tel" }, &html! {
                input #phone name="phone" type="tel" inputmode="tel" required autocomplete="tel" maxlength="32"
                    aria-invalid=[invalid(problem)] aria-describedby=[described(problem, Some("phone-help"))];
            }))
            button.main type="submit" { "Send me a code" }
        }
        p.or { span { "or" } }
        form method="post" action="/login/qr" {
            (hidden(&view.form_token))
            button.other type="submit" { "Show a QR code to scan" }
        }
    }
}

fn code(token: &str, sent: &str, problem: Option<&Problem>) -> Markup {
    html! {
        h1 { "Type the code" }
        (told(problem, "code"))
        form method="post" action="/login/code" {
            (hidden(token))
            (field(&Field { name: "code", label: "Code", help: Some(sent), kind: "code" }, &html! {
                input #code name="code" type="text" inputmode="numeric" required autocomplete="one-time-code"
                    autofocus[problem.is_none()] maxlength="16" spellcheck="false"
                    aria-invalid=[invalid(problem)] aria-describedby=[described(problem, Some("code-help"))];
            }))
            button.main type="submit" { "Sign in" }
        }
        (otherwise(token))
    }
}

fn password(token: &str, hint: Option<&str>, problem: Option<&Problem>) -> Markup {
    let hint = hint.filter(|hint| !hint.is_empty());
    let help = match hint {
        Some(hint) => format!("Your account has a password for two-step verification. Your hint: {hint}"),
        None => "Your account has a password for two-step verification.".to_owned(),
    };
    html! {
        h1 { "Type your password" }
        (told(problem, "password"))
        form method="post" action="/login/password" {
            (hidden(token))
            (field(&Field { name: "password", label: "Password", help: Some(&help), kind: "password" }, &html! {
                input #password name="password" type="password" required autocomplete="current-password"
                    autofocus[problem.is_none()] maxlength="1024"
                    aria-invalid=[invalid(problem)] aria-describedby=[described(problem, Some("password-help"))];
            }))
            button.main type="submit" { "Sign in" }
        }
        (otherwise(token))
    }
}

fn qr(token: &str, url: &str, problem: Option<&Problem>) -> Markup {
    html! {
        h1 tabindex="-1" { "Scan this with Telegram" }
        (told(problem, "look"))
        ol.steps {
            li { "Open Telegram on your phone." }
            li { "Go to Settings, Devices, Link Desktop Device." }
            li { "Point your phone at this code." }
        }
        (drawing::qr(url))
        form method="post" action="/login/qr" data-live {
            (hidden(token))
            button #look .other type="submit" { "I have scanned it" }
            p.help { "The code changes every half minute. If it is refused, press the button for a new one." }
        }
        (otherwise(token))
    }
}

fn ended(view: &EnrolmentView, end: &EnrolmentEnd) -> Markup {
    let (title, body) = match end {
        EnrolmentEnd::SignedIn { account } => (
            "You are signed in",
            html! {
                div.mark.good aria-hidden="true" { "✓" }
                h1 tabindex="-1" autofocus { "You are signed in" }
                p { "As " strong { bdi { (account) } } ", in the session " strong { bdi { (view.session) } } "." }
                p { "You may close this page. To sign this server out again, go to Settings, Devices in Telegram." }
            },
        ),
        EnrolmentEnd::TooManyTries => (
            "Too many tries",
            html! {
                div.mark.bad aria-hidden="true" { "!" }
                h1 tabindex="-1" autofocus { "Too many tries" }
                p role="alert" { "This link has ended, and nobody was signed in. Ask whoever gave it to you for a new one." }
                p { "You may close this page." }
            },
        ),
        EnrolmentEnd::Expired => return entrance(Some(&Problem::unknown_link())),
    };
    page("ended", title, false, &body)
}

/// What somebody is asked to type.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    help: Option<&'a str>,
    kind: &'a str,
}

fn field(field: &Field<'_>, input: &Markup) -> Markup {
    html! {
        div class=(format!("field {}", field.kind)) {
            label for=(field.name) { (field.label) }
            @if let Some(help) = field.help { p.help id=(format!("{}-help", field.name)) { (help) } }
            (input)
        }
    }
}

fn invalid(problem: Option<&Problem>) -> Option<&'static str> {
    problem.filter(|problem| problem.is_of_what_was_typed()).map(|_| "true")
}

fn described(problem: Option<&Problem>, help: Option<&str>) -> Option<String> {
    let ids: Vec<&str> = help.into_iter().chain(problem.map(|_| "problem")).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The first thing that is read, where something went wrong; it leads to where it can be mended.
fn told(problem: Option<&Problem>, field: &str) -> Markup {
    html! {
        @if let Some(problem) = problem {
            div.alert role="alert" tabindex="-1" autofocus {
                h2 { "That did not work" }
                p #problem { a href=(format!("#{field}")) { (problem.what) } }
            }
        }
    }
}

fn otherwise(token: &str) -> Markup {
    html! {
        form method="post" action="/login/otherwise" {
            (hidden(token))
            button.link type="submit" { "Sign in another way" }
        }
    }
}

fn hidden(token: &str) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(token); }
}

fn where_to_look(phone: &str, way: CodeWay, digits: Option<u32>) -> String {
    let digits = digits.map(|digits| format!(" of {digits} digits")).unwrap_or_default();
    let way = match way {
        CodeWay::App => "in the Telegram app on your other devices",
        CodeWay::Sms => "as a text message",
        CodeWay::Call => "by a phone call",
        CodeWay::Email => "by e-mail",
        CodeWay::Other => "to you",
    };
    format!("Telegram sent a code{digits} {way}, for the number {phone}.")
}

fn page(stage: &str, title: &str, is_wrong: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { @if is_wrong { "Error: " } (title) " · Telegraphist" }
                link rel="icon" href="/login/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/login/login.css";
                script src="/login/login.js" defer {}
            }
            body {
                header { img src="/login/icon.svg" alt="" width="32" height="32"; span { "Telegraphist" } }
                main data-stage=(stage) { (body) }
                p.quiet role="status" data-news {}
            }
        }
    }
}
