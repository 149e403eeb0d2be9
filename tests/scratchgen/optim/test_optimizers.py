"""Optimisers take the steps of their equations: against the algorithm written out, step by step."""

import gc

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen import Tensor
from scratchgen.nn import Linear, Parameter
from scratchgen.optim import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, RMSProp

pytestmark = pytest.mark.fast


def parameter(values, gradient=None):
    p = Parameter(np.array(values, np.float64))
    p.grad = None if gradient is None else np.array(gradient, np.float64)
    return p


def path(optimizer, gradients):
    """The parameter after each step, for a given gradient at each."""
    (p,) = optimizer.parameters
    places = []
    for g in gradients:
        p.grad = np.array(g)
        optimizer.step()
        places.append(p.data.copy())
    return np.array(places)


@pytest.fixture
def problem(rng):
    """Initial parameters (5,) and the gradients of 20 steps (20, 5)."""
    return rng.standard_normal(5), rng.standard_normal((20, 5))


# --- gradient descent and momentum ------------------------------------------------------------------------


@pytest.mark.equation("optim.sgd")
def test_sgd_subtracts_the_gradient_times_the_learning_rate(measured):
    p = parameter([1.0, 2.0], [10.0, -10.0])
    SGD([p], 0.1).step()
    measured(np.abs(p.data - [0.0, 3.0]), 1e-15)


@pytest.mark.equation("optim.sgd")
def test_the_claim_above_rejects_a_step_up_the_gradient():
    p = parameter([1.0, 2.0], [10.0, -10.0])
    assert np.abs(p.data + 0.1 * p.grad - [0.0, 3.0]).min() > 1


@pytest.mark.equation("optim.momentum")
def test_momentum_adds_up_a_constant_gradient(measured):
    places = path(SGD([parameter([0.0])], 1.0, momentum=0.5), [[1.0]] * 3)
    measured(np.abs(places[:, 0] - [-1.0, -2.5, -4.25]), 1e-15)


@pytest.mark.equation("optim.momentum")
def test_the_claim_above_rejects_a_momentum_that_averages():
    """v ← μ v + (1 − μ) g is another convention: its first step is smaller by 1 − μ."""
    theta, v = 0.0, 0.0
    for expected in (-1.0, -2.5, -4.25):
        v = 0.5 * v + 0.5
        theta -= v
        assert abs(theta - expected) > 0.4


def nesterov_by_sutskever(theta, gradient, alpha, mu, steps):
    """Sutskever et al. (2013), eq. 3-4: the gradient is taken at θ + μ v, where the momentum leads."""
    v = np.zeros_like(theta)
    for _ in range(steps):
        v = mu * v - alpha * gradient(theta + mu * v)
        theta = theta + v
    return theta, v


@pytest.mark.equation("optim.nesterov")
def test_nesterovs_momentum_is_eq_3_and_4_of_sutskever_seen_from_the_point_where_the_gradient_is(measured):
    """Our parameter is the look-ahead point φ = θ + μ v of the paper, at which its gradient is taken."""
    A, start = np.array([1.0, 4.0, 0.5]), np.array([3.0, -1.0, 2.0])
    p = parameter(start)
    optimizer = SGD([p], 0.05, momentum=0.9, nesterov=True)
    for _ in range(25):
        p.grad = A * p.data
        optimizer.step()
    theta, v = nesterov_by_sutskever(start, lambda x: A * x, 0.05, 0.9, 25)
    measured(np.abs(p.data - (theta + 0.9 * v)), 1e-12)


@pytest.mark.equation("optim.nesterov")
def test_the_claim_above_rejects_plain_momentum():
    A, start = np.array([1.0, 4.0, 0.5]), np.array([3.0, -1.0, 2.0])
    p = parameter(start)
    optimizer = SGD([p], 0.05, momentum=0.9)
    for _ in range(25):
        p.grad = A * p.data
        optimizer.step()
    theta, v = nesterov_by_sutskever(start, lambda x: A * x, 0.05, 0.9, 25)
    assert np.abs(p.data - (theta + 0.9 * v)).max() > 0.1


# --- learning rates per coordinate ------------------------------------------------------------------------


@pytest.mark.equation("optim.rmsprop")
def test_rmsprop_divides_by_the_root_of_the_mean_square(problem, measured):
    theta, gradients = problem
    places = path(RMSProp([parameter(theta)], 0.01, beta2=0.9, eps=1e-3), gradients)
    v = np.zeros(5)
    for g, place in zip(gradients, places, strict=True):
        v = 0.9 * v + 0.1 * g**2
        theta = theta - 0.01 * g / (np.sqrt(v) + 1e-3)
        measured(np.abs(place - theta), 1e-13)


