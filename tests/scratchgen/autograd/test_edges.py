"""Derivatives at the edges: at kinks, ties and zeros, at the ends of the range, of infinities and of NaN.

Where PyTorch and JAX agree, the derivative here is theirs, with one exception: of log Σ exp of −∞ alone they have NaN,
and here all get 0 (logaddexp, functional.logsumexp). Where they disagree, this is the convention here:

    function                            here        PyTorch     JAX         the reason
    |x| at 0                            0           0           1           the middle of its subgradients
    clip at an end of the interval      1           1           ½           the end is in the interval
    leaky relu at 0                     the slope   the slope   1           0 is not positive
    x⁰ at 0                             0           0           NaN         the power is constant
    0⁻¹ by the exponent                 NaN         −∞          NaN         its neighbours are infinite
    fmax, fmin of equal numbers         ½ each      first       second      as maximum
    maximum with a NaN                  0           1           0           nothing is selected
    log(eᵃ + eᵇ) of a = b = ∞           ½ each      NaN         1 each      as for all other a = b
    log(e^∞ + e¹) by its second         0           0           e           the share of the second number
    √(a² + b²) at 0                     0           NaN         ½           the middle of the subgradients
    the angle of 0                      NaN         0           NaN         no direction
    copysign(0, b) by 0                 0           0           1           as |x|
    ‖x‖ and std(x) at 0                 0           0           NaN         the middle of the subgradients
    ‖x‖₁ at 0, and ‖x‖_∞                0           0           1, and ¼    the same
    Π x beyond the range of numbers     exact       ∞ or 0      exact       there is no division by a factor
    cumulated product, the same         exact       1, 0, 0     exact       the same
    arcsinh, angle at 1e200             exact       0           0           no square leaves the range
    det of a singular matrix            cofactors   0           cofactors   the derivative exists
    nanmean of NaN alone                0           NaN         0           nothing is counted
    x log y at x = y = 0, by x          −∞          0           −∞          it is log y
    log Γ at 0                          −∞          −∞          NaN         the limit from above
    Hessian of std(x)² at 0             NaN         0           NaN         std has no second derivative
    Hessian of |z|² at z = 0            NaN         0           0           |z| has no second derivative
"""

from functools import partial

import numpy as np
import pytest

from scratchgen import Tensor, hessian

INF, NAN = np.inf, np.nan
IDENTITY = np.eye(2)


def variance(np, x, ddof):
    """The variance, for which PyTorch calls `ddof` `correction`."""
    return x.var(correction=ddof) if np.__name__ == "torch" else x.var(ddof=ddof)


