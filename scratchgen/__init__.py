"""Generative models from scratch in NumPy: the equations, their derivatives, and their tests.

    import scratchgen as sg

    sg.grad, sg.Tensor, …      differentiation (`sg.autograd`)
    sg.nn, sg.optim            layers and optimisers
    sg.vae, sg.gan, sg.rnn     the models: their equations, networks and training loops
    sg.data                    data sets, tokenizers, batches
    sg.save, sg.load           a model in one file

Everything is loaded when it is first used; the import itself takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; at run time `__getattr__` loads them
    import scratchgen_kernels as kernels
    from scratchgen import (
        autograd,
        benchmarks,
        data,
        distributions,
        equations,
        evaluation,
        exercises,
        functional,
        gan,
        nn,
        optim,
        plots,
        random,
        reproductions,
        rnn,
        runs,
        tasks,
        testing,
        vae,
    )
    from scratchgen.autograd import (
        Tensor,
        check_grads,
        defvjp,
        detect_anomaly,
        enable_grad,
        grad,
        hessian,
        hvp,
        jacobian,
        jvp,
        no_grad,
        primitive,
        remat,
        stop_gradient,
        value_and_grad,
        vjp,
    )
    from scratchgen.errors import BadInput
    from scratchgen.random import Generator
    from scratchgen.runs.saving import load, save

__version__ = "0.2.0"  # the one place where it is written

__all__ = [
    "BadInput",
    "Generator",
    "Tensor",
    "__version__",
    "autograd",
    "benchmarks",
    "check_grads",
    "data",
    "defvjp",
    "detect_anomaly",
    "distributions",
    "enable_grad",
    "equations",
    "evaluation",
    "exercises",
    "functional",
    "gan",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "kernels",
    "load",
    "nn",
    "no_grad",
    "optim",
    "plots",
    "primitive",
    "random",
    "remat",
    "reproductions",
    "rnn",
    "runs",
    "save",
    "stop_gradient",
    "tasks",
    "testing",
    "vae",
    "value_and_grad",
    "vjp",
]

AUTOGRAD = (
    *("Tensor", "check_grads", "defvjp", "detect_anomaly", "enable_grad", "grad", "hessian", "hvp"),
    *("jacobian", "jvp", "no_grad", "primitive", "remat", "stop_gradient", "value_and_grad", "vjp"),
)
PLACES = {"BadInput": "errors", "Generator": "random", "load": "runs.saving", "save": "runs.saving"}
PLACES |= dict.fromkeys(AUTOGRAD, "autograd")


if not TYPE_CHECKING:  # a checker that sees this function accepts every name

    def __getattr__(name: str) -> Any:
        """Load a sub-package, or a member of one, when it is first used."""
        if name not in __all__:
            raise AttributeError(f"module 'scratchgen' has no attribute {name!r}")
        if name in PLACES:
            return globals().setdefault(name, getattr(import_module(f"scratchgen.{PLACES[name]}"), name))
        return import_module(f"scratchgen.{name}")  # all others are sub-packages


def __dir__() -> list[str]:
    return sorted(__all__)
