"""Module: a part of a model that knows its parameters, its buffers and the modules in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.nn.load_report import LoadReport, compare
from scratchgen.nn.overrides import overridden

__all__ = ["Buffer", "ForwardHook", "Module", "Parameter"]

# An array or a Tensor. The union would not check: NumPy's stubs give np.exp(tensor) the type of an array.
Array = Any


class Parameter(Tensor):
    """A learned tensor: an attribute of a Module that its optimiser changes."""

    __slots__ = ()

    def __init__(self, data: Any):
        super().__init__(data, requires_grad=True)


class Buffer(Tensor):
    """A constant that is part of a Module's state: saved with the weights, never given to an optimiser.

    A buffer holds what a module learns without a gradient, such as a moving average, and is written in place:
    `buffer.data[...] = new`.
    """

    __slots__ = ()


STATE_TYPES = (Parameter, Buffer)  # what state_dict saves
T = TypeVar("T", Parameter, Buffer, Tensor)


class Module:
    """A layer or a model: subclass it, assign parameters and modules in `__init__`, compute in `forward`.

    Parameters, buffers and modules are found among the attributes, in their order of assignment, also within
    lists, tuples and dictionaries.

        >>> import numpy as np, scratchgen as sg
        >>> from scratchgen import nn
        >>> class Affine(nn.Module):
        ...     def __init__(self, size):
        ...         self.scale = nn.Parameter(np.ones(size, np.float32))
        ...         self.shift = nn.Parameter(np.zeros(size, np.float32))
        ...     def forward(self, x):
        ...         return x * self.scale + self.shift
        >>> model = nn.Sequential(nn.Linear(3, 2), Affine(2))
        >>> [name for name, _ in model.named_parameters()]
        ['0.W', '0.b', '1.scale', '1.shift']
        >>> model(np.zeros((4, 3), np.float32)).shape
        (4, 2)

    training          whether the module behaves as in training (dropout drops); see `train` and `eval`
    update_buffers    whether layers may move their buffers, such as the averages of BatchNorm; `frozen` clears it
    """

    training = True
    update_buffers = True
    _forward_hooks: tuple[ForwardHook, ...] = ()

    def forward(self, *args: Any, **options: Any) -> Any:
        """The output of the module for its inputs."""
        raise NotImplementedError(f"{type(self).__name__} has no forward()")

    def __call__(self, *args: Any, **options: Any) -> Any:
        output = self.forward(*args, **options)
        for hook in self._forward_hooks:
            replacement = hook.function(self, args, output)
            output = output if replacement is None else replacement
        return output

    def __setattr__(self, name: str, value: Any) -> None:
        old = self.__dict__.get(name)
        if isinstance(old, STATE_TYPES):
            kind = Parameter if isinstance(old, Parameter) else Buffer
            if not isinstance(value, kind):
                raise TypeError(
                    f"{type(self).__name__}.{name} is a {kind.__name__}, which an object of type "
                    f"{type(value).__name__} cannot replace; write its values with {name}.data[...] = x, "
                    f"or assign {kind.__name__}(x)"
                )
        super().__setattr__(name, value)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly in this one, with their names."""
        return ((name, value) for name, value in _members(self) if isinstance(value, Module))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and every module in it, once each: ("", self), ("encoder", …), ("encoder.0", …), …"""
        return self._named_modules(prefix, set())

    def _named_modules(self, prefix: str, seen: set[int]) -> Iterator[tuple[str, Module]]:
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, child in self.children():
            yield from child._named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Every parameter of this module and the modules in it, as ("encoder.0.W", parameter), once each."""
        return self._named(Parameter, prefix)

    def named_buffers(self, prefix: str = "") -> Iterator[tuple[str, Buffer]]:
        """Every buffer of this module and the modules in it, once each."""
        return self._named(Buffer, prefix)

    def _named_state(self) -> Iterator[tuple[str, Tensor]]:
        """Parameters and buffers, module by module, once each."""
        return ((n, tensor) for n, tensor in self._named(Tensor, "") if isinstance(tensor, STATE_TYPES))

    def _named(self, kind: type[T], prefix: str) -> Iterator[tuple[str, T]]:
        seen: set[Tensor] = set()
        for name, tensor in self._walk(kind, prefix):
            if tensor not in seen:  # tied weights have several names; the first one counts
                seen.add(tensor)
                yield name, tensor

    def _walk(self, kind: type[T], prefix: str) -> Iterator[tuple[str, T]]:
        for name, value in _members(self):
            if isinstance(value, kind):
                yield prefix + name, value
        for name, child in self.children():
            yield from child._walk(kind, f"{prefix}{name}.")

    def parameters(self) -> list[Parameter]:
        """Every parameter, in the order of `named_parameters`."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to None."""
        for parameter in self.parameters():
            parameter.grad = None

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call function(module) for every module in this one, then for this module; returns the module."""
        for _, module in reversed(list(self.named_modules())):
            function(module)
        return self

    def register_forward_hook(self, hook: Callable[[Module, tuple, Any], Any]) -> ForwardHook:
        """Call hook(module, inputs, output) after every forward pass of this module; as in PyTorch.

        inputs is the tuple of positional arguments. A result other than None replaces the output.
        The returned object's `remove()` takes the hook away.
        """
        handle = ForwardHook(self, hook)
        self._forward_hooks = (*self._forward_hooks, handle)
        return handle

    def train(self, training: bool = True) -> Self:
        """Switch to training mode (dropout drops), or to evaluation mode with `train(False)`."""
        self.training = training
        for _, child in self.children():
            child.train(training)
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode."""
        return self.train(False)

    @contextmanager
    def eval_mode(self) -> Iterator[Self]:
        """Evaluation mode within `with module.eval_mode():`, and the mode of before afterwards, module by module."""
        with overridden((module, "training", False) for module in _parts(self)[0]):
            yield self

    @contextmanager
    def frozen(self) -> Iterator[Self]:
        """Within `with module.frozen():` parameters need no gradient and layers leave their buffers unchanged.

        The second part is the flag `update_buffers`: it does not depend on which parameters require a gradient,
        so a BatchNorm whose gamma is frozen by hand still follows the statistics of its batches.
        """
        modules, parameters = _parts(self)
        flags = [(module, "update_buffers", False) for module in modules]
        with overridden([*flags, *((parameter, "requires_grad", False) for parameter in parameters)]):
            yield self

    def state_dict(self) -> dict[str, np.ndarray]:
        """A copy of the array of every parameter and buffer, by name."""
        return {name: tensor.data.copy() for name, tensor in self._named_state()}

    def load_state_dict(self, state: dict[str, np.ndarray], strict: bool = True) -> LoadReport:
        """Copy arrays into the parameters and buffers of the same name; returns which were loaded and which were not.

        strict    True: all or nothing. False: load every array whose name, shape and dtype fit

        Raises ValueError, and changes nothing, if strict and a name, shape or dtype does not match.
        """
        own = dict(self._named_state())
        report = compare({name: tensor.data for name, tensor in own.items()}, state)
        if strict:
            report.raise_unless_complete()
        for name in report.loaded:
            own[name].data[...] = state[name]
        return report

    def describe(self) -> str:
        """The sizes and settings that the repr shows in brackets."""
        return ""

    def __repr__(self) -> str:
        return "\n".join(_tree(self, ""))


