"""The report of loading weights by name: the arrays that fitted, were missing, or were left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

__all__ = ["LoadReport", "compare"]


@dataclass(frozen=True)
class LoadReport:
    """What `Module.load_state_dict` loaded.

    loaded        names that were copied into the model
    missing       names of the model that the given weights lack
    unexpected    names of the given weights that the model lacks
    mismatched    names whose shape or dtype differs, each with the difference in words
    """

    loaded: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    mismatched: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every name, shape and dtype matched."""
        return not (self.missing or self.unexpected or self.mismatched)

    def raise_unless_complete(self) -> None:
        """Raise ValueError with the first reason why the weights do not fit the model."""
        if self.missing or self.unexpected:
            raise ValueError(
                f"these weights belong to a different model: missing {self.missing}, "
                f"unexpected {self.unexpected}"
            )
        for difference in self.mismatched.values():
            raise ValueError(difference)

    def __repr__(self) -> str:
        total = len(self.loaded) + len(self.missing) + len(self.mismatched)
        lines = [f"loaded {len(self.loaded)} of the model's {total} arrays"]
        if self.missing:
            lines.append(f"missing: {', '.join(self.missing)}")
        if self.unexpected:
            lines.append(f"unexpected: {', '.join(self.unexpected)}")
        lines += [f"mismatched: {difference}" for difference in self.mismatched.values()]
        return "\n  ".join(lines)


def compare(own: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]) -> LoadReport:
    """Compare the given arrays with the model's own by name, shape and dtype."""
    loaded, mismatched = [], {}
    for name in own.keys() & given.keys():
        wanted, found = own[name], given[name]
        if found.shape != wanted.shape or found.dtype != wanted.dtype:
            mismatched[name] = (
                f"{name} is {wanted.dtype} {wanted.shape} in the model, but {found.dtype} {found.shape} here"
            )
        else:
            loaded.append(name)
    return LoadReport(
        sorted(loaded),
        sorted(own.keys() - given.keys()),
        sorted(given.keys() - own.keys()),
        dict(sorted(mismatched.items())),
    )
