"""The value of a function and its first and second derivatives, by PyTorch, by JAX and by scratchgen.

For arrays x, a cotangent g and directions u, all three compute

    y = f(x),     dL/dx of L = Re Σ g y,     dS/dx of S = Re Σ u d/dx Re Σ g y²

The square gives linear functions a second derivative. For complex x, the derivative of L is the number d with
dL = Re Σ d dx, as in JAX; PyTorch gives its conjugate.
"""

import jax
import jax.numpy as jnp
import numpy as np
import torch

from scratchgen import Tensor, grad

__all__ = ["with_jax", "with_pytorch", "with_scratchgen"]

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_disable_most_optimizations", True)  # compiling takes longer than running


def with_scratchgen(f, arrays, g, us, twice):
    """Return [y, *first derivatives, *second derivatives]; without the second ones if not `twice`."""
    xs = [Tensor(a, requires_grad=True) for a in arrays]
    y = f(*xs)
    y.backward(g)
    everything = tuple(range(len(xs)))

    def slope(*xs):
        gradients = grad(lambda *xs: np.real(np.sum(g * f(*xs) ** 2)), everything)(*xs)
        return sum(np.real(np.sum(d * u)) for d, u in zip(gradients, us, strict=True))

    second = [d.numpy() for d in grad(slope, everything)(*arrays)] if twice else []
    return [y.numpy(), *(x.grad for x in xs), *second]


def with_pytorch(f, arrays, g, us, twice):
    """Return [y, *first derivatives, *second derivatives]; without the second ones if not `twice`."""
    xs = [torch.tensor(a, requires_grad=True) for a in arrays]
    g, *us = (torch.tensor(a) for a in (g, *us))

    def slope():
        gradients = derivatives(torch.sum(g * f(*xs) ** 2), create_graph=True)
        return sum(torch.sum(d * u) for d, u in zip(gradients, us, strict=True))

    def derivatives(loss, **options):
        unused = 0 * sum(x.sum().real for x in xs)  # PyTorch wants a graph even where the derivative is zero
        return [d.conj() for d in torch.autograd.grad(loss.real + unused, xs, **options)]

    y = f(*xs)
    results = [y, *derivatives(torch.sum(g * y)), *(derivatives(slope()) if twice else [])]
    return [t.detach().resolve_conj().resolve_neg().numpy() for t in results]


def with_jax(f, arrays, g, us, twice):
    """Return [y, *first derivatives, *second derivatives]; without the second ones if not `twice`."""
    everything = tuple(range(len(arrays)))

    def slope(*xs):
        gradients = jax.grad(lambda *xs: jnp.real(jnp.sum(g * f(*xs) ** 2)), everything)(*xs)
        return sum(jnp.real(jnp.sum(d * u)) for d, u in zip(gradients, us, strict=True))

    @jax.jit  # compiled as a whole, which is quicker than compiling each operation
    def everything_at(*xs):
        y, pull = jax.vjp(f, *xs)
        return [y, *pull(g), *(jax.grad(slope, everything)(*xs) if twice else [])]

    return [np.asarray(a) for a in everything_at(*arrays)]
