"""Optimisers step as their papers say: compared with the algorithm written out, step by step."""

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adam, MovingAverage, clip_grad_norm, half_cosine


def parameter(values, gradient):
    p = Parameter(np.array(values, np.float64))
    p.grad = None if gradient is None else np.array(gradient, np.float64)
    return p


@pytest.mark.equation("optim.sgd")
def test_sgd_goes_down_the_gradient():
    p = parameter([1.0, 2.0], [10.0, -10.0])
    SGD([p], alpha=0.1).step()
    np.testing.assert_allclose(p.data, [0.0, 3.0])


@pytest.mark.equation("optim.sgd")
def test_momentum_adds_up_a_constant_gradient(measured):
    p = parameter([0.0], [1.0])
    optimizer = SGD([p], alpha=1.0, momentum=0.5)
    for expected in (-1.0, -2.5, -4.25):
        optimizer.step()
        measured(abs(p.data[0] - expected), 1e-15)


@pytest.mark.equation("optim.sgd")
def test_the_claim_above_rejects_a_momentum_that_averages():
    """v ← μ v + (1 − μ) g is another convention: its first step is smaller by 1 − μ."""
    p, v = parameter([0.0], [1.0]), 0.0
    for expected in (-1.0, -2.5, -4.25):
        v = 0.5 * v + 0.5 * p.grad[0]
        p.data -= v
        assert abs(p.data[0] - expected) > 0.4


@pytest.mark.equation("optim.adam")
def test_adam_is_algorithm_1_of_the_paper(rng, measured):
    alpha, beta1, beta2, eps = 0.01, 0.9, 0.99, 1e-3
    theta = rng.standard_normal(5)
    p = parameter(theta, None)
    optimizer = Adam([p], alpha, beta1, beta2, eps)
    m, v = np.zeros(5), np.zeros(5)
    for t in range(1, 20):
        g = rng.standard_normal(5)
        p.grad = g
        optimizer.step()
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        theta = theta - alpha * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        measured(np.abs(p.data - theta), 1e-12 * np.abs(theta))


