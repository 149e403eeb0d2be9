"""From a model to a description that a file can hold (its class and arguments), and back."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from scratchgen.errors import BadInput, NotInstalled
from scratchgen.random import Generator

__all__ = ["build", "describe", "saveable"]

C = TypeVar("C", bound=type)

CLASSES: dict[str, type] = {}  # by name: the only classes that are ever built from a file
NOT_SAVED = ("rng",)  # the weights come from the file


def saveable(cls: C) -> C:
    """Class decorator: `sg.save` can write objects of this class, and `sg.load` can build them again.

    It records the arguments of `__init__` (numbers, texts, lists of them, None, and objects of other saveable
    classes; `rng` is left out), and registers the class under its name.

        >>> @sg.nn.saveable
        ... class Autoencoder(sg.nn.Module):
        ...     def __init__(self, data_dim: int, hidden: int, rng=None):
        ...         self.encoder = sg.nn.Linear(data_dim, hidden, rng)
        ...         self.decoder = sg.nn.Linear(hidden, data_dim, rng)
        >>> sg.save(Autoencoder(784, 32), "autoencoder.safetensors")
        >>> model = sg.load("autoencoder.safetensors")

    A subclass is saveable only if it is decorated too. Of two classes with the same name, the later one counts.
    A class whose arguments no file can hold defines `saved_arguments(self)` and `from_saved(**arguments)`.
    """
    # a class decorator replaces the constructor of the class itself, never of an instance
    init = cls.__init__  # type: ignore[misc]  # see above
    signature = inspect.signature(init)
    further = [p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD]  # of **options

    @functools.wraps(init)
    def recording(self: Any, *args: Any, **kwargs: Any) -> None:
        if type(self) is cls:  # not where a subclass calls the constructor of its base
            bound = signature.bind(self, *args, **kwargs).arguments
            given = dict(list(bound.items())[1:])
            for name in further:
                given |= given.pop(name, {})
            self.__dict__["_made_with"] = {k: v for k, v in given.items() if k not in NOT_SAVED}
        init(self, *args, **kwargs)

    cls.__init__ = recording  # type: ignore[misc]  # see above
    CLASSES[cls.__name__] = cls
    return cls


def describe(thing: Any) -> dict[str, Any]:
    """The class and the arguments of a saveable object as a JSON value: {"class": "VAE", "arguments": {…}}.

    Raises BadInput for an object of another class, and for an argument that JSON cannot hold.
    """
    name = type(thing).__name__
    if CLASSES.get(name) is type(thing) and hasattr(thing, "saved_arguments"):
        return {"class": name, "arguments": thing.saved_arguments()}
    arguments = vars(thing).get("_made_with")
    if CLASSES.get(name) is not type(thing) or arguments is None:
        raise BadInput(
            f"objects of the class {name} cannot be built again from a file; decorate the class with "
            "@sg.nn.saveable, or save the weights alone with model.state_dict()"
        )
    return {"class": name, "arguments": {k: _plain(v, k, name) for k, v in arguments.items()}}


def _plain(value: Any, argument: str, name: str) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.integer | np.floating):
        return value.item()
    if isinstance(value, list | tuple):
        return [_plain(v, argument, name) for v in value]
    if CLASSES.get(type(value).__name__) is type(value):
        return describe(value)
    raise BadInput(
        f"the argument {argument} of {name} is a {type(value).__name__}, which a file cannot hold; "
        "give numbers, texts, lists of them, or objects of saveable classes"
    )


def build(described: Any, rng: Generator | None = None) -> Any:
    """The object that `describe` described, with fresh weights from rng (None: a stream with seed 0).

    None is not the default stream here, so that loading a model does not advance it: the weights are replaced.

    Raises BadInput for a class that is not registered, and for arguments that it does not take.
    """
    try:
        name, arguments = described["class"], dict(described["arguments"])
        cls: Callable = getattr(CLASSES[name], "from_saved", CLASSES[name])
    except KeyError as error:
        raise BadInput(_unknown_class(error.args[0])) from None
    except (TypeError, ValueError):
        raise BadInput('a model is described by {"class": …, "arguments": {…}}') from None
    parameters = inspect.signature(cls).parameters
    arguments = {k: build(v) if isinstance(v, dict) else v for k, v in arguments.items()}
    if "rng" in parameters:
        arguments["rng"] = Generator(0) if rng is None else rng
    try:
        return cls(**arguments)
    except NotInstalled:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"the arguments of the model {name} do not fit it ({error})") from None


def _unknown_class(name: Any) -> str:
    if name in ("class", "arguments"):
        return f"the description of a model has no {name!r}"
    close = difflib.get_close_matches(str(name), CLASSES, 1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"no saveable class is named {name!r}{hint}; import the module that defines it first"
