"""exp, log, tanh, sin and cos on every backend: errors in units in the last place, against mpmath."""

import math
import re
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from scratchgen_kernels import exp, log, sincos_turns, tanh, vector_math
from scratchgen_kernels.vector_math import coefficients, derive_coefficients

pytestmark = pytest.mark.fast

BOUND = {"exp": 1.1, "log": 0.9, "tanh": 1.4, "sin": 1.75, "cos": 1.75}  # as the contract states
NUMPY_BOUND = 4.0  # what NumPy promises for its own vector loops


def sine(u, backend=None):
    return sincos_turns(u, backend=backend)[0]


def cosine(u, backend=None):
    return sincos_turns(u, backend=backend)[1]


FUNCTIONS = {
    "exp": (exp, mp.exp),
    "log": (log, mp.log),
    "tanh": (tanh, mp.tanh),
    "sin": (sine, lambda u: mp.sinpi(2 * u)),
    "cos": (cosine, lambda u: mp.cospi(2 * u)),
}


def ulps(actual, exact, dtype):
    """|actual − exact| in units in the last place of the exact value, at least of the smallest normal number."""
    info = np.finfo(dtype)
    exponent = max(mp.frexp(exact)[1] - 1 if exact else info.minexp, info.minexp)
    return float(abs(mp.mpf(float(actual)) - exact) / mp.mpf(2) ** (exponent - info.nmant))


def worst(name, x, backend):
    """(largest error in ulps, the argument) over an array of finite arguments with finite results."""
    function, exact = FUNCTIONS[name]
    y = function(x, backend=backend)
    assert y.dtype == x.dtype
    errors = [ulps(b, exact(mp.mpf(float(a))), x.dtype) for a, b in zip(x, y, strict=True)]
    place = int(np.argmax(errors))
    return errors[place], x[place]


def arguments(name, dtype, rng, n=1500):
    """Numbers of every size for which the function is finite, and more of them where it is not trivial."""
    info = np.finfo(dtype)
    least, most = math.log(info.smallest_subnormal), math.log(info.max)
    sizes = np.exp(rng.uniform(least, most, n)).astype(dtype)
    signed = (sizes * rng.choice([-1, 1], n)).astype(dtype)
    near = {
        "exp": [rng.uniform(least, most, n), signed[(signed > least) & (signed < most)]],
        "log": [sizes, 1 + rng.normal(scale=0.2, size=n).clip(-0.9), 1 + rng.normal(scale=1e-4, size=n)],
        "tanh": [signed, rng.normal(size=n), rng.uniform(-10, 10, n)],
        "sin": [signed[abs(signed) < 2.0**info.nmant], rng.uniform(-1, 1, n), 1e3 * rng.normal(size=n)],
    }
    return np.concatenate(near["sin" if name == "cos" else name]).astype(dtype)


@pytest.mark.equation("kernels.elementary")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_stay_below_the_stated_units_in_the_last_place(backend, dtype, rng, name, measured):
    error, place = worst(name, arguments(name, dtype, rng), backend)
    bound = NUMPY_BOUND if backend == "numpy" else BOUND[name]
    assert error <= bound, place
    measured(error, bound)