# what: (function of (np, *arguments), arguments, the derivative of its sum by each argument). PyTorch and JAX agree.
EDGES = {
    # kinks and ties
    "sign": (lambda np, x: np.sign(x), (0.0,), (0,)),
    "floor": (lambda np, x: np.floor(x), (1.0,), (0,)),
    "maximum": (lambda np, a, b: np.maximum(a, b), (1.0, 1.0), (0.5, 0.5)),
    "minimum": (lambda np, a, b: np.minimum(a, b), (1.0, 1.0), (0.5, 0.5)),
    "max": (lambda np, x: x.max(), ([3.0, 1.0, 3.0],), ([0.5, 0, 0.5],)),
    "min": (lambda np, x: x.min(), ([1.0, 1.0, 3.0],), ([0.5, 0.5, 0],)),
    "largest of equal lengths": (lambda np, x: np.linalg.norm(x, INF), ([1.0, -1.0],), ([0.5, -0.5],)),
    "median": (lambda np, x: np.quantile(x, 0.5), ([1.0, 1.0, 2.0],), ([0, 1, 0],)),
    "quantile between equal numbers": (
        lambda np, x: np.quantile(x, 0.25),
        ([1.0, 1.0, 2.0],),
        ([0.5, 0.5, 0],),
    ),
    "quantile at the end": (lambda np, x: np.quantile(x, 1.0), ([1.0, 2.0, 3.0],), ([0, 0, 1],)),
    "clip of an empty interval": (lambda np, x, a, b: np.clip(x, a, b), (0.5, 1.0, 0.0), (0, 0, 1)),
    "remainder": (lambda np, a, b: np.remainder(a, b), (4.0, 2.0), (1, -2)),
    "remainder of a negative number": (lambda np, a, b: np.remainder(a, b), (-3.0, 2.0), (1, 2)),
    "fmod": (lambda np, a, b: np.fmod(a, b), (-3.0, 2.0), (1, 1)),
    # powers
    "square root of 0": (lambda np, x: np.sqrt(x), (0.0,), (INF,)),
    "0 to the 1": (lambda np, a, b: a**b, (0.0, 1.0), (1, 0)),
    "0 to the 2": (lambda np, a, b: a**b, (0.0, 2.0), (0, 0)),
    "0 to the half": (lambda np, x: x**0.5, (0.0,), (INF,)),
    "a negative number to the 3": (lambda np, a, b: a**b, (-2.0, 3.0), (12, NAN)),
    "1 / 0": (lambda np, a, b: a / b, (1.0, 0.0), (INF, -INF)),
    # products
    "product with a zero": (lambda np, x: x.prod(), ([0.0, 2.0, 3.0],), ([6, 0, 0],)),
    "product with two zeros": (lambda np, x: x.prod(), ([0.0, 0.0, 3.0],), ([0, 0, 0],)),
    "cumulated product": (lambda np, x: np.cumprod(x, 0), ([2.0, 0.0, 0.0, 3.0],), ([1, 2, 0, 0],)),
    # ends of the range
    "log of 0": (lambda np, x: np.log(x), (0.0,), (INF,)),
    "arcsin of 1": (lambda np, x: np.arcsin(x), (1.0,), (INF,)),
    "arccosh of 1": (lambda np, x: np.arccosh(x), (1.0,), (INF,)),
    "tanh of infinity": (lambda np, x: np.tanh(x), (INF,), (0,)),
    "exp of −infinity": (lambda np, x: np.exp(x), (-INF,), (0,)),
    "arctan of infinity": (lambda np, x: np.arctan(x), (INF,), (0,)),
    "sum of exponentials, −infinity": (lambda np, a, b: np.logaddexp(a, b), (-INF, 1.0), (0, 1)),
    "sum of exponentials, both": (lambda np, a, b: np.logaddexp(a, b), (INF, -INF), (1, 0)),
    # norms, variances, matrices
    "norm of infinity": (lambda np, x: np.linalg.norm(x), ([INF, 1.0],), ([NAN, 0],)),
    "norm with a zero": (lambda np, x: np.linalg.norm(x, 3), ([0.0, 1.0],), ([0, 1],)),
    "variance of one number": (partial(variance, ddof=1), ([2.0],), ([NAN],)),
    "variance of equal numbers": (partial(variance, ddof=0), ([2.0, 2.0],), ([0, 0],)),
    "determinant of 0": (lambda np, x: np.linalg.det(x), (np.zeros((3, 3)),), (np.zeros((3, 3)),)),
    "nuclear norm of 0": (lambda np, x: np.linalg.norm(x, "nuc"), (0 * IDENTITY,), (IDENTITY,)),
    "equal eigenvalues": (lambda np, x: np.linalg.eigvalsh(x), (3 * IDENTITY,), (IDENTITY,)),
    "equal singular values": (lambda np, x: np.linalg.norm(x, "nuc"), (2 * IDENTITY,), (IDENTITY,)),
    "pseudo-inverse of 0": (lambda np, x: np.linalg.pinv(x), (0 * IDENTITY,), (0 * IDENTITY,)),
    # NaN
    "fmax with a NaN": (lambda np, a, b: np.fmax(a, b), (NAN, 1.0), (0, 1)),
    "fmax of two NaN": (lambda np, a, b: np.fmax(a, b), (NAN, NAN), (1, 0)),
    "nansum": (lambda np, x: np.nansum(x), ([NAN, 2.0],), ([0, 1],)),
    "nan_to_num": (lambda np, x: np.nan_to_num(x), ([NAN, 2.0, INF],), ([0, 1, 0],)),
    "the other branch is NaN": (lambda np, x: np.where(x > 0, np.log(x), x), ([1.0, -1.0],), ([1, 1],)),
    # complex numbers
    "|x(1 + 2i)|²": (lambda np, x: np.abs(x * (1 + 2j)) ** 2, (3.0,), (30,)),
    "|z| at 0": (lambda np, z: np.abs(z), (0j,), (0,)),
    "z² at 0": (lambda np, z: np.real(z**2), (0j,), (0,)),
    "z⁰ at 0": (lambda np, z: np.real(z**0), (0j,), (0,)),
    "product of complex numbers with a zero": (
        lambda np, z: np.real(np.prod(z)),
        ([0j, 2j, 1j],),
        ([-2, 0, 0],),
    ),
    "angle of a negative number": (lambda np, z: np.angle(z), (-2.0,), (0,)),
    "complex angle of a negative number": (lambda np, z: np.angle(z), (-2 + 0j,), (0.5j,)),
    "root at its branch cut": (lambda np, z: np.imag(np.sqrt(z)), (-1 + 0j,), (-0.5,)),
    "a negative number to a complex power": (lambda np, b: np.real((-2 + 0j) ** b), (2.0,), (4 * np.log(2),)),
}

