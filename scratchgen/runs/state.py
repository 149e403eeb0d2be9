"""The state of everything that a training changes: models, optimisers, averages, generators, carried states.

A model, an optimiser or an average has `state_dict` and `load_state_dict`; a Generator has `state`; a plain
dictionary is its own state, and is updated in place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.errors import BadInput, described


def check_state(name: str, thing: Any) -> None:
    """Raise TypeError for an object whose state cannot be saved and restored."""
    is_stream = isinstance(getattr(thing, "state", None), dict)
    if not (isinstance(thing, dict) or is_stream or hasattr(thing, "load_state_dict")):
        raise TypeError(
            f"{name} has no state that a run can save: {described(thing)}; give an object with state_dict and "
            "load_state_dict (a Module, an optimiser), a Generator of sg.random, or a dictionary"
        )


def state_of(thing: Any) -> dict[str, Any]:
    """The state as a flat dictionary of arrays and numbers."""
    if isinstance(thing, dict):
        return _copy(thing)
    return thing.state_dict() if hasattr(thing, "state_dict") else dict(thing.state)


def restore(thing: Any, state: dict[str, Any]) -> None:
    """Restore a state in the object that it was taken from."""
    if isinstance(thing, dict):
        thing.clear()
        thing.update(_copy(state))
    elif hasattr(thing, "load_state_dict"):
        thing.load_state_dict(state)
    else:
        thing.state = state


def pack(things: dict[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, dict]]:
    """The states of all things: arrays as {"model/W": ...}, and numbers as {"optimizer": {"t": 3}}."""
    arrays: dict[str, np.ndarray] = {}
    numbers: dict[str, dict] = {}
    for name, thing in things.items():
        state = state_of(thing)
        arrays |= {f"{name}/{k}": np.ascontiguousarray(v) for k, v in state.items() if _is_array(v)}
        numbers[name] = {key: _plain(value) for key, value in state.items() if not _is_array(value)}
    return arrays, numbers


def unpack(things: dict[str, Any], arrays: dict[str, np.ndarray], numbers: dict[str, dict]) -> None:
    """Restore all states. Raises BadInput if they belong to other objects, as those of another version do."""
    if set(things) != set(numbers):
        raise BadInput(
            f"the checkpoint holds the state of {', '.join(sorted(numbers))}, but this training needs "
            f"that of {', '.join(sorted(things))}: another version saved it, or a loop that tracks other objects; "
            "resume with the same ones, or train again in another directory"
        )
    for name, thing in things.items():
        prefix = f"{name}/"
        own = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        try:
            restore(thing, {**numbers[name], **own})
        except (ValueError, KeyError) as error:
            raise BadInput(
                f"the checkpoint does not fit {name}: {error}; resume with the objects that the run was begun with"
            ) from None


def _plain(value: Any) -> Any:
    """A number of NumPy's as Python's, which JSON can hold: np.bool_, for instance."""
    return value.item() if isinstance(value, np.generic) else value


def _copy(state: dict[str, Any]) -> dict[str, Any]:
    """A copy of a state dictionary with its own arrays."""
    return {key: value.copy() if _is_array(value) else value for key, value in state.items()}


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)
