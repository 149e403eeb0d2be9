"""Connections that wait for a server to listen.

The server of sphinxcontrib-katex creates its socket before it listens. On a busy machine a connection may fall in
between and is refused, which ended the build.
"""

from __future__ import annotations

import socket
import time
from types import SimpleNamespace

PATIENCE = 10.0  # seconds
PAUSE = 0.01


class PatientSocket(socket.socket):
    """A socket that tries again where a connection is refused, for `PATIENCE` seconds."""

    def connect(self, address: str) -> None:
        """Connect. Raises ConnectionRefusedError if nothing listens in time."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return super().connect(address)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
            time.sleep(PAUSE)


def wait_for_katex() -> None:
    """Let sphinxcontrib-katex connect by patient sockets."""
    from sphinxcontrib import katex

    katex.socket = SimpleNamespace(**{**vars(socket), "socket": PatientSocket})
