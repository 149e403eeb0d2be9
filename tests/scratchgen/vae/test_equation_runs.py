"""The equation is the code that runs: the loss of a VAE is the value that the ledger's function returned."""

import numpy as np
import pytest

from scratchgen.optim import Adam
from scratchgen.random import default_rng
from scratchgen.runs import History
from scratchgen.vae import (
    VAE,
    VQVAE,
    BetaLoss,
    ConditionalVAE,
    ConstrainedLoss,
    ConvVAE,
    ImportanceLoss,
    LinearVAE,
    beta_elbo,
    elbo,
    train,
)
from scratchgen.vae.vq_training import train_vq

pytestmark = pytest.mark.fast

IMAGES = (default_rng(3).random((8, 16)) < 0.4).astype(np.float32)
SIGN = {"vae.constrained": 1}  # a loss itself; the other functions return a bound

OBJECTIVES = {
    "elbo": ("vae.elbo", BetaLoss),
    "elbo with three samples": ("vae.elbo", lambda: BetaLoss(samples=3)),
    "beta": ("vae.beta", lambda: BetaLoss(4.0)),
    "warm-up": ("vae.beta", lambda: BetaLoss(kl_warmup_steps=10)),
    "free bits": ("vae.beta", lambda: BetaLoss(free_bits=0.2)),
    "iwae": ("vae.iwae", lambda: ImportanceLoss(3)),
    "geco": ("vae.constrained", lambda: ConstrainedLoss(5.0)),
}

MODELS = {
    "mlp": lambda: VAE(16, 2, 5, default_rng(0)),
    "gaussian": lambda: VAE(16, 2, 5, default_rng(0), likelihood="gaussian"),
    "categorical": lambda: VAE(16, 2, 5, default_rng(0), likelihood="categorical", levels=2),
    "conv": lambda: ConvVAE((4, 4), 2, 5, (2,), default_rng(0)),
    "conditional": lambda: ConditionalVAE(16, 2, 5, 3, default_rng(0)),
    "linear": lambda: LinearVAE(16, 2, default_rng(0)),
}


def one_step(loss, model="mlp"):
    """A training of one step."""
    network = MODELS[model]()
    optimizer = Adam(network.parameters(), 1e-3)
    how = {"epochs": 1, "batch_size": 8, "rng": default_rng(1), "labels": np.arange(8) % 3}
    validation = {"validation_labels": np.zeros(2, np.int64)}
    train(network, IMAGES, IMAGES[:2], History(), optimizer=optimizer, loss=loss, **how, **validation)


def is_minimised(step, sign):
    """Whether the loss of a step is ± the mean of the value that the traced function returned."""
    return step.used and step.loss == (sign * step.returned).mean()


@pytest.mark.equation("vae.elbo")
@pytest.mark.equation("vae.beta")
@pytest.mark.equation("vae.iwae")
@pytest.mark.equation("vae.constrained")
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_training_step_minimises_the_value_of_the_function_that_the_ledger_names(objective, traced_steps):
    id, make = OBJECTIVES[objective]
    (step,) = traced_steps(id, lambda: one_step(make()))
    assert is_minimised(step, SIGN.get(id, -1))


@pytest.mark.equation("vae.elbo")
@pytest.mark.parametrize("model", MODELS)
def test_every_model_with_a_gaussian_latent_is_trained_on_elbo_itself(model, traced_steps):
    (step,) = traced_steps("vae.elbo", lambda: one_step(BetaLoss(), model))
    assert is_minimised(step, -1)


@pytest.mark.equation("vae.vq")
def test_a_vq_vae_is_trained_on_its_objective_and_then_on_the_probability_of_its_codes(traced_steps):
    def training():
        model = VQVAE((4, 4), 3, 2, (2,), 5, default_rng(0))
        autoencoder = Adam([*model.encoder.parameters(), *model.decoder.parameters()], 1e-3)
        optimizers = {"optimizer": autoencoder, "prior_optimizer": Adam(model.prior.parameters(), 1e-3)}
        how = {"epochs": 1, "prior_epochs": 1, "batch_size": 8, "rng": default_rng(1)}
        train_vq(model, IMAGES, IMAGES[:2], History(), **how, **optimizers)

    first, second = traced_steps("vae.vq", training)
    assert is_minimised(first, -1) and not second.used
    first, second = traced_steps("vae.code_prior", training)
    assert is_minimised(second, -1) and not first.used


class Rebuilt(BetaLoss):
    """The β-weighted loss, computed without the function of the ledger."""

    def __call__(self, model, x, rng):
        q = model.encode(x)
        return q.kl_to_standard_normal() - model.decode(q.rsample(rng)).log_prob(x), {}


class CalledForShow(BetaLoss):
    """The function of the ledger is called, and another value is minimised."""

    def __call__(self, model, x, rng):
        q = model.encode(x)
        eps = rng.standard_normal(q.mu.shape)
        elbo(x, q, model.decode, eps)
        return -beta_elbo(x, q, model.decode, eps, 1.0), {}


@pytest.mark.equation("vae.elbo")
@pytest.mark.parametrize("loss", [Rebuilt, CalledForShow])
def test_the_claims_above_reject_a_loss_that_does_not_use_the_value(loss, traced_steps):
    (step,) = traced_steps("vae.elbo", lambda: one_step(loss()))
    assert not is_minimised(step, -1)
    (right,) = traced_steps("vae.elbo", lambda: one_step(BetaLoss()))
    np.testing.assert_allclose(step.loss, right.loss, rtol=1e-6)  # though the number is the same