if TYPE_CHECKING:

    class TensorModule(Module):
        """A module from one array or tensor to one tensor, as a type checker sees it; at run time a Module."""

        def __call__(self, x: Array, /) -> Tensor: ...

else:
    TensorModule = Module


class ForwardHook:
    """A registered forward hook, which `remove()` unregisters."""

    def __init__(self, module: Module, function: Callable[[Module, tuple, Any], Any]):
        self._module, self.function = module, function

    def remove(self) -> None:
        """Stop calling the hook. Removing it twice is allowed."""
        self._module._forward_hooks = tuple(h for h in self._module._forward_hooks if h is not self)


def _parts(module: Module) -> tuple[list[Module], list[Parameter]]:
    """The module and all modules in it, and their parameters, once each; without names, which take longer."""
    modules, parameters = {id(module): module}, {}
    found = [module]
    while found:
        for _, value in _members(found.pop()):
            if isinstance(value, Parameter):
                parameters[id(value)] = value
            elif isinstance(value, Module) and id(value) not in modules:
                modules[id(value)] = value
                found.append(value)
    return list(modules.values()), list(parameters.values())


def _members(module: Module) -> Iterator[tuple[str, object]]:
    """The attributes of a module; members of lists, tuples and dictionaries one by one.

    The arguments that a saveable module was made with are left out: a module among them is a member by its own name.
    """
    for name, value in vars(module).items():
        if name == "_made_with":
            continue
        if isinstance(value, list | tuple):
            yield from ((f"{name}.{i}", v) for i, v in enumerate(value))
        elif isinstance(value, dict):
            yield from ((f"{name}.{key}", v) for key, v in value.items())
        else:
            yield name, value


def _tree(module: Module, name: str) -> list[str]:
    """The module as indented lines: name, type, settings, shapes of its state, number of parameters."""
    own = {n: t for n, t in _members(module) if isinstance(t, STATE_TYPES)}
    total = sum(p.size for p in module.parameters())
    shapes = ", ".join(f"{n} {t.shape}" for n, t in own.items())
    line = f"{name + ': ' if name else ''}{type(module).__name__}({module.describe()})"
    line += (f"   {shapes}" if shapes else "") + (f"   {total:,} parameters" if total else "")
    return [line] + ["  " + inner for n, child in module.children() for inner in _tree(child, n)]
