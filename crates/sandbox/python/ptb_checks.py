"""Checks the Bot API of the sandbox with python-telegram-bot, a client that nobody here wrote.

Usage: ptb_checks.py CONTROL_URL

Prints one line for each check and exits with 1 if any has failed. Needs python-telegram-bot[webhooks,rate-limiter] 22.8 and a running
telegram-sandbox.
"""

import asyncio
import contextlib
import socket

from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import AIORateLimiter, Application, TypeHandler
from telegram.request import HTTPXRequest

from bot_box import ALICE, BOB, EMI, HUGO, INVOICE_BOT, PICTURE, TEAM, VOICE, Box
from checks import check, expect, main, refused, soon


def builder(box, token=None):
    def request():
        return HTTPXRequest(httpx_kwargs={"trust_env": False})

    made = Application.builder().token(token or box.token)
    made = made.base_url(box.bot_api + "/bot").base_file_url(box.bot_api + "/file/bot")
    return made.request(request()).get_updates_request(request())


@contextlib.asynccontextmanager
async def bot_of(box, token=None):
    """A bot that only calls."""
    application = builder(box, token).build()
    await application.initialize()
    try:
        yield application.bot
    finally:
        await application.shutdown()


@contextlib.asynccontextmanager
async def running(application, start):
    """A bot that hears; yields it and a queue of what it heard."""
    heard = asyncio.Queue()

    async def hear(update, _):
        await heard.put(update)

    application.add_handler(TypeHandler(Update, hear))
    await application.initialize()
    await application.start()
    await start(application.updater)
    try:
        yield application.bot, heard
    finally:
        await application.updater.stop()
        await application.stop()
        await application.shutdown()


def polling(box):
    async def start(updater):
        await updater.start_polling(timeout=10, allowed_updates=Update.ALL_TYPES, drop_pending_updates=True)
        # Kinds of updates are chosen by the first poll.
        await box.called("getUpdates", 1)

    return running(builder(box).build(), start)


@check
async def knows_itself(box):
    """knows itself, and is refused with a wrong token"""
    async with bot_of(box) as bot:
        expect((bot.id, bot.username), (INVOICE_BOT, "invoice_helper_bot"))
    try:
        async with bot_of(box, "42:nobody"):
            raise AssertionError("nobody has this token")
    except InvalidToken:
        pass


@check
async def hears_and_answers(box):
    """polls, hears a message with its marks, and answers with a quote"""
    async with polling(box) as (bot, heard):
        await box.alice("say", text="/pay @bob_lindqvist #now")
        update = await soon(heard.get())
        kinds = [entity.type for entity in update.message.entities]
        expect(kinds, [MessageEntity.BOT_COMMAND, MessageEntity.MENTION, MessageEntity.HASHTAG])
        answer = await update.message.reply_text("Paid", do_quote=True)
        expect(answer.reply_to_message.message_id, update.message.message_id)
        expect((await box.letters())[0]["text"], "Paid")
        await box.alice("edit", id=(await box.letters(2))[1]["id"], text="/pay twice")
        edited = await soon(heard.get())
        expect(edited.edited_message.text, "/pay twice")


