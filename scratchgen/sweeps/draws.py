"""Random settings: each drawn from a range, by a generator with the seed of the sweep file.

    [random]
    trials = 20                                     # the number of settings that are drawn
    seed = 0                                        # of the draws; 0 if it is left out
    learning_rate = { log_uniform = [1e-4, 1e-2] }  # log α is uniform; also { uniform = [low, high] }
    latent_dim = { integer = [2, 32] }              # whole numbers, both ends included
    objective = { choice = ["elbo", "iwae"] }

Numbers are drawn with four significant digits, so that they can be read and typed again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator

DIGITS = 4
EXAMPLE = (
    "{ uniform = [0.0, 0.5] }, { log_uniform = [1e-4, 1e-2] }, { integer = [2, 32] } or { choice = [1, 2] }"
)
MOST_TRIALS = 1000

Check = Callable[[str, Any], Any]  # (setting, value) ↦ the value in its type; raises BadInput


def draw_settings(table: Mapping[str, Any], place: str, check: Check) -> list[dict[str, Any]]:
    """The drawn settings of a table [random], without repetitions.

    place    of the table, for messages
    check    refuses a value that the setting cannot have; both ends of a range are checked, whatever is drawn
    """
    ranges = {name: spec for name, spec in table.items() if name not in ("trials", "seed")}
    trials = _whole(table, "trials", 1, MOST_TRIALS, place)
    rng = Generator(_whole({"seed": 0, **table}, "seed", 0, HELD_OUT_SEED - 1, place))
    if not ranges:
        raise BadInput(
            f"{place} has no setting; add one, such as learning_rate = {EXAMPLE.partition('}, ')[2]}"
        )
    for name, spec in ranges.items():
        _check_range(name, spec, place, check)
    drawn: list[dict[str, Any]] = []
    for _ in range(trials):
        settings = {name: check(name, _draw(spec, rng)) for name, spec in ranges.items()}
        if settings not in drawn:  # few choices repeat soon
            drawn.append(settings)
    return drawn


def _whole(table: Mapping[str, Any], name: str, low: int, high: int, place: str) -> int:
    n = table.get(name)
    if not isinstance(n, int) or isinstance(n, bool) or not low <= n <= high:
        found = "" if n is None else f", not {n!r}"
        raise BadInput(f"{place}: {name} is a whole number from {low} to {high}{found}")
    return n


def _check_range(name: str, spec: Any, place: str, check: Check) -> None:
    """Raise BadInput for what is no range, and for a range with a value that the setting cannot have."""
    match spec:
        case {"choice": [_, *_] as values} if len(spec) == 1:
            for value in values:
                check(name, value)
        case {"integer": [int() as low, int() as high]} if len(spec) == 1 and low < high:
            check(name, low), check(name, high)
        case {"uniform": [int() | float() as low, int() | float() as high]} if len(spec) == 1 and low < high:
            check(name, float(low)), check(name, float(high))
        case {"log_uniform": [int() | float() as low, int() | float() as high]} if (
            len(spec) == 1 and 0 < low < high
        ):
            check(name, float(low)), check(name, float(high))
        case _:
            raise BadInput(f"{place}: {name} is a range with low < high, such as {EXAMPLE}, not {spec!r}")


def _draw(spec: Mapping[str, Any], rng: Generator) -> Any:
    ((kind, ends),) = spec.items()
    if kind == "choice":
        return ends[int(rng.integers(len(ends)))]
    low, high = ends
    if kind == "integer":
        return int(rng.integers(low, high + 1))
    u = float(rng.random(dtype="float64"))
    number = low + (high - low) * u if kind == "uniform" else low * math.exp(u * math.log(high / low))
    return min(max(float(f"{number:.{DIGITS}g}"), low), high)
