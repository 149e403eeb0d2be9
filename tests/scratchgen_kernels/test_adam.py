"""Adam on every backend against algorithm 1 in float64, and the arrays and numbers that it refuses."""

import numpy as np
import pytest

from scratchgen_kernels import adam

pytestmark = pytest.mark.fast

SHAPES = [(5, 3), (), (1,), (17,), (0, 3), (2, 0)]
NUMBERS = {"learning_rate": 0.01, "beta1": 0.8, "beta2": 0.95, "eps": 1e-6}


def algorithm_1(theta, gradients, learning_rate, beta1, beta2, eps, weight_decay=0.0):
    """Algorithm 1 as in the paper, with the bias corrections, in float64."""
    theta = theta.astype(float)
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        theta = theta - learning_rate * weight_decay * theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return theta, m, v


def draw(rng, dtype, shape, steps=4):
    return rng.normal(size=shape).astype(dtype), [rng.normal(size=shape).astype(dtype) for _ in range(steps)]


def run(theta, gradients, backend, **numbers):
    theta = np.array(theta)
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(gradients, start=1):
        assert adam(theta, np.asarray(g), m, v, t, **numbers, backend=backend) is None
    return theta, m, v


@pytest.mark.equation("optim.adam")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_steps_are_those_of_algorithm_1(backend, dtype, rng, assert_close, shape, weight_decay):
    theta, gradients = draw(rng, dtype, shape)
    numbers = {**NUMBERS, "weight_decay": weight_decay}
    for found, expected in zip(
        run(theta, gradients, backend, **numbers), algorithm_1(theta, gradients, **numbers), strict=True
    ):
        assert_close(found, expected, roundings=40)


@pytest.mark.equation("optim.adam")
@pytest.mark.parametrize("wrong", [{"beta1": 0.81}, {"eps": 1e-2}, {"learning_rate": 0.0101}], ids=str)
def test_the_claim_above_rejects_a_wrong_number(dtype, rng, assert_close, wrong):
    theta, gradients = draw(rng, dtype, (5, 3))
    found, *_ = run(theta, gradients, "loops", **{**NUMBERS, **wrong})
    with pytest.raises(AssertionError):
        assert_close(found, algorithm_1(theta, gradients, **NUMBERS)[0], roundings=40)


def test_the_gradient_may_have_any_layout_and_stays_untouched(backend, dtype, rng, relaid):
    theta, gradients = draw(rng, dtype, (4, 3))
    moved = [relaid(g) for g in gradients]
    for found, expected in zip(run(theta, moved, backend), run(theta, gradients, backend), strict=True):
        np.testing.assert_array_equal(found, expected)
    for found, expected in zip(moved, gradients, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_nan_stays_in_its_parameter(backend, dtype, rng):
    theta, (g, *_) = draw(rng, dtype, (5,))
    g[3] = np.nan
    for array in run(theta, [g], backend):
        np.testing.assert_array_equal(np.isnan(array), np.arange(5) == 3)


def four(dtype=np.float64, n=6):
    return [np.ones(n, dtype) for _ in range(4)]


def unaligned(a):
    memory = np.zeros(a.nbytes + 1, np.uint8)[1:].view(a.dtype)
    return memory


def read_only(a):
    a.flags.writeable = False
    return a


@pytest.mark.parametrize("place", [0, 2, 3])
@pytest.mark.parametrize(
    "spoil",
    [read_only, unaligned, lambda a: np.ones(12)[::2], lambda a: np.ones(6)[::-1]],
    ids=["read-only", "unaligned", "every other", "reversed"],
)
def test_an_array_that_cannot_be_written_in_place_is_refused(no_backend, place, spoil):
    arrays = four()
    arrays[place] = spoil(arrays[place])
    with pytest.raises(ValueError, match=f"adam: {['theta', 'g', 'm', 'v'][place]} is updated in place"):
        adam(*arrays, 1)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
def test_arrays_that_overlap_in_memory_are_refused_and_left_as_they_were(no_backend, one, other):
    arrays = four()
    memory = np.arange(9.0)
    arrays[one], arrays[other] = memory[:6], memory[3:]
    with pytest.raises(ValueError, match="overlap"):
        adam(*arrays, 1)
    np.testing.assert_array_equal(memory, np.arange(9.0))


def test_neighbours_in_memory_are_no_overlap(backend):
    memory = np.ones(24)
    adam(*np.split(memory, 4), 1, backend=backend)
    assert (memory[6:12] == 1).all() and (memory[:6] < 1).all()


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        ({"t": 0}, ValueError),
        ({"t": -1}, ValueError),
        ({"t": 1.0}, TypeError),
        ({"learning_rate": -1.0}, ValueError),
        ({"learning_rate": np.nan}, ValueError),
        ({"beta1": 1.0}, ValueError),
        ({"beta2": -0.1}, ValueError),
        ({"eps": np.inf}, ValueError),
        ({"weight_decay": "1"}, TypeError),
        ({"beta1": None}, TypeError),
        ({"learning_rate": True}, TypeError),
    ],
    ids=str,
)
def test_numbers_out_of_range_are_refused_and_nothing_is_written(no_backend, numbers, error):
    arrays = four()
    with pytest.raises(error, match=next(iter(numbers))):
        adam(*arrays, **{"t": 1, **numbers})
    assert all((a == 1).all() for a in arrays)
