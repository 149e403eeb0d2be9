"""Penalties on the slope of the discriminator, and their own gradients, which are of second order."""

from functools import partial

import numpy as np
import pytest

from scratchgen import Tensor, grad, stop_gradient
from scratchgen.gan import (
    GAN,
    ConvGAN,
    Game,
    dirac_forces,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    r1_penalty,
)
from scratchgen.random import Generator

pytestmark = pytest.mark.fast


def linear(slope):
    """A critic whose gradient is `slope` everywhere."""
    return lambda x: x @ slope + 3


def unit_vector(rng, D=5):
    slope = rng.standard_normal(D)
    return slope / np.linalg.norm(slope)


@pytest.fixture
def batch(rng):
    """Real and fake examples, and where between them."""
    return rng.standard_normal((8, 5)), 2 + rng.standard_normal((8, 5)), rng.random((8, 1))


@pytest.mark.equation("gan.gradient_penalty")
def test_the_gradient_penalty_is_zero_for_a_linear_critic_of_unit_slope(batch, rng, measured):
    measured(gradient_penalty(linear(unit_vector(rng)), *batch).item(), 1e-28)


@pytest.mark.equation("gan.gradient_penalty")
@pytest.mark.parametrize("slope", [0.0, 0.5, 2.0, 10.0])
def test_the_claim_above_rejects_every_other_slope(slope, batch, rng):
    penalty = gradient_penalty(linear(slope * unit_vector(rng)), *batch).item()
    assert penalty == pytest.approx((slope - 1) ** 2, rel=1e-12)


@pytest.mark.equation("gan.zero_centred_penalty")
@pytest.mark.parametrize("slope", [0.0, 1.0, 3.0])
def test_the_zero_centred_penalty_of_a_linear_discriminator_is_its_squared_slope(slope, batch, rng, measured):
    penalty = r1_penalty(linear(slope * unit_vector(rng)), batch[0]).item()
    measured(abs(penalty - slope**2), 1e-12 * slope**2)


@pytest.mark.equation("gan.zero_centred_penalty")
def test_the_penalty_of_the_dirac_gan_is_the_squared_slope_of_the_logit_and_not_of_the_probability(measured):
    """D(x) = σ(ψ x) with ψ = ½ and the data at 0: ψ² = ¼ for the logit; (ψ/4)² = 1/64 for the probability."""
    psi, game = 0.5, {name: Game("minimax", r1=r1) for name, r1 in (("free", 0.0), ("penalised", 1.0))}
    at_0 = np.zeros((1, 1))
    measured(abs(r1_penalty(lambda x: psi * x[:, 0], at_0).item() - 0.25), 1e-15)
    assert r1_penalty(lambda x: 1 / (1 + np.exp(-psi * x[:, 0])), at_0).item() == pytest.approx(
        1 / 64, rel=1e-12
    )
    friction = dirac_forces(1.0, psi, game["penalised"])[1] - dirac_forces(1.0, psi, game["free"])[1]
    assert friction.item() == pytest.approx(-psi, rel=1e-12)


@pytest.mark.equation("gan.zero_centred_penalty")
def test_the_claim_above_rejects_a_slope_that_is_not_squared_and_one_that_is_held_to_one(batch, rng):
    """The first agrees at slopes of 0 and 1, the second at ½."""
    penalty = r1_penalty(linear(3 * unit_vector(rng)), batch[0]).item()
    for wrong in (3, (3 - 1) ** 2):
        assert abs(penalty - wrong) > 1


@pytest.mark.equation("gan.gradient_penalty")
def test_the_slope_is_taken_on_the_lines_between_real_and_fake(batch, measured):
    """The slope of ½ ‖x‖² at x is x itself."""
    real, fake, u = batch
    D = lambda x: np.sum(x * x, axis=1) / 2
    between = np.stack([t * a + (1 - t) * b for a, b, t in zip(real, fake, u[:, 0], strict=True)])
    expected = np.mean((np.sqrt((between**2).sum(axis=1)) - 1) ** 2)
    measured(abs(gradient_penalty(D, real, fake, u).item() - expected), 1e-12 * expected)
    assert r1_penalty(D, real).item() == pytest.approx(np.mean((real**2).sum(axis=1)), rel=1e-12)


@pytest.mark.equation("gan.gradient_penalty")
def test_the_slope_of_a_packed_discriminator_is_that_by_the_whole_pack(batch, rng):
    """A critic of two rows whose slope by each is 1 has a slope of √2."""
    slope = unit_vector(rng)
    packed = lambda x: np.sum(np.reshape(x @ slope, (4, 2)), axis=1)
    assert gradient_penalty(packed, *batch).item() == pytest.approx((np.sqrt(2) - 1) ** 2, rel=1e-12)


# --- second order -----------------------------------------------------------------------------------------


def critic(norm="none", pack=1):
    """A discriminator in float64, as smooth as difference quotients need it: u of the penalty is fixed."""
    D = GAN(5, 3, Generator(4), hidden=(6, 7), bounded=False, norm=norm, pack=pack, activation="leaky")
    for tensor in (*D.parameters(), *(buffer for _, buffer in D.named_buffers())):
        tensor.data = tensor.data.astype(np.float64)
    return D.eval()


def with_gradient_penalty(model, real, fake, u):
    loss = discriminator_loss(model.logits(real), model.logits(fake), "wasserstein")
    return loss + 10 * gradient_penalty(model.logits, real, fake, u)


def with_r1(model, real, fake, u):
    return discriminator_loss(model.logits(real), model.logits(fake)) + 5 * r1_penalty(model.logits, real)