@pytest.mark.equation("optim.rmsprop")
def test_the_claim_above_rejects_an_eps_within_the_root(problem):
    theta, (g, *_) = problem
    (place,) = path(RMSProp([parameter(theta)], 0.01, beta2=0.9, eps=1e-3), [g])
    v = 0.1 * g**2
    assert np.abs(place - (theta - 0.01 * g / np.sqrt(v + 1e-3))).max() > 1e-5


@pytest.mark.equation("optim.adagrad")
def test_adagrad_divides_by_the_root_of_the_sum_of_squares(problem, measured):
    theta, gradients = problem
    places = path(Adagrad([parameter(theta)], 0.1, eps=1e-3), gradients)
    for n, place in enumerate(places, 1):
        theta = theta - 0.1 * gradients[n - 1] / (np.sqrt(np.sum(gradients[:n] ** 2, axis=0)) + 1e-3)
        measured(np.abs(place - theta), 1e-13)


@pytest.mark.equation("optim.adagrad")
def test_the_claim_above_rejects_a_mean_of_squares():
    """Under a constant gradient the steps of Adagrad shrink as 1/√t; those of a mean of squares do not."""
    steps = np.diff(path(Adagrad([parameter([0.0])], 0.1), [[3.0]] * 9)[:, 0])
    assert steps[-1] / steps[0] == pytest.approx(np.sqrt(2 / 9))
    assert abs(1 - np.sqrt(2 / 9)) > 0.5


@pytest.mark.equation("optim.adam")
def test_adam_is_algorithm_1_of_the_paper(rng, measured):
    alpha, beta1, beta2, eps = 0.01, 0.9, 0.99, 1e-3
    theta = rng.standard_normal(5)
    p = parameter(theta)
    optimizer = Adam([p], alpha, beta1, beta2, eps)
    m, v = np.zeros(5), np.zeros(5)
    for t in range(1, 20):
        g = rng.standard_normal(5)
        p.grad = g
        optimizer.step()
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        theta = theta - alpha * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        measured(np.abs(p.data - theta), 1e-12 * np.abs(theta))


@pytest.mark.equation("optim.adam")
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_the_first_step_of_adam_has_the_size_of_the_learning_rate_whatever_the_gradient(scale):
    p = parameter([0.0], [scale])
    Adam([p], 0.01, eps=1e-12).step()
    assert p.data[0] == pytest.approx(-0.01, rel=1e-6)


@pytest.mark.equation("optim.adam")
def test_the_claim_above_rejects_a_second_moment_that_begins_at_one():
    """v₀ = 1 with bias correction is not Adam: its first step depends on the gradient's scale."""
    p = parameter([0.0], [1e-4])
    optimizer = Adam([p], 0.01, eps=1e-12)
    optimizer.v = [np.ones(1)]
    optimizer.step()
    assert abs(p.data[0]) < 0.001


def adamw_by_hand(theta, gradients, alpha, decay, coupled=False):
    """Algorithm 2 of Loshchilov & Hutter with beta1 = 0.9, beta2 = 0.99; coupled: the decay is in the gradient."""
    m, v = np.zeros(5), np.zeros(5)
    for t, g in enumerate(gradients, 1):
        g = g + decay * theta if coupled else g
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        shrunk = theta if coupled else theta - alpha * decay * theta
        theta = shrunk - alpha * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return theta


@pytest.mark.equation("optim.adamw")
def test_adamw_shrinks_the_parameters_apart_from_their_gradient(problem, measured):
    theta, gradients = problem
    place = path(AdamW([parameter(theta)], 0.01, beta2=0.99, weight_decay=0.5), gradients)[-1]
    measured(np.abs(place - adamw_by_hand(theta, gradients, 0.01, 0.5)), 1e-12)


@pytest.mark.equation("optim.adamw")
def test_the_claim_above_rejects_a_decay_within_the_gradient(problem):
    theta, gradients = problem
    place = path(AdamW([parameter(theta)], 0.01, beta2=0.99, weight_decay=0.5), gradients)[-1]
    assert np.abs(place - adamw_by_hand(theta, gradients, 0.01, 0.5, coupled=True)).max() > 0.01


@pytest.mark.equation("optim.adamw")
def test_adamw_without_weight_decay_is_adam_to_the_bit(problem):
    theta, gradients = problem
    ours = path(AdamW([parameter(theta)], 0.01, weight_decay=0.0), gradients)
    np.testing.assert_array_equal(ours, path(Adam([parameter(theta)], 0.01), gradients))


# --- against PyTorch --------------------------------------------------------------------------------------

PEERS = {
    "sgd": (lambda p: SGD(p, 0.1), lambda optim, p: optim.SGD(p, 0.1)),
    "momentum": (lambda p: SGD(p, 0.1, momentum=0.9), lambda optim, p: optim.SGD(p, 0.1, momentum=0.9)),
    "nesterov": (
        lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True),
        lambda optim, p: optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    ),
    "rmsprop": (RMSProp, lambda optim, p: optim.RMSprop(p)),
    "adagrad": (Adagrad, lambda optim, p: optim.Adagrad(p)),
    "adam": (Adam, lambda optim, p: optim.Adam(p)),
    "adamw": (AdamW, lambda optim, p: optim.AdamW(p)),
}


