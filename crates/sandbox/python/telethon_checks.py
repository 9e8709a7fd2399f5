"""Checks the sandbox with Telethon, a client that nobody here wrote.

Usage: telethon_checks.py CONTROL_URL

Prints one line for each check and exits with 1 if any has failed. Needs only Telethon 1.45 and a running telegram-sandbox.
"""

import asyncio
import io
import time

from telethon import TelegramClient, errors, events, functions, types
from telethon.network import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.sessions import StringSession

from checks import PATIENCE, ControlPort, check, expect, main, refused

API_ID, API_HASH = 1, "any"
ALICE, BOB, CAROL = 1001, 1002, 1003


class Box(ControlPort):
    """A sandbox in which accounts sign in."""

    def session(self, account):
        return self.post("/v1/provision", account=account, kind="telethon")["session"]

    def nobody(self):
        """A session with a key that nobody is signed in with."""
        keys = self.post("/v1/keys", account=None)
        centre = keys["dcs"][str(keys["home_dc"])]
        session = StringSession()
        session.set_dc(keys["home_dc"], centre["host"], centre["port"])
        session.auth_key = auth_key(bytes.fromhex(centre["auth_key_hex"]))
        return session


def auth_key(data):
    from telethon.crypto import AuthKey

    return AuthKey(data)


def client_of(session, **options):
    if isinstance(session, str):
        session = StringSession(session)
    return TelegramClient(session, API_ID, API_HASH, **options)


class Signed:
    """A connected client of an account, for `async with`."""

    def __init__(self, box, account, **options):
        self.client = client_of(box.session(account), **options)

    async def __aenter__(self):
        await self.client.connect()
        assert await self.client.is_user_authorized()
        return self.client

    async def __aexit__(self, *_):
        await self.client.disconnect()


async def heard(queue, text):
    """Waits for a message with this text."""

    async def wait():
        while True:
            event = await queue.get()
            if event.raw_text == text:
                return event

    return await asyncio.wait_for(wait(), PATIENCE)


def listen(client, kind=events.NewMessage):
    queue = asyncio.Queue()
    client.add_event_handler(queue.put, kind())
    return queue


@check
async def each_transport(box):
    """connects over full, abridged, intermediate and obfuscated transports"""
    for connection in (
        ConnectionTcpFull,
        ConnectionTcpAbridged,
        ConnectionTcpIntermediate,
        ConnectionTcpObfuscated,
    ):
        async with Signed(box, ALICE, connection=connection) as client:
            expect((await client.get_me()).id, ALICE)



@check
async def dialogs(box):
    """lists chats of every kind with their last message"""
    async with Signed(box, ALICE) as client:
        found = await client.get_dialogs()
        assert any(dialog.is_user for dialog in found)
        assert any(isinstance(dialog.entity, types.Chat) for dialog in found), "a basic group"
        assert any(getattr(dialog.entity, "forum", False) for dialog in found), "a forum"
        assert any(getattr(dialog.entity, "broadcast", False) for dialog in found), "a channel"
        assert all(dialog.message for dialog in found)


@check
async def history(box):
    """reads a whole history, newest first, and its beginning, oldest first"""
    async with Signed(box, ALICE) as client:
        messages = await client.get_messages("bob_lindqvist", limit=None, wait_time=0)
        assert len(messages) > 200 and len(messages) == messages.total, (len(messages), messages.total)
        ids = [message.id for message in messages]
        expect(ids, sorted(set(ids), reverse=True))
        first = [message.id async for message in client.iter_messages("bob_lindqvist", reverse=True, limit=5)]
        expect(first, ids[::-1][:5])


@check
async def search(box):
    """searches one chat and all chats"""
    async with Signed(box, ALICE) as client:
        here = await client.get_messages("bob_lindqvist", search="invoice", limit=None, wait_time=0)
        assert here and all("invoice" in message.raw_text.lower() for message in here)
        everywhere = await client.get_messages(None, search="invoice", limit=None, wait_time=0)
        assert len({message.chat_id for message in everywhere}) > 1
        assert len(everywhere) > len(here)


