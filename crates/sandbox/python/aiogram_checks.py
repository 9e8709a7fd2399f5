"""Checks the Bot API of the sandbox with aiogram, a client that nobody here wrote.

Usage: aiogram_checks.py CONTROL_URL

Prints one line for each check and exits with 1 if any has failed. Needs aiogram 3.31 and a running telegram-sandbox.
"""

import asyncio
import contextlib

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMessageDraft
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from bot_box import ALICE, BOB, EMI, HUGO, INVOICE_BOT, PICTURE, TEAM, VOICE, Box
from checks import check, expect, main, refused, soon

KINDS = ["message", "edited_message", "callback_query", "message_reaction", "chat_member", "my_chat_member", "poll_answer"]


@contextlib.asynccontextmanager
async def bot_of(box, token=None):
    session = AiohttpSession(api=TelegramAPIServer.from_base(box.bot_api))
    async with Bot(token or box.token, session=session) as bot:
        yield bot


def listener():
    """A dispatcher and a queue of everything that it hears."""
    heard = asyncio.Queue()
    dispatcher = Dispatcher()

    async def hear(event):
        await heard.put(event)

    for kind in KINDS:
        dispatcher.observers[kind].register(hear)
    return dispatcher, heard


@contextlib.asynccontextmanager
async def polling(box):
    dispatcher, heard = listener()
    async with bot_of(box) as bot:
        await bot.delete_webhook(drop_pending_updates=True)
        running = asyncio.create_task(
            dispatcher.start_polling(bot, polling_timeout=10, handle_signals=False, close_bot_session=False)
        )
        await box.called("getUpdates", 1)
        try:
            yield bot, heard
        finally:
            await dispatcher.stop_polling()
            await running


@check
async def knows_itself(box):
    """knows itself, and is refused with a wrong token"""
    async with bot_of(box) as bot:
        me = await bot.me()
        expect((me.id, me.username), (INVOICE_BOT, "invoice_helper_bot"))
    async with bot_of(box, "42:nobody") as bot:
        await refused(bot.get_me(), TelegramUnauthorizedError)


@check
async def hears_and_answers(box):
    """polls, hears messages and edits, and answers"""
    async with polling(box) as (bot, heard):
        await box.alice("say", text="/pay now")
        message = await soon(heard.get())
        expect((message.text, message.entities[0].type), ("/pay now", "bot_command"))
        answer = await message.reply("Paid")
        expect(answer.reply_to_message.message_id, message.message_id)
        quoted = await bot.send_message(
            ALICE, "This?", reply_parameters=ReplyParameters(message_id=message.message_id, quote="now")
        )
        expect(quoted.quote.text, "now")
        await box.alice("edit", id=(await box.letters(3))[2]["id"], text="/pay twice")
        expect((await soon(heard.get())).text, "/pay twice")


@check
async def is_told_over_a_webhook(box):
    """is told over a webhook with a secret, and refuses to be told with another"""
    dispatcher, heard = listener()
    async with bot_of(box) as bot:
        application = web.Application()
        SimpleRequestHandler(dispatcher, bot, secret_token="s3cret", handle_in_background=False).register(application, path="/hook")
        setup_application(application, dispatcher, bot=bot)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{port}/hook"
        await bot.set_webhook(address, secret_token="s3cret", drop_pending_updates=True)
        await box.alice("say", text="over the webhook")
        expect((await soon(heard.get())).text, "over the webhook")
        expect((await bot.get_webhook_info()).url, address)
        await box.ask("/v1/advance", ms=1000)
        await bot.set_webhook(address, secret_token="wrong")
        await box.alice("say", text="with a wrong secret")
        while "401" not in ((await bot.get_webhook_info()).last_error_message or ""):
            pass
        await bot.delete_webhook(drop_pending_updates=True)
        await runner.cleanup()


