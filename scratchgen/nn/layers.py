"""Layers. Rows are examples: x is (..., D), W is (D, H)."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.functional import bias_activation, leaky_relu, linear, matmul, relu, sigmoid
from scratchgen.nn.init import fan_in_uniform
from scratchgen.nn.module import Module, Parameter
from scratchgen.random import Generator


class Linear(Module):
    """y = x W + b.   x (..., D), W (D, H), b (H,) → (..., H)   Ledger: nn.linear"""

    def __init__(self, d_in: int, d_out: int, rng: Generator, init=fan_in_uniform):
        self.W = Parameter(init(rng, d_in, d_out))
        self.b = Parameter(np.zeros(d_out, np.float32))

    def forward(self, x):
        return linear(x, self.W, self.b)

    def activated(self, x, activation: str):
        """f(x W + b), bias and f in one pass.   activation: "tanh", "sigmoid" or "relu"; x (B, D) → (B, H)

        Ledger: kernels.bias_activation
        """
        return bias_activation(matmul(x, self.W), self.b, activation)


class Embedding(Module):
    """y = W[k]: a learned vector for each of V symbols.   k (...) int → (..., D)   Ledger: nn.embedding"""

    def __init__(self, size: int, dimension: int, rng: Generator):
        self.W = Parameter(rng.standard_normal((size, dimension)))

    def forward(self, k):
        return self.W[np.asarray(k)]


class Dropout(Module):
    """In training each element is 0 with probability p, else divided by 1 − p; in use nothing happens.

    The mean of the output is the input.   Source: Srivastava et al. (2014), section 10.   Ledger: nn.dropout
    """

    def __init__(self, p: float, rng: Generator):
        if not 0 <= p < 1:
            raise ValueError(f"the probability of dropping is in [0, 1), not {p}")
        self.p = p
        self.rng = rng

    def forward(self, x):
        """x with elements dropped at random in training; x itself in use."""
        if not self.training or self.p == 0:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * (kept / (1 - self.p)).astype(x.dtype)

    def describe(self):
        return f"p={self.p}"


class Sequential(Module):
    """Layers one after the other. A linear layer and the activation after it take one pass together."""

    def __init__(self, *layers: Module):
        self.layers = list(layers)

    def forward(self, x) -> Tensor:
        """What the last layer makes of x, each having been given what the one before made."""
        activated = False
        for layer, following in zip(self.layers, [*self.layers[1:], None], strict=False):
            if activated:  # by the layer before
                activated = False
            elif type(layer) is Linear and type(following) in PASSES and x.ndim == 2:
                x, activated = layer.activated(x, PASSES[type(following)]), True
            else:
                x = layer(x)
        return x

    def __getitem__(self, i):
        return self.layers[i]

    def __len__(self):
        return len(self.layers)

    def children(self):
        return ((str(i), layer) for i, layer in enumerate(self.layers))


class Tanh(Module):
    """tanh(x).   Ledger: kernels.elementary"""

    def forward(self, x):
        return np.tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(−x)).   Ledger: nn.sigmoid"""

    def forward(self, x):
        return sigmoid(x)


class ReLU(Module):
    """max(x, 0).   Ledger: nn.relu"""

    def forward(self, x):
        return relu(x)


# the activations that the kernel `bias_activation` knows, for Sequential
PASSES = {Tanh: "tanh", Sigmoid: "sigmoid", ReLU: "relu"}


class LeakyReLU(Module):
    """x where x > 0, slope · x elsewhere.   Ledger: nn.leaky_relu"""

    def __init__(self, slope: float = 0.2):
        self.slope = slope

    def forward(self, x):
        return leaky_relu(x, slope=self.slope)

    def describe(self):
        return f"slope={self.slope}"
