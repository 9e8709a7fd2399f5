//! What people choose about notices: how they are told, when they are left alone, whether delivery runs.

use chrono::NaiveTime;
use telegraphist_domain::ApprovalId;

use super::Update;
use super::taps::alert;
use crate::application::Application;
use crate::cards::{Button, Does};
use crate::failure::Failure;
use crate::grants::Sessions;
use crate::notices::{Mode, NoticeClass, QuietHours, Zone};
use crate::ports::{ApprovalQuery, HeardMessage, Role, Speaker, Tap, TapAnswer};
use crate::text::Writing;
use crate::views::BridgeStatus;

/// What the buttons of modes begin with: `m1:<mode>`.
const MODE_TAP: &str = "m1:";
/// So many questions are counted; more are "or more".
const COUNTED_MAX: usize = 200;
const HOW_TO_BE_QUIET: &str = "Send /quiet 22:00-07:00, with your zone if it is another one, as in /quiet 22:00-07:00 \
                               Europe/Berlin. Add alerts or approvals to let them ring all the same. /quiet off ends it.";

impl Update<'_> {
    /// A command about notices, by somebody who was let in.
    pub(super) async fn commanded_about_notices(
        &self,
        message: &HeardMessage,
        _from: &Speaker,
        role: Role,
        name: &str,
        rest: &str,
    ) -> Result<(), Failure> {
        if !matches!(role, Role::Owner | Role::Admin) {
            let text = Writing::default().text("This is for the owner and for admins; nothing was changed.");
            return self.reply_with(message, 0, text).await;
        }
        let chosen = if name == "mode" { Mode::named(rest) } else { Mode::named(name.trim_start_matches("mode_")) };
        let text = match (name, chosen) {
            ("mode" | "mode_local" | "mode_nomad" | "mode_muted", Some(mode)) => {
                self.app.choose_mode(mode).await?;
                said_mode(mode)
            }
            ("mode", None) => {
                let text = said_mode(self.app.mode().await?);
                return self.reply_with_buttons(message, 0, text, mode_buttons()).await;
            }
            ("quiet", _) => self.app.quieted(rest).await?,
            ("restart", _) => {
                self.app.stop_bridge().await?;
                self.app.start_bridge().await?;
                Writing::default().text("Delivery was started anew; nothing was lost.")
            }
            _ => Writing::default().text("I do not know this command. /help lists those that I know."),
        };
        self.reply_with(message, 0, text).await
    }

    /// A press on a button of modes; nothing for any other.
    pub(super) async fn chosen(&self, tap: &Tap, role: Role) -> Result<Option<TapAnswer>, Failure> {
        let Some(name) = tap.data.strip_prefix(MODE_TAP) else { return Ok(None) };
        let Some(mode) = Mode::named(name) else { return Ok(None) };
        if !matches!(role, Role::Owner | Role::Admin) {
            return Ok(Some(alert("This is for the owner and for admins; nothing was changed.")));
        }
        self.app.choose_mode(mode).await?;
        Ok(Some(TapAnswer { text: format!("Mode {}: {}.", mode.as_str(), mode.meaning()), is_alert: false }))
    }
}

impl Application {
    /// How delivery stands, for people.
    pub(super) async fn status_for_people(&self) -> Result<Writing, Failure> {
        let BridgeStatus { state, mode, quiet_hours, bots } = self.bridge_status(&Sessions::All).await?;
        let state = match state {
            crate::delivery::BridgeState::Running => "runs",
            crate::delivery::BridgeState::Stopped => "is stopped; /restart starts it",
            crate::delivery::BridgeState::NoBot => "has no bot",
        };
        let mut text = Writing::default().bold("Delivery").text(" ").text(state).lines(1);
        text = text.bold("Mode").text(&format!(" {}: {}", mode.as_str(), mode.meaning())).lines(1);
        text = text.bold("Quiet hours").text(" ").text(quiet_hours.as_deref().unwrap_or("none")).lines(1);
        let sum = |count: fn(&crate::views::BotBridge) -> u64| bots.iter().map(count).sum::<u64>();
        let (waiting, stuck) = (sum(|bot| bot.queued + bot.sending), sum(|bot| bot.stuck));
        text = text.bold("Waiting").text(&format!(" {waiting}, stuck {stuck}")).lines(1);
        let query = ApprovalQuery { is_pending: true, principal: None, before: None::<ApprovalId> };
        let open = self.ports().approvals.approvals(&query, COUNTED_MAX).await?.len();
        let more = if open == COUNTED_MAX { " or more" } else { "" };
        Ok(text.bold("Open questions").text(&format!(" {open}{more}")))
    }

    /// Chooses quiet hours as somebody wrote them, and says what is so now.
    async fn quieted(&self, words: &str) -> Result<Writing, Failure> {
        let before = self.quiet_hours().await?;
        let quiet = match (words.trim(), before) {
            ("", Some(quiet)) => return Ok(said_quiet(&quiet).lines(2).text(HOW_TO_BE_QUIET)),
            ("", None) => return Ok(Writing::default().text("There are no quiet hours. ").text(HOW_TO_BE_QUIET)),
            ("off", Some(quiet)) => QuietHours { is_on: false, ..quiet },
            ("off", None) => return Ok(Writing::default().text("There were no quiet hours.")),
            ("on", Some(quiet)) => QuietHours { is_on: true, ..quiet },
            (words, _) => match read_quiet(words, self.zone().await?) {
                Ok(quiet) => quiet,
                Err(problem) => return Ok(Writing::default().text(&problem).text(" ").text(HOW_TO_BE_QUIET)),
            },
        };
        self.choose_quiet_hours(&quiet).await?;
        Ok(said_quiet(&quiet))
    }
}

