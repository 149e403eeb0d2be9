"""GELU, SiLU and ELU: against mpmath, their limits, and their derivatives."""

import mpmath as mp
import numpy as np
import pytest

from scratchgen import check_grads, grad, nn
from scratchgen import functional as F

pytestmark = pytest.mark.fast

X = np.concatenate([np.linspace(-12, 12, 97), [-700.0, -37.0, -1e-9, 0.0, 1e-9, 700.0]])
ORACLES = {
    "gelu": (F.gelu, lambda x: x * mp.ncdf(x), nn.GELU),
    "silu": (F.silu, lambda x: x / (1 + mp.exp(-x)), nn.SiLU),
    "elu": (F.elu, lambda x: x if x > 0 else mp.expm1(x), nn.ELU),
}


def error(f, oracle, xs=X):
    """The largest error relative to the value; of values below 1e−300 relative to that."""
    with mp.workdps(40):
        exact = [oracle(mp.mpf(float(x))) for x in xs]
        pairs = zip(f(xs), exact, strict=True)
        return np.array(
            [float(abs(mp.mpf(float(y)) - e) / max(abs(e), mp.mpf(10) ** -300)) for y, e in pairs]
        )


@pytest.mark.equation("nn.gelu")
@pytest.mark.equation("nn.silu")
@pytest.mark.equation("nn.elu")
@pytest.mark.parametrize("name", ORACLES)
def test_an_activation_is_its_formula_in_mpmath_also_far_to_the_left(name, measured):
    f, oracle, layer = ORACLES[name]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        measured(error(f, oracle), 3e-13)  # where exp(−½ x²) rounds its argument
    np.testing.assert_array_equal(layer()(X), f(X))


@pytest.mark.equation("nn.gelu")
@pytest.mark.equation("nn.silu")
@pytest.mark.equation("nn.elu")
def test_the_claim_above_rejects_the_approximations_that_are_in_use():
    tanh = lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    near = np.linspace(-3, 3, 13)
    assert error(tanh, ORACLES["gelu"][1], near).max() > 1e-4  # GPT-2's GELU
    assert error(lambda x: x * F.sigmoid(1.702 * x), ORACLES["gelu"][1], near).max() > 1e-3
    assert error(lambda x: x * np.clip(x / 6 + 0.5, 0, 1), ORACLES["silu"][1], near).max() > 0.1  # hard swish
    assert (
        error(lambda x: np.where(x > 0, x, np.exp(x) - 1), ORACLES["elu"][1], np.array([-1e-9])).max() > 1e-9
    )


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (0, 3)], ids=str)
def test_derivatives_to_third_order(name, shape, rng):
    x = 2 * rng.standard_normal(shape)
    check_grads(ORACLES[name][0], x + 0.1 * np.sign(x), order=3)


def test_the_slope_of_elu_is_continuous_at_0_for_alpha_1_only():
    slope = lambda alpha, x: grad(lambda x: F.elu(x, alpha=alpha).sum())(np.array([x])).item()
    assert slope(1.0, 0.0) == slope(1.0, 1e-12) == 1
    assert slope(0.5, 0.0) == 0.5 and slope(0.5, 1e-12) == 1


def test_single_precision_stays_single_and_the_layers_show_their_numbers():
    for layer in (nn.GELU(), nn.SiLU(), nn.ELU(0.3)):
        assert layer(np.ones(3, np.float32)).dtype == np.float32
    assert repr(nn.ELU(0.3)) == "ELU(alpha=0.3)"


def test_activations_are_pytorchs(rng):
    torch = pytest.importorskip("torch")
    x = rng.standard_normal((3, 4))
    for name in ORACLES:
        theirs = getattr(torch.nn.functional, name)(torch.tensor(x)).numpy()
        np.testing.assert_allclose(ORACLES[name][0](x), theirs, rtol=1e-12)
