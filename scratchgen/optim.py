"""Optimisers: how a gradient becomes a step. Each updates the parameters' arrays in place."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.autograd import Tensor
from scratchgen.nn import Parameter


class Stateful:
    """What is remembered from step to step can be saved, and put back.

    `remembered` names the attributes: a number, or a list with an array for each parameter.
    """

    remembered: tuple[str, ...] = ()

    def state_dict(self) -> dict[str, np.ndarray | int]:
        """A copy of what is remembered: {"t": 3, "m.0": array, "m.1": array, ...}."""
        state = {}
        for name in self.remembered:
            value = getattr(self, name)
            if isinstance(value, list):
                state |= {f"{name}.{i}": a.copy() for i, a in enumerate(value)}
            else:
                state[name] = value
        return state

    def load_state_dict(self, state: dict[str, np.ndarray | int]) -> None:
        """Put back what `state_dict` gave. Raises ValueError, and changes nothing, if it does not fit."""
        own = self.state_dict()
        for name in own.keys() | state.keys():
            if name not in own or name not in state or np.shape(own[name]) != np.shape(state[name]):
                raise ValueError(f"this is the state of another {type(self).__name__}: {name} does not fit")
        for name in self.remembered:
            value = getattr(self, name)
            if isinstance(value, list):
                for i, a in enumerate(value):
                    a[...] = state[f"{name}.{i}"]
            else:
                setattr(self, name, state[name])


class Optimizer(Stateful):
    """What all optimisers share: the parameters, and forgetting their gradients."""

    def __init__(self, parameters: Iterable[Parameter], alpha: float):
        if isinstance(parameters, Tensor):
            raise TypeError("an optimiser takes a list of parameters; pass [parameter]")
        self.parameters = list(parameters)
        self.alpha = alpha
        if not self.parameters:
            raise ValueError("an optimiser needs at least one parameter; pass module.parameters()")
        if not alpha > 0:
            raise ValueError(f"the step size alpha must be positive, not {alpha}")

    def _refuse_while_recorded(self) -> None:
        if any(p.grad is not None and not p.data.flags.writeable for p in self.parameters):
            raise RuntimeError(
                "a result that has not been differentiated still needs the parameters as they are; call "
                "backward() on it before step(), compute it under no_grad(), or keep its .item() alone"
            )

    def zero_grad(self) -> None:
        """Forget the gradients, which otherwise add up over backward() calls."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent with momentum:   v ← momentum · v + g,   θ ← θ − α v.

    Source: Polyak (1964); in this form Sutskever et al. (2013), eq. 1, with v scaled by −1/α.
    Ledger: optim.sgd
    """

    remembered = ("v",)

    def __init__(self, parameters, alpha: float, momentum: float = 0.0):
        super().__init__(parameters, alpha)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum is in [0, 1), not {momentum}")
        self.momentum = momentum
        self.v = [np.zeros_like(p.data) for p in self.parameters]

    def step(self) -> None:
        """v ← momentum · v + g, then θ ← θ − α v.   Ledger: optim.sgd"""
        self._refuse_while_recorded()
        for p, v in zip(self.parameters, self.v, strict=True):
            if p.grad is None:
                continue
            v *= self.momentum
            v += p.grad
            p.data -= self.alpha * v


class Adam(Optimizer):
    """Steps of about α in every coordinate, whatever the scale of its gradient.

        m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
        v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
        θ ← θ − α m̂ / (√v̂ + ε)

    Computed by the kernel `adam`; its NumPy form is `scratchgen_kernels/adam/numpy_.py`.
    Source: Kingma & Ba (2015), algorithm 1.   Ledger: optim.adam
    """

    remembered = ("t", "m", "v")

    def __init__(self, parameters, alpha=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(parameters, alpha)
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
            raise ValueError(f"beta1 and beta2 are in [0, 1), not {beta1} and {beta2}")
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.t = 0
        self.m = [np.zeros_like(p.data) for p in self.parameters]
        self.v = [np.zeros_like(p.data) for p in self.parameters]

    def step(self) -> None:
        """One step of algorithm 1, by the kernel in use."""
        self._refuse_while_recorded()
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            if p.grad is None:
                continue
            arrays = p.data, m, v
            written = [np.asarray(a, order="C") for a in arrays]  # itself, or a copy that a kernel can write
            theta, m_, v_ = written
            kernels.adam(theta, p.grad, m_, v_, self.t, self.alpha, self.beta1, self.beta2, self.eps)
            for a, w in zip(arrays, written, strict=True):
                if w is not a:
                    a[...] = w


class MovingAverage(Stateful):
    """The mean of where the parameters have been lately.

        a ← d a + (1 − d) θ,     d = min(decay, (1 + t) / (10 + t)) at step t

    A game circles round its equilibrium; the mean of a circle is its centre. The smaller d of the first steps
    lets the average forget the beginning.
    Source: Polyak & Juditsky (1992); for adversarial networks Yazıcı et al. (2019), section 3.
    Ledger: optim.average
    """

    remembered = ("t", "average")

    def __init__(self, parameters: Iterable[Parameter], decay: float = 0.998):
        self.parameters = list(parameters)
        self.decay = decay
        self.t = 0
        self.average = [p.data.copy() for p in self.parameters]

    def update(self) -> None:
        """Take the parameters as they are now into the average."""
        self.t += 1
        d = min(self.decay, (1 + self.t) / (10 + self.t))
        for a, p in zip(self.average, self.parameters, strict=True):
            a += (1 - d) * (p.data - a)

    def install(self) -> None:
        """Set the parameters to their average."""
        for a, p in zip(self.average, self.parameters, strict=True):
            p.data[...] = a


def grad_norm(parameters: Iterable[Parameter]) -> float:
    """‖g‖, the norm of all gradients together; parameters that have none count as 0.

    Ledger: rnn.clipping
    """
    return math.sqrt(sum(float(np.vdot(p.grad, p.grad)) for p in parameters if p.grad is not None))


def clip_grad_norm(parameters: Iterable[Parameter], maximum: float) -> float:
    """Scale all gradients together so that their joint norm ‖g‖ is at most `maximum`; return ‖g‖ before.

    g ← g · min(1, maximum / ‖g‖).   Call it after backward() and before step().
    Source: Pascanu et al. (2013), algorithm 1.   Ledger: rnn.clipping
    """
    with_grad = [p for p in parameters if p.grad is not None]
    norm = grad_norm(with_grad)
    if norm > maximum:
        for p in with_grad:
            p.grad *= maximum / norm
    return norm


def half_cosine(t: float) -> float:
    """½ (1 + cos πt): what a step size is multiplied by, which falls from 1 at t = 0 to 0 at t = 1.

    Source: Loshchilov & Hutter (2017), eq. 5, without restarts.   Ledger: optim.half_cosine
    """
    return 0.5 * (1 + math.cos(math.pi * t))
