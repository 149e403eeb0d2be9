"""What all experiments share: the description of a run, and its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict

from scratchgen.data import CATALOGUE, AnyData, RowData, SequenceData
from scratchgen.data.sound_frames import SoundFrames
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.runs.files import write_json
from scratchgen.runs.provenance import fingerprint_of_data, origin
from scratchgen.runs.report import write_report
from scratchgen.runs.run import Run
from scratchgen.tasks.recipes import Recipe
from scratchgen.tasks.scores import Score

OpenRun = Callable[[dict], Run]  # from the configuration to the run, once everything else is known to be fit


def refuse(settings: Recipe, names: Iterable[str], why: str) -> None:
    """Raises BadInput for a setting that has no place here: one that is not what it is by default."""
    default = type(settings)()
    for name in names:
        if getattr(settings, name) != getattr(default, name):
            raise BadInput(f"{name} = {getattr(settings, name)} {why}")


def finished(run: Run, model: Module, scores: list[Score]) -> tuple[Module, list[Score]]:
    """The model and its scores, when all is written."""
    with run.saving():
        write_json(run.directory / "scores.json", [asdict(score) for score in scores])
        write_json(run.directory / "timing.json", run.timing)
        write_report(run.directory)
    run.save(model)
    return model, scores


def configuration(
    kind: str, source: str, data: AnyData | SoundFrames, settings: dict, seed: int, sizes: dict
) -> dict:
    """What config.json holds."""
    return {
        "kind": kind,
        "data": data.name,
        "source": source if source in CATALOGUE else os.path.abspath(source),
        "data_sha256": fingerprint_of_data(data),
        "seed": seed,
        "model": sizes,
        "training": settings,
        "image_shape": list(data.image_shape) if isinstance(data, RowData) else None,
        **({"unit": data.unit, "first": data.first} if isinstance(data, SequenceData) else {}),
        **({"rate": data.rate, "scale": data.scale.tolist()} if isinstance(data, SoundFrames) else {}),
        **origin(),
    }