@check
async def people(box):
    """shows profiles, members and contacts"""
    async with Signed(box, ALICE) as client:
        full = await client(functions.users.GetFullUserRequest("bob_lindqvist"))
        assert full.full_user.about
        members = await client.get_participants("product_team_hub")
        assert any(member.id == BOB for member in members)
        contacts = await client(functions.contacts.GetContactsRequest(hash=0))
        assert any(user.id == BOB for user in contacts.users)


@check
async def writing(box):
    """sends with formatting, edits, replies and deletes, and the other side sees it"""
    async with Signed(box, ALICE) as client:
        sent = await client.send_message("bob_lindqvist", "**bold** and plain")
        expect(sent.raw_text, "bold and plain")
        assert isinstance(sent.entities[0], types.MessageEntityBold)
        edited = await client.edit_message(sent, "edited")
        expect(edited.raw_text, "edited")
        reply = await client.send_message("bob_lindqvist", "a reply", reply_to=sent)
        expect(reply.reply_to.reply_to_msg_id, sent.id)
        newest = box.get("/v1/mailbox", account=BOB, chat=ALICE, limit=2)["messages"]
        expect([message["text"] for message in newest], ["a reply", "edited"])
        await client.delete_messages("bob_lindqvist", [sent.id, reply.id])
        newest = box.get("/v1/mailbox", account=BOB, chat=ALICE, limit=2)["messages"]
        assert not {"a reply", "edited"} & {message["text"] for message in newest}


@check
async def refusals(box):
    """is refused where it may not write"""
    async with Signed(box, BOB) as client:
        wanted = (errors.ChatWriteForbiddenError, errors.ChatAdminRequiredError)
        await refused(client.send_message("open_trails", "hello"), wanted)


@check
async def new_messages(box):
    """hears new messages, edits and deletions by itself"""
    async with Signed(box, ALICE) as client:
        news, edits, deletions = (
            listen(client),
            listen(client, events.MessageEdited),
            listen(client, events.MessageDeleted),
        )
        said = box.post("/v1/say", **{"as": BOB, "chat": ALICE, "text": "hello from Bob"})
        event = await heard(news, "hello from Bob")
        expect(event.sender_id, BOB)
        box.post("/v1/edit", **{"as": BOB, "chat": ALICE, "id": said["id"], "text": "edited by Bob"})
        await heard(edits, "edited by Bob")
        box.post("/v1/delete", **{"as": BOB, "chat": ALICE, "ids": [said["id"]]})
        expect((await asyncio.wait_for(deletions.get(), PATIENCE)).deleted_ids, [event.id])
        box.post("/v1/say", **{"as": BOB, "chat": "product_team_hub", "text": "hello, team"})
        await heard(news, "hello, team")


@check
async def files(box):
    """sends a file and gets the same bytes back"""
    content = bytes(number * 7 % 251 for number in range(700_000))
    async with Signed(box, ALICE) as client:
        upload = io.BytesIO(content)
        upload.name = "numbers.bin"
        sent = await client.send_file("bob_lindqvist", upload, caption="numbers", force_document=True)
        expect(sent.file.name, "numbers.bin")
        assert await client.download_media(sent, bytes) == content
        photos = await client.get_messages(None, filter=types.InputMessagesFilterPhotos(), limit=1)
        photo = await client.download_media(photos[0], bytes)
        assert photo[:2] == b"\xff\xd8" or photo[:4] == b"\x89PNG", photo[:4]


@check
async def code(box):
    """signs in with a code, after a wrong one, and logs out"""
    client = client_of(box.nobody())
    await client.connect()
    try:
        assert not await client.is_user_authorized()
        await client.send_code_request("+15550002")
        await refused(client.sign_in("+15550002", "00000"), errors.PhoneCodeInvalidError)
        typed = box.get("/v1/code", phone="15550002")["code"]
        expect((await client.sign_in("+15550002", typed)).id, BOB)
        assert await client.is_user_authorized()
        assert await client.log_out()
    finally:
        await client.disconnect()