@check
async def is_told_over_a_webhook(box):
    """is told over a webhook with a secret"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def start(updater):
        await updater.start_webhook(
            listen="127.0.0.1",
            port=port,
            url_path="hook",
            webhook_url=f"http://127.0.0.1:{port}/hook",
            secret_token="s3cret",
            drop_pending_updates=True,
        )

    async with running(builder(box).build(), start) as (bot, heard):
        await box.alice("say", text="over the webhook")
        expect((await soon(heard.get())).message.text, "over the webhook")
        info = await bot.get_webhook_info()
        expect((info.url, info.last_error_message), (f"http://127.0.0.1:{port}/hook", None))
        await refused(bot.get_updates(), Conflict)
        await bot.delete_webhook()


@check
async def writes_in_every_mark_up(box):
    """writes in every mark-up, and is told where it is wrong"""
    async with bot_of(box) as bot:
        for mode, text in [("MarkdownV2", "*a* ||b|| `c`"), ("HTML", "<b>a</b> <tg-spoiler>b</tg-spoiler> <code>c</code>")]:
            sent = await bot.send_message(ALICE, text, parse_mode=mode)
            expect([entity.type for entity in sent.entities], ["bold", "spoiler", "code"])
            expect(sent.text, "a b c")
        given = [MessageEntity("italic", 0, 2), MessageEntity("text_link", 3, 4, url="https://example.org/")]
        sent = await bot.send_message(ALICE, "🎉 link", entities=given)
        expect(sent.parse_entities()[sent.entities[0]], "🎉")
        error = await refused(bot.send_message(ALICE, "*a", parse_mode="MarkdownV2"), BadRequest)
        expect(error.message, "Can't parse entities: can't find end of bold entity at byte offset 0")


@check
async def sends_files_and_fetches_them(box):
    """sends files of every kind and fetches them"""
    async with bot_of(box) as bot:
        sent = {
            "photo": (await bot.send_photo(ALICE, PICTURE, caption="a photo")).photo[-1],
            "document": (await bot.send_document(ALICE, b"a text", filename="a.txt")).document,
            "audio": (await bot.send_audio(ALICE, b"a song", filename="a.mp3", duration=3)).audio,
            "video": (await bot.send_video(ALICE, b"a film", filename="a.mp4", width=4, height=3)).video,
            "animation": (await bot.send_animation(ALICE, b"a loop", filename="b.mp4")).animation,
            "voice": (await bot.send_voice(ALICE, VOICE, duration=1)).voice,
            "video_note": (await bot.send_video_note(ALICE, b"a circle", length=240)).video_note,
            "sticker": (await bot.send_sticker(ALICE, b"a sticker")).sticker,
        }
        contents = {"photo": PICTURE, "document": b"a text", "voice": VOICE, "sticker": b"a sticker"}
        for kind, content in contents.items():
            file = await sent[kind].get_file()
            expect(bytes(await file.download_as_bytearray()), content)
        again = await bot.send_photo(ALICE, sent["photo"].file_id)
        expect(again.photo[-1].file_unique_id, sent["photo"].file_unique_id)
        album = await bot.send_media_group(ALICE, [InputMediaPhoto(PICTURE), InputMediaPhoto(sent["photo"].file_id)])
        expect(len({message.media_group_id for message in album}), 1)


@check
async def hears_files(box):
    """hears a photo that a person sends, and fetches it"""
    import base64

    async with polling(box) as (_, heard):
        await box.alice("send", kind="photo", base64=base64.b64encode(PICTURE).decode(), caption="look")
        message = (await soon(heard.get())).message
        file = await message.photo[-1].get_file()
        expect((message.caption, bytes(await file.download_as_bytearray())), ("look", PICTURE))


@check
async def hangs_buttons_and_answers(box):
    """hangs buttons on a message, hears which is pressed, answers, and edits the message"""
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes"), InlineKeyboardButton("No", callback_data="no")]])
    async with polling(box) as (bot, heard):
        await bot.send_message(ALICE, "Pay?", reply_markup=buttons)
        pressed = asyncio.create_task(box.alice("press", id=(await box.letters())[0]["id"], button="Yes"))
        query = (await soon(heard.get())).callback_query
        expect((query.data, query.from_user.id, query.message.text), ("yes", ALICE, "Pay?"))
        await query.answer("Paid", show_alert=True)
        expect((await soon(pressed))["answer"], {"text": "Paid", "alert": True, "url": None})
        await query.edit_message_text("Paid.")
        expect((await box.letters())[0]["text"], "Paid.")
        error = await refused(query.edit_message_text("Paid."), BadRequest)
        assert error.message.startswith("Message is not modified"), error.message
        await bot.send_message(ALICE, "Tap", reply_markup=ReplyKeyboardMarkup([["One", "Two"]], resize_keyboard=True))
        await box.alice("tap", button="Two")
        expect((await soon(heard.get())).message.text, "Two")


@check
async def reacts_and_hears_reactions(box):
    """reacts, and hears reactions where it is an admin"""
    await box.member(BOB, "appoint", user=INVOICE_BOT)
    async with polling(box) as (bot, heard):
        sent = await bot.send_message(TEAM, "Like it?")
        await sent.set_reaction(ReactionTypeEmoji("👍"))
        await box.member(EMI, "react", id=sent.message_id, emoji="🔥")
        reaction = (await soon(heard.get())).message_reaction
        expect((reaction.user.id, reaction.new_reaction[0].emoji), (EMI, "🔥"))


@check
async def keeps_topics(box):
    """begins, closes and deletes a topic of a forum"""
    await box.member(BOB, "appoint", user=INVOICE_BOT)
    async with polling(box) as (bot, heard):
        topic = await bot.create_forum_topic(TEAM, "Bills")
        thread = topic.message_thread_id
        sent = await bot.send_message(TEAM, "First", message_thread_id=thread)
        expect((sent.is_topic_message, sent.message_thread_id), (True, thread))
        await bot.edit_forum_topic(TEAM, thread, name="Invoices")
        await box.member(EMI, "say", text="Hello", topic=thread)
        expect((await soon(heard.get())).message.message_thread_id, thread)
        await bot.close_forum_topic(TEAM, thread)
        await bot.delete_forum_topic(TEAM, thread)


@check
async def keeps_commands(box):
    """keeps its commands by scope"""
    async with bot_of(box) as bot:
        scope = BotCommandScopeAllPrivateChats()
        await bot.set_my_commands([BotCommand("pay", "Pays")], scope=scope)
        expect([command.command for command in await bot.get_my_commands(scope=scope)], ["pay"])
        await bot.delete_my_commands(scope=scope)
        expect(len(await bot.get_my_commands(scope=scope)), 0)


@check
async def hears_of_members(box):
    """manages members and hears of them"""
    await box.member(BOB, "appoint", user=INVOICE_BOT)
    async with polling(box) as (bot, heard):
        await box.member(BOB, "bring", user=HUGO)
        update = await soon(heard.get())
        while update.chat_member is None:
            update = await soon(heard.get())
        expect((update.chat_member.new_chat_member.user.id, update.chat_member.new_chat_member.status), (HUGO, "member"))
        await bot.ban_chat_member(TEAM, HUGO)
        expect((await bot.get_chat_member(TEAM, HUGO)).status, "kicked")
        administrators = await bot.get_chat_administrators(TEAM)
        assert BOB in {member.user.id for member in administrators}
        expect((await bot.get_chat(TEAM)).is_forum, True)


@check
async def asks_and_counts_votes(box):
    """asks, hears who votes, and closes the poll"""
    async with polling(box) as (bot, heard):
        sent = await bot.send_poll(TEAM, "Where?", ["Lake", "Hill"], is_anonymous=False)
        await box.member(EMI, "vote", id=sent.message_id, options=[1])
        votes = [await soon(heard.get()), await soon(heard.get())]
        answer = next(update.poll_answer for update in votes if update.poll_answer)
        expect((answer.user.id, answer.option_ids), (EMI, (1,)))
        closed = await bot.stop_poll(TEAM, sent.message_id)
        expect((closed.is_closed, closed.options[1].voter_count), (True, 1))


@check
async def waits_when_told(box):
    """waits when it is told to, and goes on"""
    async with bot_of(box) as bot:
        await box.ask("/v1/bot_faults", method="bot.sendMessage", trouble="flood", retry_after=30, times=1)
        error = await refused(bot.send_message(ALICE, "too much"), RetryAfter)
        seconds = error.retry_after
        expect(seconds if isinstance(seconds, int) else int(seconds.total_seconds()), 30)
    application = builder(box).rate_limiter(AIORateLimiter(max_retries=1)).build()
    await application.initialize()
    await box.ask("/v1/bot_faults", method="bot.sendMessage", trouble="flood", retry_after=1, times=1)
    await application.bot.send_message(ALICE, "in the end")
    await application.shutdown()
    expect((await box.letters())[0]["text"], "in the end")


@check
async def tells_errors_apart(box):
    """tells errors apart: blocked, migrated, broken, never started"""
    async with bot_of(box) as bot:
        await box.ask("/v1/bot_faults", method="bot.sendMessage", trouble="migrated", to=TEAM, times=1)
        error = await refused(bot.send_message(ALICE, "x"), ChatMigrated)
        expect(error.new_chat_id, TEAM)
        await box.ask("/v1/bot_faults", method="bot.sendMessage", trouble="html", status=502, times=1)
        await refused(bot.send_message(ALICE, "x"), NetworkError)
        await box.alice("block")
        error = await refused(bot.send_message(ALICE, "x"), Forbidden)
        expect(error.message, "Forbidden: bot was blocked by the user")
        error = await refused(bot.send_message(5, "x"), BadRequest)
        expect(error.message, "Chat not found")


@check
async def is_replaced(box):
    """is told when another program polls"""
    async with bot_of(box) as one, bot_of(box) as other:
        await one.get_updates(offset=-1)
        updates = await one.get_updates(timeout=0)
        offset = updates[-1].update_id + 1 if updates else None
        first = asyncio.create_task(one.get_updates(offset=offset, timeout=20))
        await box.called("getUpdates", 3)
        second = asyncio.create_task(other.get_updates(offset=offset, timeout=20))
        await refused(soon(first), Conflict)
        await box.alice("say", text="who hears?")
        expect((await soon(second))[0].message.text, "who hears?")


if __name__ == "__main__":
    main("python-telegram-bot", __doc__, Box)
