"""Statistics of a data set, for `scratchgen data show`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchgen.data.pairs_as_text import as_lines
from scratchgen.data.pitches import pitch_name
from scratchgen.data.stored import Stored, chunks
from scratchgen.data.stored_text import characters_in, pieces
from scratchgen.data.table import as_table
from scratchgen.data.types import AnyData, PairData, PointData, RowData, SequenceData, SoundData, TextData

Facts = list[tuple[str, str]]
MOST_COUNTED = 1_000_000  # different values of rows that are not in memory


def describe(data: AnyData) -> Facts:
    """(label, value) for each statistic: the sizes of the parts, then statistics of the training part alone."""
    sizes = " + ".join(f"{len(part):,}" for part in (data.train, data.validation, data.test))
    return [("train + validation + test", sizes), *FACTS[type(data)](data)]


def _images(data: RowData) -> Facts:
    if data.kind == "table":
        return _table(data)
    x = data.train
    return [
        ("pixels", " × ".join(map(str, data.image_shape[: 2 + (data.image_shape[2] > 1)]))),
        ("mean, deviation", "{:.4f}, {:.4f}".format(*_mean_and_deviation(x))),
        ("distinct values", _distinct(x)),
        ("constant pixels", f"{int((x.min(axis=0) == x.max(axis=0)).sum())}"),
        *_labels(data),
    ]


def _mean_and_deviation(x: np.ndarray | Stored) -> tuple[float, float]:
    mean = sum(rows.sum(dtype=np.float64) for rows in chunks(x)) / x.size
    squares = sum(np.square(rows - mean, dtype=np.float64).sum() for rows in chunks(x))
    return mean, math.sqrt(squares / x.size)


def _distinct(x: np.ndarray | Stored) -> str:
    """The number of different values; of stored rows no more than a million are counted."""
    values = np.zeros(0, x.dtype)
    for rows in chunks(x):
        values = np.union1d(values, rows)
        if isinstance(x, Stored) and len(values) > MOST_COUNTED:
            return f"more than {MOST_COUNTED:,}"
    return f"{len(values):,}"


def _labels(data: RowData) -> Facts:
    if not data.attributes or data.train_labels is None:
        return _classes(data.train_labels, data.class_names)
    facts = []
    for attribute, labels in zip(data.attributes, data.train_labels.T, strict=True):
        counts = np.bincount(labels.astype(np.intp), minlength=len(attribute.kinds))
        words = (f"{kind}: {n:,}" for kind, n in zip(attribute.kinds, counts, strict=True))
        facts.append((attribute.name, ", ".join(words)))
    return facts


def _table(data: RowData) -> Facts:
    """For each column, the range and the mean, or the categories with their counts, and the missing cells."""
    facts = []
    for name, x in as_table(data.columns, data.train).items():
        if x.dtype == object:
            counts = Counter(v for v in x if v is not None)
            present, words = counts.total(), ", ".join(f"{v}: {n:,}" for v, n in counts.most_common(12))
        else:
            numbers = x[np.isfinite(x)]
            present, words = len(numbers), "no number"
            if present:
                words = f"{numbers.min():,.6g} … {numbers.max():,.6g}, mean {numbers.mean():,.6g}"
        missing = f", {len(x) - present:,} missing" if present < len(x) else ""
        facts.append((name, words + missing))
    return facts


def _text(data: TextData) -> Facts:
    counts: Counter[str] = Counter()
    for piece in pieces(data.train):
        counts.update(piece)
    p = np.array(list(counts.values())) / len(data.train)
    unseen = (characters_in(data.validation) | characters_in(data.test)) - set(counts)
    frequent = " ".join(_visible(character) for character, _ in counts.most_common(12))
    return [
        (
            "distinct characters",
            f"{len(counts)}" + (f", and {len(unseen)} only in the other parts" if unseen else ""),
        ),
        ("most frequent", frequent),
        ("entropy without context", f"{-(p * np.log2(p)).sum():.3f} bits per character"),
    ]


def _sequences(data: SequenceData) -> Facts:
    steps = np.concatenate([data.form.sounding(x) for x in data.train])
    keys = np.flatnonzero(steps.any(axis=0)) + data.first
    name = str if data.form.drums else pitch_name
    return [
        ("duration of a step", f"a {data.unit}, {data.D} columns"),
        ("total steps", f"{len(steps):,}"),
        ("length in steps", _range([len(x) for x in data.train])),
        ("simultaneous notes", f"{steps.sum(axis=1).mean():.2f}, at most {int(steps.sum(axis=1).max())}"),
        (
            "drums" if data.form.drums else "pitches",
            f"{name(keys[0])} … {name(keys[-1])} (MIDI {keys[0]} … {keys[-1]})",
        ),
    ]


def _sound(data: SoundData) -> Facts:
    seconds = np.array([len(x) for x in data.train]) / data.rate
    power = sum(float(np.square(x, dtype=np.float64).sum()) for x in data.train) / sum(map(len, data.train))
    return [
        ("rate", f"{data.rate:,} samples per second"),
        ("total length", f"{seconds.sum():,.0f} s"),
        ("length in seconds", _range(seconds, ".2f")),
        ("largest sample", f"{max(float(np.abs(x).max()) for x in data.train):.3f}"),
        ("loudness", f"{10 * math.log10(power):.1f} dB below full scale" if power else "silent"),
        *_classes(data.train_labels, data.classes),
    ]


def _pairs(data: PairData) -> Facts:
    sides = [[pair[k] for pair in data.train] for k in (0, 1)]
    facts = []
    for name, texts in zip(data.sides, sides, strict=True):
        lengths, distinct = _range([len(text) for text in texts]), len(set(texts))
        facts += [(f"{name}, characters", lengths), (f"{name}, distinct", f"{distinct:,}")]
    text = as_lines(data).train
    line = f"{data.sides[0]} ⇥ {data.sides[1]}"
    return [*facts, ("as lines", f"{line}: {len(text):,} characters, {len(set(text)):,} distinct")]


def _points(data: PointData) -> Facts:
    return [
        ("components", f"{len(data.source.centres)} with standard deviation {data.source.sigma:g}"),
        ("mean log density", f"{data.source.log_density(data.train).mean():.3f} nats"),
    ]


def _classes(labels: np.ndarray | None, names: tuple[str, ...] | None) -> Facts:
    if labels is None:
        return []
    counts = np.bincount(labels.astype(np.intp))
    words = ", ".join(f"{names[k] if names else k}: {n}" for k, n in enumerate(counts))
    return [(f"{len(counts)} classes", words)]


def _visible(character: str) -> str:
    return "␣" if character == " " else repr(character)[1:-1]


def _range(values: Sequence[float] | np.ndarray, form: str = ",.0f") -> str:
    low, middle, high = (format(value, form) for value in np.quantile(values, [0, 0.5, 1]))
    return f"{low} … {high}, median {middle}"


FACTS: dict[type, Callable[[Any], Facts]] = {
    RowData: _images,
    TextData: _text,
    SequenceData: _sequences,
    SoundData: _sound,
    PairData: _pairs,
    PointData: _points,
}
