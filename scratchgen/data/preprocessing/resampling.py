"""Another sampling rate for a sound."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput, check_counts


def resample(x: np.ndarray, rate: int, to: int) -> np.ndarray:
    """The sound at another sampling rate, by a polyphase filter: (N,) → (⌈N · to / rate⌉,), in x's dtype.

    Frequencies above half the lower rate are removed. `scipy.signal.resample_poly` computes it, with a
    Kaiser-windowed sinc.

    rate, to    samples per second (Hz), before and after
    Raises ValueError for a rate below 1, and BadInput if scipy is not installed.
    """
    check_counts(rate=rate, to=to)
    if rate == to:
        return x
    try:
        from scipy.signal import resample_poly
    except ImportError:
        raise BadInput(
            f"sounds of {rate:,} Hz and {to:,} Hz need scipy to be brought to one rate, and it is not installed; "
            "`pip install scipy`"
        ) from None
    common = math.gcd(rate, to)
    return resample_poly(x, to // common, rate // common).astype(x.dtype)
