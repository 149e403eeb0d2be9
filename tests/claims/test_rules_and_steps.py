"""Gradients of products as sums over indices, and how step sizes fall."""

import math

import numpy as np
import pytest

import scratchgen as sg
from scratchgen.reproductions import step_sizes
from scratchgen.reproductions.gan_setting import Setting

pytestmark = pytest.mark.fast


@pytest.mark.equation("autograd.matrix_product")
def test_the_gradients_of_a_product_are_its_index_sums(rng, measured):
    A, B, G = rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), rng.standard_normal((3, 3))
    by_A, by_B = sg.grad(lambda A, B: np.sum(G * (A @ B)), argnums=(0, 1))(A, B)
    measured(np.abs(by_A.numpy() - np.einsum("ik,jk->ij", G, B)), 1e-12)
    measured(np.abs(by_B.numpy() - np.einsum("ij,ik->jk", A, G)), 1e-12)


@pytest.mark.equation("autograd.matrix_product")
def test_the_claim_above_rejects_a_rule_without_the_transpose(rng):
    A, B, G = rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), rng.standard_normal((3, 3))
    by_A = sg.grad(lambda A: np.sum(G * (A @ B)))(A).numpy()
    assert np.abs(by_A - G @ B).max() > 0.1


def of_a_triple_product(rng):
    """The gradient of y_i = Σ_jk A_ij B_kj c_k by A, from the library and summed by hand; and g and c."""
    A, B, c, g = (rng.standard_normal(shape) for shape in ((3, 4), (2, 4), 2, 3))
    by_A = sg.grad(lambda A: np.sum(g * np.einsum("ij,kj,k->i", A, B, c)))(A).numpy()
    by_hand = [[sum(g[i] * B[k, j] * c[k] for k in range(2)) for j in range(4)] for i in range(3)]
    return by_A, np.array(by_hand), g, c


@pytest.mark.equation("autograd.einsum")
def test_the_gradient_of_an_operand_is_the_sum_over_the_letters_that_it_lacks(rng, measured):
    by_A, by_hand, _, _ = of_a_triple_product(rng)
    measured(np.abs(by_A - by_hand), 1e-12)


@pytest.mark.equation("autograd.einsum")
def test_the_claim_above_rejects_a_product_that_leaves_an_operand_out(rng):
    by_A, _, g, c = of_a_triple_product(rng)
    assert np.abs(by_A - g[:, None] * c.sum()).max() > 0.1


@pytest.mark.equation("optim.stages")
def test_each_stage_is_three_times_as_long_and_divides_the_step_size_by_the_seventh_root_of_ten(measured):
    ends = np.cumsum(3 ** np.arange(step_sizes.STAGES))
    steps = [step_sizes.of_stages(int(last)) for last in ends]
    measured(np.abs(np.diff(np.log10(steps)) + 1 / 7), 1e-12)
    measured(abs(step_sizes.of_stages(1) - 1e-3), 1e-15)
    assert all(step_sizes.of_stages(int(a) + 1) == b for a, b in zip(ends[:-1], steps[1:], strict=True))


@pytest.mark.equation("optim.stages")
def test_the_claim_above_rejects_stages_of_one_length():
    assert step_sizes.of_stages(3) != pytest.approx(10 ** (-3 - 2 / 7))


@pytest.mark.equation("optim.two_falls")
def test_the_step_size_falls_twice_by_two_tenths_of_its_logarithm(measured):
    steps = np.log10([step_sizes.of_two_falls(epoch) for epoch in range(1, 501)])
    falls = np.flatnonzero(np.diff(steps)) + 1  # the epochs that are over then
    assert falls.tolist() == [200, 350]
    measured(np.abs(np.diff(steps)[falls - 1] + 0.2), 1e-12)


@pytest.mark.equation("optim.two_falls")
def test_the_claim_above_rejects_a_step_size_that_is_divided_by_ten():
    fall = math.log10(step_sizes.of_two_falls(500) / step_sizes.of_two_falls(1))
    assert abs(fall + 2) > 1


@pytest.mark.equation("optim.straight_line")
def test_the_step_sizes_fall_by_the_same_and_would_be_nought_in_the_epoch_after_the_last(measured):
    setting = Setting("ring", (4,), epochs=7, scale=1.0, learning_rate=0.3)
    steps = np.array([setting.step_size(epoch) for epoch in range(1, 9)])
    measured(np.abs(np.diff(steps) + 0.3 / 7), 1e-15)
    measured(np.abs(steps[[0, -1]] - [0.3, 0]), 1e-15)


@pytest.mark.equation("optim.straight_line")
def test_the_claim_above_rejects_epochs_that_are_counted_from_0():
    assert abs(0.3 * (1 - 1 / 7) - Setting("ring", (4,), 7, 1.0, 0.3).step_size(1)) > 0.01