# of scipy.special: (argument, derivative)
SPECIAL_EDGES = {
    "expit": (-800.0, 0),
    "logit": (0.0, INF),
    "log_ndtr": (1e3, 0),
    "erf": (INF, 0),
    "erfinv": (1.0, INF),
    "entr": (0.0, INF),
    "gammaln": (-1.0, NAN),
    "i1": (0.0, 0.5),
}

# PyTorch and JAX disagree: see the table above
CONVENTIONS = {
    "|x| at 0": (lambda np, x: np.abs(x), (0.0,), (0,)),
    "clip at its ends": (lambda np, x: np.clip(x, 0.0, 1.0), ([0.0, 1.0, 2.0],), ([1, 1, 0],)),
    "0 to the 0": (lambda np, a, b: a**b, (0.0, 0.0), (0, 0)),
    "0 to the −1": (lambda np, a, b: a**b, (0.0, -1.0), (-INF, NAN)),
    "fmax": (lambda np, a, b: np.fmax(a, b), (1.0, 1.0), (0.5, 0.5)),
    "maximum with a NaN": (lambda np, a, b: np.maximum(a, b), (NAN, 1.0), (0, 0)),
    "sum of exponentials": (lambda np, a, b: np.logaddexp(a, b), (INF, 1.0), (1, 0)),
    "equal infinities": (lambda np, a, b: np.logaddexp(a, b), (INF, INF), (0.5, 0.5)),
    "equal infinities below": (lambda np, a, b: np.logaddexp2(a, b), (-INF, -INF), (0, 0)),
    "hypot at 0": (lambda np, a, b: np.hypot(a, b), (0.0, 0.0), (0, 0)),
    "angle of 0": (lambda np, a, b: np.arctan2(a, b), (0.0, 0.0), (NAN, NAN)),
    "copysign of 0": (lambda np, a, b: np.copysign(a, b), (0.0, 1.0), (0, 0)),
    "deviation of equal numbers": (lambda np, x: x.std(), ([2.0, 2.0],), ([0, 0],)),
    **{
        f"norm {order} of 0": (lambda np, x, order=order: np.linalg.norm(x, order), ([0.0, 0.0],), ([0, 0],))
        for order in (None, 1, 2, 3, INF)
    },
    "arcsinh of a huge number": (lambda np, x: np.arcsinh(x), (1e200,), (1e-200,)),
    "angle of huge numbers": (lambda np, a, b: np.arctan2(a, b), (1e200, 1e200), (5e-201, -5e-201)),
    "product that underflows": (lambda np, x: x.prod(), ([1e-200, 1e-200, 2.0],), ([2e-200, 2e-200, 0],)),
    "product beyond the range": (lambda np, x: x.prod(), ([1e200, 1e200, 1e-200],), ([1, 1, INF],)),
    "cumulated product that underflows": (
        lambda np, x: np.cumprod(x, 0),
        ([1e-200, 1e-200, 1e250],),
        ([1e50, 1e50, 0],),
    ),
    "determinant of a singular matrix": (
        lambda np, x: np.linalg.det(x),
        ([[1.0, 2.0], [2.0, 4.0]],),
        ([[4, -2], [-2, 1]],),
    ),
    "mean of NaN alone": (lambda np, x: np.nanmean(x), ([NAN, NAN],), ([0, 0],)),
}


def derivatives(call, arguments):
    """The derivatives of the real part of a sum by each argument."""
    xs = [Tensor(np.asarray(a), requires_grad=True) for a in arguments]
    y = call(np, *xs)
    y.backward(np.ones(y.shape))
    return [x.grad for x in xs]


