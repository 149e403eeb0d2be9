"""Complex numbers: every rule that is declared right for them is, and every other one refuses them.

The cases are those of the table (`rule_cases`), called with complex arguments. For a complex number z = x + iy and
a real L the derivative is ∂L/∂x − i ∂L/∂y, so that dL = Re Σ g · dz for every change dz. `test_against_peers.py`
compares the same functions with PyTorch or JAX.
"""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, grad, vjp
from scratchgen.autograd import GradientError
from scratchgen.autograd.check import STENCIL, STEP
from scratchgen.autograd.primitives import COMPOSED, row
from scratchgen.autograd.rules.complex_numbers import is_of_fft

from .rule_cases import CASES
from .rule_cases.fourier import as_real
from .rule_cases.walk import described, entry_of, name_of, rows

pytestmark = pytest.mark.filterwarnings("ignore")  # NumPy's own, where an imaginary part is left out

FOR_REAL_NUMBERS = "is for real numbers"
RIGHT = [r for r in rows() if (entry := entry_of(r)) is not None and entry.complex]
COMPOSITIONS = list(COMPOSED)
OTHERS = [r for r in rows() if r not in RIGHT and r not in COMPOSITIONS]
OF_REAL_ARRAYS = {
    np.fft.rfft,
    np.fft.rfft2,
    np.fft.rfftn,
}  # real numbers to complex ones: their cases say all


def parts(case):
    """Real and imaginary parts of the arguments of a case, with broadcasting where it allows that."""
    corners = case.corners()
    shapes = corners[min(2, len(corners) - 1)]
    rng = np.random.default_rng(0)
    return case.draw(shapes, 0), [rng.uniform(-0.5, 0.5, s) for s in shapes]


def joined(xs, ys):
    return [x + 1j * y for x, y in zip(xs, ys, strict=True)]


def computes(case):
    """Whether NumPy itself has a value of the case for complex numbers."""
    try:
        case.f(*joined(*parts(case)))
    except (TypeError, ValueError):
        return False
    return True


def refused(case):
    """Whether the case is refused with complex tensors, at the call or, for a norm of singular values, in its rule."""
    try:
        y = case.f(*(Tensor(z, requires_grad=True) for z in joined(*parts(case))))
        y.backward(np.ones(y.shape, y.dtype))
    except TypeError as error:
        if FOR_REAL_NUMBERS in str(error) or "would lose the imaginary part" in str(error):
            return True
        raise
    return False


def right_cases(row):
    return [case for case in CASES[row] if computes(case) and not refused(case)]


def check_through_complex_numbers(case):
    """(x, y) ↦ f(x + iy) ↦ a real number, to second order."""
    xs, ys = parts(case)
    n = len(xs)
    check_grads(lambda *args: as_real(case.f(*joined(args[:n], args[n:]))), *xs, *ys)


def check_leaves(case):
    """dL = Re Σ g · dz for dz = h u and for dz = i h u, with L = Re Σ c f(z) and a random c."""
    rng = np.random.default_rng(1)
    zs = joined(*parts(case))
    y, pull = vjp(case.f, *zs)
    c = rng.standard_normal(y.shape)
    if y.dtype.kind == "c":
        c = c + 1j * rng.standard_normal(y.shape)
    for i, g in enumerate(pull(c)):
        assert g.dtype == zs[i].dtype
        u = rng.standard_normal(g.shape)
        for direction in (u, 1j * u):
            moved = {
                k: [z + k * STEP * direction if j == i else z for j, z in enumerate(zs)] for k in STENCIL
            }
            slope = sum(w * np.real(np.sum(c * case.f(*moved[k]))) for k, w in STENCIL.items()) / STEP
            assert np.real(np.sum(g.numpy() * direction)) == pytest.approx(slope, rel=1e-6, abs=1e-6), (
                described(case)
            )


@pytest.mark.parametrize("row", [*RIGHT, *COMPOSITIONS], ids=name_of)
def test_derivatives_through_complex_numbers_agree_with_finite_differences_to_second_order(row):
    for case in right_cases(row):
        check_through_complex_numbers(case)


@pytest.mark.parametrize("row", [*RIGHT, *COMPOSITIONS], ids=name_of)
def test_derivatives_by_complex_numbers_are_those_by_their_parts(row):
    for case in right_cases(row):
        check_leaves(case)


