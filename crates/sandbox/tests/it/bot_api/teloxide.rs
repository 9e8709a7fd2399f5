//! The Bot API as teloxide speaks it, with its dispatcher, its webhook listener and its throttle.

use std::time::Duration;

use telegraphist_sandbox::{BotFault, BotTrouble, Sandbox};
use teloxide::adaptors::throttle::Limits;
use teloxide::dispatching::UpdateFilterExt;
use teloxide::net::Download;
use teloxide::prelude::*;
use teloxide::types::{
    AllowedUpdate, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMedia, InputMediaPhoto,
    MaybeInaccessibleMessage, MessageId, ParseMode, ReactionType, ReplyParameters, Rgb,
};
use teloxide::update_listeners::{Polling, UpdateListener, webhooks};
use teloxide::{ApiError, RequestError};
use tokio::sync::mpsc;

use super::robot::{INVOICE_BOT, a_box_for_bots};
use crate::client::{ALICE, BOB, soon};

const PICTURE: &[u8] = include_bytes!("../../../assets/sunset.jpg");
const TEAM: i64 = -1_000_000_000_701;

fn bot_of(sandbox: &Sandbox) -> Bot {
    let account = sandbox.info().accounts.into_iter().find(|account| account.id == INVOICE_BOT);
    let token = account.and_then(|account| account.bot_token).expect("the bot has a token");
    let client = teloxide::net::default_reqwest_settings().no_proxy().build().expect("an HTTP client");
    let url = format!("http://{}", sandbox.bot_api_address().expect("it is open"));
    Bot::with_client(token, client).set_api_url(url.parse().expect("a URL"))
}

/// Waits for an answer, with a deadline.
async fn done<R: IntoFuture>(request: R) -> R::Output {
    soon(request.into_future()).await
}

/// A box where Alice has started the bot, which has heard of it.
async fn started() -> (Sandbox, Bot) {
    let sandbox = a_box_for_bots().await;
    sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.start("")).expect("she may");
    let bot = bot_of(&sandbox);
    done(bot.get_updates().offset(-1)).await.expect("an answer");
    let updates = done(bot.get_updates()).await.expect("an answer");
    let last = updates.last().expect("the start").id;
    done(bot.get_updates().offset(last.as_offset())).await.expect("confirmed");
    (sandbox, bot)
}

/// What a running dispatcher heard.
enum Heard {
    Message(Message),
    Edited(Message),
    Callback(CallbackQuery),
}