LOSSES = {
    "wasserstein": pytest.param(with_gradient_penalty, marks=pytest.mark.equation("gan.gradient_penalty")),
    "r1": pytest.param(with_r1, marks=pytest.mark.equation("gan.zero_centred_penalty")),
}


def along_random_directions(model, loss, gradients, rng, h=1e-6):
    """The derivative of the loss in a random direction of each parameter: by differences, and as claimed."""
    found = []
    for p, g in zip(model.D.parameters(), gradients, strict=True):
        direction, at = rng.standard_normal(p.shape), p.data
        values = []
        for sign in (1, -1):
            p.data = at + sign * h * direction
            values.append(loss().item())
        p.data = at
        found.append(((values[0] - values[1]) / (2 * h), np.sum(g * direction)))
    return np.array(found).T


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize(("norm", "pack"), [("none", 1), ("layer", 1), ("spectral", 1), ("none", 2)])
def test_the_gradients_by_all_parameters_are_difference_quotients(loss, norm, pack, batch, rng):
    model = critic(norm, pack)
    at_hand = partial(loss, model, *batch)
    at_hand().backward()
    gradients = [np.zeros(p.shape) if p.grad is None else p.grad for p in model.D.parameters()]
    quotients, claimed = along_random_directions(model, at_hand, gradients, rng)
    np.testing.assert_allclose(claimed, quotients, rtol=1e-6, atol=1e-6)


@pytest.mark.equation("gan.gradient_penalty")
def test_the_claim_above_rejects_a_penalty_that_is_differentiated_once(batch, rng):
    """With the slope for a constant nothing but the critic's own loss is left."""
    model = critic()
    at_hand = partial(with_gradient_penalty, model, *batch)
    real, fake, u = batch
    loss = discriminator_loss(model.logits(real), model.logits(fake), "wasserstein")
    (loss + 10 * stop_gradient(gradient_penalty(model.logits, real, fake, u))).backward()
    gradients = [np.zeros(p.shape) if p.grad is None else p.grad for p in model.D.parameters()]
    quotients, claimed = along_random_directions(model, at_hand, gradients, rng)
    assert np.abs(quotients - claimed).max() > 0.1 * np.abs(quotients).max()


@pytest.mark.equation("gan.gradient_penalty")
@pytest.mark.equation("gan.zero_centred_penalty")
def test_penalties_and_their_gradients_are_those_of_pytorch(batch):
    torch = pytest.importorskip("torch")
    model = critic()
    weights = [torch.tensor(p.data, requires_grad=True) for p in model.D.parameters()]

    def theirs(x):
        for W, b in zip(weights[::2], weights[1::2], strict=True):
            x = x @ W + b
            x = torch.nn.functional.leaky_relu(x, 0.2) if W is not weights[-2] else x
        return x[:, 0]

    def slopes(x):
        (g,) = torch.autograd.grad(theirs(x).sum(), x, create_graph=True)
        return g.pow(2).sum(1)

    real, fake, u = (torch.tensor(a) for a in batch)
    penalty = (slopes((u * real + (1 - u) * fake).requires_grad_()).sqrt() - 1).pow(2).mean()
    penalty = 10 * penalty + slopes(real.requires_grad_()).mean()
    penalty.backward()
    ours = 10 * gradient_penalty(model.logits, *batch) + r1_penalty(model.logits, batch[0])
    ours.backward()
    assert ours.item() == pytest.approx(penalty.item(), rel=1e-12)
    for p, w in zip(model.D.parameters(), weights, strict=True):
        np.testing.assert_allclose(
            0 if p.grad is None else p.grad, 0 if w.grad is None else w.grad, atol=1e-10
        )


def test_a_convolutional_critic_is_differentiated_twice_too(rng):
    model = ConvGAN((4, 4), 3, (2, 3), Generator(0), norm="layer")
    for tensor in model.parameters():
        tensor.data = tensor.data.astype(np.float64)
    at_hand = partial(with_gradient_penalty, model, *rng.random((2, 6, 16)), rng.random((6, 1)))
    at_hand().backward()
    gradients = [np.zeros(p.shape) if p.grad is None else p.grad for p in model.D.parameters()]
    quotients, claimed = along_random_directions(model, at_hand, gradients, rng)
    np.testing.assert_allclose(claimed, quotients, rtol=1e-5, atol=1e-5)


def test_a_flat_critic_has_a_finite_gradient(batch):
    """‖∇D‖ has a kink at 0, where a formula with a root would divide by it."""
    slope = Tensor(np.zeros(5), requires_grad=True)
    gradient_penalty(linear(slope), *batch).backward()
    assert np.all(np.isfinite(slope.grad))


@pytest.mark.equation("gan.zero_centred_penalty")
@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_the_game_of_two_points_circles_for_ever_unless_the_slope_is_penalised(gamma):
    """The Dirac game: data at 0, one fake at theta, D(x) = psi x. Its equilibrium is the origin.

    Source: Mescheder et al. (2018), section 2.
    """
    data, theta, psi = np.zeros((1, 1)), np.ones(1), np.ones(1)

    def loss_D(psi, theta):
        D = lambda x: x @ psi
        return discriminator_loss(D(data), D(theta[None])) + gamma / 2 * r1_penalty(D, data)

    def loss_G(theta, psi):
        return generator_loss(np.reshape(theta, (1, 1)) @ psi, "minimax")

    for _ in range(400):
        of_psi, of_theta = grad(loss_D)(psi, theta), grad(loss_G)(theta, psi)
        psi, theta = psi - 0.05 * of_psi.numpy(), theta - 0.05 * of_theta.numpy()
    far = np.hypot(psi, theta).item()
    assert far < 0.02 if gamma else far > np.sqrt(2)  # as far as it began, or farther