def assert_equals(found, expected):
    for d, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(d, np.broadcast_to(e, np.shape(d)), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("what", [*EDGES, *CONVENTIONS])
def test_the_derivative_at_an_edge_is_the_one_of_the_table(what):
    call, arguments, expected = (EDGES | CONVENTIONS)[what]
    with np.errstate(all="ignore"):
        assert_equals(derivatives(call, arguments), expected)


@pytest.mark.parametrize("name", SPECIAL_EDGES)
def test_the_derivative_of_a_special_function_at_an_edge_is_the_one_of_the_table(name):
    special = pytest.importorskip("scipy.special")
    x, expected = SPECIAL_EDGES[name]
    with np.errstate(all="ignore"):
        assert_equals(derivatives(lambda np, x: getattr(special, name)(x), [x]), [expected])


def test_the_conventions_of_special_functions():
    special = pytest.importorskip("scipy.special")
    with np.errstate(all="ignore"):
        assert_equals(derivatives(lambda np, x: special.xlogy(x, 0.0), [0.0]), [-INF])
        assert_equals(derivatives(lambda np, x: special.gammaln(x), [0.0]), [-INF])


HESSIANS = {
    "|x|³": (lambda np, x: np.abs(x) ** 3, 0.0, 0),
    "x²": (lambda np, x: x**2.0, 0.0, 2),
    "x^1.5": (lambda np, x: x**1.5, 0.0, INF),
    "x · x": (lambda np, x: x @ x, [0.0, 0.0], 2 * IDENTITY),
    "‖x‖²": (lambda np, x: np.linalg.norm(x) ** 2, [0.0, 0.0], NAN),
    "variance": (partial(variance, ddof=0), [2.0, 2.0], IDENTITY - 0.5),
    "product of zeros": (lambda np, x: x.prod(), [0.0, 0.0, 3.0], [[0, 3, 0], [3, 0, 0], [0, 0, 0]]),
    "|z|²": (lambda np, x: np.abs(x * (1 + 2j)) ** 2, 3.0, 10),
    "z conj(z)": (lambda np, x: np.real(x * (1 + 2j) * np.conj(x * (1 + 2j))), 0.0, 10),
}


@pytest.mark.parametrize("what", HESSIANS)
def test_the_hessian_at_an_edge_is_the_one_of_the_table(what):
    call, x, expected = HESSIANS[what]
    with np.errstate(all="ignore"):
        assert_equals([hessian(partial(call, np))(np.asarray(x))], [expected])


def mean_of_halves(np, x):
    return x.mean()


def test_the_mean_of_more_halves_than_their_range_counts_has_a_derivative():
    """A count of 70,000 in float16 would be infinite."""
    (slope,) = derivatives(mean_of_halves, [np.full(70_000, 0.5, np.float16)])
    assert slope.dtype == np.float16 and np.all(slope == np.float16(1 / 70_000))


# --- the same of both peers ---------------------------------------------------------------------------------


@pytest.fixture(params=["torch", "jax"])
def peer(request):
    """A peer with its name for NumPy, its derivatives, its Hessian, and its arrays."""
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    from .rule_cases.twins.peers import with_jax, with_pytorch

    if request.param == "jax":
        return jax.numpy, with_jax, lambda f: jax.jit(jax.hessian(f)), jax.numpy.asarray
    return torch, with_pytorch, lambda f: partial(torch.autograd.functional.hessian, f), torch.tensor


@pytest.mark.parametrize("what", EDGES)
def test_a_peer_has_the_derivative_of_the_table(what, peer):
    call, arguments, expected = EDGES[what]
    np_of_peer, with_peer, _, _ = peer
    arrays = [np.asarray(a) for a in arguments]
    with np.errstate(all="ignore"):
        g = np.ones_like(call(np, *arrays))
    assert_equals(with_peer(partial(call, np_of_peer), arrays, g, (), False)[1:], expected)


@pytest.mark.parametrize("name", SPECIAL_EDGES)
def test_a_peer_has_the_derivative_of_a_special_function(name, peer):
    special = peer[0].special if peer[0].__name__ == "torch" else pytest.importorskip("jax.scipy.special")
    x, expected = SPECIAL_EDGES[name]
    assert_equals(
        peer[1](getattr(special, name), [np.asarray(x)], np.asarray(1.0), (), False)[1:], [expected]
    )


@pytest.mark.parametrize("what", HESSIANS)
def test_a_peer_has_the_hessian_of_the_table(what, peer):
    call, x, expected = HESSIANS[what]
    np_of_peer, _, hessian_of, array = peer
    assert_equals([np.asarray(hessian_of(partial(call, np_of_peer))(array(np.asarray(x))))], [expected])


def test_a_peer_has_the_mean_of_halves(peer):
    half = np.full(70_000, 0.5, np.float16)
    found = peer[1](partial(mean_of_halves, peer[0]), [half], np.float16(1), (), False)
    assert np.all(found[1] == np.float16(1 / 70_000))


def test_a_wrong_derivative_at_an_edge_is_noticed():
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equals(derivatives(lambda np, x: np.abs(x), [0.0]), [1])