fn said_mode(mode: Mode) -> Writing {
    Writing::default().bold("Mode ").bold(mode.as_str()).text(": ").text(mode.meaning()).text(".")
}

fn mode_buttons() -> Vec<Vec<Button>> {
    let button = |mode: Mode| Button {
        text: mode.as_str().to_owned(),
        does: Does::Tap(format!("{MODE_TAP}{}", mode.as_str())),
        style: None,
    };
    vec![Mode::ALL.map(button).to_vec()]
}

fn said_quiet(quiet: &QuietHours) -> Writing {
    if !quiet.is_on {
        return Writing::default().text("Quiet hours are off.");
    }
    let hours = format!("{}-{}", quiet.from.format("%H:%M"), quiet.until.format("%H:%M"));
    let text = Writing::default().bold("Quiet hours ").bold(&hours).text(&format!(" ({}).", quiet.zone));
    let except: Vec<&str> =
        quiet.except.iter().map(|class| if *class == NoticeClass::Approval { "questions" } else { "alerts" }).collect();
    let rest = " What is told then arrives when they end.";
    if except.is_empty() {
        text.text(rest)
    } else {
        text.text(rest).text(&format!(" Still ring: {}.", except.join(", ")))
    }
}

/// `22:00-07:00`, then a zone and what rings all the same, in any order.
fn read_quiet(words: &str, zone: Zone) -> Result<QuietHours, String> {
    let mut words = words.split_whitespace();
    let hours = words.next().unwrap_or_default().replace('–', "-");
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    let read = hours.split_once('-').and_then(|(from, until)| Some((time(from)?, time(until)?)));
    let Some((from, until)) = read else { return Err("I could not read these times.".to_owned()) };
    let mut quiet = QuietHours { from, until, zone, except: Vec::new(), is_on: true };
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "alert" | "alerts" => quiet.except.push(NoticeClass::Alert),
            "approval" | "approvals" | "questions" => quiet.except.push(NoticeClass::Approval),
            _ => {
                quiet.zone = word.parse().map_err(|error: crate::notices::NotAZone| format!("{word}: {error}"))?;
            }
        }
    }
    Ok(quiet)
}

#[cfg(test)]
mod tests {
    use telegraphist_domain::ChatId;

    use super::*;
    use crate::stage::{BOB, OWNER, Stage};

    #[test]
    fn quiet_hours_are_read_as_people_write_them() {
        let quiet = read_quiet("22:00-07:00 europe/berlin alerts", Zone::UTC).unwrap();
        let json = r#"{"from":"22:00","until":"07:00","zone":"Europe/Berlin","except":["alert"],"is_on":true}"#;
        assert_eq!(serde_json::to_string(&quiet).unwrap(), json);
        assert_eq!(read_quiet("9:30–10:00", Zone::UTC).unwrap().zone, Zone::UTC);
        for no in ["22-7", "25:00-07:00", "22:00", "22:00-07:00 Nowhere/AtAll"] {
            assert!(read_quiet(no, Zone::UTC).is_err(), "{no}");
        }
    }

    #[tokio::test]
    async fn an_owner_chooses_on_the_phone_how_to_be_told() {
        let stage = Stage::new().await;
        stage.says(OWNER, "/mode").await;
        let shown = stage.nth_to(OWNER, 1).await;
        let answer = stage.presses(OWNER, shown.message, "nomad").await;
        assert!(answer.text.starts_with("Mode nomad: "));
        assert_eq!(stage.app.mode().await.unwrap(), Mode::Nomad);
        stage.says(OWNER, "/mode_muted").await;
        stage.says(OWNER, "/quiet 22:00-07:00 Berlin").await;
        stage.says(OWNER, "/status").await;
        let status = stage.nth_to(OWNER, 4).await.card.text.text;
        assert!(status.contains("Delivery runs\nMode muted: "), "{status}");
        assert!(status.contains("Quiet hours 22:00-07:00 Europe/Berlin\n"), "{status}");
        assert!(status.ends_with("Open questions 0"), "{status}");
        stage.says(OWNER, "/quiet off").await;
        assert_eq!(stage.nth_to(OWNER, 5).await.card.text.text, "Quiet hours are off.");
    }

    #[tokio::test]
    async fn others_change_nothing() {
        let stage = Stage::new().await;
        stage.let_in(BOB, Role::User).await;
        stage.says(BOB, "/mode_muted").await;
        assert!(stage.nth_to(BOB, 1).await.card.text.text.contains("nothing was changed"));
        let answer = stage.taps(BOB, ChatId(BOB.0), telegraphist_domain::MessageId(1), "m1:muted").await;
        assert!(answer.is_alert);
        assert_eq!(stage.app.mode().await.unwrap(), Mode::Local);
    }
}
