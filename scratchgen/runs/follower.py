"""The history of a rank that trains along with rank 0, which has the run directory."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scratchgen.optim import Ranks
from scratchgen.runs.history import History
from scratchgen.runs.rank_comparison import agreed
from scratchgen.runs.stopped import Stopped, phrase, stopping_gently


class Follower(History):
    """A training that rank 0 records: it shows and writes nothing, and stops at the same step.

    ranks    that train together
    state    to begin with, as `Run.resumed`; None for a training from the start
    """

    def __init__(self, ranks: Ranks, state: tuple[dict[str, Any], dict, bool] | None = None):
        super().__init__(ranks)
        self._stop: str | None = None
        self._received: signal.Signals | None = None
        if state is not None:
            arrays, numbers, self.trained_further = state
            self.resume(arrays, numbers)

    def epochs(self, n: int) -> Iterator[int]:
        """As `History.epochs`; the first Ctrl-C ends the step, and all ranks stop."""
        with stopping_gently(self._stop_for):
            yield from super().epochs(n)

    def after_step(self) -> None:
        """Stop if a rank was asked to."""
        if (reason := agreed(self.ranks, self._stop)) is not None:
            raise Stopped(reason, self._received, agreed=True)

    def message(self, line: str) -> None:
        """Show nothing: rank 0 does."""

    @contextmanager
    def resumable(self) -> Iterator[None]:
        """As `Run.resumable`, of rank 0."""
        yield

    def _stop_for(self, received: signal.Signals) -> None:
        self._received, self._stop = received, phrase(received)

    def _record(self, means: dict[str, float]) -> None:
        super()._record(means)
        if self._pending is None:
            self._comparison.of_epoch(self._tracked)