@check
async def writes_in_every_mark_up(box):
    """writes in every mark-up, and is told where it is wrong"""
    async with bot_of(box) as bot:
        for mode, text in [("MarkdownV2", "*a* ||b|| `c`"), ("HTML", "<b>a</b> <tg-spoiler>b</tg-spoiler> <code>c</code>")]:
            sent = await bot.send_message(ALICE, text, parse_mode=mode)
            expect((sent.text, [entity.type for entity in sent.entities]), ("a b c", ["bold", "spoiler", "code"]))
        given = [MessageEntity(type="pre", offset=0, length=2, language="rust")]
        sent = await bot.send_message(ALICE, "🎉", entities=given)
        expect((sent.entities[0].length, sent.entities[0].language), (2, "rust"))
        error = await refused(bot.send_message(ALICE, "<b>a</i>", parse_mode="HTML"), TelegramBadRequest)
        wanted = 'Bad Request: can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'
        expect(error.message, wanted)


@check
async def sends_files_and_fetches_them(box):
    """sends files of every kind and fetches them"""
    def file(content, name):
        return BufferedInputFile(content, name)

    async with bot_of(box) as bot:
        sent = {
            "photo": (await bot.send_photo(ALICE, file(PICTURE, "a.jpg"), caption="a photo")).photo[-1],
            "document": (await bot.send_document(ALICE, file(b"a text", "a.txt"))).document,
            "audio": (await bot.send_audio(ALICE, file(b"a song", "a.mp3"), duration=3)).audio,
            "video": (await bot.send_video(ALICE, file(b"a film", "a.mp4"), width=4, height=3)).video,
            "animation": (await bot.send_animation(ALICE, file(b"a loop", "b.mp4"))).animation,
            "voice": (await bot.send_voice(ALICE, file(VOICE, "a.ogg"), duration=1)).voice,
            "video_note": (await bot.send_video_note(ALICE, file(b"a circle", "c.mp4"), length=240)).video_note,
            "sticker": (await bot.send_sticker(ALICE, file(b"a sticker", "a.webp"))).sticker,
        }
        contents = {"photo": PICTURE, "audio": b"a song", "video_note": b"a circle"}
        for kind, content in contents.items():
            expect((await bot.download(sent[kind])).read(), content)
        album = [InputMediaPhoto(media=file(PICTURE, "a.jpg")), InputMediaPhoto(media=sent["photo"].file_id)]
        expect(len({message.media_group_id for message in await bot.send_media_group(ALICE, album)}), 1)
        live = await bot.send_live_photo(ALICE, live_photo=file(b"it moves", "l.mp4"), photo=file(PICTURE, "l.jpg"))
        assert live.live_photo is not None


