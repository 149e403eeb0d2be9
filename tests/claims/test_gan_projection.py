"""The projection discriminator: ψ(φ(x)) + φ(x) · (y V), the form of the optimal logit of a conditional game."""

from itertools import product

import numpy as np
import pytest

from scratchgen.gan import ConditionalGAN, Game, discriminator_step, generator_step
from scratchgen.gan.projection import Projection
from scratchgen.nn import Sequential
from scratchgen.optim import Adam
from scratchgen.random import Generator

pytestmark = pytest.mark.fast

KINDS = (2, 3)
LABELS = np.array(list(product(range(2), range(3))))


def pair(**options):
    """A pair conditioned on two attributes, of 2 and 3 kinds."""
    return ConditionalGAN(4, 2, KINDS, Generator(0), hidden=(5, 6), **{"projection": True, **options})


@pytest.fixture
def x():
    return Generator(1).random((6, 4))


def by_hand(model, x, labels):
    """The logit of the docstring, from the weights alone."""
    W1, b1, W2, b2 = (p.data for i in (0, 2) for p in (model.D.phi[i].W, model.D.phi[i].b))
    phi = np.maximum(np.maximum(x @ W1 + b1, 0) @ W2 + b2, 0)
    y = np.zeros((len(x), 5))
    for row, (first, second) in zip(y, labels, strict=True):
        row[first] = row[2 + second] = np.sqrt(5 / 2)
    psi, V = model.D.psi, model.D.V
    return (phi @ psi.W.data + psi.b.data)[:, 0] + np.sum(phi * (y @ V.W.data + V.b.data), axis=1)


def test_the_logit_is_that_of_the_example_and_the_product_of_its_features_with_the_class(x):
    model = pair()
    np.testing.assert_allclose(
        model.given(LABELS).logits(x).numpy(), by_hand(model, x, LABELS), rtol=1e-5, atol=1e-6
    )


def interaction(model, x):
    """The difference between the logit and a sum over the two attributes: the mixed difference of their kinds."""
    a, b, c, d = (model.given(np.tile(y, (6, 1))).logits(x).numpy() for y in ((0, 0), (1, 1), (0, 1), (1, 0)))
    return np.abs(a + b - c - d).max()


def test_attributes_that_are_independent_given_x_add_up_in_the_logit(x):
    assert interaction(pair(), x) < 1e-6


def test_the_claim_above_rejects_a_discriminator_that_reads_the_attributes_as_columns(x):
    assert interaction(pair(projection=False), x) > 1e-3


def test_the_optimal_logit_of_two_gaussians_is_a_projection():
    """Real x ~ N(±1, 1) by their class, generated x ~ N(0, 1) of either class: a*(x, y) = ±x − ½, with φ(x) = x."""
    model = ConditionalGAN(1, 1, 2, Generator(0), hidden=(), projection=True, bounded=False)
    assert isinstance(model.D, Projection) and isinstance(model.D.phi, Sequential)
    model.D.psi.W.data[...], model.D.psi.b.data[...] = 0, -0.5
    model.D.V.W.data[...], model.D.V.b.data[...] = np.array([[-1], [1]]) / np.sqrt(2), 0
    for y, mean in enumerate((-1, 1)):
        x = np.linspace(-3, 3, 7)[:, None]
        log_ratio = -0.5 * (x - mean) ** 2 + 0.5 * x**2
        ours = model.given(np.full(7, y)).logits(x.astype(np.float32)).numpy()
        np.testing.assert_allclose(ours, log_ratio[:, 0], rtol=0, atol=1e-6)


@pytest.mark.parametrize("norm", ["none", "layer", "spectral"])
def test_both_players_move_and_a_penalty_reaches_the_classes(norm, x):
    model = pair(norm=norm)
    players = model.given(LABELS)
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    discriminator_step(players, x, Adam(model.D.parameters()), Generator(2), Game(r1=1.0))
    generator_step(players, 6, Adam(model.G.parameters()), Generator(2), Game(r1=1.0))
    assert [name for name, p in model.named_parameters() if np.array_equal(p.data, before[name])] == []


def test_columns_are_in_their_units_and_classes_are_not(x):
    """Data of another unit and origin have the same logit, as have those of a pair without classes."""
    units, shift = [2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0]
    plain, scaled = pair(bounded=False), pair(bounded=False, scale=units, shift=shift)
    moved = (x * np.array(units) + np.array(shift)).astype(np.float32)
    ours, theirs = (model.given(LABELS).logits(rows).numpy() for model, rows in ((scaled, moved), (plain, x)))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_packs_are_refused():
    with pytest.raises(ValueError, match="judges examples one by one"):
        pair(pack=2)
