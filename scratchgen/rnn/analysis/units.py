"""Units that can be read: those whose state goes with something that a reader sees in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

LEAST, OWN_PAST = 0.2, "its own past"
PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Unit:
    """number     which of the H units
    feature    what it goes with
    r          their correlation, in [−1, 1]
    """

    number: int
    feature: str
    r: float


def text_features(symbols: Iterable[str]) -> dict[str, np.ndarray]:
    """What a reader sees of every symbol of a text, after it: names, and (T,) numbers.

    position in the line    how many characters of the line were read; 0 after its end
    indentation             how many blanks the line began with
    inside quotes           1 between two " or ' of the line, otherwise 0; a ' after a letter opens nothing
    inside brackets         how many brackets of the line are open
    capitals                1 in a word of capital letters of which there were two or more, otherwise 0
    """
    rows = []
    line, word = "", ""
    for symbol in symbols:
        line = (line + symbol).rpartition("\n")[2]
        word = word + symbol if symbol.isalpha() else ""
        opened = sum(line.count(a) - line.count(b) for a, b in PAIRS.items())
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
    """Pearson's r of every unit with a feature: h (T, H), feature (T,) → (H,); 0 where one is constant."""
    h, feature = h - h.mean(axis=0, dtype=np.float64), feature - feature.mean()
    scale = np.sqrt((h**2).sum(axis=0) * (feature**2).sum())
    return np.divide(feature @ h, scale, out=np.zeros(h.shape[1]), where=scale > 0)


def interesting_units(h: np.ndarray, features: Mapping[str, np.ndarray], n: int = 4) -> list[Unit]:
    """n units, with the reason to look at them, or as many as there are.

    First the pairs of a unit and a feature with |r| of 0.2 or more, from the largest, no unit and no feature
    twice. Then, if there are fewer, the slowest: units whose r with themselves a step before is largest.

    h (T, H), features by name, each (T,). Of many units some go with anything by chance: to know that one
    does, look at its r in a text that it was not chosen in.
    """
    names = list(features)
    r = np.array([correlations(h, features[name]) for name in names]).reshape(len(names), h.shape[1])
    left, found = np.abs(r), []
    while len(found) < n and left.size and left.max() >= LEAST:
        row, unit = np.unravel_index(np.argmax(left), left.shape)
        found.append(Unit(int(unit), names[row], float(r[row, unit])))
        left[row], left[:, unit] = 0, 0
    slow = {j: own_past(h, j) for j in range(h.shape[1])} if len(found) < n else {}
    for j in sorted(slow.keys() - {unit.number for unit in found}, key=lambda j: -slow[j]):
        found.append(Unit(j, OWN_PAST, slow[j]))
    return found[:n]


def correlation(h: np.ndarray, unit: Unit, features: Mapping[str, np.ndarray]) -> float:
    """r of a unit and what it was chosen for, in another text: its states h (T, H), and its features."""
    if unit.feature == OWN_PAST:
        return own_past(h, unit.number)
    return float(correlations(h[:, [unit.number]], features[unit.feature])[0])


def own_past(h: np.ndarray, j: int) -> float:
    """r of unit j with itself a step before."""
    return float(correlations(h[1:, [j]], h[:-1, j])[0]) if len(h) > 1 else 0.0
