"""The steps from loops to the fastest form: each satisfies the contract of the kernel."""

import importlib

import numpy as np
import pytest

import scratchgen_kernels as kernels


def steps_of(kernel):
    """The module of the steps; it exists where the kernels were compiled."""
    record = kernels.build_record()
    if record is None or record["status"] != "built":
        pytest.skip(f"not built: {record and record['reason']}")
    return importlib.import_module(f"scratchgen_kernels.{kernel}.steps")


STEPS = range(6)
PRODUCTS = [(3, 4, 5), (1, 1, 1), (17, 9, 13), (7, 130, 300), (0, 4, 5), (3, 0, 5), (3, 4, 0)]
RECURRENCES = [
    (4, 3, 2, 5),
    (1, 1, 1, 1),
    (6, 13, 3, 20),
    (0, 3, 2, 5),
    (4, 0, 2, 5),
    (4, 3, 0, 5),
    (4, 3, 2, 0),
]


def draw(rng, dtype, *shapes):
    return [rng.normal(scale=0.5, size=shape).astype(dtype) for shape in shapes]


def recurrence(rng, dtype, T, B, D, H):
    return draw(rng, dtype, (T, B, D), (B, H), (D, H), (H, H), (H,))


@pytest.mark.parametrize("kernel", ["matmul", "tanh_recurrence"])
def test_all_steps_are_tested(kernel):
    assert len(steps_of(kernel).STEPS) == len(STEPS)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", PRODUCTS, ids=str)
def test_every_step_of_the_product_is_the_sum_over_k(step, shape, dtype, rng, assert_close):
    module, (M, K, N) = steps_of("matmul"), shape
    a, b = draw(rng, dtype, (M, K), (K, N))
    assert_close(
        module.run(module.STEPS[step], a, b), np.einsum("ik,kj->ij", a.astype(float), b.astype(float))
    )


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("sizes", RECURRENCES, ids=str)
def test_every_step_of_the_recurrence_follows_the_equation(step, sizes, dtype, rng, assert_close):
    module, inputs = steps_of("tanh_recurrence"), recurrence(rng, dtype, *sizes)
    expected = kernels.tanh_recurrence(*(a.astype(float) for a in inputs), backend="numpy")
    assert_close(module.run(module.STEPS[step], *inputs), expected)


def test_the_claims_above_reject_a_step_that_leaves_the_last_k_out(dtype, rng, assert_close):
    module = steps_of("matmul")
    a, b = draw(rng, dtype, (3, 4), (4, 5))
    with pytest.raises(AssertionError):
        assert_close(module.run(module.STEPS[1], a[:, :3], b[:3]), a.astype(float) @ b.astype(float))


@pytest.mark.parametrize("step", STEPS)
def test_nan_propagates_through_every_step(step, dtype, rng):
    module = steps_of("matmul")
    a, b = np.ones((9, 4), dtype), np.zeros((4, 35), dtype)
    a[1, 2] = np.nan
    np.testing.assert_array_equal(
        np.isnan(module.run(module.STEPS[step], a, b)), np.isnan(a).any(1)[:, None] | (b[:1] > 0)
    )
    module, inputs = steps_of("tanh_recurrence"), recurrence(rng, dtype, 4, 3, 2, 5)
    inputs[0][1, 2, 0] = np.nan
    expected = np.zeros((4, 3, 5), bool)
    expected[1:, 2] = True
    np.testing.assert_array_equal(np.isnan(module.run(module.STEPS[step], *inputs)), expected)