@check
async def hangs_buttons_and_answers(box):
    """hangs buttons on a message, hears which is pressed, answers, and edits the message"""
    button = InlineKeyboardButton(text="Yes", callback_data="yes", style="success")
    async with polling(box) as (bot, heard):
        await bot.send_message(ALICE, "Pay?", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
        pressed = asyncio.create_task(box.alice("press", id=(await box.letters())[0]["id"], button="yes"))
        query = await soon(heard.get())
        expect((query.data, query.from_user.id), ("yes", ALICE))
        await query.answer("Paid")
        expect((await soon(pressed))["answer"]["text"], "Paid")
        edited = await query.message.edit_text("Paid.")
        expect((edited.text, edited.reply_markup), ("Paid.", None))
        error = await refused(query.answer("Again"), TelegramBadRequest)
        assert "query is too old" in error.message, error.message


@check
async def reacts_and_hears_reactions(box):
    """reacts, and hears reactions where it is an admin"""
    await box.member(BOB, "appoint", user=INVOICE_BOT)
    async with polling(box) as (bot, heard):
        sent = await bot.send_message(TEAM, "Like it?")
        await sent.react([ReactionTypeEmoji(emoji="👍")])
        await box.member(EMI, "react", id=sent.message_id, emoji="🔥")
        reaction = await soon(heard.get())
        expect((reaction.user.id, reaction.new_reaction[0].emoji), (EMI, "🔥"))


@check
async def keeps_topics(box):
    """begins, closes and deletes a topic of a forum"""
    await box.member(BOB, "appoint", user=INVOICE_BOT)
    async with bot_of(box) as bot:
        topic = await bot.create_forum_topic(TEAM, "Bills")
        sent = await bot.send_message(TEAM, "First", message_thread_id=topic.message_thread_id)
        expect(sent.is_topic_message, True)
        await bot.close_forum_topic(TEAM, topic.message_thread_id)
        await bot.reopen_forum_topic(TEAM, topic.message_thread_id)
        await bot.delete_forum_topic(TEAM, topic.message_thread_id)


@check
async def keeps_commands(box):
    """keeps its commands by scope"""
    async with bot_of(box) as bot:
        scope = BotCommandScopeAllGroupChats()
        await bot.set_my_commands([BotCommand(command="pay", description="Pays")], scope=scope)
        expect([command.command for command in await bot.get_my_commands(scope=scope)], ["pay"])
        expect(await bot.get_my_commands(), [])


@check
async def hears_of_members(box):
    """manages members and hears of them"""
    await box.member(BOB, "appoint", user=INVOICE_BOT)
    async with polling(box) as (bot, heard):
        await box.member(BOB, "bring", user=HUGO)
        change = await soon(heard.get())
        while getattr(change, "new_chat_member", None) is None:
            change = await soon(heard.get())
        expect((change.new_chat_member.user.id, change.new_chat_member.status), (HUGO, "member"))
        await bot.promote_chat_member(TEAM, HUGO, can_pin_messages=True)
        member = await bot.get_chat_member(TEAM, HUGO)
        expect((member.status, member.can_pin_messages, member.can_delete_messages), ("administrator", True, False))


@check
async def writes_drafts(box):
    """shows what it is writing, and then writes it"""
    async with bot_of(box) as bot:
        for text in ["Let", "Let me", "Let me see"]:
            await bot(SendMessageDraft(chat_id=ALICE, draft_id=7, text=text))
        expect((await box.alice("draft"))["text"], "Let me see")
        await bot.send_message(ALICE, "Let me see.")
        expect((await box.alice("draft"))["text"], None)


@check
async def tells_errors_apart(box):
    """tells errors apart: too many, migrated, broken, lost, blocked"""
    faults = [
        ({"trouble": "flood", "retry_after": 30}, TelegramRetryAfter),
        ({"trouble": "migrated", "to": TEAM}, TelegramMigrateToChat),
        ({"trouble": "html", "status": 502}, ClientDecodeError),
        ({"trouble": "lost_before"}, TelegramNetworkError),
    ]
    async with bot_of(box) as bot:
        for fault, wanted in faults:
            await box.ask("/v1/bot_faults", method="bot.sendMessage", times=1, **fault)
            error = await refused(bot.send_message(ALICE, "x"), wanted)
            if wanted is TelegramRetryAfter:
                expect(error.retry_after, 30)
            if wanted is TelegramMigrateToChat:
                expect(error.migrate_to_chat_id, TEAM)
        await box.ask("/v1/faults", method="bot.sendMessage", code=500, text="Internal Server Error", times=1)
        await refused(bot.send_message(ALICE, "x"), TelegramServerError)
        await box.alice("block")
        error = await refused(bot.send_message(ALICE, "x"), TelegramForbiddenError)
        expect(error.message, "Forbidden: bot was blocked by the user")


@check
async def is_replaced(box):
    """is told when another program polls"""
    async with bot_of(box) as one, bot_of(box) as other:
        updates = await one.get_updates(offset=-1)
        offset = updates[-1].update_id + 1
        first = asyncio.create_task(one.get_updates(offset=offset, timeout=20))
        await box.called("getUpdates", 2)
        second = asyncio.create_task(other.get_updates(offset=offset, timeout=20))
        await refused(soon(first), TelegramConflictError)
        await box.alice("say", text="who hears?")
        expect((await soon(second))[0].message.text, "who hears?")


if __name__ == "__main__":
    main("aiogram", __doc__, Box)