def test_every_function_that_is_declared_right_for_complex_numbers_is_checked_with_them():
    assert {r for r in RIGHT if not right_cases(r)} == OF_REAL_ARRAYS


@pytest.mark.parametrize("row", OTHERS, ids=name_of)
def test_a_function_whose_rule_is_for_real_numbers_refuses_complex_ones(row):
    assert [described(case) for case in CASES[row] if computes(case) and not refused(case)] == []


def test_the_claim_above_is_about_functions_that_numpy_computes():
    names = {name_of(r) for r in OTHERS if any(map(computes, CASES[r]))}
    assert names >= {"np.maximum", "np.sort", "np.linalg.det", "np.sign", "np.nanmean", "np.cov"}


REFUSED = {
    "np.maximum": lambda z: np.maximum(z, 0.5),
    "np.sort": np.sort,
    "np.clip": lambda z: np.clip(z, 0.0, 1.0),
    "np.linalg.det": lambda z: np.linalg.det(z.reshape(1, 2) * np.ones((2, 1))),
    "np.linalg.svd": lambda z: np.linalg.svd(z.reshape(1, 2), compute_uv=False),
    "np.median": np.median,
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_refusal_says_what_to_write(name):
    z = Tensor([1 + 2j, 3 - 1j], requires_grad=True)
    with pytest.raises(TypeError, match=r"is for real numbers.*np\.real\(z\), np\.imag\(z\) or np\.abs\(z\)"):
        REFUSED[name](z)
    x = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match=FOR_REAL_NUMBERS):
        REFUSED[name](x * (1 + 2j))  # complex numbers that a real tensor leads to


# --- single claims ------------------------------------------------------------------------------------------


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


# --- the checks are checked ---------------------------------------------------------------------------------


PLANTED = {
    "a conjugate that is left out": (np.conjugate, lambda g, y, x: g),
    "the sign of an imaginary part": (np.imag, lambda g, y, val: g * 1j),
    "a modulus as of real numbers": (np.absolute, lambda g, y, x: g * np.real(x) / y),
    "an analytic function with a conjugate": (np.exp, lambda g, y, x: g * np.conj(y)),
}


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("check", [check_through_complex_numbers, check_leaves])
def test_a_rule_that_is_wrong_for_complex_numbers_is_caught(name, check, monkeypatch):
    function, rule = PLANTED[name]
    monkeypatch.setattr(row(function), "rules", (rule,))
    with pytest.raises((GradientError, AssertionError)):
        for case in CASES[function]:
            check(case)


def test_a_rule_for_real_numbers_that_does_not_refuse_complex_ones_is_noticed(monkeypatch):
    monkeypatch.setattr(row(np.maximum), "complex", True)
    with pytest.raises(AssertionError):
        test_a_function_whose_rule_is_for_real_numbers_refuses_complex_ones(np.maximum)


def test_a_real_leaf_has_a_real_gradient_in_its_own_type():
    for dtype in (np.float32, np.float64):
        x = Tensor(np.array([1.0, 2.0], dtype), requires_grad=True)
        np.sum(np.abs(x * (1 + 2j)) ** 2).backward()
        assert x.grad.dtype == dtype
        np.testing.assert_allclose(x.grad, [10, 20], rtol=1e-6)


def test_a_complex_loss_asks_for_a_cotangent():
    """A complex loss has no direction of descent; with a cotangent, or as a real number, it has a derivative."""
    z = Tensor(1 + 2j, requires_grad=True)
    with pytest.raises(RuntimeError, match="a complex result has no least direction"):
        (z * z).backward()
    assert grad(lambda z: np.real(z * z))(1 + 2j).item() == 2 + 4j  # ∂(x² − y²)/∂x − i ∂/∂y
    assert grad(lambda z: np.imag(z * z))(1 + 2j).item() == 4 - 2j


def test_a_function_without_a_module_is_none_of_fft_and_one_of_fft_is():
    without = object()  # as a ufunc of NumPy 2.0
    assert not hasattr(without, "__module__")
    assert not is_of_fft(without) and not is_of_fft(np.add) and is_of_fft(np.fft.rfft)