def after_steps(rng, dtype, layout, steps=10):
    """The parameter and the state of Adam after some steps of the same gradients."""
    p = Parameter(layout(rng.standard_normal((4, 3)).astype(dtype)))
    optimizer = Adam([p], alpha=0.01)
    for _ in range(steps):
        p.grad = rng.standard_normal((4, 3)).astype(dtype)
        optimizer.step()
    return p.data, optimizer.m[0], optimizer.v[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_backend_takes_the_steps_that_numpy_takes(dtype):
    off = {state.backend for state in kernels.backends() if not state.available}
    with kernels.use("numpy"):
        expected = after_steps(np.random.default_rng(1), dtype, np.ascontiguousarray)
    for name in {"loops", "numba", "cython"} - off:
        with kernels.use(name):
            found = after_steps(np.random.default_rng(1), dtype, np.ascontiguousarray)
        for ours, theirs in zip(found, expected, strict=True):  # some ten roundings a step
            np.testing.assert_allclose(
                ours, theirs, rtol=100 * np.finfo(dtype).eps, atol=100 * np.finfo(dtype).eps
            )
            assert ours.dtype == dtype


def test_a_parameter_in_another_memory_layout_is_updated_where_it_lies():
    expected = after_steps(np.random.default_rng(1), float, np.ascontiguousarray)
    memory = np.zeros((4, 6))

    def strided(a):
        memory[:, ::2] = a
        return memory[:, ::2]

    for layout in (np.asfortranarray, strided):
        found = after_steps(np.random.default_rng(1), float, layout)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.equation("optim.adam")
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_the_first_step_of_adam_has_the_size_alpha_whatever_the_gradient(scale):
    p = parameter([0.0], [scale])
    Adam([p], alpha=0.01, eps=1e-12).step()
    assert p.data[0] == pytest.approx(-0.01, rel=1e-6)


@pytest.mark.equation("optim.adam")
def test_the_claim_above_rejects_a_second_moment_that_begins_at_one():
    """v₀ = 1 with bias correction is not Adam: its first step depends on the gradient's scale."""
    p = parameter([0.0], [1e-4])
    optimizer = Adam([p], alpha=0.01, eps=1e-12)
    optimizer.v = [np.ones(1)]
    optimizer.step()
    assert abs(p.data[0]) < 0.001


def test_parameters_without_a_gradient_stay():
    p, q = parameter([1.0], None), parameter([1.0], [1.0])
    for optimizer in (SGD([p, q], 0.1), Adam([p, q])):
        optimizer.step()
    assert p.data[0] == 1 and q.data[0] < 1


@pytest.mark.equation("optim.average")
def test_a_moving_average_is_the_recursion_written_out_and_forgets_the_beginning(measured):
    p = parameter([100.0], None)
    average, expected = MovingAverage([p], decay=0.9), 100.0
    for t in range(1, 200):
        p.data[...] = (-1.0) ** t
        average.update()
        d = min(0.9, (1 + t) / (10 + t))
        expected = d * expected + (1 - d) * (-1.0) ** t
    measured(abs(average.average[0] - expected), 1e-12)
    average.install()
    assert abs(p.data[0]) < 0.06  # between −1 and 1, the two places that it jumps between


@pytest.mark.equation("optim.average")
def test_the_claim_above_rejects_an_average_that_keeps_its_beginning():
    """d = decay from the first step on: after ten steps a third of the beginning is still there."""
    p, kept = parameter([100.0], None), 100.0
    average = MovingAverage([p], decay=0.9)
    p.data[...] = 0.0
    for _ in range(10):
        average.update()
        kept = 0.9 * kept
    assert average.average[0] < 0.3 < 30 < kept


def test_clipping_bounds_the_joint_norm_keeps_the_direction_and_returns_the_norm_before():
    p, q, r = parameter([0.0, 0.0], [3.0, 0.0]), parameter([0.0], [4.0]), parameter([0.0], None)
    assert clip_grad_norm([p, q, r], 1.0) == 5
    np.testing.assert_allclose([*p.grad, *q.grad], [0.6, 0, 0.8])
    assert clip_grad_norm([p, q], 1.5) == pytest.approx(1)
    np.testing.assert_allclose(p.grad, [0.6, 0])


def test_float32_parameters_stay_float32():
    p = Parameter(np.ones(3, np.float32))
    for make in (lambda: SGD([p], 0.1, 0.9), lambda: Adam([p])):
        p.grad = np.ones(3, np.float32)
        make().step()
        assert p.data.dtype == np.float32


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD([], 0.1),
        lambda: SGD([parameter([1.0], None)], 0),
        lambda: SGD([parameter([1.0], None)], 0.1, 1.0),
    ],
)
def test_impossible_settings_are_refused(make):
    with pytest.raises(ValueError, match=r"at least one parameter|positive|momentum"):
        make()


def test_a_bare_parameter_and_impossible_decays_are_refused():
    p = parameter([1.0], None)
    with pytest.raises(TypeError, match=r"pass \[parameter\]"):
        Adam(p)
    with pytest.raises(ValueError, match="beta1 and beta2"):
        Adam([p], beta2=1.0)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.05, 0.9), lambda p: Adam(p, 0.05)])
def test_many_steps_reach_the_minimum_of_a_quadratic(make):
    p = parameter([5.0, -3.0], None)
    optimizer = make([p])
    for _ in range(600):
        optimizer.zero_grad()
        ((p - np.array([1.0, 2.0])) ** 2 * np.array([1.0, 4.0])).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(p.data, [1, 2], atol=1e-3)


@pytest.mark.equation("optim.half_cosine")
def test_a_half_cosine_is_the_square_of_the_cosine_of_half_the_angle(measured):
    t = np.linspace(0, 1, 101)
    y = np.array([half_cosine(each) for each in t])
    measured(np.abs(y - np.cos(np.pi * t / 2) ** 2), 1e-15)  # of numbers up to 1, some roundings
    assert y[0] == 1 and y[-1] == 0 and (np.diff(y) < 0).all()


@pytest.mark.equation("optim.half_cosine")
def test_the_claim_above_rejects_a_straight_line():
    assert abs((1 - 0.25) - np.cos(np.pi * 0.25 / 2) ** 2) > 0.1
