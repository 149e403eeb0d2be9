"""Vector quantisation: a vector is replaced by the nearest of K codes, and the codes follow the vectors."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import stop_gradient
from scratchgen.autograd.primitives import to_numpy
from scratchgen.nn import Buffer, Module
from scratchgen.random import Generator

DEAD = 0.01  # of an equal share of the vectors: a code that is chosen less often than that is given up


def straight_through(z_e, e):
    """z_q = z_e + sg[e − z_e]: the value is e, up to rounding, and the derivative by z_e the identity.

    The choice of a code has no useful derivative, so ∂L/∂z_e := ∂L/∂z_q. No gradient reaches e.
    z_e, e (..., d) → (..., d).   Source: van den Oord et al. (2017), section 3.2; Bengio et al. (2013).
    Ledger: vae.straight_through
    """
    return z_e + stop_gradient(e - z_e)


class Quantiser(Module):
    """k = argmin_j ‖z_e − e_j‖²: the nearest of K codes of d dimensions.

    codebook    e (K, d): a buffer, like the two averages. No gradient reaches them: `update` moves them
    N           N_k (K,): a moving average of how many vectors of a batch choose code k
    m           m_k (K, d): the same of the sum of these vectors
    decay       γ of the averages; 0 forgets all batches but the last

    Source: van den Oord, Vinyals & Kavukcuoglu (2017), eq. 1-2 and appendix A.1.   Ledger: vae.nearest_code
    """

    def __init__(self, codes: int, dimension: int, rng: Generator, decay: float = 0.99):
        if min(codes, dimension) < 1:
            raise ValueError(f"sizes are at least 1, not {codes} codes of {dimension} dimensions")
        if not 0 <= decay < 1:
            raise ValueError(f"the decay of the averages is in [0, 1), not {decay}")
        self.decay = decay
        self.codebook = Buffer(rng.standard_normal((codes, dimension)))
        self.N = Buffer(np.zeros(codes, np.float32))
        self.m = Buffer(np.zeros((codes, dimension), np.float32))

    def forward(self, z_e) -> tuple[np.ndarray, np.ndarray]:
        """The codes that are chosen, and their vectors e_k; the lower of two that are equally near.

        z_e (..., d) → k (...) int, e (..., d), plain arrays
        """
        z, e = to_numpy(z_e), self.codebook.data
        distance = np.sum(e * e, axis=-1) - 2 * (z @ e.T)  # less ‖z_e‖², which is the same for all codes
        k = np.argmin(distance, axis=-1)
        return k, e[k]

    def vectors(self, k) -> np.ndarray:
        """e_k.   k (...) int → (..., d)"""
        return self.codebook.data[k]

    def update(self, z_e, k, rng: Generator) -> None:
        """Move each code to the moving mean of the vectors that choose it; a step of training.

            N_k ← γ N_k + (1 − γ) n_k,     m_k ← γ m_k + (1 − γ) Σ_i z_i,     e_k ← m_k / N_k

        n_k of the vectors z_e (..., d) have chosen code k, and the sum is over these; k (...) int. With γ = 0
        this is a step of k-means. Source: appendix A.1, eq. 6-8.   Ledger: vae.codebook

        A code that no vector chooses would never move again, and the K codes be fewer than they seem. So one
        that is dead begins anew at a vector drawn from z_e, with an equal share as its N_k. At the first
        update this brings the codes to where the vectors are.
        """
        K, d = self.codebook.shape
        z, k = to_numpy(z_e).reshape(-1, d), k.reshape(-1)
        chosen = np.equal(k[:, None], np.arange(K)).astype(z.dtype)  # (vectors, K)
        N, m, share = self.N.data, self.m.data, len(z) / K
        N[...] = self.decay * N + (1 - self.decay) * np.sum(chosen, axis=0)
        m[...] = self.decay * m + (1 - self.decay) * (chosen.T @ z)
        dead = share * DEAD > N
        if dead.any():
            N[dead] = share
            m[dead] = share * z[rng.integers(len(z), size=int(dead.sum()))]
        self.codebook.data[...] = m / N[:, None]

    def describe(self):
        return f"decay={self.decay}"


def perplexity(k) -> float:
    """exp(−Σ_j p_j log p_j) for the shares p_j of the codes among k (...): how many are in use, 1 … K.

    Ledger: vae.code_perplexity
    """
    p = np.bincount(np.ravel(k)) / np.size(k)
    p = p[p > 0]
    return float(np.exp(-np.sum(p * np.log(p))))
