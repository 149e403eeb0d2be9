"""Counter-based noise, found by its index: the contract.

Every 64-bit key has one stream of 32-bit words, and the position alone determines a word, so any worker can compute
any part of the stream, in any order.

The words. Position p of key k is word p mod 4 of block ⌊p/4⌋; a block is

    Philox4x32-10(counter = (⌊p/4⌋ mod 2³², ⌊p/4⌋ div 2³², 0, 0), key = (k mod 2³², k div 2³²))

The normals. One normal sits at each position. The words of a block pair up as (0, 1) and (2, 3):

    u1 = (w_even + ½) 2⁻³²    u2 = (w_odd + ½) 2⁻³²    r = √(−2 ln u1)
    ε at the even position = r cos 2π u2,    at the odd position = r sin 2π u2

- The same bits on every backend, in any number of threads and with any instruction set, words and normals
  alike: a normal is a fixed sequence of operations that IEEE 754 rounds in one way only (+ − × ÷ √ of the
  requested dtype, nothing contracted), with the polynomials of `vector_math` for ln, cos and sin.
- Float32 noise is computed in float32, and is within 5 units in the last place of the float64 noise of the
  same positions. It loses no resolution in the tail or near 0: ln u1 is computed from u1 below ½ and from 1 − u1
  above, each of which keeps its 24 bits; u2 is reduced to the nearest quarter turn in integers.
- u1 lies in [2⁻³³, 1 − 2⁻³³], so r is never 0, |ε| ≤ √(66 ln 2) < 6.77 and ε is always finite.

Source: Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3, §3.3; Box & Muller (1958).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Compiled first: words and normals stay in registers, where NumPy writes one array per operation.
KERNEL = Kernel("normal_noise", __name__, auto=("cython", "numba", "numpy", "loops"))


def standard_normal(
    key: int,
    counter: int,
    shape: int | Sequence[int],
    dtype: DTypeLike = np.float64,
    *,
    backend: str | None = None,
) -> np.ndarray:
    """Standard normal noise at positions counter, counter + 1, … of the stream of `key`.

    ε_i = r cos 2π u2 or r sin 2π u2,  r = √(−2 ln u1): element i, in C order, is at position counter + i

    key, counter: integers in [0, 2⁶⁴); shape: an int or a tuple of ints ≥ 0; dtype: float32 or float64
    → an array of that shape and dtype. The rows from a on of a (B, Z) batch begin at counter + a·Z.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for a non-integer or another dtype; ValueError for a number out of range or a stream
    that ends (counter + n > 2⁶⁴); BackendUnavailable. Source: Box & Muller (1958).
    Ledger: kernels.box_muller
    """
    kernel = "standard_normal"
    key, counter = checks.integer(kernel, "key", key), checks.integer(kernel, "counter", counter)
    dtype, lengths = _float_dtype(kernel, dtype), _lengths(kernel, shape)
    n = checks.result_size(kernel, lengths, 8)
    checks.positions(kernel, counter, n)
    return KERNEL.module(backend).standard_normal(key, counter, n, dtype).reshape(lengths)


def random_bits(key: int, counter: int, n: int, *, backend: str | None = None) -> np.ndarray:
    """The n 32-bit words at positions counter … counter + n − 1 of the stream of `key`.

    word p = word p mod 4 of Philox4x32-10(⌊p/4⌋, key)

    key, counter: integers in [0, 2⁶⁴); n: an integer ≥ 0 → uint32 array (n,), uniform over [0, 2³²).
    backend: as for ``standard_normal``.

    Raises: TypeError for a non-integer; ValueError for a number out of range or a stream that ends
    (counter + n > 2⁶⁴); BackendUnavailable. Source: Salmon et al. (2011), §3.3.   Ledger: kernels.philox
    """
    kernel = "random_bits"
    key, counter = checks.integer(kernel, "key", key), checks.integer(kernel, "counter", counter)
    n = checks.integer(kernel, "n", n)
    checks.result_size(kernel, (n,), 8)
    checks.positions(kernel, counter, n)
    return KERNEL.module(backend).random_bits(key, counter, n)


def philox4x32(
    counter: Sequence[int], key: Sequence[int], *, backend: str | None = None
) -> tuple[int, int, int, int]:
    """One block of Philox4x32-10 for a full 128-bit counter.

    counter: four integers in [0, 2³²); key: two → a tuple of four ints in [0, 2³²).
    This checks a backend against the published vectors; ``random_bits`` gives many words.

    Raises: TypeError for a non-integer; ValueError for a number out of range or another count of words;
    BackendUnavailable. Source: Salmon et al. (2011), §3.3.   Ledger: kernels.philox
    """
    counter = [checks.integer("philox4x32", "a word of counter", word, below=2**32) for word in counter]
    key = [checks.integer("philox4x32", "a word of key", word, below=2**32) for word in key]
    if len(counter) != 4 or len(key) != 2:
        raise ValueError(f"philox4x32: counter has 4 words and key 2, got {len(counter)} and {len(key)}")
    return KERNEL.module(backend).philox4x32(tuple(counter), tuple(key))


def _float_dtype(kernel: str, dtype: DTypeLike) -> np.dtype:
    try:
        found = np.dtype(dtype) if dtype is not None else None
    except TypeError:
        found = None
    if found is None or found not in checks.FLOAT_DTYPES:  # to NumPy, None equals the dtype float64
        raise TypeError(f"{kernel}: dtype must be float32 or float64, got {dtype!r}")
    return found


def _lengths(kernel: str, shape: int | Sequence[int]) -> tuple[int, ...]:
    try:
        lengths: tuple = tuple(shape)  # type: ignore[arg-type]  # TypeError for a single length
    except TypeError:
        lengths = (shape,)
    return tuple(checks.integer(kernel, "a length of shape", length) for length in lengths)
