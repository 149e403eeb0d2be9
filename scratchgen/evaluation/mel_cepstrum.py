"""Mel-cepstral distortion: the distance of two sequences of mel frames, aligned in time or by time warping."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput, check_counts

COEFFICIENTS = 13  # c_1 … c_13: the shape of the vocal tract, without the level c_0 and the pitch


def mel_cepstrum(log_mel: np.ndarray, coefficients: int = COEFFICIENTS) -> np.ndarray:
    """c_k = (2/J) Σ_j ln|H_j| cos(π k (j + ½) / J),   k = 1 … K: the cosine transform of mel bands.

    log_mel         (T, J) decibels: ln|H_j| = (ln 10 / 20) times the level of band j = 0 … J−1
    coefficients    K
    → (T, K) float64, so that ln|H_j| ≈ c_0/2 + Σ_k c_k cos(π k (j + ½)/J). c_0, the mean level, is left out.
    Raises BadInput unless 1 ≤ K < J.
    Source: Davis & Mermelstein (1980), eq. 1, scaled as a Fourier series.   Ledger: evaluation.mel_cepstrum
    """
    check_counts(coefficients=coefficients)
    J = log_mel.shape[-1]
    if coefficients >= J:
        raise BadInput(
            f"{J} bands have {J - 1} coefficients beyond their mean, not {coefficients}; ask for fewer"
        )
    k, j = np.arange(1, coefficients + 1), np.arange(J)
    basis = 2 / J * np.cos(np.pi * k * (j[:, None] + 0.5) / J)
    return np.asarray(log_mel, np.float64) * (math.log(10) / 20) @ basis


def frame_distances(c: np.ndarray, other: np.ndarray) -> np.ndarray:
    """d_{t,s} = (10 / ln 10) √(2 Σ_k (c_tk − c′_sk)²) in decibels: (T, K), (S, K) → (T, S)."""
    squares = np.sum(c**2, axis=1)[:, None] + np.sum(other**2, axis=1) - 2 * c @ other.T
    return 10 / math.log(10) * np.sqrt(2 * np.maximum(squares, 0))


def mel_cepstral_distortion(
    log_mel: np.ndarray, reference: np.ndarray, coefficients: int = COEFFICIENTS
) -> float:
    """MCD = (1/T) Σ_t (10 / ln 10) √(2 Σ_k (c_tk − c′_tk)²) in decibels, of frames that correspond one to one.

    log_mel, reference    (T, J) decibels each; c and c′ are their `mel_cepstrum`
    Twice the sum of the squares is the mean square of the difference of the two smoothed levels over the bands.
    Raises BadInput for different shapes and for no frames.
    Source: Kubichek (1993), eq. 2.   Ledger: evaluation.cepstral_distortion
    """
    if log_mel.shape != reference.shape or not len(log_mel):
        raise BadInput(
            f"frames of shapes {log_mel.shape} and {reference.shape} do not correspond; warp them in time instead"
        )
    c, other = (mel_cepstrum(x, coefficients) for x in (log_mel, reference))
    return float(np.mean(10 / math.log(10) * np.sqrt(2 * np.sum((c - other) ** 2, axis=1))))


def warped_distortion(log_mel: np.ndarray, reference: np.ndarray, coefficients: int = COEFFICIENTS) -> float:
    """The mean of the distances d of `mel_cepstral_distortion` along the path of `time_warping`, in decibels.

    log_mel (T, J), reference (S, J)   Raises BadInput for no frames.
    Source: Kubichek (1993); warped as by Battenberg et al. (2020), section 4.2.
    Ledger: evaluation.time_warping
    """
    d = frame_distances(mel_cepstrum(log_mel, coefficients), mel_cepstrum(reference, coefficients))
    path = time_warping(d)
    return float(np.mean([d[t, s] for t, s in path]))


def time_warping(d: np.ndarray) -> list[tuple[int, int]]:
    """The monotone path of least total distance from the first pair of frames to the last: dynamic time warping.

        D_{t,s} = d_{t,s} + min(D_{t−1,s−1}, D_{t−1,s}, D_{t,s−1}),   D_{0,0} = d_{0,0}

    d (T, S) → the pairs (t, s) of the path, in order.   Raises BadInput for no frames.
    Source: Sakoe & Chiba (1978), eq. 20, without a window and with weights of 1.   Ledger: evaluation.time_warping
    """
    if not d.size:
        raise BadInput("there are no frames to warp; give at least one on each side")
    D = _accumulated(np.asarray(d, np.float64))
    t, s = d.shape[0] - 1, d.shape[1] - 1
    path = [(t, s)]
    while t or s:
        steps = [(t - 1, s - 1), (t - 1, s), (t, s - 1)]
        t, s = min((step for step in steps if min(step) >= 0), key=lambda step: D[step])
        path.append((t, s))
    return path[::-1]


def _accumulated(d: np.ndarray) -> np.ndarray:
    """D, by antidiagonals: the entries of one depend only on the two before it."""
    T, S = d.shape
    D = np.full((T + 1, S + 1), np.inf)
    D[0, 0] = 0
    for diagonal in range(T + S - 1):
        t = np.arange(max(0, diagonal - S + 1), min(T, diagonal + 1))
        s = diagonal - t
        D[t + 1, s + 1] = d[t, s] + np.minimum(np.minimum(D[t, s], D[t, s + 1]), D[t + 1, s])
    return D[1:, 1:]
