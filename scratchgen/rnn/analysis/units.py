"""Interpretable units: those whose state correlates with a feature of the text that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scratchgen.errors import check_counts

MIN_CORRELATION = 0.2  # |r| from which a unit is shown for a feature
PREVIOUS_STATE = "its own past"  # the name of a unit's own state one step before, as a feature
BRACKETS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Unit:
    """A unit and the feature that it was chosen for.

    number     index of the unit, 0 … H − 1
    feature    name of the feature
    r          their correlation, in [−1, 1]
    """

    number: int
    feature: str
    r: float


def text_features(symbols: Iterable[str]) -> dict[str, np.ndarray]:
    """Features of a text after each of its T symbols, by name: (T,) float64 each.

    position in the line    number of characters of the line so far; 0 after its end
    indentation             number of blanks at the start of the line
    inside quotes           1 between two " or ' of the line, otherwise 0; a ' after a letter opens no quote
    inside brackets         number of open brackets of the line
    capitals                1 within a word of two or more capital letters so far, otherwise 0
    """
    rows = []
    line, word = "", ""
    for symbol in symbols:
        line = (line + symbol).rpartition("\n")[2]
        word = word + symbol if symbol.isalpha() else ""
        opened = sum(line.count(a) - line.count(b) for a, b in BRACKETS.items())
        indentation = len(line) - len(line.lstrip())
        capitals = len(word) > 1 and word.isupper()
        rows.append((len(line), indentation, _is_quoted(line), max(opened, 0), capitals))
    names = ("position in the line", "indentation", "inside quotes", "inside brackets", "capitals")
    return dict(zip(names, np.array(rows, float).reshape(-1, len(names)).T, strict=True))


def _is_quoted(line: str) -> bool:
    opened, before = "", ""
    for character in line:
        if opened:
            opened = "" if character == opened else opened
        elif character == '"' or (character == "'" and not before.isalpha()):
            opened = character
        before = character
    return opened != ""


def correlations(h: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Pearson's r of every unit with a feature: h (T, H), feature (T,) → (H,); 0 where either is constant."""
    h, feature = h - h.mean(axis=0, dtype=np.float64), feature - feature.mean()
    scale = np.sqrt((h**2).sum(axis=0) * (feature**2).sum())
    return np.divide(feature @ h, scale, out=np.zeros(h.shape[1]), where=scale > 0)


def interesting_units(h: np.ndarray, features: Mapping[str, np.ndarray], n: int = 4) -> list[Unit]:
    """Up to n units, each with the feature that it correlates with.

    First the pairs of a unit and a feature with |r| ≥ 0.2, in descending order, no unit and no feature twice.
    Then, if these are fewer than n, the slowest units: those with the largest autocorrelation at lag 1.

    h (T, H), features by name, each (T,). Among many units some correlate with any feature by chance: confirm
    a unit by its `correlation` in a text that it was not chosen in.
    """
    check_counts(0, n=n)
    names = list(features)
    r = np.array([correlations(h, features[name]) for name in names]).reshape(len(names), h.shape[1])
    left = np.abs(r)
    found: list[Unit] = []
    while len(found) < n and left.size and left.max() >= MIN_CORRELATION:
        row, unit = np.unravel_index(np.argmax(left), left.shape)
        found.append(Unit(int(unit), names[row], float(r[row, unit])))
        left[row], left[:, unit] = 0, 0
    slow = {j: autocorrelation(h, j) for j in range(h.shape[1])} if len(found) < n else {}
    for j in sorted(slow.keys() - {unit.number for unit in found}, key=lambda j: -slow[j]):
        found.append(Unit(j, PREVIOUS_STATE, slow[j]))
    return found[:n]


def correlation(h: np.ndarray, unit: Unit, features: Mapping[str, np.ndarray]) -> float:
    """r of a unit with the feature that it was chosen for, in another text: h (T, H), features (T,) by name."""
    if unit.feature == PREVIOUS_STATE:
        return autocorrelation(h, unit.number)
    return float(correlations(h[:, [unit.number]], features[unit.feature])[0])


def autocorrelation(h: np.ndarray, j: int) -> float:
    """r of unit j with its own state one step before; 0 for a single step.   h (T, H)"""
    return float(correlations(h[1:, [j]], h[:-1, j])[0]) if len(h) > 1 else 0.0
