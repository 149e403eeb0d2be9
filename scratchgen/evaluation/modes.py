"""Mode coverage: which modes of a known mixture a generator reaches, and how evenly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import check_counts, check_numbers
from scratchgen.evaluation.distances import comparable, row_slices, squared_distances
from scratchgen.evaluation.examples import Mean, mean_over_examples

NEAR_SIGMAS = 3  # samples within this many standard deviations are near a mode


@dataclass(frozen=True, eq=False)
class Modes:
    """The result of `modes_captured`.

    captured        number of the K modes with enough samples near them
    high_quality    the share of samples near a mode; 1 − e^−4.5 = 0.989 for the mixture itself in the plane
    reverse_kl      KL divergence in nats from the shares of the modes to equal shares: 0 for equal shares, log K if
                    all samples are at one mode, NaN if no sample is near a mode
    counts          (K,) number of samples near each mode
    """

    captured: int
    high_quality: Mean
    reverse_kl: float
    counts: np.ndarray


def modes_captured(samples: ArrayLike, centres: ArrayLike, sigma: float, at_least: int = 1) -> Modes:
    """Compare samples (N, D) with a mixture of K equally weighted Gaussians N(centre_k, sigma² I).   centres (K, D)

    near mode k:    c_k is the nearest centre and ‖x − c_k‖ ≤ 3 sigma
    KL(q ‖ 1/K) = Σ_k q_k log(K q_k),    q_k the share of mode k among the samples near any mode

    A mode is captured if `at_least` samples are near it. The published rule needs only one sample, which a generator
    that scatters its samples satisfies sooner or later: report N with it (2,500 in VEEGAN), and the other two
    numbers. For equal shares the estimated divergence is too high by about (K − 1) / 2n for n samples near a mode.

    Raises BadInput for NaN and if samples and centres differ in D, ValueError unless sigma > 0 and at_least ≥ 1.
    Source: Srivastava et al. (2017), VEEGAN, section 4; Lin et al. (2018), PacGAN, section 4.1.
    Ledger: gan.mode_divergence
    """
    check_numbers("(0, ∞)", sigma=sigma)
    check_counts(at_least=at_least)
    samples, centres = comparable(samples=samples, centres=centres)
    K = len(centres)
    nearest, squares = np.empty(len(samples), np.intp), np.empty(len(samples))
    for some in row_slices(len(samples), K):
        to_all = squared_distances(samples[some], centres)
        nearest[some], squares[some] = np.argmin(to_all, axis=1), np.min(to_all, axis=1)
    near = squares <= (NEAR_SIGMAS * sigma) ** 2
    counts = np.bincount(nearest[near], minlength=K)
    captured = int(np.sum(counts >= at_least))
    return Modes(captured, mean_over_examples(near), _kl_to_equal_shares(counts), counts)


def _kl_to_equal_shares(counts: np.ndarray) -> float:
    if not counts.any():
        return float("nan")
    q = counts[counts > 0] / counts.sum()
    return float(np.sum(q * np.log(len(counts) * q)))
