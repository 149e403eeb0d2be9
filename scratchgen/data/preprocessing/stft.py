"""The short-time Fourier transform (STFT) and its exact inverse."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput, check_counts


def hann(length: int) -> np.ndarray:
    """w_n = sin²(π n / length), n = 0 … length−1: the periodic window, (length,) float64.

    Copies of it shifted by length/2 (or length/3, …) sum to a constant. Copies of the symmetric window, which
    divides by length−1, do not.

    Ledger: data.stft
    """
    return np.sin(np.pi * np.arange(length) / length) ** 2


def stft(x: np.ndarray, length: int = 1024, hop: int = 256) -> np.ndarray:
    """X_{m,k} = Σ_n w_n x̃_{m·hop + n} exp(−2πi k n / length), with w = hann(length).

    x̃ is x with length−hop zeros before it, and zeros after it to fill the last frame, so that every sample is in
    length/hop frames.

    x         (N,) real, N ≥ 1
    length    samples per frame, a multiple of hop
    hop       samples from one frame to the next
    Returns (M, length//2 + 1) complex: frame m is centred at sample m·hop − length/2 + hop, bin k at the frequency
    k·rate/length. complex64 for float32, complex128 for float64.
    Raises BadInput for other shapes, and for a hop with which the transform has no inverse.

    Source: Allen & Rabiner (1977); Griffin & Lim (1984), eq. 1.   Ledger: data.stft
    """
    _check(length, hop)
    if x.ndim != 1 or not len(x):
        raise BadInput(f"the transform takes the samples of one sound, (N,), not an array of shape {x.shape}")
    before = length - hop
    M = frames(len(x), length, hop)
    padded = np.zeros((M - 1) * hop + length, x.dtype)
    padded[before : before + len(x)] = x
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]
    spectrum = np.fft.rfft(windows * hann(length).astype(x.dtype), axis=1)
    return spectrum.astype(np.result_type(x.dtype, np.complex64))


def istft(X: np.ndarray, N: int, length: int = 1024, hop: int = 256) -> np.ndarray:
    """x̃_n = Σ_m w_{n−m·hop} y_{m, n−m·hop} / Σ_m w²_{n−m·hop}, with y_m the inverse transform of frame m.

    x̃ is x with length−hop zeros before it.

    The inverse of `stft`: istft(stft(x), len(x)) is x up to rounding. If X is not the transform of any sound, the
    result is the sound whose transform is nearest to X in the sense of least squares.

    X    (M, length//2 + 1) complex
    N    the number of samples → (N,) real
    Raises BadInput if the shape of X does not match N, length and hop.
    Source: Griffin & Lim (1984), eq. 6.   Ledger: data.istft
    """
    _check(length, hop)
    if X.shape != (frames(N, length, hop), length // 2 + 1):
        raise BadInput(
            f"a transform of shape {X.shape} does not match {N} samples with length {length} and hop {hop}"
        )
    w = hann(length)
    y = np.fft.irfft(X, length, axis=1) * w
    inside = slice(length - hop, length - hop + N)
    total, weight = (_overlapped(frames, hop)[inside] for frames in (y, np.broadcast_to(w * w, y.shape)))
    return (total / weight).astype(X.real.dtype)


def _overlapped(y: np.ndarray, hop: int) -> np.ndarray:
    """Σ_m y_{m, n − m·hop}: frames (M, length) laid hop samples apart and added → ((M − 1)·hop + length,)."""
    M, length = y.shape
    pieces = y.reshape(M, length // hop, hop)
    total = np.zeros((M + length // hop - 1, hop))
    for r in reversed(range(length // hop)):  # all frames at once, each by its piece r
        total[r : r + M] += pieces[:, r]
    return total.ravel()


def frames(N: int, length: int, hop: int) -> int:
    """M, the number of frames of N samples, including the padded first and last frames."""
    return -(-N // hop) + length // hop - 1


def _check(length: int, hop: int) -> None:
    check_counts(hop=hop, length=length)
    if length % hop or length < 2 * hop:
        raise BadInput(
            f"with length {length} and hop {hop} the transform has no inverse; length must be 2, 3, … times hop"
        )
