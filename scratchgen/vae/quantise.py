"""Vector quantisation: the nearest of K codes replaces a vector, and the codes follow the vectors."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import stop_gradient
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array
from scratchgen.errors import check_counts, check_numbers
from scratchgen.nn import Buffer, Module
from scratchgen.nn.layers import checked_indices
from scratchgen.random import Generator, as_generator

__all__ = ["Quantiser", "perplexity", "straight_through"]

DEAD_SHARE = 0.01  # of an equal share of the vectors: a code chosen less often than this is replaced


def straight_through(z_e: Array, e: Array) -> Array:
    """z_q = z_e + sg[e − z_e]: the value is e, up to rounding, and the derivative by z_e is the identity.

    The choice of a code has no useful derivative, so ∂L/∂z_e := ∂L/∂z_q. No gradient reaches e.
    z_e, e (..., d) → (..., d).   Source: van den Oord et al. (2017), section 3.2; Bengio et al. (2013).
    Ledger: vae.straight_through
    """
    return z_e + stop_gradient(e - z_e)


class Quantiser(Module):
    """The codebook of a VQ-VAE: the code of a vector is k = argmin_j ‖z_e − e_j‖² of K codes of d dimensions.

    codebook    e (K, d): a buffer, like the two averages. No gradient reaches them; `update` moves them
    N           N_k (K,): moving average of the number of vectors in a batch that choose code k
    m           m_k (K, d): moving average of the sum of these vectors
    decay       γ of the averages; with 0 only the last batch counts
    rng         draws the initial codes (None: the default stream)

    Raises ValueError for sizes below 1 and a decay outside [0, 1).

    Source: van den Oord, Vinyals & Kavukcuoglu (2017), eq. 1-2 and appendix A.1.   Ledger: vae.nearest_code
    """

    def __init__(self, codes: int, dimension: int, rng: Generator | None = None, decay: float = 0.99):
        check_counts(codes=codes, dimension=dimension)
        check_numbers("[0, 1)", decay=decay)
        self.decay = decay
        self.codebook = Buffer(as_generator(rng).standard_normal((codes, dimension)))
        self.N = Buffer(np.zeros(codes, np.float32))
        self.m = Buffer(np.zeros((codes, dimension), np.float32))

    def forward(self, z_e: Array) -> tuple[np.ndarray, np.ndarray]:
        """The nearest codes and their vectors e_k; of two equally near codes, the one with the lower index.

        z_e (..., d) → k (...) int, e (..., d), plain arrays
        """
        z, e = to_numpy(z_e), self.codebook.data
        distance = np.sum(e * e, axis=-1) - 2 * (z @ e.T)  # without ‖z_e‖², which is equal for all codes
        k = np.argmin(distance, axis=-1)
        return k, e[k]

    def vectors(self, k: Array) -> np.ndarray:
        """The vectors e_k of codes k.   k (...) int → (..., d)   Raises BadInput for other numbers than 0 … K − 1."""
        return self.codebook.data[checked_indices(k, len(self.codebook.data), "codes")]

    def update(self, z_e: Array, k: Array, rng: Generator | None = None) -> None:
        """Move each code to the moving mean of the vectors that choose it, once per training step.

            N_k ← γ N_k + (1 − γ) n_k,     m_k ← γ m_k + (1 − γ) Σ_i z_i,     e_k ← m_k / N_k

        n_k is the number of vectors z_e (..., d) with code k, and the sum is over these; k (...) int. With γ = 0
        this is a step of k-means. Source: appendix A.1, eq. 6-8.   Ledger: vae.codebook

        A code that no vector chooses would never move again, and fewer than K codes would be used. So a dead
        code restarts at a random vector of z_e, with an equal share as its N_k. In the first update this moves
        the codes to the region of the vectors.
        """
        K, d = self.codebook.shape
        z, k = to_numpy(z_e).reshape(-1, d), k.reshape(-1)
        chosen = np.equal(k[:, None], np.arange(K)).astype(z.dtype)  # (vectors, K)
        N, m, share = self.N.data, self.m.data, len(z) / K
        N[...] = self.decay * N + (1 - self.decay) * np.sum(chosen, axis=0)
        m[...] = self.decay * m + (1 - self.decay) * (chosen.T @ z)
        dead = share * DEAD_SHARE > N
        if dead.any():
            N[dead] = share
            m[dead] = share * z[as_generator(rng).integers(len(z), size=int(dead.sum()))]
        self.codebook.data[...] = m / N[:, None]

    def describe(self) -> str:
        return f"decay={self.decay}"


def perplexity(k: Array) -> float:
    """The effective number of codes, exp(−Σ_j p_j log p_j) for the shares p_j of the codes among k (...): 1 … K.

    Ledger: vae.code_perplexity
    """
    p = np.bincount(np.ravel(k).astype(np.intp, casting="same_kind")) / np.size(k)
    p = p[p > 0]
    return float(np.exp(-np.sum(p * np.log(p))))
