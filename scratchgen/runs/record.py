"""The files of a run directory, read and checked, for reports and comparisons."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scratchgen.errors import BadInput
from scratchgen.files import distinct_names
from scratchgen.runs.config import RunConfig, read_config
from scratchgen.runs.files import Unreadable, decode_json, read_bytes
from scratchgen.runs.score import Score

LARGEST_LOG = 2**28  # bytes: a million epochs

T = TypeVar("T")


class Timing(msgspec.Struct):
    """Seconds in all sessions, and the number of sessions."""

    seconds: float
    sessions: int


@dataclass(frozen=True)
class Record:
    """A run as its files describe it.

    epochs     the lines of metrics.jsonl: the means of the logged numbers, by epoch; NaN where they are null
    scores     of scores.json; empty while the run is unfinished
    timing     of timing.json; None while the run is unfinished
    """

    directory: Path
    config: RunConfig
    epochs: list[dict[str, int | float]]
    scores: list[Score]
    timing: Timing | None

    @property
    def minutes(self) -> float | None:
        """Minutes in all sessions, or None while the run is unfinished."""
        return self.timing.seconds / 60 if self.timing else None

    @property
    def monitored(self) -> list[str]:
        """The logged numbers that say how the training goes; every number for a run of a user's own loop."""
        return self.config.monitored or list(dict.fromkeys(name for epoch in self.epochs for name in epoch))

    def series(self, name: str) -> list[float]:
        """The numbers of one name by epoch."""
        return [epoch[name] for epoch in self.epochs if name in epoch]

    def settings(self) -> dict[str, Any]:
        """Data, seed, backend and every setting."""
        found = {"data": self.config.data, "seed": self.config.seed, "backend": self.config.backend}
        return {**found, **self.config.settings} if self.config.data else dict(self.config.settings)


def read_record(directory: Path) -> Record:
    """The record of a run, finished or not. Raises BadInput that names the damaged file."""
    config = read_config(directory)
    lines = _read(directory / "metrics.jsonl", list[dict[str, int | float | None]], [], lines=True)
    epochs = [{name: math.nan if x is None else x for name, x in line.items()} for line in lines]
    scores = _read(directory / "scores.json", list[Score], [])
    return Record(directory, config, epochs, scores, _read(directory / "timing.json", Timing | None, None))


def _read(path: Path, kind: Any, absent: Any, lines: bool = False) -> Any:
    """The content of a file in its declared type; `absent` where there is no file."""
    if not path.exists():
        return absent
    try:
        content = read_bytes(path, LARGEST_LOG)
        if lines:  # without a last line that was cut short, as by a full disk
            whole = content[: content.rfind(b"\n") + 1]
            of_line = partial(json.loads, parse_int=_whole, object_pairs_hook=distinct_names)
            return msgspec.convert([of_line(line) for line in whole.splitlines()], kind)
        return decode_json(content, kind)
    except Unreadable as problem:
        raise BadInput(str(problem)) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is damaged ({error}); train again") from None


def _whole(text: str) -> int:
    """A whole number of 64 bits. Raises ValueError for a longer one, which no log holds and no float can."""
    n = int(text)
    if not -(2**63) <= n < 2**63:
        raise ValueError(f"a whole number of {len(text)} digits")
    return n
