"""Signs in with `telegraphist login` as a person does: at a terminal, typing phone, code and password.

usage: typed_login.py CONTROL_URL PHONE PASSWORD PROGRAM [ARGUMENT…]

The code is read from the sandbox when it is asked for. Prints what the terminal showed; ends with the program's status.
"""

import json
import os
import pty
import select
import sys
import time
import urllib.request

DEADLINE = time.monotonic() + 60


def code_for(control, phone):
    with urllib.request.urlopen(f"{control}/v1/code?phone={phone.lstrip('+')}") as answer:
        body = json.load(answer)
    return str(body["code"] if isinstance(body, dict) else body)


def main():
    control, phone, password, *command = sys.argv[1:]
    answers = [
        ("phone", lambda: phone),
        ("code", lambda: code_for(control, phone)),
        ("password", lambda: password),
    ]
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
        prompt = since_answer.decode(errors="replace").lower().rstrip(" ")
        if answers and prompt.endswith(":") and answers[0][0] in prompt.splitlines()[-1]:
            os.write(terminal, (answers.pop(0)[1]() + "\n").encode())
            since_answer = b""
    else:
        os.kill(process, 9)
    _, status = os.waitpid(process, 0)
    sys.stdout.write(shown.decode(errors="replace"))
    if password.encode() in shown:
        sys.exit("the password was shown")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
