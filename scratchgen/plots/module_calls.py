"""The modules that one run of a network calls, and which of them reads the output of which: recorded, not guessed.

Forward hooks see every call of a module with its inputs and its output. Operations between two modules (a reshape, a
product with a parameter of the model itself) are found in the graph of the computation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor, enable_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.nn import Dropout, Module, Parameter, SpectralNorm
from scratchgen.nn.recurrent import Layer

__all__ = ["Part", "record_calls"]

WHOLE = (SpectralNorm,)  # shown as one box, with the layer that it holds


@dataclass
class Part:
    """An input, a call or an output of a run.

    kind          "input", "module", "between" (parameters that no called module holds) or "output"
    name          of an input or an output; of a module the attribute that holds it, "" for a number in a list
    type          the class of a module, or the functions between modules, such as "matmul, add"
    settings      what the repr of the module shows in brackets; between modules the names of the parameters
    shape_in      of a module the shape of its first input, None where there is none
    shape         the shape of its output
    parameters    the parameters that it computes with
    reads         the numbers of the parts whose outputs it reads, each smaller than its own number
    recurrent     whether it is applied step by step to its own state
    calls         how often it was called; shapes and `reads` are those of the first call
    """

    kind: str
    name: str
    type: str = ""
    settings: str = ""
    shape_in: tuple[int, ...] | None = None
    shape: tuple[int, ...] = ()
    parameters: list[Parameter] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    recurrent: bool = False
    calls: int = 1


def record_calls(function: Callable, *inputs: Any) -> list[Part]:
    """The parts of one call function(*inputs), in evaluation mode: inputs first, outputs last.

    function    a Module, or a method of a Module, such as `model.encode`
    inputs      arrays, or one dictionary {name: array}; the names are otherwise those of the function's arguments.
                Floating-point arrays become tensors, so that all that is computed from them is recorded

    No parameter, buffer, gradient or mode is changed.
    Raises TypeError for any other function, and for a result that holds no tensor that depends on a module.
    """
    owner = function if isinstance(function, Module) else getattr(function, "__self__", None)
    if not isinstance(owner, Module):
        raise TypeError(
            f"a diagram shows a Module or a method of one, such as model.encode, not {function!r}; put the "
            "computation into the forward() of a Module"
        )
    calls = Calls({id(parameter): name for name, parameter in owner.named_parameters()})
    names: list[str] | None = None
    if len(inputs) == 1 and isinstance(inputs[0], Mapping):
        names, inputs = list(inputs[0]), tuple(inputs[0].values())
    arrays = [np.asarray(to_numpy(x)) for x in inputs]
    tensors = [Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in arrays]
    signature = inspect.signature(owner.forward if function is owner else function)
    for name, tensor in zip(names or _names(signature, len(tensors)), tensors, strict=True):
        calls.add(Part("input", name, shape=np.shape(tensor)), tensor)
    hooks = [module.register_forward_hook(calls.hook(name)) for name, module in _boxes(owner, "")]
    try:
        with enable_grad(), owner.eval_mode():
            result = function(*tensors)
    finally:
        for hook in hooks:
            hook.remove()
    for name, tensor in _outputs(result, "output"):
        calls.add(Part("output", name, shape=tensor.shape, reads=calls.sources([tensor])), tensor)
    if calls.parts[-1].kind != "output":
        raise TypeError(f"{function!r} returned {type(result).__name__}, which holds no tensor to show")
    return calls.parts


class Calls:
    """The parts of a run so far, and which part made which array."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names = names  # id of a parameter → its name in the model
        self.parts: list[Part] = []
        self.made: dict[int, int] = {}  # id of an array or a tensor → the number of the part that made it
        self.alive: list[Any] = []  # what is in `made`, so that no id is used twice
        self.number_of: dict[int, int] = {}  # id of a module → the number of its part

    def add(self, part: Part, *outputs: Any) -> int:
        """Append a part that made these outputs; returns its number."""
        self.parts.append(part)
        self.assign(len(self.parts) - 1, outputs)
        return len(self.parts) - 1

    def assign(self, number: int, outputs: Any) -> None:
        for output in outputs:
            self.made[id(output)] = number
            self.alive.append(output)

    def hook(self, name: str) -> Callable[[Module, tuple, Any], None]:
        """The forward hook of the module of this name."""

        def record(module: Module, inputs: tuple, output: Any) -> None:
            outputs = [tensor for _, tensor in _outputs(output, "")]
            if id(module) in self.number_of:
                number = self.number_of[id(module)]
                self.parts[number].calls += 1
                self.assign(number, outputs)
                return
            first = inputs[0] if inputs else None
            if output is first and not (isinstance(module, Dropout) and module.p):
                return  # it does nothing
            shown = module.layer if isinstance(module, WHOLE) else module
            kind = type(shown).__name__ + (f", {type(module).__name__}" if shown is not module else "")
            part = Part("module", name, kind, module.describe(), None if first is None else np.shape(first))
            part.shape = np.shape(outputs[0]) if outputs else ()
            part.parameters, part.recurrent = module.parameters(), isinstance(module, Layer)
            part.reads = self.sources(inputs)
            self.number_of[id(module)] = self.add(part, *outputs)

        return record

    def sources(self, tensors: Any) -> list[int]:
        """The numbers of the parts from which tensors were computed; without any, the first input."""
        found = {number for tensor in tensors if tensor is not None for number in self._source(tensor)}
        return sorted(found) or ([0] if self.parts[0].kind == "input" else [])

    def _source(self, tensor: Any) -> list[int]:
        """The parts that a tensor comes from; parameters on the way make a part of their own."""
        if id(tensor) in self.made:
            return [self.made[id(tensor)]]
        reads, parameters, functions, unvisited = set(), [], [], [tensor]
        seen: set[int] = set()
        while unvisited:
            node = unvisited.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if id(node) in self.made:
                reads.add(self.made[id(node)])
            elif isinstance(node, Parameter):
                parameters.append(node)
            elif isinstance(node, Tensor) and node.inputs:
                functions.append(node)
                unvisited += node.inputs
        if not parameters:
            return sorted(reads)
        used = dict.fromkeys(_name(node) for node in sorted(functions, key=attrgetter("serial")))
        shown = ", ".join(name for name in used if name not in MOVES) or "learned"
        settings = ", ".join(sorted(self.names.get(id(parameter), "?") for parameter in parameters))
        part = Part("between", "", shown, settings, shape=np.shape(tensor))
        part.reads, part.parameters = sorted(reads), parameters
        return [self.add(part, tensor)]