@check
async def password(box):
    """signs in with a code and a password, after a wrong one"""
    client = client_of(box.nobody())
    await client.connect()
    try:
        await client.send_code_request("+15550003")
        typed = box.get("/v1/code", phone="15550003")["code"]
        await refused(client.sign_in("+15550003", typed), errors.SessionPasswordNeededError)
        await refused(client.sign_in(password="no horse"), errors.PasswordHashInvalidError)
        expect((await client.sign_in(password="correct horse")).id, CAROL)
    finally:
        await client.disconnect()


@check
async def qr(box):
    """signs in with a QR code"""
    client = client_of(box.nobody())
    await client.connect()
    try:
        login = await client.qr_login()
        waiting = asyncio.ensure_future(login.wait(PATIENCE))
        # The handler has to be in place before the code is scanned.
        await asyncio.sleep(0)
        box.post("/v1/qr/accept", account=BOB, token=login.url)
        expect((await waiting).id, BOB)
    finally:
        await client.disconnect()


@check
async def bot(box):
    """signs in as a bot"""
    wanted = next(account for account in box.get("/v1/info")["accounts"] if account["bot"])
    client = client_of(box.nobody())
    await client.connect()
    try:
        await client.sign_in(bot_token=wanted["bot_token"])
        expect((await client.get_me()).id, wanted["id"])
    finally:
        await client.disconnect()


@check
async def flood_wait(box):
    """waits as long as it is told to, and reports longer waits"""
    async with Signed(box, ALICE) as client:
        box.post("/v1/faults", method="messages.getHistory", code=420, text="FLOOD_WAIT_1", times=1)
        begun = time.monotonic()
        assert await client.get_messages("bob_lindqvist", limit=1)
        assert time.monotonic() - begun >= 1
        box.post("/v1/faults", method="messages.getHistory", code=420, text="FLOOD_WAIT_90", times=1)
        error = await refused(client.get_messages("bob_lindqvist", limit=1), errors.FloodWaitError)
        expect(error.seconds, 90)


@check
async def reconnect(box):
    """comes back after a cut, with the message that it missed"""
    async with Signed(box, ALICE, auto_reconnect=True, retry_delay=0.1) as client:
        news = listen(client)
        box.post("/v1/say", **{"as": BOB, "chat": ALICE, "text": "before the cut"})
        await heard(news, "before the cut")
        box.post("/v1/kick", account=ALICE)
        box.post("/v1/say", **{"as": BOB, "chat": ALICE, "text": "during the cut"})
        expect((await client.get_me()).id, ALICE)
        # Telethon looks for what it has missed when the next update does not follow on the last one.
        box.post("/v1/say", **{"as": BOB, "chat": ALICE, "text": "after the cut"})
        await heard(news, "during the cut")
        await heard(news, "after the cut")


@check
async def revoked(box):
    """is told when its session was revoked"""
    async with Signed(box, CAROL) as client:
        box.post("/v1/revoke", account=CAROL)
        await refused(client(functions.users.GetUsersRequest([types.InputUserSelf()])), errors.SessionRevokedError)


@check
async def unknown_key(box):
    """is told at once that its key is unknown"""
    session = StringSession(box.session(CAROL))
    box.post("/v1/drop_key", account=CAROL)
    client = client_of(session)
    try:
        await asyncio.wait_for(client.connect(), PATIENCE)
        await asyncio.wait_for(client.get_me(), PATIENCE)
        raise AssertionError("the key is unknown")
    except errors.AuthKeyNotFound:
        pass
    finally:
        await client.disconnect()


@check
async def nothing_unknown(box):
    """has called nothing that the box does not answer"""
    expect(box.get("/v1/counters")["unknown"], {})


if __name__ == "__main__":
    main("telethon", __doc__, Box)
