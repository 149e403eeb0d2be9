"""Derivatives by complex numbers, and by real numbers over complex ones, against difference quotients.

`test_against_peers.py` compares every function that has complex numbers with PyTorch or JAX.
"""

import numpy as np
import pytest

from scratchgen import check_grads, grad


def test_correlation_of_complex_sequences_conjugates_the_second_one_also_if_it_is_longer(rng):
    a, v = (rng.standard_normal((n, 2)) @ [1, 1j] for n in (2, 4))
    for mode in ("valid", "same"):
        slope = grad(lambda a, mode=mode: np.real(np.correlate(a, v, mode)[0]))(a).numpy()
        step = 1e-6 * (1 + 2j)
        for i in range(2):
            moved = [np.correlate(a + d * np.eye(2)[i], v, mode)[0] for d in (step, -step)]
            assert np.real(slope[i] * step) == pytest.approx(np.real(moved[0] - moved[1]) / 2, rel=1e-6)


def test_the_parts_of_a_complex_number_that_a_reduction_gives_can_be_differentiated_twice(rng):
    x = rng.standard_normal(3)
    for part in (np.real, np.imag, np.abs, np.angle):
        check_grads(lambda x, part=part: part(np.prod(x * (1 + 2j))) ** 2 + part(np.sum(x * x * 1j)), x)


def test_the_derivative_by_a_complex_number_is_that_by_its_real_part_less_i_times_that_by_its_imaginary_part(
    rng,
):
    f = lambda z: np.real(np.sum(np.exp(z) * np.conj(z * z)))
    x, y = rng.standard_normal((2, 3))
    by_x, by_y = (d.numpy() for d in grad(lambda x, y: f(x + 1j * y), (0, 1))(x, y))
    np.testing.assert_allclose(grad(f)(x + 1j * y).numpy(), by_x - 1j * by_y, rtol=1e-12)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(grad(f)(x + 1j * y).numpy(), by_x + 1j * by_y, rtol=1e-3)
