"""A run that was stopped early, and the signals that stop it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stopped(Exception):
    """The run was stopped early, and everything is saved. The message says how to resume it.

    received    the signal that stopped it; None if it reached a limit of its own, such as max_minutes
    agreed      whether all ranks of the training stop at the same step
    """

    def __init__(self, message: str, received: signal.Signals | None = None, *, agreed: bool = False):
        super().__init__(message)
        self.received, self.agreed = received, agreed


class Interrupted(BaseException):
    """A signal that ends the process arrived, while nothing had to be saved.

    Not a KeyboardInterrupt: typer answers that with exit status 130 and no message.
    """

    def __init__(self, received: signal.Signals):
        super().__init__(phrase(received))
        self.received = received


def ending_signals() -> list[signal.Signals]:
    """The signals that ask a process to end: Ctrl-C, SIGTERM, and SIGHUP where the system has it.

    A signal that the process was started to ignore is not one of them, as SIGHUP under nohup; Ctrl-C always is, as
    shells ignore it for commands in the background, which can still be brought to the foreground.
    """
    named = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [signal.SIGINT, *(one for one in named if signal.getsignal(one) is not signal.SIG_IGN)]


def phrase(received: signal.Signals) -> str:
    """How a message names a signal: "interrupted" by Ctrl-C, "ended by SIGTERM"."""
    return "interrupted" if received == signal.SIGINT else f"ended by {received.name}"


@contextmanager
def stopping_gently(stop: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Within it, the first Ctrl-C, SIGTERM or SIGHUP calls `stop`; the second is as abrupt as ever."""
    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread alone
        yield
        return

    over = False
    before: dict[signal.Signals, Any] = {}

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        if over:  # a run that ended later has restored this handler
            signal.raise_signal(number)
        else:
            stop(signal.Signals(number))

    for one in ending_signals():
        before[one] = signal.signal(one, first)
    try:
        yield
    finally:
        over = True
        for one, handler in before.items():
            if signal.getsignal(one) is first:  # otherwise a run that began later is still open
                signal.signal(one, handler)


SOON = 0.01  # seconds


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, a signal that ends the process raises Interrupted; of the main thread alone, as signals are.

    Where Python would drop the exception, as in the callback of a weak reference, the signal is sent once more. An
    error that follows from the signal, such as the ImportError of a module that was being initialised, is that signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    received: list[signal.Signals] = []

    def end(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        raise Interrupted(received[-1])

    def send_again(dropped: sys.UnraisableHookArgs) -> None:
        if isinstance(dropped.exc_value, Interrupted):
            threading.Timer(SOON, os.kill, (os.getpid(), dropped.exc_value.received)).start()
        else:
            hook(dropped)

    before = {one: signal.signal(one, end) for one in ending_signals()}
    hook, sys.unraisablehook = sys.unraisablehook, send_again
    try:
        yield
    except Stopped:
        raise
    except Exception:
        if received:
            raise Interrupted(received[-1]) from None
        raise
    finally:
        sys.unraisablehook = hook
        for one, handler in before.items():
            signal.signal(one, handler)
