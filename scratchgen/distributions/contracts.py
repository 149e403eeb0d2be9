"""The interface that a model expects of a distribution, and the type of its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scratchgen.errors import described

if TYPE_CHECKING:
    from scratchgen.distributions.normal import Normal

__all__ = ["Array", "as_likelihood", "as_posterior"]

# An array or a Tensor. The union would not check: NumPy's stubs give np.exp(tensor) the type of an array.
Array = Any


def as_posterior(q: Any) -> Normal:
    """The result of a model's encode(x), if it is a posterior. Raises TypeError for anything else."""
    if not hasattr(q, "rsample"):
        raise TypeError(f"encode(x) returns the posterior, a distributions.Normal, not {described(q)}")
    return q


def as_likelihood(p: Any) -> Any:
    """The result of a model's decode(z), if it is a distribution. Raises TypeError for anything else."""
    if not hasattr(p, "log_prob"):
        raise TypeError(
            f"decode(z) returns a distribution of x, such as distributions.Bernoulli(logits), not {described(p)}"
        )
    return p
