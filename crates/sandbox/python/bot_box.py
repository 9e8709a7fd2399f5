"""What the checks of bot libraries share: the people, and the control port as such checks use it."""

import asyncio
from pathlib import Path

from checks import ControlPort, expect, soon

ALICE, BOB, EMI, HUGO = 1001, 1002, 1005, 1008
INVOICE_BOT = 1101
TEAM = -1_000_000_000_701

ASSETS = Path(__file__).resolve().parent.parent / "assets"
PICTURE = (ASSETS / "sunset.jpg").read_bytes()
VOICE = (ASSETS / "voice.ogg").read_bytes()


class Box(ControlPort):
    """A sandbox in which Alice speaks with a bot."""

    def __init__(self, url):
        super().__init__(url)
        info = self.get("/v1/info")
        self.bot_api = "http://" + info["bot_api"]
        self.tokens = {account["id"]: account["bot_token"] for account in info["accounts"] if account["bot"]}
        self.token = self.tokens[INVOICE_BOT]

    async def ask(self, path, **body):
        """Tells it something without holding up a bot that has to answer meanwhile."""
        return await asyncio.to_thread(self.post, path, **body)

    async def look(self, path, **query):
        """Looks at something, likewise."""
        return await asyncio.to_thread(self.get, path, **query)

    async def alice(self, verb, **body):
        """Lets Alice do something in her chat with the bot."""
        return await self.ask(f"/v1/{verb}", **{"as": ALICE, "chat": INVOICE_BOT, **body})

    async def member(self, who, verb, **body):
        """Lets a member of the team do something there."""
        return await self.ask(f"/v1/{verb}", **{"as": who, "chat": TEAM, **body})

    async def letters(self, limit=1):
        """The newest messages as Alice has them, newest first."""
        return (await self.look("/v1/mailbox", account=ALICE, chat=INVOICE_BOT, limit=limit))["messages"]

    async def begin(self):
        """The world as it was at the start, and Alice has started the bot."""
        await self.ask("/v1/reset")
        await self.alice("start")

    async def end(self):
        """Nothing that the bot was answered had another form than is documented."""
        expect((await self.look("/v1/counters"))["malformed"], {})

    async def called(self, method, times):
        """Waits until a method was called so often since the check began."""

        async def count():
            while (await self.look("/v1/counters"))["calls"].get(f"bot.{method}", 0) < times:
                pass

        await soon(count())
