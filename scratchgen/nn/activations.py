"""Smooth activations, as layers."""

from __future__ import annotations

from scratchgen.errors import check_numbers
from scratchgen.functional import elu, gelu, silu
from scratchgen.nn.module import Array, Module

__all__ = ["ELU", "GELU", "SiLU"]


class GELU(Module):
    """The Gaussian error linear unit x Φ(x), exact: Φ is the distribution function of N(0, 1).   Ledger: nn.gelu"""

    def forward(self, x: Array) -> Array:
        """The elementwise Gaussian error linear unit."""
        return gelu(x)


class SiLU(Module):
    """The sigmoid linear unit x σ(x), also called swish.   Ledger: nn.silu"""

    def forward(self, x: Array) -> Array:
        """The elementwise sigmoid linear unit."""
        return silu(x)


class ELU(Module):
    """The exponential linear unit: x where x > 0, alpha (exp(x) − 1) elsewhere.   Ledger: nn.elu

    Raises ValueError for alpha that is not finite.
    """

    def __init__(self, alpha: float = 1.0):
        check_numbers(alpha=alpha)
        self.alpha = alpha

    def forward(self, x: Array) -> Array:
        """The elementwise exponential linear unit."""
        return elu(x, alpha=self.alpha)

    def describe(self) -> str:
        return f"alpha={self.alpha}"
