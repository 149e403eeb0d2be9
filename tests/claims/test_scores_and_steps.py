"""Errors of means, entropies, distances, and what stands around training: shares of the prior, step sizes."""

import itertools
import math

import numpy as np
import pytest

import scratchgen as sg
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.evaluation import kmeans_centroids, mean_over_examples
from scratchgen.evaluation.latents import prior_radius
from scratchgen.evaluation.likelihood import Weights
from scratchgen.evaluation.pairs import squared_distances
from scratchgen.gan import ConditionalGAN
from scratchgen.random import Generator
from scratchgen.training.reproductions import iwae_mnist, vae_mnist_fixed
from scratchgen.training.reproductions.gan_modes import Setting
from scratchgen.vae.interpolate import straight

# --- means ------------------------------------------------------------------------------------------------


@pytest.mark.equation("evaluation.standard_error")
def test_the_square_of_the_standard_error_is_the_variance_of_the_mean_without_bias(measured):
    """Over every sample of two from (0, 1, 5), drawn with replacement: exact, not by chance."""
    values = np.array([0.0, 1.0, 5.0])
    found = [mean_over_examples(values[list(pair)]) for pair in itertools.product(range(3), repeat=2)]
    variance = np.var([m.mean for m in found])
    measured(abs(np.mean([m.standard_error**2 for m in found]) - variance), 1e-12)


@pytest.mark.equation("evaluation.standard_error")
def test_the_claim_above_rejects_a_deviation_over_n():
    values = np.array([0.0, 1.0, 5.0])
    pairs = [values[list(pair)] for pair in itertools.product(range(3), repeat=2)]
    assert abs(np.mean([p.var() / 2 for p in pairs]) - np.var([p.mean() for p in pairs])) > 0.5


def weighed(w):
    weights = Weights()
    for piece in np.array_split(np.log(w), 3):
        weights.add(piece)
    return weights.estimate()


@pytest.mark.equation("vae.effective_samples")
def test_the_error_of_a_log_is_that_of_the_mean_over_the_mean_and_samples_count_by_their_weights(
    rng, measured
):
    w = rng.exponential(size=(9, 4))
    found = weighed(w)
    mean, error = mean_over_examples(w)
    measured(np.abs(found.standard_error - error / mean), 1e-12)
    measured(np.abs(found.effective_samples - w.sum(axis=0) ** 2 / (w * w).sum(axis=0)), 1e-12)
    measured(np.abs(weighed(np.repeat([[1.0], [0.0]], [3, 6], axis=0) + 1e-300).effective_samples - 3), 1e-12)


@pytest.mark.equation("vae.effective_samples")
def test_the_claim_above_rejects_an_error_that_is_not_divided_by_the_mean(rng):
    w = 3 + rng.exponential(size=(9, 4))
    assert np.abs(weighed(w).standard_error - mean_over_examples(w).standard_error).min() > 0.05


# --- distributions ----------------------------------------------------------------------------------------


@pytest.mark.equation("distributions.normal_entropy")
def test_the_entropy_of_a_normal_is_the_integral_of_minus_p_log_p(measured):
    x, variance = np.linspace(-30, 30, 60_001), math.exp(0.4)
    log_p = -0.5 * (np.log(2 * np.pi * variance) + (x - 1) ** 2 / variance)
    integral = -np.sum(np.exp(log_p) * log_p) * (x[1] - x[0])
    measured(abs(Normal(np.ones((1, 2)), np.full((1, 2), 0.4)).entropy()[0] - 2 * integral), 1e-10)


@pytest.mark.equation("distributions.normal_entropy")
def test_the_claim_above_rejects_a_logarithm_of_sigma_in_the_place_of_that_of_its_square():
    entropy = Normal(np.ones((1, 1)), np.full((1, 1), 0.4)).entropy()[0]
    assert abs(0.5 * (math.log(2 * math.pi) + 1 + 0.2) - entropy) == pytest.approx(0.1)


