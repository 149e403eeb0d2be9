"""Objects whose state can be saved and restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


class Stateful:
    """An object whose state can be saved and restored.

    `remembered` names the attributes of the state: numbers, or lists with one array per parameter.
    """

    remembered: tuple[str, ...] = ()

    def state_dict(self) -> dict[str, Any]:
        """A copy of the state: {"t": 3, "m.0": array, "m.1": array, ...}."""
        state: dict[str, Any] = {}
        for name in self.remembered:
            value = getattr(self, name)
            if isinstance(value, list):
                state |= {f"{name}.{i}": a.copy() for i, a in enumerate(value)}
            else:
                state[name] = value
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state that `state_dict` returned.

        Raises ValueError, and changes nothing, if the names or the shapes differ from those of this object.
        """
        own = self.state_dict()
        for name in own.keys() | state.keys():
            if name not in own or name not in state or np.shape(own[name]) != np.shape(state[name]):
                raise ValueError(
                    f"this state belongs to a different {type(self).__name__}: {name} does not fit"
                )
        for name in self.remembered:
            value = getattr(self, name)
            if isinstance(value, list):
                for i, a in enumerate(value):
                    a[...] = state[f"{name}.{i}"]
            else:
                setattr(self, name, state[name])