MOVES = {"reshape", "transpose", "getitem", "broadcast_to", "concatenate", "stack", "zero_pad2d", "swapaxes"}


def _name(node: Tensor) -> str:
    return node.primitive.name if node.primitive is not None else ""


def _boxes(module: Module, name: str) -> Iterator[tuple[str, Module]]:
    """The modules that are boxes, with the attribute that holds each: those without modules in them."""
    children = list(module.children())
    if not children or isinstance(module, WHOLE):
        yield name, module
        return
    for child_name, child in children:
        last = child_name.rpartition(".")[2]
        yield from _boxes(child, "" if last.isdigit() else last)


def _names(signature: inspect.Signature, count: int) -> list[str]:
    """The names of the first parameters of a function."""
    names = [
        p.name
        for p in signature.parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return [*names, *(f"input {k + 1}" for k in range(len(names), count))][:count]


def _outputs(result: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The arrays of a result with their names: of a tuple numbered, of a distribution by their attributes."""
    if isinstance(result, Tensor | np.ndarray):
        yield name, result
    elif isinstance(result, tuple | list):
        for number, value in enumerate(result, 1):
            yield from _outputs(value, f"{name} {number}")
    elif not isinstance(result, int | float | str | None) and hasattr(result, "__dict__"):
        for attribute, value in vars(result).items():
            if isinstance(value, Tensor):
                yield attribute, value
