"""What the checks of bot libraries share: the control port, the people, and the list of checks. Needs nothing but Python."""

import asyncio
import json
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ALICE, BOB, EMI, HUGO = 1001, 1002, 1005, 1008
INVOICE_BOT = 1101
BOT_NAME = "invoice_helper_bot"
TEAM = -1_000_000_000_701
PATIENCE = 30

ASSETS = Path(__file__).resolve().parent.parent / "assets"
PICTURE = (ASSETS / "sunset.jpg").read_bytes()
VOICE = (ASSETS / "voice.ogg").read_bytes()

CHECKS = []


def check(function):
    """Registers a check; its docstring is what is printed."""
    CHECKS.append(function)
    return function


def expect(found, wanted):
    assert found == wanted, f"{found!r} instead of {wanted!r}"


async def soon(awaitable):
    return await asyncio.wait_for(awaitable, PATIENCE)


class Box:
    """The control port."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        info = self.call("/v1/info")
        self.bot_api = "http://" + info["bot_api"]
        self.tokens = {account["id"]: account["bot_token"] for account in info["accounts"] if account["bot"]}
        self.token = self.tokens[INVOICE_BOT]

    def call(self, path, **body):
        """Asks a route; a body makes it a POST."""
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self.url + path, data=data, method="POST" if body else "GET")
        # The box is on loopback, whatever proxy the machine uses.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from error

    async def ask(self, path, **body):
        """The same without holding up a bot that has to answer meanwhile."""
        return await asyncio.to_thread(self.call, path, **body)

    async def alice(self, verb, **body):
        """Lets Alice do something in her chat with the bot."""
        return await self.ask(f"/v1/{verb}", **{"as": ALICE, "chat": INVOICE_BOT, **body})

    async def member(self, who, verb, **body):
        """Lets a member of the team do something there."""
        return await self.ask(f"/v1/{verb}", **{"as": who, "chat": TEAM, **body})

    async def letters(self, limit=1):
        """The newest messages as Alice has them, newest first."""
        query = urllib.parse.urlencode({"account": ALICE, "chat": INVOICE_BOT, "limit": limit})
        return (await self.ask(f"/v1/mailbox?{query}"))["messages"]

    async def begin(self):
        """The world as it was at the start, and Alice has started the bot."""
        await self.ask("/v1/reset", now=True)
        await self.alice("start")

    async def called(self, method, times):
        """Waits until a method was called so often since the check began."""

        async def look():
            while (await self.ask("/v1/counters"))["calls"].get(f"bot.{method}", 0) < times:
                pass

        await soon(look())


async def run(name, url):
    box = Box(url)
    failures = 0
    for function in CHECKS:
        begun = time.monotonic()
        await box.begin()
        try:
            await asyncio.wait_for(function(box), 4 * PATIENCE)
            malformed = (await box.ask("/v1/counters"))["malformed"]
            expect(malformed, {})
            verdict = "ok  "
        except Exception:
            failures += 1
            verdict = "FAIL"
            traceback.print_exc()
        print(f"{verdict} {name} {function.__doc__} ({time.monotonic() - begun:.2f} s)", flush=True)
    print(f"{len(CHECKS) - failures} of {len(CHECKS)} checks passed")
    return 1 if failures else 0


def main(name, usage):
    if len(sys.argv) != 2:
        sys.exit(usage)
    sys.exit(asyncio.run(run(name, sys.argv[1])))
