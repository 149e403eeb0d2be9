"""Module: a part of a model that knows its parameters, and its buffers."""

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


class Buffer(Tensor):
    """A constant that is part of a Module's state: saved with the weights, never given to an optimiser.

    What a module finds out without a gradient is kept in one, a moving average for example, and written
    in place: `buffer.data[...] = new`.
    """

    __slots__ = ()


STATE = (Parameter, Buffer)  # what is saved


class Module:
    """Parameters, buffers and modules are found by looking at the attributes, in their order of assignment.

    A subclass assigns them in `__init__` and says in `forward` what it computes.
    """

    training = True

    def forward(self, *args):
        """What the module computes."""
        raise NotImplementedError(f"{type(self).__name__} has no forward()")

    def __call__(self, *args, **options):
        return self.forward(*args, **options)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules that are attributes of this one, or stand in its lists, with their names."""
        return ((name, value) for name, value in _members(self) if isinstance(value, Module))

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Every parameter of this module and the modules in it, as ("encoder.0.W", parameter), once each."""
        return self._named(Parameter, prefix)

    def named_buffers(self, prefix: str = "") -> Iterator[tuple[str, Buffer]]:
        """Every buffer, in the same way."""
        return self._named(Buffer, prefix)

    def _named(self, kind: type | tuple[type, ...], prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        seen = set()
        for name, tensor in self._walk(kind, prefix):
            if tensor not in seen:  # tied weights have several names; the first stands
                seen.add(tensor)
                yield name, tensor

    def _walk(self, kind: type | tuple[type, ...], prefix: str) -> Iterator[tuple[str, Tensor]]:
        for name, value in _members(self):
            if isinstance(value, kind):
                yield prefix + name, value
        for name, child in self.children():
            yield from child._walk(kind, f"{prefix}{name}.")

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
    def eval_mode(self):
        """Within `with module.eval_mode():` it behaves as in use, and afterwards as it did before."""
        before = self.training
        try:
            yield self.eval()
        finally:
            self.train(before)

    @contextmanager
    def frozen(self):
        """Within `with module.frozen():` the parameters are constants to whatever is computed there.

        A layer that learns by looking on, and keeps what it has seen in buffers, does not learn either.
        """
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
        """A copy of the array of every parameter and buffer under its name."""
        return {name: tensor.data.copy() for name, tensor in self._named(STATE)}

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Copy arrays into the parameters and buffers.

        Raises ValueError, and changes nothing, unless names, shapes and dtypes match.
        """
        own = dict(self._named(STATE))
        missing, unknown = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
        if missing or unknown:
            raise ValueError(f"these weights are of another model: missing {missing}, unknown {unknown}")
        for name, tensor in own.items():
            found, wanted = state[name], tensor.data
            if found.shape != wanted.shape or found.dtype != wanted.dtype:
                raise ValueError(
                    f"{name} is {wanted.dtype} {wanted.shape} in the model, "
                    f"but {found.dtype} {found.shape} here"
                )
        for name, tensor in own.items():
            tensor.data[...] = state[name]

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
    """The module as indented lines: name, kind, settings, shapes of its own state, number of parameters."""
    own = {n: t for n, t in _members(module) if isinstance(t, STATE)}
    total = sum(p.size for p in module.parameters())
    shapes = ", ".join(f"{n} {t.shape}" for n, t in own.items())
    line = f"{name + ': ' if name else ''}{type(module).__name__}({module.describe()})"
    line += (f"   {shapes}" if shapes else "") + (f"   {total:,} parameters" if total else "")
    return [line] + ["  " + inner for n, child in module.children() for inner in _tree(child, n)]
