"""The base of all optimisers: parameters in groups, and one update per parameter."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import check_numbers
from scratchgen.nn import Module, Parameter
from scratchgen.optim.stateful import Stateful

MISNAMED = ("lr", "alpha")  # names of the learning rate in other libraries and in papers


class Optimizer(Stateful):
    """Moves parameters along their gradients, in place.

    parameters       the parameters, or groups of parameters, each with its options:
                     [{"params": weights}, {"params": biases, "learning_rate": 0.01, "weight_decay": 0.0}]
    options          the options of every group that does not set them. They are attributes of the optimiser,
                     `learning_rate` (α in the equations) among them, and may be assigned between steps

    A subclass lists in `moments` the names of its state: for each parameter an array of the same shape, 0 at
    the start. It defines `update(theta, g, *moments, alpha, **options)`, which changes theta and the moments
    in place.

    t    the number of steps taken

    Raises TypeError for a single parameter, a model, anything that is no parameter, and an option that does not
    exist; ValueError for no parameters, for a parameter that is there twice, and for an option out of range.
    """

    moments: tuple[str, ...] = ()
    update: Callable[..., None]
    learning_rate: float

    def __new__(cls, *args: Any, **options: Any) -> Self:
        cls._reject_misnamed(options)
        return super().__new__(cls)

    def __init__(self, parameters: Iterable[Parameter] | Iterable[dict[str, Any]], **options: Any):
        if isinstance(parameters, Tensor):
            raise TypeError("an optimiser takes a list of parameters; pass [parameter]")
        if isinstance(parameters, Module):
            raise TypeError("an optimiser takes a list of parameters; pass model.parameters()")
        groups: list[Any] = list(parameters)
        if not groups or not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        self._names = tuple(options)
        vars(self).update(options)
        self.parameters: list[Parameter] = []
        self._groups: list[tuple[dict[str, Any], range]] = []  # the group's options, its places in parameters
        for group in groups:
            own = {name: value for name, value in group.items() if name != "params"}
            self._reject_misnamed(own)
            if unknown := sorted(own.keys() - options.keys()):
                raise TypeError(
                    f"{type(self).__name__} has no option {unknown[0]!r}; a group may set {', '.join(options)}"
                )
            self.check({**options, **own})
            first = len(self.parameters)
            self.parameters += group["params"]
            self._groups.append((own, range(first, len(self.parameters))))
        for p in self.parameters:
            if not (isinstance(p, Parameter) or (isinstance(p, Tensor) and p.requires_grad)):
                raise TypeError(
                    f"an optimiser moves parameters, not objects of type {type(p).__name__}; pass "
                    "module.parameters()"
                )
        if not self.parameters:
            raise ValueError("an optimiser needs at least one parameter; pass module.parameters()")
        if len({id(p) for p in self.parameters}) < len(self.parameters):
            raise ValueError("a parameter is in the optimiser twice; list each one once")
        self.t = 0
        for name in self.moments:
            setattr(self, name, [np.zeros_like(p.data) for p in self.parameters])
        self.remembered = ("t", *self.moments)

    @classmethod
    def _reject_misnamed(cls, options: Mapping[str, Any]) -> None:
        for name in MISNAMED:
            if name in options:
                raise TypeError(
                    f"{cls.__name__} has no option {name!r}; the step size is called learning_rate"
                )

    def check(self, options: dict[str, Any]) -> None:
        """Raise ValueError for options that are out of range."""
        check_numbers("(0, ∞)", learning_rate=options["learning_rate"])

    def zero_grad(self) -> None:
        """Clear the gradients, which otherwise accumulate over backward() calls."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self, scale: float = 1.0) -> None:
        """Update every parameter that has a gradient.

        scale    the factor of a schedule, which multiplies the learning rate in this step

        Raises RuntimeError, and changes nothing, while a result that was computed from the parameters has not
        been differentiated; ValueError for a scale that is no finite number of at least 0, and for an option
        that was set out of range.
        """
        self._refuse_while_recorded()
        check_numbers("[0, ∞)", scale=scale)
        options = {name: getattr(self, name) for name in self._names}
        by_group = [({**options, **own}, places) for own, places in self._groups]
        for chosen, _ in by_group:
            self.check(chosen)
        self.t += 1
        moments = [getattr(self, name) for name in self.moments]
        for chosen, places in by_group:
            alpha = scale * chosen.pop("learning_rate")
            for i in places:
                p = self.parameters[i]
                if p.grad is not None:
                    self.update(p.data, p.grad, *[arrays[i] for arrays in moments], alpha=alpha, **chosen)

    def _refuse_while_recorded(self) -> None:
        if self._are_recorded():
            gc.collect()  # a result to which only a cycle of references leads, such as an old error's, needs nothing
        if self._are_recorded():
            raise RuntimeError(
                "a result that has not been differentiated still needs the parameters as they are; call "
                "backward() on it before step(), compute it under no_grad(), or keep its .item() alone"
            )

    def _are_recorded(self) -> bool:
        return any(p.grad is not None and not p.data.flags.writeable for p in self.parameters)


def no_decay(model: Module) -> list[dict[str, Any]]:
    """Two groups of parameters for AdamW: matrices, and everything else without weight decay.

    A bias, and the scale and shift of a normalisation, are vectors: decay would only move their level.

        AdamW(no_decay(model), weight_decay=0.1)
    """
    parameters = list(model.parameters())
    matrices = {"params": [p for p in parameters if p.ndim > 1]}
    vectors = {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}
    return [group for group in (matrices, vectors) if group["params"]]