@pytest.mark.equation("distributions.bernoulli_entropy")
def test_the_entropy_of_pixels_is_the_mean_of_minus_log_p_over_all_images(rng, measured):
    a = rng.standard_normal((1, 4))
    p, x = 1 / (1 + np.exp(-a)), np.array(list(np.ndindex(2, 2, 2, 2)))
    of_image = np.prod(np.where(x == 1, p, 1 - p), axis=1)
    measured(abs(Bernoulli(a).entropy()[0] + np.sum(of_image * np.log(of_image))), 1e-12)


@pytest.mark.equation("distributions.bernoulli_entropy")
def test_the_claim_above_rejects_the_entropy_of_ones_alone(rng):
    p = 1 / (1 + np.exp(-rng.standard_normal((1, 4))))
    assert abs(Bernoulli(np.log(p / (1 - p))).entropy()[0] + np.sum(p * np.log(p))) > 0.1


@pytest.mark.equation("vae.prior_radius")
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_the_share_inside_the_circle_is_the_integral_of_the_normal_density(share, measured):
    r = (np.arange(20_000) + 0.5) / 20_000 * prior_radius(share)
    inside = np.sum(np.exp(-(r**2) / 2) * r) * prior_radius(share) / 20_000
    measured(abs(inside - share), 1e-8)


@pytest.mark.equation("vae.prior_radius")
def test_the_claim_above_rejects_the_interval_that_holds_the_share_of_one_latent():
    within = lambda r: 1 - math.exp(-(r**2) / 2)
    assert abs(within(1.6449) - 0.9) > 0.1  # 90 % of one normal number lie within 1.6449


@pytest.mark.equation("vae.straight")
def test_on_the_straight_way_all_steps_are_the_same_and_the_middle_is_shorter_by_a_root(rng, measured):
    a, b = rng.standard_normal((2, 3, 10_000))
    path = straight(a, b, 5)
    measured(np.abs(np.diff(path, axis=0) - (b - a) / 4), 1e-14)
    lengths = np.linalg.norm(path, axis=-1)
    measured(np.abs(lengths[2] / lengths[0] - math.sqrt(1 / 2)), 0.05)  # a and b are nearly at right angles


@pytest.mark.equation("vae.straight")
def test_the_claim_above_rejects_weights_that_grow_as_squares(rng):
    a, b = rng.standard_normal((2, 3, 10))
    t = np.linspace(0, 1, 5)[:, None, None] ** 2
    assert np.abs(np.diff((1 - t) * a + t * b, axis=0) - (b - a) / 4).max() > 0.1


# --- two samples ------------------------------------------------------------------------------------------


@pytest.mark.equation("evaluation.squared_distances")
def test_distances_from_a_product_are_those_of_each_pair_and_a_common_offset_costs_no_digits(rng, measured):
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((4, 3))
    expected = np.array([[sum((a - b) ** 2 for a, b in zip(u, v, strict=True)) for v in y] for u in x])
    measured(np.abs(squared_distances(x, y) - expected), 1e-13)
    measured(np.abs(squared_distances(x + 1e6, y + 1e6) - expected), 1e-8)  # 10⁶ is stored to 10⁻¹⁰


@pytest.mark.equation("evaluation.squared_distances")
def test_the_claim_above_rejects_a_product_of_numbers_that_lie_far_from_0(rng):
    x = rng.standard_normal((5, 3)) + 1e6
    squares = (x * x).sum(axis=1)
    naive = squares[:, None] - 2 * x @ x.T + squares
    assert np.abs(naive - ((x[:, None] - x) ** 2).sum(axis=2)).max() > 1e-5


def squares_to_the_nearest(x, c):
    return ((x[:, None] - c) ** 2).sum(axis=2).min(axis=1).sum()


@pytest.mark.equation("gan.centroids")
def test_no_partition_of_a_few_points_has_averages_that_are_nearer(rng, measured):
    """Against every way to put eight points, in two heaps, into two classes."""
    pytest.importorskip("sklearn")
    x = np.concatenate([rng.standard_normal((4, 2)), 6 + rng.standard_normal((4, 2))])
    splits = (np.array(bits, bool) for bits in itertools.product([0, 1], repeat=8))
    best = min(
        squares_to_the_nearest(x, np.stack([x[s].mean(axis=0), x[~s].mean(axis=0)]))
        for s in splits
        if s.any() and not s.all()
    )
    measured(abs(squares_to_the_nearest(x, kmeans_centroids(x, 2, Generator(0))) - best), 1e-10)


