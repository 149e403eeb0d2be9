"""Module: a part of a model that knows its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from scratchgen.autograd import Tensor


class Parameter(Tensor):
    """A tensor that is learned: an attribute of a Module that its optimiser is given."""

    __slots__ = ()

    def __init__(self, data):
        super().__init__(data, requires_grad=True)


class Module:
    """Parameters and modules are found by looking at the attributes, in the order of their assignment.

    A subclass assigns them in `__init__` and says in `forward` what it computes.
    """

    training = True

    def forward(self, *args):
        """What the module computes."""
        raise NotImplementedError(f"{type(self).__name__} has no forward()")

    def __call__(self, *args):
        return self.forward(*args)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules that are attributes of this one, or stand in its lists, with their names."""
        return ((name, value) for name, value in _members(self) if isinstance(value, Module))

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Every parameter of this module and the modules in it, as ("encoder.0.W", parameter), once each."""
        seen = set()
        for name, parameter in self._walk(prefix):
            if parameter not in seen:  # tied weights have several names; the first stands
                seen.add(parameter)
                yield name, parameter

    def _walk(self, prefix: str) -> Iterator[tuple[str, Parameter]]:
        for name, value in _members(self):
            if isinstance(value, Parameter):
                yield prefix + name, value
        for name, child in self.children():
            yield from child._walk(f"{prefix}{name}.")

    def parameters(self) -> list[Parameter]:
        """Every parameter, in the order of `named_parameters`."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, training: bool = True) -> Module:
        """Behave as in training (dropout drops), or as in use with `train(False)`."""
        self.training = training
        for _, child in self.children():
            child.train(training)
        return self

    def eval(self) -> Module:
        """Behave as in use."""
        return self.train(False)

    @contextmanager
    def frozen(self):
        """Within `with module.frozen():` the parameters are constants to whatever is computed there."""
        parameters = self.parameters()
        before = [parameter.requires_grad for parameter in parameters]
        for parameter in parameters:
            parameter.requires_grad = False
        try:
            yield self
        finally:
            for parameter, required in zip(parameters, before, strict=True):
                parameter.requires_grad = required

    def state_dict(self) -> dict[str, np.ndarray]:
        """A copy of every parameter's array under its name."""
        return {name: parameter.data.copy() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Copy arrays into the parameters.

        Raises ValueError, and changes nothing, unless names, shapes and dtypes match.
        """
        own = dict(self.named_parameters())
        missing, unknown = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
        if missing or unknown:
            raise ValueError(f"these weights are of another model: missing {missing}, unknown {unknown}")
        for name, parameter in own.items():
            found, wanted = state[name], parameter.data
            if found.shape != wanted.shape or found.dtype != wanted.dtype:
                raise ValueError(
                    f"{name} is {wanted.dtype} {wanted.shape} in the model, "
                    f"but {found.dtype} {found.shape} here"
                )
        for name, parameter in own.items():
            parameter.data[...] = state[name]

    def describe(self) -> str:
        """What the repr says in brackets: sizes and settings."""
        return ""

    def __repr__(self):
        return "\n".join(_tree(self, ""))


def _members(module: Module) -> Iterator[tuple[str, object]]:
    """The attributes of a module, those that stand in lists, tuples and dictionaries one by one."""
    for name, value in vars(module).items():
        if isinstance(value, list | tuple):
            yield from ((f"{name}.{i}", v) for i, v in enumerate(value))
        elif isinstance(value, dict):
            yield from ((f"{name}.{key}", v) for key, v in value.items())
        else:
            yield name, value


def _tree(module: Module, name: str) -> list[str]:
    """The module as indented lines: name, kind, settings, shapes of its own parameters, and their number."""
    own = {n: p for n, p in _members(module) if isinstance(p, Parameter)}
    total = sum(p.size for p in module.parameters())
    shapes = ", ".join(f"{n} {p.shape}" for n, p in own.items())
    line = f"{name + ': ' if name else ''}{type(module).__name__}({module.describe()})"
    line += (f"   {shapes}" if shapes else "") + (f"   {total:,} parameters" if total else "")
    return [line] + ["  " + inner for n, child in module.children() for inner in _tree(child, n)]
