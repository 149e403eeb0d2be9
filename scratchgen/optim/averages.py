"""Averages of the parameters over the steps of a training."""

from __future__ import annotations

from collections.abc import Iterable

from scratchgen.errors import check_numbers
from scratchgen.nn import Parameter
from scratchgen.optim.stateful import Stateful


class MovingAverage(Stateful):
    """The exponential moving average of the parameters.

        a ← d a + (1 − d) θ,     d = min(decay, (1 + t) / (10 + t)) at step t

    A game circles around its equilibrium, and the average of a circle is its centre. The smaller d of the
    first steps lets the average forget the initial parameters. Raises ValueError for a decay outside [0, 1).
    Source: Polyak & Juditsky (1992); for adversarial networks Yazıcı et al. (2019), section 3.
    Ledger: optim.average
    """

    remembered = ("t", "average")

    def __init__(self, parameters: Iterable[Parameter], decay: float = 0.998):
        check_numbers("[0, 1)", decay=decay)
        self.parameters = list(parameters)
        self.decay = decay
        self.t = 0
        self.average = [p.data.copy() for p in self.parameters]

    def update(self) -> None:
        """a ← d a + (1 − d) θ for the present parameters θ.   Ledger: optim.average"""
        self.t += 1
        d = min(self.decay, (1 + self.t) / (10 + self.t))
        for a, p in zip(self.average, self.parameters, strict=True):
            a += (1 - d) * (p.data - a)

    def install(self) -> None:
        """Set the parameters to their average."""
        for a, p in zip(self.average, self.parameters, strict=True):
            p.data[...] = a