@pytest.mark.equation("gan.centroids")
def test_the_claim_above_rejects_two_of_the_points_themselves(rng):
    x = np.concatenate([rng.standard_normal((4, 2)), 6 + rng.standard_normal((4, 2))])
    averages = np.stack([x[:4].mean(axis=0), x[4:].mean(axis=0)])
    assert squares_to_the_nearest(x, x[[0, 4]]) > squares_to_the_nearest(x, averages) + 1


@pytest.mark.equation("gan.conditional")
def test_to_a_pair_a_class_is_as_if_the_first_layers_of_both_had_another_bias(rng, measured):
    pair = ConditionalGAN(5, 4, 3, Generator(0), hidden=(6,))
    x = rng.random((2, 5)).astype(np.float32)
    for k in range(3):
        told = pair.given(np.array([k, k]))
        first, _, last = pair.D
        h = np.maximum(x @ first.W.data[:5] + first.b.data + math.sqrt(3) * first.W.data[5 + k], 0)
        expected = h @ last.W.data + last.b.data
        measured(np.abs(told.logits(x).numpy() - expected[:, 0]), 1e-5)  # float32, numbers of the order of 1


@pytest.mark.equation("gan.conditional")
def test_the_claim_above_rejects_a_discriminator_that_is_not_told_the_class(rng):
    pair = ConditionalGAN(5, 4, 3, Generator(0), hidden=(6,))
    x = rng.random((2, 5)).astype(np.float32)
    logits = [pair.given(np.array([k, k])).logits(x).numpy() for k in range(3)]
    assert np.abs(logits[0] - logits[1]).max() > 0.01


# --- gradients and steps ----------------------------------------------------------------------------------


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
    """Of y_i = Σ_jk A_ij B_kj c_k the gradient by A, found and summed by hand; and g and c."""
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
    ends = np.cumsum(3 ** np.arange(iwae_mnist.STAGES))
    steps = [iwae_mnist.step_size(int(last)) for last in ends]
    measured(np.abs(np.diff(np.log10(steps)) + 1 / 7), 1e-12)
    measured(abs(iwae_mnist.step_size(1) - 1e-3), 1e-15)
    assert all(iwae_mnist.step_size(int(a) + 1) == b for a, b in zip(ends[:-1], steps[1:], strict=True))


@pytest.mark.equation("optim.stages")
def test_the_claim_above_rejects_stages_of_one_length():
    assert iwae_mnist.step_size(3) != pytest.approx(10 ** (-3 - 2 / 7))


@pytest.mark.equation("optim.two_falls")
def test_the_step_size_falls_twice_by_two_tenths_of_its_logarithm(measured):
    steps = np.log10([vae_mnist_fixed.step_size(epoch) for epoch in range(1, 501)])
    falls = np.flatnonzero(np.diff(steps)) + 1  # the epochs that are over then
    assert falls.tolist() == [200, 350]
    measured(np.abs(np.diff(steps)[falls - 1] + 0.2), 1e-12)


@pytest.mark.equation("optim.two_falls")
def test_the_claim_above_rejects_a_step_size_that_is_divided_by_ten():
    fall = math.log10(vae_mnist_fixed.step_size(500) / vae_mnist_fixed.step_size(1))
    assert abs(fall + 2) > 1


@pytest.mark.equation("optim.straight_line")
def test_the_step_sizes_fall_by_the_same_and_would_be_nought_in_the_epoch_after_the_last(measured):
    setting = Setting("ring", (4,), epochs=7, scale=1.0, alpha=0.3)
    steps = np.array([setting.step_size(epoch) for epoch in range(1, 9)])
    measured(np.abs(np.diff(steps) + 0.3 / 7), 1e-15)
    measured(np.abs(steps[[0, -1]] - [0.3, 0]), 1e-15)


@pytest.mark.equation("optim.straight_line")
def test_the_claim_above_rejects_epochs_that_are_counted_from_0():
    assert abs(0.3 * (1 - 1 / 7) - Setting("ring", (4,), 7, 1.0, 0.3).step_size(1)) > 0.01
