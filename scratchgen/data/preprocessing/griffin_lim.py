"""A sound from the magnitudes of its short-time Fourier transform: the phases by alternating projections."""

from __future__ import annotations

import numpy as np

from scratchgen.data.preprocessing.stft import frames, istft, stft
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.random import Generator, as_generator

MOMENTUM = 0.99  # the value that Perraudin et al. recommend
STEPS = 64


def griffin_lim(
    S: np.ndarray,
    N: int,
    length: int = 1024,
    hop: int = 256,
    *,
    steps: int = STEPS,
    momentum: float = MOMENTUM,
    rng: Generator | None = None,
) -> np.ndarray:
    """The sound whose short-time Fourier transform has nearly the magnitudes S, by fast Griffin-Lim.

        t_n = stft(istft(S c_{n−1} / |c_{n−1}|)),    c_n = t_n + α (t_n − t_{n−1}),    t_0 = t_1

    From c_0 = S exp(2πi u), u ~ U(0, 1), each step projects onto the arrays of magnitude S, and then onto the
    transforms of sounds. With α = 0 the distance of |stft(x)| from S falls in every step (Griffin & Lim 1984);
    with momentum it falls further.

    S           (M, length//2 + 1) non-negative
    N           the number of samples → (N,) real, float32 for float32
    steps       the number of steps, ≥ 1
    momentum    α, in [0, 1)
    rng         draws the first phases (None: the default stream)

    S does not determine the sound: −x has the same magnitudes.
    Raises BadInput for negative or non-finite magnitudes, and if the shape of S does not match N, length and hop.
    Source: Griffin & Lim (1984); Perraudin, Balazs & Søndergaard (2013), algorithm 2.
    Ledger: data.griffin_lim
    """
    check_counts(N=N, steps=steps)
    check_numbers("[0, 1)", momentum=momentum)
    S = np.asarray(S)
    if S.shape != (frames(N, length, hop), length // 2 + 1):
        raise BadInput(
            f"magnitudes of shape {S.shape} do not match {N} samples with length {length} and hop {hop}"
        )
    if not (np.isfinite(S).all() and (S >= 0).all()):
        raise BadInput(
            "magnitudes are finite numbers of at least 0; remove NaN, infinity and negative numbers"
        )
    u = as_generator(rng).random(S.shape, np.float64)
    c = (S * np.exp(2j * np.pi * u)).astype(np.result_type(S.dtype, np.complex64))
    before = None
    for _ in range(steps):
        t = stft(istft(_with_magnitude(c, S), N, length, hop), length, hop)
        c = t if before is None else t + momentum * (t - before)
        before = t
    return istft(_with_magnitude(c, S), N, length, hop)


def _with_magnitude(c: np.ndarray, S: np.ndarray) -> np.ndarray:
    """The phases of c with the magnitudes S; the phase of 0 is 0."""
    size = np.abs(c)
    return np.where(size > 0, S * c / np.where(size > 0, size, 1), S)


def spectral_convergence(x: np.ndarray, S: np.ndarray, length: int = 1024, hop: int = 256) -> float:
    """‖ |stft(x)| − S ‖ / ‖S‖: the distance of a sound (N,) from given magnitudes S; 0 for those of x itself.

    The norm is over all frequencies k = 0 … length−1. S has the frequencies up to length/2 only, and the others
    are their mirror images, so that all but k = 0 and k = length/2 count twice.
    Raises BadInput for magnitudes that are all 0, or of another shape than those of x.
    Source: Sturmel & Daudet (2011).   Ledger: data.spectral_convergence
    """
    magnitude = np.abs(stft(np.asarray(x, np.float64), length, hop))
    if np.shape(S) != magnitude.shape or not np.any(S):
        raise BadInput(
            f"the sound has magnitudes of shape {magnitude.shape}; give magnitudes of this shape that are not all 0, "
            f"not of {np.shape(S)}"
        )
    k = np.arange(length // 2 + 1)
    count = np.where((k == 0) | (2 * k == length), 1, 2)
    error, size = ((count * np.square(part)).sum() for part in (magnitude - S, S))
    return float(np.sqrt(error / size))