/// Runs a dispatcher with a listener beside something else, and ends it.
async fn dispatching<L>(bot: Bot, listener: L, run: impl AsyncFnOnce(&mut mpsc::UnboundedReceiver<Heard>))
where
    L: UpdateListener + Send + 'static,
    L::Err: std::fmt::Debug + Send,
{
    let (told, mut heard) = mpsc::unbounded_channel();
    let hear = |told: mpsc::UnboundedSender<Heard>, what: Heard| async move {
        told.send(what).map_err(|_| RequestError::Io(std::io::Error::other("nobody listens").into()))
    };
    let tree = dptree::entry()
        .branch(Update::filter_message().endpoint({
            let told = told.clone();
            move |message: Message| hear(told.clone(), Heard::Message(message))
        }))
        .branch(Update::filter_edited_message().endpoint({
            let told = told.clone();
            move |message: Message| hear(told.clone(), Heard::Edited(message))
        }))
        .branch(
            Update::filter_callback_query()
                .endpoint(move |query: CallbackQuery| hear(told.clone(), Heard::Callback(query))),
        );
    let mut dispatcher = Dispatcher::builder(bot, tree).build();
    let shutdown = dispatcher.shutdown_token();
    let errors = LoggingErrorHandler::with_custom_text("the listener failed");
    let running = async { dispatcher.try_dispatch_with_listener(listener, errors).await.expect("it starts") };
    tokio::join!(running, async {
        run(&mut heard).await;
        // A dispatcher that is about to begin cannot be stopped yet.
        let stopped = loop {
            match shutdown.shutdown() {
                Ok(stopped) => break stopped,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        done(stopped).await;
    });
}

async fn next(heard: &mut mpsc::UnboundedReceiver<Heard>) -> Heard {
    done(heard.recv()).await.expect("it listens")
}

#[tokio::test]
async fn a_dispatcher_polls_answers_and_edits() {
    let (sandbox, bot) = started().await;
    let listener = Polling::builder(bot.clone()).timeout(Duration::from_secs(10)).delete_webhook().await.build();
    let alice = sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    dispatching(bot.clone(), listener, async |heard| {
        let id = alice.say("/pay @bob_lindqvist").expect("said");
        let Heard::Message(message) = next(heard).await else { panic!("a message") };
        assert_eq!(message.parse_entities().map(|entities| entities.len()), Some(2));
        alice.edit(id, "/pay twice").expect("edited");
        assert!(matches!(next(heard).await, Heard::Edited(edited) if edited.text() == Some("/pay twice")));

        let buttons = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Yes", "yes")]]);
        let asked = bot.send_message(message.chat.id, "Pay?").reply_parameters(ReplyParameters::new(message.id));
        let sent = done(asked.reply_markup(buttons)).await.expect("sent");
        assert_eq!(sent.reply_to_message().map(|answered| answered.id), Some(message.id));
        let shown = alice.mailbox(1).expect("a mailbox")[0].id;
        let (answer, ()) = tokio::join!(alice.press(shown, "Yes"), async {
            let Heard::Callback(query) = next(heard).await else { panic!("a callback") };
            assert_eq!(query.data.as_deref(), Some("yes"));
            assert!(matches!(&query.message, Some(MaybeInaccessibleMessage::Regular(found)) if found.id == sent.id));
            done(bot.answer_callback_query(query.id).text("Paid")).await.expect("answered");
        });
        assert_eq!(answer.expect("pressed").and_then(|answer| answer.text).as_deref(), Some("Paid"));
        let edited = done(bot.edit_message_text(sent.chat.id, sent.id, "Paid.")).await.expect("edited");
        assert_eq!(edited.text(), Some("Paid."));
        let again = done(bot.edit_message_text(sent.chat.id, sent.id, "Paid.")).await;
        assert!(matches!(again, Err(RequestError::Api(ApiError::MessageNotModified))), "{again:?}");
    })
    .await;
    assert!(sandbox.counters().malformed.is_empty());
}

#[tokio::test]
async fn a_dispatcher_is_told_over_a_webhook() {
    let (sandbox, bot) = started().await;
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = probe.local_addr().expect("an address");
    drop(probe);
    let url = format!("http://{address}/hook").parse().expect("a URL");
    let options = webhooks::Options::new(address, url).secret_token("s3cret".to_owned());
    let listener = done(webhooks::axum(bot.clone(), options)).await.expect("it is set");
    dispatching(bot.clone(), listener, async |heard| {
        sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("over the webhook")).expect("said");
        let Heard::Message(message) = next(heard).await else { panic!("a message") };
        assert_eq!(message.text(), Some("over the webhook"));
    })
    .await;
    assert!(done(bot.get_webhook_info()).await.expect("an answer").url.is_none(), "it was taken away");
}

#[tokio::test]
async fn files_and_marks_go_both_ways() {
    let (_sandbox, bot) = started().await;
    let chat = ChatId(ALICE);
    let sent = done(
        bot.send_photo(chat, InputFile::memory(PICTURE).file_name("a.jpg"))
            .caption("<b>a</b> photo")
            .parse_mode(ParseMode::Html),
    )
    .await
    .expect("sent");
    assert_eq!(sent.caption_entities().map(<[_]>::len), Some(1));
    let photo = sent.photo().and_then(<[_]>::last).expect("a photo");
    let file = done(bot.get_file(photo.file.id.clone())).await.expect("a file");
    let mut fetched = Vec::new();
    done(bot.download_file(&file.path, &mut fetched)).await.expect("fetched");
    assert_eq!(fetched, PICTURE);
    let file = |name: &'static str| InputFile::memory(name.as_bytes()).file_name(name);
    assert!(done(bot.send_document(chat, file("a.txt"))).await.expect("sent").document().is_some());
    assert!(done(bot.send_voice(chat, file("a.ogg"))).await.expect("sent").voice().is_some());
    assert!(done(bot.send_video(chat, file("a.mp4"))).await.expect("sent").video().is_some());
    assert!(done(bot.send_audio(chat, file("a.mp3"))).await.expect("sent").audio().is_some());
    assert!(done(bot.send_animation(chat, file("b.mp4"))).await.expect("sent").animation().is_some());
    let note = done(bot.send_video_note(chat, file("c.mp4"))).await.expect("sent");
    assert!(note.video_note().is_some());
    assert!(done(bot.send_sticker(chat, file("a.webp"))).await.expect("sent").sticker().is_some());
    let picture = || InputMedia::Photo(InputMediaPhoto::new(InputFile::memory(PICTURE).file_name("a.jpg")));
    let album = done(bot.send_media_group(chat, [picture(), picture()])).await.expect("sent");
    assert_eq!(album[0].media_group_id(), album[1].media_group_id());
    let marked = bot.send_message(chat, "*a* _b_").parse_mode(ParseMode::MarkdownV2);
    assert_eq!(done(marked).await.expect("sent").text(), Some("a b"));
}

#[tokio::test]
async fn topics_reactions_and_commands_are_understood() {
    let (sandbox, bot) = started().await;
    sandbox.acting(BOB, TEAM).and_then(|bob| bob.appoint(INVOICE_BOT, true)).expect("he may");
    let team = ChatId(TEAM);
    let colour = Rgb::from_u32(0x6f_b9f0);
    let topic = done(bot.create_forum_topic(team, "Bills").icon_color(colour)).await.expect("begun");
    let sent = bot.send_message(team, "First").message_thread_id(topic.thread_id);
    let sent = done(sent).await.expect("sent");
    assert_eq!((sent.is_topic_message, sent.thread_id), (true, Some(topic.thread_id)));
    let thumb = [ReactionType::Emoji { emoji: "👍".to_owned() }];
    done(bot.set_message_reaction(team, sent.id).reaction(thumb)).await.expect("reacted");
    done(bot.close_forum_topic(team, topic.thread_id)).await.expect("closed");
    done(bot.set_my_commands([BotCommand::new("pay", "Pays")])).await.expect("kept");
    assert_eq!(done(bot.get_my_commands()).await.expect("told"), [BotCommand::new("pay", "Pays")]);
    let admins = done(bot.get_chat_administrators(team)).await.expect("told");
    assert!(admins.iter().any(|admin| admin.user.id.0 == BOB.unsigned_abs() && admin.is_owner()));
    let chat = done(bot.get_chat(team)).await.expect("told");
    assert!(chat.is_supergroup());
    assert!(sandbox.counters().malformed.is_empty());
}

#[tokio::test]
async fn errors_are_told_apart() {
    let (sandbox, bot) = started().await;
    let send = || done(bot.send_message(ChatId(ALICE), "x"));
    let once = |trouble| sandbox.bot_fault(BotFault::once("bot.sendMessage", trouble)).expect("it is known");
    once(BotTrouble::Flood { retry_after: 30 });
    assert!(matches!(send().await, Err(RequestError::RetryAfter(seconds)) if seconds.seconds() == 30));
    once(BotTrouble::Migrated { to: TEAM });
    assert!(matches!(send().await, Err(RequestError::MigrateToChatId(to)) if to.0 == TEAM));
    once(BotTrouble::LostBefore);
    assert!(matches!(send().await, Err(RequestError::Network(_))));
    sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.block()).expect("she may");
    assert!(matches!(send().await, Err(RequestError::Api(ApiError::BotBlocked))));
    let nobody = done(bot.send_message(ChatId(5), "x")).await;
    assert!(matches!(nobody, Err(RequestError::Api(ApiError::ChatNotFound))), "{nobody:?}");
    let missing = done(bot.edit_message_text(ChatId(BOB), MessageId(1), "x")).await;
    assert!(missing.is_err());
    sandbox.revoke_token(INVOICE_BOT).expect("a bot");
    let revoked = done(bot.get_me()).await;
    assert!(matches!(revoked, Err(RequestError::Api(ApiError::InvalidToken))), "{revoked:?}");
}

