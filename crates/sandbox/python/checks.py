"""What programs of checks share: the control port, the list of checks, and how they run. Needs nothing but Python."""

import asyncio
import json
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 30

CHECKS = []


def check(function):
    """Registers a check; its docstring is what is printed."""
    CHECKS.append(function)
    return function


def expect(found, wanted):
    assert found == wanted, f"{found!r} instead of {wanted!r}"


async def soon(awaitable):
    return await asyncio.wait_for(awaitable, PATIENCE)


async def refused(awaitable, wanted):
    """The error with which something ends that must not succeed; one of those that are wanted."""
    try:
        answer = await awaitable
    except wanted as error:
        return error
    raise AssertionError(f"{answer!r} instead of {wanted}")


class ControlPort:
    """The control port of a sandbox."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def get(self, path, **query):
        return self._call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""), None)

    def post(self, path, **body):
        return self._call("POST", path, body)

    def delete(self, path):
        return self._call("DELETE", path, None)

    def _call(self, method, path, body):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        # The box is on loopback, whatever proxy the machine uses.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    async def begin(self):
        """Called before each check."""

    async def end(self):
        """Called after each check that held; it fails if this does."""


async def run(name, box):
    failures = 0
    for function in CHECKS:
        begun = time.monotonic()
        try:
            await box.begin()
            await asyncio.wait_for(function(box), 4 * PATIENCE)
            await box.end()
            verdict = "ok  "
        except Exception:
            failures += 1
            verdict = "FAIL"
            traceback.print_exc()
        print(f"{verdict} {name} {function.__doc__} ({time.monotonic() - begun:.2f} s)", flush=True)
    print(f"{len(CHECKS) - failures} of {len(CHECKS)} checks passed")
    return 1 if failures else 0


def main(name, usage, box):
    """Runs all checks on the sandbox whose control port is the one argument."""
    if len(sys.argv) != 2:
        sys.exit(usage)
    sys.exit(asyncio.run(run(name, box(sys.argv[1]))))