@pytest.mark.equation("kernels.elementary")
def test_the_claim_above_rejects_a_coefficient_that_is_off_in_its_last_digits(monkeypatch, rng):
    off = coefficients.FLOAT64.EXP_Q[1] * (1 + 1e-13)
    monkeypatch.setattr(coefficients.FLOAT64, "EXP_Q", (0.5, off, *coefficients.FLOAT64.EXP_Q[2:]))
    assert worst("exp", arguments("exp", np.dtype(float), rng), "loops")[0] > BOUND["exp"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_exp_underflows_gradually_and_ends_at_zero_and_infinity_where_ieee_does(backend):
    """float32: exp is subnormal from −87.34 on, 0 below −103.98 = log 2⁻¹⁵⁰, ∞ above 88.7228."""
    x = np.arange(-104.5, -86.0, 0.125, dtype=np.float32)
    expected = np.array([float(mp.exp(mp.mpf(float(a)))) for a in x])
    tiny = 2.0**-149
    assert np.abs(exp(x, backend=backend) - expected).max() <= 0.75 * tiny * 4  # 2⁻¹⁴⁷ at the normal end
    y = exp(np.array([-104.0, -103.97, -100.0, 88.72, 88.73], np.float32), backend=backend)
    assert y[0] == 0 and y[1] == np.float32(tiny) and 0 < y[2] < 2.0**-126
    assert np.isfinite(y[3]) and np.isinf(y[4])
    wide = exp(np.array([-746.0, -745.1, -710.0, 709.78, 709.79]), backend=backend)
    assert wide[0] == 0 and wide[1] == 5e-324 and 0 < wide[2] < 2.0**-1022
    assert np.isfinite(wide[3]) and np.isinf(wide[4])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("exp", [-np.inf, -0.0, 0.0, np.inf, np.nan, 1e30, -1e30], [0, 1, 1, np.inf, np.nan, np.inf, 0]),
        ("log", [-np.inf, -1, -0.0, 0.0, 1, np.inf], [np.nan, np.nan, -np.inf, -np.inf, 0, np.inf]),
        ("log", [np.nan], [np.nan]),
        ("tanh", [-np.inf, -50, -0.0, 0.0, 50, np.inf, np.nan], [-1, -1, -0.0, 0.0, 1, 1, np.nan]),
        ("sin", [-np.inf, -0.0, 0.0, 0.25, 0.75, 1e30, np.nan], [np.nan, -0.0, 0.0, 1, -1, 0.0, np.nan]),
        ("cos", [-np.inf, -0.0, 0.5, 0.25, 0.75, 1e30, np.nan], [np.nan, 1, -1, 0, 0, 1, np.nan]),
    ],
)
def test_special_values_are_those_of_ieee_754(backend, dtype, name, x, y):
    actual = FUNCTIONS[name][0](np.array(x, dtype), backend=backend)
    expected = np.array(y, dtype)
    np.testing.assert_array_equal(actual, expected)
    if name in ("tanh", "sin"):
        kept = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(actual[kept]), np.signbit(expected[kept]))


def test_subnormal_arguments_keep_their_digits(backend, dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([tiny, 3 * tiny, -5 * tiny], dtype)
    np.testing.assert_array_equal(tanh(x, backend=backend), x)
    np.testing.assert_array_equal(exp(x, backend=backend), np.ones(3, dtype))
    assert worst("log", x[:2], backend)[0] < NUMPY_BOUND


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0, 2)], ids=str)
def test_any_shape_is_taken(backend, dtype, assert_close, shape):
    x = np.ones(shape, dtype)
    assert_functions_agree(x, x, backend, assert_close)


def test_any_layout_is_taken_and_the_argument_untouched(backend, dtype, rng, assert_close, relaid):
    x = rng.uniform(0.1, 3, (4, 3)).astype(dtype)
    moved = relaid(x)
    assert_functions_agree(moved, x, backend, assert_close)
    np.testing.assert_array_equal(moved, x)


def assert_functions_agree(moved, x, backend, assert_close):
    """Compare the functions of `moved` with those of the same numbers x in float64."""
    assert_close(exp(moved, backend=backend), np.exp(x.astype(float)), roundings=4)
    assert_close(log(moved, backend=backend), np.log(x.astype(float)), roundings=4)
    assert_close(tanh(moved, backend=backend), np.tanh(x.astype(float)), roundings=4)
    assert_close(
        sine(moved, backend=backend), np.sin(2 * np.pi * x.astype(float)), roundings=40
    )  # 2πx is rounded


def test_the_place_in_the_array_does_not_matter(backend, dtype, rng):
    """The last few numbers of an array are computed outside the vector loop, with the same result."""
    x = rng.uniform(0.1, 3, 67).astype(dtype)
    for function in (exp, log, tanh, sine, cosine):
        whole = function(x, backend=backend)
        parts = [function(x[i : i + n], backend=backend) for i, n in ((0, 1), (1, 3), (4, 13), (17, 50))]
        np.testing.assert_allclose(np.concatenate(parts), whole, rtol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", derive_coefficients.POLYNOMIALS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_coefficients_are_those_that_the_derivation_gives(name, dtype):
    derived, error = derive_coefficients.derive(name, dtype)
    assert derived == getattr(coefficients.of(dtype), name)
    assert error < 0.5 * np.finfo(dtype).eps / 2  # a quarter of the rounding of the result


def test_every_backend_has_the_same_coefficients():
    """The compiled header repeats them, since C inlines literals only."""
    header = Path(vector_math.__file__).with_name("cython_.pxd").read_text(encoding="utf-8")
    written = {float(number) for number in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", header)}
    for numbers in (coefficients.FLOAT32, coefficients.FLOAT64):
        for name in ("EXP_Q", "LOG_R", "SIN_S", "COS_C", "TANH_T"):
            assert set(getattr(numbers, name)) <= written, name
