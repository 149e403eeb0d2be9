"""The two cross entropies on every backend: the textbook sums, gradients, extreme logits, targets."""

import numpy as np
import pytest

from scratchgen_kernels import (
    bernoulli_cross_entropy,
    bernoulli_cross_entropy_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

pytestmark = pytest.mark.fast

BERNOULLI = [((4, 7), (4, 7)), ((3,), (3,)), ((2, 3, 5), (3, 5)), ((2, 3, 5), (5,)), ((3, 1100), (3, 1100))]
EMPTY = [((0, 4), (0, 4)), ((4, 0), (4, 0)), ((2, 0, 3), (0, 3)), ((0,), (0,))]
SOFTMAX = [(4, 7), (3,), (2, 3, 5), (1, 1), (2, 1100), (0, 4), (2, 0, 3)]


def draw_bernoulli(rng, dtype, shapes):
    """Logits between about −12 and 12, grey pixels, and one cotangent per row."""
    logits, x = 4 * rng.normal(size=shapes[0]), rng.random(shapes[1])
    return [np.asarray(a, dtype) for a in (logits, x, rng.normal(size=shapes[0][:-1]))]


def bernoulli_oracle(logits, x):
    """The textbook form, in extended precision."""
    a, x = logits.astype(np.longdouble), x.astype(np.longdouble)
    p = 1 / (1 + np.exp(-a))
    return -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum(axis=-1)


@pytest.mark.equation("vae.likelihood")
@pytest.mark.parametrize("shapes", BERNOULLI + EMPTY, ids=str)
def test_bernoulli_loss_is_the_textbook_sum(backend, dtype, rng, assert_close, shapes):
    logits, x, _ = draw_bernoulli(rng, dtype, shapes)
    assert_close(bernoulli_cross_entropy(logits, x, backend=backend), bernoulli_oracle(logits, x))


@pytest.mark.equation("vae.likelihood")
def test_the_claim_above_rejects_the_loss_of_the_complement(dtype, rng, assert_close):
    logits, x, _ = draw_bernoulli(rng, dtype, BERNOULLI[0])
    with pytest.raises(AssertionError):
        assert_close(bernoulli_cross_entropy(logits, 1 - x), bernoulli_oracle(logits, x))


@pytest.mark.parametrize("shapes", BERNOULLI + EMPTY, ids=str)
def test_bernoulli_gradient_is_sigma_minus_pixel_times_the_cotangent(
    backend, dtype, rng, assert_close, shapes
):
    logits, x, g = draw_bernoulli(rng, dtype, shapes)
    expected = g[..., None].astype(float) * (1 / (1 + np.exp(-logits.astype(float))) - x)
    assert_close(bernoulli_cross_entropy_backward(g, logits, x, backend=backend), expected, roundings=10)


def test_the_gradient_is_that_of_finite_differences(backend, rng, step=1e-6):
    logits, x, g = draw_bernoulli(rng, float, BERNOULLI[0])
    u = rng.normal(size=logits.shape)
    above, below = (bernoulli_cross_entropy(logits + s * u, x, backend=backend) for s in (step, -step))
    slope = np.sum(g * (above - below)) / (2 * step)
    g_logits = bernoulli_cross_entropy_backward(g, logits, x, backend=backend)
    assert np.sum(g_logits * u) == pytest.approx(slope, rel=1e-7)  # step² and eps/step
    assert np.sum(1.001 * g_logits * u) != pytest.approx(slope, rel=1e-7)


def test_a_certain_and_right_answer_keeps_its_small_loss(backend, dtype):
    """log(1 + e) with e = exp(−30): 1 + e rounds to 1, the loss must not round to 0."""
    logits = np.array([[30.0], [-30.0], [1e4], [-1e4], [0]], dtype)
    x = np.array([[1.0], [0], [1], [0], [1]], dtype)
    loss = bernoulli_cross_entropy(logits, x, backend=backend)
    small = np.log1p(np.exp(-30.0))
    expected = [small, small, 0, 0, np.log(2)]
    # the rounding of a · 1 leaves nothing where softplus(30) = 30 + e; the other side keeps e itself
    np.testing.assert_allclose(loss[1:], expected[1:], rtol=4 * np.finfo(dtype).eps)
    wrong = bernoulli_cross_entropy(logits, 1 - x, backend=backend)
    np.testing.assert_array_equal(wrong[2:4], np.array([1e4, 1e4], dtype))


def draw_softmax(rng, dtype, shape):
    targets = rng.integers(0, shape[-1], shape[:-1]) if shape[-1] else np.zeros(shape[:-1], int)
    return (4 * rng.normal(size=shape)).astype(dtype), targets, np.asarray(rng.normal(size=shape[:-1]), dtype)


def softmax_of(logits):
    a = logits.astype(np.longdouble)
    p = np.exp(a - a.max(axis=-1, keepdims=True, initial=-np.inf))
    return p / p.sum(axis=-1, keepdims=True)


@pytest.mark.equation("nn.cross_entropy")
@pytest.mark.parametrize("shape", SOFTMAX, ids=str)
def test_softmax_loss_is_minus_the_log_probability_of_the_target(backend, dtype, rng, assert_close, shape):
    logits, k, _ = draw_softmax(rng, dtype, shape)
    chosen = np.take_along_axis(softmax_of(logits), np.asarray(k)[..., None], -1)[..., 0]
    assert_close(softmax_cross_entropy(logits, np.asarray(k), backend=backend), -np.log(chosen))


@pytest.mark.equation("nn.cross_entropy")
@pytest.mark.parametrize("shape", SOFTMAX, ids=str)
def test_softmax_gradient_is_probability_minus_one_hot(backend, dtype, rng, assert_close, shape):
    logits, k, g = draw_softmax(rng, dtype, shape)
    one_hot = np.asarray(k)[..., None] == np.arange(shape[-1])
    expected = g[..., None] * (softmax_of(logits) - one_hot)
    assert_close(
        softmax_cross_entropy_backward(g, logits, np.asarray(k), backend=backend), expected, roundings=20
    )


@pytest.mark.equation("nn.cross_entropy")
def test_the_claims_above_reject_the_neighbouring_class(dtype, rng, assert_close):
    logits, k, g = draw_softmax(rng, dtype, (4, 7))
    with pytest.raises(AssertionError):
        assert_close(softmax_cross_entropy(logits, (k + 1) % 7), softmax_cross_entropy(logits, k))
    with pytest.raises(AssertionError):
        assert_close(
            softmax_cross_entropy_backward(g, logits, (k + 1) % 7),
            softmax_cross_entropy_backward(g, logits, k),
        )


def test_large_logits_do_not_overflow_and_minus_infinity_is_impossible(backend, dtype):
    logits = np.array([[1e4, 1e4, -1e4], [0, -np.inf, 0], [0, -np.inf, 0]], dtype)
    with np.errstate(divide="ignore"):
        loss = softmax_cross_entropy(logits, np.array([0, 0, 1]), backend=backend)
    np.testing.assert_allclose(loss, [np.log(2), np.log(2), np.inf], rtol=4 * np.finfo(dtype).eps)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_nan_stays_in_its_row(backend, dtype, rng):
    logits, k, g = draw_softmax(rng, dtype, (4, 7))
    x = rng.random((4, 7)).astype(dtype)
    logits[2, 3] = np.nan
    row = np.arange(4) == 2
    np.testing.assert_array_equal(np.isnan(softmax_cross_entropy(logits, k, backend=backend)), row)
    np.testing.assert_array_equal(np.isnan(bernoulli_cross_entropy(logits, x, backend=backend)), row)
    g_logits = softmax_cross_entropy_backward(g, logits, k, backend=backend)
    np.testing.assert_array_equal(np.isnan(g_logits).all(axis=1), row)
    g_logits = bernoulli_cross_entropy_backward(g, logits, x, backend=backend)
    np.testing.assert_array_equal(np.argwhere(np.isnan(g_logits)), [[2, 3]])


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.uint64, ">i4"])
def test_targets_may_be_any_integers_in_any_layout(backend, kind, rng):
    logits, k, _ = draw_softmax(rng, float, (6, 7))
    wide = np.zeros(12, kind)
    wide[::2] = k
    found = softmax_cross_entropy(logits, wide[::2], backend=backend)
    np.testing.assert_array_equal(found, softmax_cross_entropy(logits, k, backend=backend))


