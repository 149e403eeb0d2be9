"""Which modes of a known mixture does a generator reach, and how evenly?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.evaluation.examples import Mean, mean_over_examples
from scratchgen.evaluation.pairs import comparable, pieces, squared_distances

NEAR = 3  # standard deviations


@dataclass(frozen=True, eq=False)
class Modes:
    """captured        how many of the K modes have enough samples near them
    high_quality    the share of samples near a mode; 1 − e^−4.5 = 0.989 for the mixture itself in the plane
    reverse_kl      nats, from the shares of the modes to equal ones: 0 if even, log K with one, NaN with none
    counts          (K,) samples near each mode
    """

    captured: int
    high_quality: Mean
    reverse_kl: float
    counts: np.ndarray


def modes_captured(samples, centres, sigma: float, at_least: int = 1) -> Modes:
    """Samples (N, D) against an even mixture of K Gaussians N(centre_k, sigma² I).   centres (K, D)

    near mode k:    c_k is the nearest centre and ‖x − c_k‖ ≤ 3 sigma
    KL(q ‖ 1/K) = Σ_k q_k log(K q_k),    q_k the share of mode k in the samples that are near one

    A mode is captured by `at_least` samples near it. By the published rule one is enough, which any generator
    that scatters meets in time: state N (2,500 in VEEGAN), and read the other two numbers with it. For even
    shares the divergence is too high by about (K − 1) / 2n, n samples near a mode.

    Raises BadInput for NaN and where samples and centres differ in D, ValueError unless sigma > 0 and
    at_least ≥ 1.
    Source: Srivastava et al. (2017), VEEGAN, section 4; Lin et al. (2018), PacGAN, section 4.1.
    Ledger: gan.mode_divergence
    """
    if not 0 < sigma < np.inf or at_least < 1:
        raise ValueError(f"sigma is finite and above 0, at_least ≥ 1, not {sigma} and {at_least}")
    samples, centres = comparable(samples=samples, centres=centres)
    K = len(centres)
    nearest, squares = np.empty(len(samples), np.int64), np.empty(len(samples))
    for some in pieces(len(samples), K):
        to_all = squared_distances(samples[some], centres)
        nearest[some], squares[some] = np.argmin(to_all, axis=1), np.min(to_all, axis=1)
    near = squares <= (NEAR * sigma) ** 2
    counts = np.bincount(nearest[near], minlength=K)
    captured = int(np.sum(counts >= at_least))
    return Modes(captured, mean_over_examples(near), _kl_to_equal_shares(counts), counts)


def _kl_to_equal_shares(counts) -> float:
    if not counts.any():
        return float("nan")
    q = counts[counts > 0] / counts.sum()
    return float(np.sum(q * np.log(len(counts) * q)))
