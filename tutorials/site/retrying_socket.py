"""Connections that wait for a server to listen.

The server of sphinxcontrib-katex creates its socket before it listens. On a busy machine a connection may fall in
between and is refused, which ended the build.
"""

from __future__ import annotations

import socket
import time
from types import SimpleNamespace

TIME_LIMIT = 10.0  # seconds
PAUSE = 0.01


class RetryingSocket(socket.socket):
    """A socket that tries again where a connection is refused, for `TIME_LIMIT` seconds."""

    def connect(self, address: str) -> None:
        """Connect. Raises ConnectionRefusedError if nothing listens in time."""
        end = time.monotonic() + TIME_LIMIT
        while True:
            try:
                return super().connect(address)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
            time.sleep(PAUSE)


def wait_for_katex() -> None:
    """Let sphinxcontrib-katex connect by sockets that try again."""
    from sphinxcontrib import katex

    katex.socket = SimpleNamespace(**{**vars(socket), "socket": RetryingSocket})
