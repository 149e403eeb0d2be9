"""The words of the stream: the published vectors, and one stream on every backend."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen_kernels import random_bits
from scratchgen_kernels.normal_noise import loops, philox4x32

pytestmark = pytest.mark.fast

# Random123, kat_vectors, "philox4x32 10": counter, key, result.
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
KNOWN_ANSWERS = [
    ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (*PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]
KEYS = st.integers(0, 2**64 - 1)


@pytest.mark.equation("kernels.philox")
@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_blocks_are_the_published_ones(backend, counter, key, answer, measured):
    words = philox4x32(counter, key, backend=backend)
    measured([abs(word - known) for word, known in zip(words, answer, strict=True)], 0)


@pytest.mark.equation("kernels.philox")
@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_the_claim_above_rejects_nine_rounds(counter, key, answer):
    assert loops.philox4x32(counter, key, rounds=10) == answer
    assert loops.philox4x32(counter, key, rounds=9) != answer


def test_the_stream_counts_blocks_in_the_two_low_words(backend):
    key, block = 0x299F31D0_A4093822, 0x0123_4567_89AB_CDEF
    answer = philox4x32((0x89ABCDEF, 0x01234567, 0, 0), (0xA4093822, 0x299F31D0), backend=backend)
    words = random_bits(key, 4 * block, 4, backend=backend)
    assert words.dtype == np.uint32
    assert tuple(words.tolist()) == answer


@given(key=KEYS, counter=KEYS, n=st.integers(0, 11))
def test_every_backend_gives_the_same_words(off, key, counter, n):
    n = min(n, 2**64 - counter)
    expected = random_bits(key, counter, n, backend="loops")
    for name in {"numpy", "numba", "cython"} - set(off):
        np.testing.assert_array_equal(random_bits(key, counter, n, backend=name), expected, err_msg=name)


@pytest.mark.parametrize("start", range(9))
def test_any_part_of_the_stream_is_that_part_of_the_whole(backend, start):
    edge = 2**34 - 6  # so that the block number grows past 32 bits on the way
    whole = random_bits(7, edge, 16, backend=backend)
    for n in range(7):
        part = random_bits(7, edge + start, n, backend=backend)
        np.testing.assert_array_equal(part, whole[start : start + n])


def test_the_last_position_is_allowed_and_the_next_is_refused(backend):
    last = random_bits(3, 2**64 - 1, 1, backend=backend)
    assert last[0] == philox4x32((0xFFFFFFFF, 0x3FFFFFFF, 0, 0), (3, 0), backend=backend)[3]
    assert random_bits(3, 2**64 - 1, 0, backend=backend).shape == (0,)
    with pytest.raises(ValueError, match=r"2\*\*64"):
        random_bits(3, 2**64 - 1, 2, backend=backend)


def test_words_are_balanced_in_every_bit():
    """Each bit of n words is a fair coin: its mean errs by ½/√n, and none of the 32 means by 5 such errors."""
    n = 40_000
    words = random_bits(11, 5, n)
    ones = ((words[:, None] >> np.arange(32, dtype=np.uint32)) & 1).mean(axis=0)
    np.testing.assert_allclose(ones, 0.5, atol=5 * 0.5 / np.sqrt(n))
