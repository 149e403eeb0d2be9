"""What a run directory tells about its run, for those who report on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from scratchgen.errors import BadInput
from scratchgen.runs.config import KINDS, read_config
from scratchgen.runs.files import Unreadable, read_bytes

LARGEST_LOG = 2**28  # bytes: a million epochs


@dataclass(frozen=True)
class Record:
    """A run as its files describe it.

    epochs     the lines of metrics.jsonl: the means of what was logged, by epoch
    scores     of scores.json, empty while the run is unfinished; likewise
    timing     {"seconds": in all sittings, "sittings": how many}
    """

    directory: Path
    config: dict
    epochs: list[dict]
    scores: list[dict]
    timing: dict

    @property
    def kind(self) -> str:
        """vae, gan or rnn."""
        return self.config["kind"]

    @property
    def minutes(self) -> float | None:
        """How long it took, or None while that is not known."""
        return self.timing["seconds"] / 60 if self.timing else None

    def series(self, name: str) -> list[float]:
        """The numbers of one name by epoch."""
        return [epoch[name] for epoch in self.epochs if name in epoch]

    def settings(self) -> dict:
        """All that was chosen: data, seed, backend, sizes and training."""
        sizes = {name: value for name, value in self.config["model"].items() if "vocabular" not in name}
        if "vocabulary" in self.config["model"] and sizes.get("symbols", "characters") == "characters":
            sizes["characters"] = len(self.config["model"]["vocabulary"])
        own = {name: self.config[name] for name in ("data", "seed", "backend") if name in self.config}
        return {**own, **sizes, **self.config.get("training", {})}


def read_record(directory: Path) -> Record:
    """The record of a run, finished or not. Raises BadInput that names the file at fault."""
    config = read_config(directory)
    lines = _read(directory / "metrics.jsonl", _whole_lines)
    scores = _read(directory / "scores.json", json.loads)
    timing = _read(directory / "timing.json", json.loads)
    try:
        _check(config, lines, scores, timing)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{directory} is damaged ({error!r}); train again") from None
    return Record(directory, config, lines, scores or [], timing or {})


def _read(path: Path, parse):
    """What a file says; an empty list where there is none."""
    if not path.exists():
        return []
    try:
        return parse(read_bytes(path, LARGEST_LOG).decode())
    except Unreadable as problem:
        raise BadInput(str(problem)) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is damaged ({error}); train again") from None


def _whole_lines(text: str) -> list:
    """The lines as values, but for a last one that was cut short, as by a full disk."""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _check(config: dict, lines: list, scores: list, timing: dict) -> None:
    if config["kind"] not in KINDS:
        raise ValueError(f"no model is of kind {config['kind']!r}")
    if not isinstance(config["model"], dict) or not isinstance(config.get("training", {}), dict):
        raise ValueError("config.json does not describe a training")
    dict(config.get("versions", {}))
    if config.get("git"):
        str(config["git"]["commit"]), bool(config["git"]["changed"])
    if any(not isinstance(value, int | float) for line in lines for value in line.values()):
        raise ValueError("metrics.jsonl holds what is no number")
    for score in scores:
        if not {"measure", "ours", "baseline", "expected", "reached"} <= score.keys():
            raise ValueError("scores.json holds what is no score")
        if not isinstance(score.get("value"), int | float | None):
            raise ValueError("scores.json holds a value that is no number")
    if timing:
        float(timing["seconds"]), int(timing["sittings"])