@pytest.mark.parametrize(
    ("targets", "error"),
    [
        (np.array([0, 3]), ValueError),
        (np.array([-1, 0]), ValueError),
        (np.array([0]), ValueError),
        (np.array([[0, 0]]), ValueError),
        (np.array([0.0, 1.0]), TypeError),
        (np.array([True, False]), TypeError),
        ([0, 1], TypeError),
        (np.ma.masked_array([0, 1]), TypeError),
        (np.array([2**64 - 1, 0], np.uint64), ValueError),
    ],
    ids=str,
)
def test_targets_that_are_no_classes_are_refused(no_backend, targets, error):
    for call in (
        lambda: softmax_cross_entropy(np.ones((2, 3)), targets),
        lambda: softmax_cross_entropy_backward(np.ones(2), np.ones((2, 3)), targets),
    ):
        with pytest.raises(error, match="targets"):
            call()


def test_memory_layout_does_not_matter_and_inputs_stay_untouched(backend, dtype, rng, assert_close, relaid):
    logits, x, g = draw_bernoulli(rng, dtype, ((4, 7), (4, 7)))
    moved = [relaid(a) for a in (g, logits, x)]
    assert_close(bernoulli_cross_entropy(*moved[1:], backend=backend), bernoulli_oracle(logits, x))
    k = rng.integers(0, 7, 4)
    for one, other in [
        (bernoulli_cross_entropy_backward, (g, logits, x)),
        (softmax_cross_entropy_backward, (g, logits, k)),
    ]:
        arguments = [*moved[:2], moved[2] if other[2] is x else k]
        np.testing.assert_array_equal(one(*arguments, backend=backend), one(*other, backend=backend))
    for one, other in zip(moved, (g, logits, x), strict=True):
        np.testing.assert_array_equal(one, other)
