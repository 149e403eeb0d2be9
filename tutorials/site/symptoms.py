"""The sign of a planted fault in a small training: the section of a page of the bug zoo, with curves right and wrong.

The numbers are those of tests/mutants/symptoms/symptoms.json, which a script measures; the sentences are in signs.py.
"""

from __future__ import annotations

import json
import math
from functools import cache
from html import escape
from typing import Any

from library import ROOT, raw_html
from tests_folder import from_tests

FOLDER = ROOT / "tests" / "mutants" / "symptoms"
WIDTH, HEIGHT = 460, 230
LEFT, RIGHT, TOP, BOTTOM = 70, 12, 26, 44  # margins of the axes
LOGARITHMIC = 200  # times the smallest number: from there on an axis is logarithmic

Points = list[list[Any]]


@cache
def table() -> dict[str, dict]:
    """The numbers that were measured."""
    return json.loads((FOLDER / "symptoms.json").read_text(encoding="utf-8"))


@cache
def signs() -> dict[str, Any]:
    """A `Sign` or `Nothing` by the name of its fault."""
    return from_tests("mutants.symptoms.signs").SIGNS


def numbers(curves: dict[str, Points]) -> dict[str, float]:
    """The last number of each curve, and the first one as "first name"; NaN where it is missing or not finite."""
    ends = {name: points[-1][1] if points else None for name, points in curves.items()}
    ends |= {f"first {name}": points[0][1] if points else None for name, points in curves.items()}
    return {name: math.nan if end is None else end for name, end in ends.items()}


def sentence(name: str) -> str:
    """The sign of a fault in words, with the numbers that were measured."""
    sign, row = signs()[name], table()["faults"].get(name)
    if row is None:
        return f"Nothing: {sign.because}"
    right = table()["trainings"][row["training"]]["curves"]
    return sign.says.format(right=numbers(right), wrong=numbers(row["curves"]))


def section(name: str, plain: Any) -> str:
    """The symptoms of a fault in training, as Markdown; "" for a fault that belongs to no training.

    plain    makes text safe for Markdown
    """
    if name not in signs():
        return ""
    parts = ["## What it looks like in training", plain(sentence(name))]
    if row := table()["faults"].get(name):
        training = table()["trainings"][row["training"]]
        shown = signs()[name].curve
        drawn = curve(training["curves"][shown], row["curves"][shown], training["labels"][shown])
        parts.append(raw_html(f"<figure class='symptom'>{drawn}</figure>"))
        if row["stopped"]:
            parts.append(f"The training stops: `{row['stopped']}`")
        parts.append(plain(f"Trained: {training['says']}"))
    return "\n\n".join(parts)


def curve(right: Points, wrong: Points, label: str) -> str:
    """Two curves over the steps as SVG, with the name of each."""
    right, wrong = ([point for point in points if point[1] is not None] for points in (right, wrong))
    steps = [step for step, _ in right + wrong]
    across = _Axis(min(steps), max(steps), LEFT, WIDTH - RIGHT)
    up = _axis_of_numbers([number for _, number in right + wrong])
    line = lambda points: " ".join(f"{across.place(x):.1f},{up.place(y):.1f}" for x, y in points)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)} over the steps, right and wrong">',
        f'<path class="axes" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
        *(_text(LEFT - 6, up.place(y) + 4, f"{y:.3g}".replace("-", "−"), "end") for y in up.ticks()),
        *(_text(across.place(x), HEIGHT - BOTTOM + 16, f"{x:.0f}", "middle") for x in across.ticks()),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "step", "middle"),
        _text(LEFT, 14, label + (", logarithmic" if up.logarithmic else ""), "start"),
        f'<polyline class="curve-right" points="{line(right)}"/>',
        f'<polyline class="curve-wrong" points="{line(wrong)}"/>',
        *(
            _end(across, up, points[-1], name)
            for points, name in ((right, "right"), (wrong, "wrong"))
            if points
        ),
        "</svg><figcaption><span class='curve-right'>— right</span> "
        "<span class='curve-wrong'>- - wrong</span></figcaption>",
    ]
    return "".join(parts)


def _end(across: _Axis, up: _Axis, point: list[Any], name: str) -> str:
    """A dot at the last finite number: a training that broke down after the first one has no line."""
    return f'<circle class="curve-{name}" cx="{across.place(point[0]):.1f}" cy="{up.place(point[1]):.1f}" r="4"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


class _Axis:
    """Numbers from low to high, drawn from one place to another."""

    def __init__(self, low: float, high: float, start: float, end: float, logarithmic: bool = False):
        self.low, self.high, self.start, self.end = low, high, start, end
        self.logarithmic = logarithmic

    def place(self, x: float) -> float:
        scale = math.log if self.logarithmic else float
        share = (scale(x) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        middle = math.sqrt(self.low * self.high) if self.logarithmic else (self.low + self.high) / 2
        return [self.low, middle, self.high]


def _axis_of_numbers(numbers: list[float]) -> _Axis:
    low, high = min(numbers), max(numbers)
    if low == high:
        low, high = low - 1, high + 1
    return _Axis(low, high, HEIGHT - BOTTOM, TOP, logarithmic=low > 0 and high > LOGARITHMIC * low)