@pytest.mark.parametrize(("ours", "theirs"), PEERS.values(), ids=PEERS)
def test_the_defaults_and_the_steps_are_those_of_pytorch(ours, theirs, problem):
    torch = pytest.importorskip("torch")
    theta, gradients = problem
    peer = torch.tensor(theta, requires_grad=True)
    optimizer = theirs(torch.optim, [peer])
    places = []
    for g in gradients:
        peer.grad = torch.tensor(g)
        optimizer.step()
        places.append(peer.detach().numpy().copy())
    np.testing.assert_allclose(path(ours([parameter(theta)]), gradients), places, rtol=1e-10, atol=1e-12)


# --- the kernel of Adam -----------------------------------------------------------------------------------


def after_steps(rng, dtype, layout, steps=10):
    """The parameter and the state of Adam after some steps of the same gradients."""
    p = Parameter(layout(rng.standard_normal((4, 3)).astype(dtype)))
    optimizer = Adam([p], 0.01)
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


def test_a_parameter_in_another_memory_layout_is_updated_in_place():
    expected = after_steps(np.random.default_rng(1), float, np.ascontiguousarray)
    memory = np.zeros((4, 6))

    def strided(a):
        memory[:, ::2] = a
        return memory[:, ::2]

    for layout in (np.asfortranarray, strided):
        found = after_steps(np.random.default_rng(1), float, layout)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


# --- all optimisers ---------------------------------------------------------------------------------------

ALL = {
    **{name: (lambda p, kind=kind: kind(p, 0.05)) for name, kind in OPTIMIZERS.items()},
    "momentum": lambda p: SGD(p, 0.05, momentum=0.9),
    "nesterov": lambda p: SGD(p, 0.05, momentum=0.9, nesterov=True),
}
each = pytest.mark.parametrize("make", ALL.values(), ids=ALL)


