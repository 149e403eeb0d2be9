"""The equation is the code that runs: the losses of a GAN are the values that the ledger's functions returned."""

import numpy as np
import pytest

from scratchgen.functional import softplus
from scratchgen.gan import GAN, ConditionalGAN, ConvGAN, Game, train
from scratchgen.gan import training as gan_training
from scratchgen.gan.objectives import KINDS, value
from scratchgen.optim import Adam
from scratchgen.random import default_rng
from scratchgen.runs import History

pytestmark = pytest.mark.fast

EXAMPLES = default_rng(3).random((8, 16))
LOGISTIC = ("minimax", "nonsaturating")

PAIRS = {
    "dense": lambda: GAN(16, 3, default_rng(0), hidden=(5,)),
    "packed": lambda: GAN(16, 3, default_rng(0), hidden=(5,), pack=2),
    "conv": lambda: ConvGAN((4, 4), 3, (2,), default_rng(0), hidden=5),
    "conditional": lambda: ConditionalGAN(16, 3, 2, default_rng(0), hidden=(5,)),
    "projection": lambda: ConditionalGAN(16, 3, 2, default_rng(0), hidden=(5,), projection=True),
}


def one_step(game, pair="dense"):
    """A training of one step of D and one of G."""
    model = PAIRS[pair]()
    optimizers = {f"optimizer_{p}": Adam(getattr(model, p).parameters(), 1e-3) for p in ("G", "D")}
    how = {"epochs": 1, "batch_size": 8, "rng": default_rng(1), "labels": np.arange(8) % 2}
    train(model, EXAMPLES, History(), game=game, **how, **optimizers)


def is_minimised(step, sign):
    """Whether the loss of a step is ± the value that the traced function returned."""
    return step.used and step.loss == sign * step.returned


@pytest.mark.equation("gan.value")
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("objective", LOGISTIC)
def test_the_discriminator_minimises_minus_the_value_of_the_game(objective, pair, traced_steps):
    D, _ = traced_steps("gan.value", lambda: one_step(Game(objective), pair))
    assert is_minimised(D, -1)


@pytest.mark.equation("gan.discriminator_loss")
@pytest.mark.equation("gan.generator_loss")
@pytest.mark.parametrize("objective", KINDS)
def test_both_players_minimise_the_losses_of_their_objective(objective, traced_steps):
    D, _ = traced_steps("gan.discriminator_loss", lambda: one_step(Game(objective, gradient_penalty=0.0)))
    _, G = traced_steps("gan.generator_loss", lambda: one_step(Game(objective, gradient_penalty=0.0)))
    assert is_minimised(D, 1) and is_minimised(G, 1)


@pytest.mark.equation("gan.gradient_penalty")
@pytest.mark.equation("gan.zero_centred_penalty")
@pytest.mark.parametrize("id", ["gan.gradient_penalty", "gan.zero_centred_penalty"])
def test_a_penalty_of_the_game_is_part_of_the_loss(id, traced_steps):
    game = Game(gradient_penalty=10.0) if id == "gan.gradient_penalty" else Game(r1=1.0)
    D, _ = traced_steps(id, lambda: one_step(game))
    assert D.used and D.returned > 0


@pytest.mark.equation("gan.value")
@pytest.mark.parametrize("called", [False, True], ids=["not called", "called for show"])
def test_the_claims_above_reject_a_loss_that_does_not_use_the_value(called, traced_steps, monkeypatch):
    def rebuilt(d_real, d_fake, kind):
        if called:
            value(d_real, d_fake)
        return np.mean(softplus(-d_real)) + np.mean(softplus(d_fake))

    right, _ = traced_steps("gan.value", lambda: one_step(Game()))
    monkeypatch.setattr(gan_training, "discriminator_loss", rebuilt)
    D, _ = traced_steps("gan.value", lambda: one_step(Game()))
    assert not is_minimised(D, -1)
    assert D.loss == right.loss  # though the number is the same
