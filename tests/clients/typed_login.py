"""Signs in with `telegraphist login` as a person does: at a terminal, typing phone, code and password, or scanning the
QR code that is drawn there.

usage: typed_login.py CONTROL_URL PHONE PASSWORD PROGRAM [ARGUMENT…]

The login code is read from the sandbox when it is asked for; a QR code is read off the terminal and handed to the
sandbox, as the person's phone would. Prints what the terminal showed; ends with the program's status.
"""

import json
import os
import pty
import select
import sys
import termios
import time
import urllib.request

import zxingcpp

DEADLINE = time.monotonic() + 60
BLOCKS = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}
MODULE = 4  # pixels


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def post(url, **body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()


def code_for(control, phone):
    body = get(f"{control}/v1/code?phone={phone.lstrip('+')}")
    return str(body["code"] if isinstance(body, dict) else body)


def wait_until_unseen(terminal):
    """The question is shown a moment before the terminal stops showing what is typed."""
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        if time.monotonic() > DEADLINE:
            sys.exit("the terminal goes on showing what is typed")
        os.sched_yield()


class Picture:
    """What the terminal shows, as a camera sees it: light text on dark."""

    def __init__(self, lines):
        rows = []
        for line in lines:
            for half in range(2):
                row = bytes(255 if BLOCKS[block][half] else 0 for block in line for _ in range(MODULE))
                rows.extend([row] * MODULE)
        self.__array_interface__ = {
            "version": 3,
            "shape": (len(rows), len(rows[0])),
            "typestr": "|u1",
            "data": b"".join(rows),
        }


def drawn_link(shown):
    """The text of the QR code on the terminal, once all of it is there."""
    lines = shown.decode(errors="replace").splitlines()
    drawn = [line for line in lines if line and "█" in line and set(line) <= set(BLOCKS)]
    width = max(map(len, drawn), default=0)
    if not drawn or any(len(line) != width for line in drawn):
        return None
    found = zxingcpp.read_barcodes(Picture(drawn))
    return found[0].text if found else None


def main():
    control, phone, password, *command = sys.argv[1:]
    account = next(
        account["id"] for account in get(f"{control}/v1/info")["accounts"] if account.get("phone") == phone.lstrip("+")
    )
    answers = [
        ("phone", lambda: phone),
        ("code", lambda: code_for(control, phone)),
        ("password", lambda: password),
    ]
    is_scanning = "--qr" in command
    process, terminal = pty.fork()
    if process == 0:
        os.execv(command[0], command)
    shown, since_answer = b"", b""
    while time.monotonic() < DEADLINE:
        ready, _, _ = select.select([terminal], [], [], 1)
        if not ready:
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the terminal is closed: the program has ended
            piece = b""
        if not piece:
            break
        shown += piece
        since_answer += piece
        if is_scanning and (link := drawn_link(shown)):
            post(f"{control}/v1/qr/accept", account=account, token=link)
            is_scanning = False
        prompt = since_answer.decode(errors="replace").lower().rstrip(" ")
        if not prompt.endswith(":"):
            continue
        asked = next((answer for answer in answers if answer[0] in prompt.splitlines()[-1]), None)
        if asked:
            answers.remove(asked)
            if asked[0] != "phone":
                wait_until_unseen(terminal)
            os.write(terminal, (asked[1]() + "\n").encode())
            since_answer = b""
    else:
        os.kill(process, 9)
    _, status = os.waitpid(process, 0)
    sys.stdout.write(shown.decode(errors="replace"))
    if password.encode() in shown:
        sys.exit("the password was shown")
    if is_scanning:
        sys.exit("no QR code was drawn")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
