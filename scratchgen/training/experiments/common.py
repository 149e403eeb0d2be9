"""What all experiments share: scores, the description of a run, and its end."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from scratchgen.data import CATALOGUE, ImageData, TextData
from scratchgen.nn import Module
from scratchgen.training.files import write_json
from scratchgen.training.origin import fingerprint, origin
from scratchgen.training.report import write_report
from scratchgen.training.run import Run

OpenRun = Callable[[dict], Run]  # from the configuration to the run, once everything else is known to be fit


@dataclass(frozen=True)
class Score:
    """A number that says how good a model is, beside a number to compare it with."""

    measure: str
    ours: str
    baseline: str
    expected: str
    reached: bool


def finished(run: Run, model: Module, scores: list[Score]) -> tuple[Module, list[Score]]:
    """The model and its scores, when all is written."""
    with run.saving():
        write_json(run.directory / "scores.json", [asdict(score) for score in scores])
        write_json(run.directory / "timing.json", run.timing)
        write_report(run.directory)
    run.save(model)
    return model, scores


def configuration(
    kind: str, source: str, data: ImageData | TextData, settings: dict, seed: int, sizes: dict
) -> dict:
    """What config.json holds."""
    parts = {name: getattr(data, name) for name in ("train", "validation", "test")}
    if isinstance(data, TextData):
        parts = {
            name: np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
            for name, text in parts.items()
        }
    return {
        "kind": kind,
        "data": data.name,
        "source": source if source in CATALOGUE else os.path.abspath(source),
        "data_sha256": fingerprint(parts),
        "seed": seed,
        "model": sizes,
        "training": settings,
        "image_shape": list(data.image_shape) if isinstance(data, ImageData) else None,
        **origin(),
    }
