"""The rate-distortion curve of VAEs with different β, from several runs."""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from scratchgen.plots.rate_distortion import rate_distortion
from scratchgen.runs import html
from scratchgen.runs.comparison import differing
from scratchgen.runs.record import Record
from scratchgen.tasks.vae_scores import DISTORTION, RATE


def rates_and_distortions(records: Sequence[Record]) -> dict[float, tuple[float, float]]:
    """{β: (R, D)} on held-out data, means over seeds; {} for VAEs that differ in other settings too.

    A run under the constraint D ≤ D₀ counts as one with β = 1/λ, for its final λ.

    Ledger: vae.constrained
    """
    if not {*differing(records)} <= {"objective", "beta", "target_distortion", "seed"}:
        return {}
    found = defaultdict(list)
    for record in records:
        R, D = (_value(record, measure) for measure in (RATE, DISTORTION))
        settings = record.config.settings
        if R is None or D is None or settings.get("objective") not in ("elbo", "beta", "geco"):
            return {}
        logs = record.series("log_lambda")  # of runs with a constraint
        beta = math.exp(-logs[-1]) if logs else settings["beta"]
        found[settings["beta"], settings["target_distortion"]].append((beta, R, D))
    means = [[sum(column) / len(runs) for column in zip(*runs, strict=True)] for runs in found.values()]
    return {beta: (R, D) for beta, R, D in means}


def rate_distortion_figure(records: Sequence[Record]) -> list[str]:
    """The curve as a figure of the comparison page; [] if it has fewer than two points."""
    points = rates_and_distortions(records)
    if len(points) < 2:
        return []
    with tempfile.TemporaryDirectory() as folder:
        png = rate_distortion(points, Path(folder) / "rate_distortion.png").read_bytes()
    return [html.picture(png, "rate and distortion on held-out data, by β")]


def _value(record: Record, measure: str) -> float | None:
    return next((score.value for score in record.scores if score.measure == measure), None)