def descend(p, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        ((p - np.array([1.0, 2.0])) ** 2 * np.array([1.0, 4.0])).sum().backward()
        optimizer.step()


@each
def test_steps_shrink_the_distance_to_the_minimum_of_a_quadratic(make):
    p = parameter([2.0, 1.0])
    descend(p, make([p]), 3000)
    np.testing.assert_allclose(p.data, [1, 2], atol=0.03)


@each
def test_a_restored_optimiser_continues_to_the_same_bits(make):
    whole, cut = parameter([5.0, -3.0]), parameter([5.0, -3.0])
    optimizer = make([whole])
    descend(whole, optimizer, 7)
    first = make([cut])
    descend(cut, first, 3)
    again = make([resumed := parameter(cut.data)])
    again.load_state_dict(first.state_dict())
    descend(resumed, again, 4)
    np.testing.assert_array_equal(resumed.data, whole.data)
    assert again.t == 7


@each
def test_float32_parameters_stay_float32(make):
    p = Parameter(np.ones(3, np.float32))
    optimizer = make([p])
    p.grad = np.ones(3, np.float32)
    optimizer.step(0.5)
    moments = [getattr(optimizer, name)[0] for name in optimizer.moments]
    assert {a.dtype for a in (p.data, *moments)} == {np.dtype(np.float32)}


@each
def test_parameters_without_a_gradient_do_not_change(make):
    p, q = parameter([1.0]), parameter([1.0], [1.0])
    make([p, q]).step()
    assert p.data[0] == 1 and q.data[0] < 1


@each
def test_a_scale_multiplies_the_learning_rate_of_one_step(make):
    scaled, halved = make([p := parameter([1.0], [2.0])]), make([q := parameter([1.0], [2.0])])
    halved.learning_rate = 0.025
    scaled.step(0.5)
    halved.step()
    np.testing.assert_array_equal(p.data, q.data)
    assert scaled.learning_rate == 0.05


# --- parameter groups -------------------------------------------------------------------------------------


def test_a_group_has_options_of_its_own_and_the_rest_from_the_optimiser():
    p, q = parameter([1.0], [1.0]), parameter([1.0], [1.0])
    optimizer = SGD([{"params": [p]}, {"params": [q], "learning_rate": 0.01}], 0.1)
    optimizer.step(0.5)
    np.testing.assert_allclose([p.data[0], q.data[0]], [0.95, 0.995])
    assert optimizer.parameters == [p, q]


def test_groups_are_the_same_as_an_optimiser_for_each(problem):
    theta, gradients = problem
    p, q = parameter(theta), parameter(theta)
    both = AdamW([{"params": [p], "weight_decay": 0.0}, {"params": [q], "beta1": 0.5}], 0.01)
    for g in gradients:
        p.grad, q.grad = g.copy(), g.copy()
        both.step()
    np.testing.assert_array_equal(p.data, path(Adam([parameter(theta)], 0.01), gradients)[-1])
    np.testing.assert_array_equal(q.data, path(AdamW([parameter(theta)], 0.01, beta1=0.5), gradients)[-1])


# --- what is refused --------------------------------------------------------------------------------------

REFUSED = {
    "no parameters": (lambda p: SGD([], 0.1), ValueError, "at least one parameter"),
    "an empty group": (lambda p: SGD([{"params": []}], 0.1), ValueError, "at least one parameter"),
    "a parameter twice": (lambda p: SGD([p, p], 0.1), ValueError, "twice"),
    "a bare parameter": (Adam, TypeError, r"pass \[parameter\]"),
    "no learning rate": (lambda p: SGD([p], 0), ValueError, r"learning_rate must be .* in \(0, ∞\), not 0"),
    "a learning rate that is no number": (
        lambda p: Adam([p], np.nan),
        ValueError,
        "learning_rate .* not nan",
    ),
    "too much momentum": (lambda p: SGD([p], 0.1, 1.0), ValueError, r"momentum must be .* in \[0, 1\)"),
    "nesterov alone": (lambda p: SGD([p], 0.1, nesterov=True), ValueError, "needs a momentum"),
    "beta2 of 1": (lambda p: Adam([p], beta2=1.0), ValueError, r"beta2 must be .* in \[0, 1\)"),
    "a negative eps": (lambda p: Adagrad([p], eps=-1.0), ValueError, r"eps must be .* in \[0, ∞\), not -1"),
    "beta2 of RMSProp": (lambda p: RMSProp([p], beta2=1.0), ValueError, "beta2 must be"),
    "a negative decay": (lambda p: AdamW([p], weight_decay=-0.1), ValueError, "weight_decay must be"),
    "a model": (lambda p: Adam(Linear(2, 2)), TypeError, r"pass model\.parameters\(\)"),
    "arrays": (lambda p: Adam([p.data]), TypeError, "not objects of type ndarray"),
    "what is constant": (lambda p: Adam([Tensor(p.data)]), TypeError, "not objects of type Tensor"),
    "bad group": (
        lambda p: SGD([{"params": [p], "momentum": 2.0}], 0.1),
        ValueError,
        "momentum must be",
    ),
    "unknown option": (
        lambda p: SGD([{"params": [p], "weight_decay": 0.1}], 0.1),
        TypeError,
        "SGD has no option 'weight_decay'; a group may set learning_rate, momentum, nesterov",
    ),
    "lr": (lambda p: SGD([p], lr=0.1), TypeError, "'lr'; the step size is called learning_rate"),
    "alpha": (lambda p: Adam([p], alpha=0.1), TypeError, "'alpha'; the step size is called learning_rate"),
    "lr of a group": (lambda p: Adam([{"params": [p], "lr": 1}]), TypeError, "is called learning_rate"),
}


@pytest.mark.parametrize(("make", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make(parameter([1.0]))


def test_the_state_of_another_optimiser_is_refused_and_changes_nothing():
    optimizer = Adam([parameter([1.0, 2.0], [1.0, 1.0])])
    optimizer.step()
    before = optimizer.state_dict()
    for other in (SGD([parameter([1.0, 2.0])]), Adam([parameter([1.0])])):
        with pytest.raises(ValueError, match="belongs to a different Adam"):
            optimizer.load_state_dict(other.state_dict())
    np.testing.assert_equal(optimizer.state_dict(), before)


class Cycle:
    """An object that refers to itself, as an error and its traceback do; only the garbage collector frees it."""

    def __init__(self, held):
        self.me, self.held = self, held


def test_a_step_waits_for_no_result_that_only_a_cycle_of_references_holds():
    p = Parameter(np.ones(3))
    (p * p).sum().backward()
    gc.disable()
    try:
        Cycle((p * 2.0).sum())  # garbage at once
        SGD([p], learning_rate=0.1).step()
    finally:
        gc.enable()
    np.testing.assert_allclose(p.data, 0.8, rtol=1e-12)


def test_a_step_is_refused_while_a_result_that_is_in_reach_needs_the_parameters():
    p = Parameter(np.ones(3))
    (p * p).sum().backward()
    kept = Cycle((p * 2.0).sum())
    with pytest.raises(RuntimeError, match="still needs the parameters as they are"):
        SGD([p], learning_rate=0.1).step()
    np.testing.assert_array_equal(p.data, 1.0)
    kept.held.backward()
    SGD([p], learning_rate=0.1).step()
    np.testing.assert_allclose(p.data, 0.6, rtol=1e-12)  # both gradients: 2 + 2