#[tokio::test]
async fn a_throttle_waits_and_tries_again() {
    let (sandbox, bot) = started().await;
    sandbox.bot_fault(BotFault::once("bot.sendMessage", BotTrouble::Flood { retry_after: 1 })).expect("it is known");
    let bot = bot.throttle(Limits::default());
    done(bot.send_message(ChatId(ALICE), "in the end")).await.expect("sent in the end");
    assert_eq!(sandbox.mailbox(ALICE, INVOICE_BOT, 1).expect("a mailbox")[0].text, "in the end");
}

#[tokio::test]
async fn two_pollers_are_told_of_each_other() {
    let (sandbox, bot) = started().await;
    let other = bot_of(&sandbox);
    let before = sandbox.counters().calls_of("bot.getUpdates");
    let wait = |bot: &Bot| {
        let kinds = [AllowedUpdate::Message];
        bot.get_updates().timeout(10).allowed_updates(kinds)
    };
    let first = async {
        let ended = done(wait(&bot)).await;
        assert!(matches!(ended, Err(RequestError::Api(ApiError::TerminatedByOtherGetUpdates))), "{ended:?}");
    };
    let second = async {
        while sandbox.counters().calls_of("bot.getUpdates") == before {
            tokio::task::yield_now().await;
        }
        let (updates, ()) = tokio::join!(done(wait(&other)), async {
            while sandbox.counters().calls_of("bot.getUpdates") == before + 1 {
                tokio::task::yield_now().await;
            }
            sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("who hears?")).expect("said");
        });
        assert_eq!(updates.expect("updates").len(), 1);
    };
    tokio::join!(first, second);
}
