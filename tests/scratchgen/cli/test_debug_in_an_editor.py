"""scratchgen debug --listen, attached to as an editor does: by the debug adapter protocol."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from itertools import count

import pytest

from scratchgen.distributions import Normal

pytest.importorskip("debugpy")

ON_A_PORT = """
import sys
from scratchgen import cli
from scratchgen.equations import debugger
debugger.PORT = int(sys.argv[1])
cli.main(["debug", "vae.kl", "--listen"])
"""


class Editor:
    """Messages to and from debugpy: requests that are answered, and events.

    Source: the specification of the Debug Adapter Protocol, "Base Protocol".
    """

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.incoming, self.numbers = self.socket.makefile("rb"), count(1)

    def ask(self, command, **arguments):
        number = next(self.numbers)
        body = {"seq": number, "type": "request", "command": command, "arguments": arguments}
        text = json.dumps(body).encode()
        self.socket.sendall(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        return number

    def read(self):
        headers = dict(line.strip().split(b": ") for line in iter(self.incoming.readline, b"\r\n"))
        return json.loads(self.incoming.read(int(headers[b"Content-Length"])))

    def event(self, name):
        return next(message for message in iter(self.read, None) if message.get("event") == name)

    def answer(self, command, **arguments):
        number = self.ask(command, **arguments)
        return next(m for m in iter(self.read, None) if m.get("request_seq") == number)["body"]

    def leave(self):
        self.incoming.close()
        self.socket.close()


def test_an_editor_that_attaches_stops_at_the_first_line_and_sees_the_values(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", ON_A_PORT, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
        start_new_session=True,  # debugpy starts a further process
    )
    try:
        waiting = next(line for line in process.stdout if line.startswith("waiting for an editor"))
        assert str(port) in waiting
        editor = Editor(port)
        editor.ask("initialize", adapterID="test", pathFormat="path", linesStartAt1=True)
        editor.ask("attach", justMyCode=False)
        editor.event("initialized")
        editor.ask("configurationDone")
        thread = editor.event("stopped")["body"]["threadId"]
        top = editor.answer("stackTrace", threadId=thread)["stackFrames"][0]
        code = Normal.kl_to_standard_normal.__code__
        assert (top["name"], top["source"]["path"]) == (code.co_name, code.co_filename)
        assert top["line"] > code.co_firstlineno
        scope = editor.answer("scopes", frameId=top["id"])["scopes"][0]["variablesReference"]
        (own,) = editor.answer("variables", variablesReference=scope)["variables"]
        assert own["value"] == "Normal(mu=array([[1.]]), logvar=array([[0.]]))"
        editor.ask("continue", threadId=thread)
        editor.event("terminated")
        editor.leave()  # debugpy's process ends only then, and the output with it
        assert process.wait(60) == 0
        assert process.stdout.read().endswith("computed  0.5\nexpected  0.5\n")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
