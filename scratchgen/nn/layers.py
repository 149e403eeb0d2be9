"""Layers. Rows are examples: x is (..., D), W is (D, H)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional import bias_activation, leaky_relu, linear, matmul, relu, sigmoid
from scratchgen.nn.init import fan_in_uniform
from scratchgen.nn.module import Array, Module, Parameter, TensorModule
from scratchgen.random import Generator, as_generator

__all__ = ["Dropout", "Embedding", "LeakyReLU", "Linear", "ReLU", "Sequential", "Sigmoid", "Tanh"]


class Linear(TensorModule):
    """The affine map y = x W + b.   x (..., D), W (D, H), b (H,) → (..., H)   Ledger: nn.linear

    rng     draws W (None: the default stream)
    init    of W, (rng, D, H) → (D, H); b starts at 0

    Raises ValueError for sizes below 1.
    """

    def __init__(self, d_in: int, d_out: int, rng: Generator | None = None, init: Callable = fan_in_uniform):
        check_counts(d_in=d_in, d_out=d_out)
        self.W = Parameter(init(as_generator(rng), d_in, d_out))
        self.b = Parameter(np.zeros(d_out, np.float32))

    def forward(self, x: Array) -> Tensor:
        """The affine map of the last axis.   x (..., D) → (..., H)   Raises ValueError for rows of another length."""
        self._check_width(x)
        return linear(x, self.W, self.b)

    def activated(self, x: Array, activation: str) -> Tensor:
        """f(x W + b), with bias and f in one pass.   activation: tanh, sigmoid or relu; x (B, D) → (B, H)

        Ledger: kernels.bias_activation
        """
        self._check_width(x)
        return bias_activation(matmul(x, self.W), self.b, activation)

    def _check_width(self, x: Array) -> None:
        D, H = self.W.shape
        # np.shape(x) alone would do, but takes ten times as long for a tensor
        shape = x.shape if hasattr(x, "shape") else np.shape(x)
        if shape[-1:] != (D,):
            raise ValueError(f"Linear({D}, {H}) takes rows of {D} numbers, (..., {D}), not {shape}")


class Embedding(TensorModule):
    """A learned vector y = W[k] for each of V symbols.   k (...) int → (..., D)

    Raises BadInput for symbols that are no integers 0 … V − 1: NumPy would take −1 for the last one.
    Ledger: nn.embedding
    """

    def __init__(self, size: int, dimension: int, rng: Generator | None = None):
        check_counts(size=size, dimension=dimension)
        self.W = Parameter(as_generator(rng).standard_normal((size, dimension)))

    def forward(self, k: Array) -> Tensor:
        """The vectors of symbols.   k (...) int → (..., D)"""
        return self.W[checked_indices(k, self.W.shape[0], "symbols")]


def checked_indices(k: Array, size: int, what: str) -> np.ndarray:
    """k (...) as an array of integers 0 … size − 1.   Raises BadInput for other numbers."""
    k = np.asarray(k)
    if k.size and (k.dtype.kind not in "iu" or k.min() < 0 or k.max() >= size):
        found = f"{k.min()} … {k.max()}" if k.dtype.kind in "iu" else f"of dtype {k.dtype}"
        raise BadInput(f"{what} are numbered 0 … {size - 1}, and these are {found}; check them")
    return k if k.size else k.astype(np.int64)


class Dropout(Module):
    """In training each element is set to 0 with probability p and divided by 1 − p otherwise.

    The mean of the output is the input. In evaluation mode the output is the input.
    Raises ValueError for p outside [0, 1).
    Source: Srivastava et al. (2014), section 10.   Ledger: nn.dropout
    """

    def __init__(self, p: float, rng: Generator | None = None):
        check_numbers("[0, 1)", p=p)
        self.p = p
        self.rng = as_generator(rng)

    def forward(self, x: Array) -> Array:
        """x with elements dropped at random in training; x itself in evaluation mode."""
        if not self.training or self.p == 0:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * (kept / (1 - self.p)).astype(x.dtype)

    def describe(self) -> str:
        return f"p={self.p}"


class Sequential(Module):
    """Layers in a chain, each applied to the output of the layer before. `model[2] = layer` replaces one.

    A Linear layer that a Tanh, Sigmoid or ReLU follows is computed together with it, as
    `bias_activation(x W, b)`: the same equation with one pass over the array in place of three. A graph or a
    debugger then shows `matmul` and `bias_activation` where it would show `linear` and the activation. This
    holds for x (B, D) and for layers of exactly these types without hooks; all others are called one by one.
    """

    def __init__(self, *layers: Module):
        self.layers = list(layers)

    def forward(self, x: Array) -> Array:
        """The output of the last layer."""
        x, i = x if hasattr(x, "ndim") else np.asarray(x), 0
        while i < len(self.layers):
            layer, following = self.layers[i], self.layers[i + 1] if i + 1 < len(self.layers) else None
            if isinstance(layer, Linear) and x.ndim == 2 and _fusable(layer, following):
                x = layer.activated(x, FUSED_ACTIVATIONS[type(following)])
                i += 2
            else:
                x = layer(x)
                i += 1
        return x

    def __getitem__(self, i: int) -> Module:
        return self.layers[i]

    def __setitem__(self, i: int, layer: Module) -> None:
        if not isinstance(layer, Module):
            raise TypeError(f"a layer of Sequential is a Module, not a {type(layer).__name__}")
        self.layers[i] = layer

    def __len__(self) -> int:
        return len(self.layers)

    def children(self) -> Iterator[tuple[str, Module]]:
        return ((str(i), layer) for i, layer in enumerate(self.layers))


class Tanh(Module):
    """The hyperbolic tangent tanh(x).   Ledger: kernels.elementary"""

    def forward(self, x: Array) -> Array:
        """The elementwise hyperbolic tangent."""
        return np.tanh(x)


class Sigmoid(Module):
    """The logistic function 1 / (1 + exp(−x)).   Ledger: nn.sigmoid"""

    def forward(self, x: Array) -> Array:
        """The elementwise logistic function."""
        return sigmoid(x)


class ReLU(Module):
    """The rectified linear unit max(x, 0).   Ledger: nn.relu"""

    def forward(self, x: Array) -> Array:
        """The positive part of each element."""
        return relu(x)


# the activations of the kernel `bias_activation`, for Sequential
FUSED_ACTIVATIONS: dict[type, str] = {Tanh: "tanh", Sigmoid: "sigmoid", ReLU: "relu"}


def _fusable(layer: Linear, following: Module | None) -> bool:
    """Whether `Linear.activated` computes both layers; a subclass or a hook must see its own call."""
    if following is None or type(layer) is not Linear or type(following) not in FUSED_ACTIVATIONS:
        return False
    return not (layer._forward_hooks or following._forward_hooks)


class LeakyReLU(Module):
    """The leaky rectified linear unit: x where x > 0, slope · x elsewhere.   Ledger: nn.leaky_relu

    Raises ValueError for a slope that is not finite.
    """

    def __init__(self, slope: float = 0.2):
        check_numbers(slope=slope)
        self.slope = slope

    def forward(self, x: Array) -> Array:
        """The elementwise leaky rectifier."""
        return leaky_relu(x, slope=self.slope)

    def describe(self) -> str:
        return f"slope={self.slope}"
