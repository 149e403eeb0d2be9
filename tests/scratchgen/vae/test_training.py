"""The loop that trains a VAE, where training goes wrong."""

import numpy as np
import pytest

from scratchgen import Generator
from scratchgen.optim import Adam, Diverged
from scratchgen.runs import History
from scratchgen.vae import VAE, VQVAE, BetaLoss, ConstrainedLoss, train, train_vq

SETTINGS = {"epochs": 2, "batch_size": 8}


class Breaking(VAE):
    """A VAE whose bound, or only the gradient of it, is no number from a call on."""

    def __init__(self, call: int, times: float):
        super().__init__(6, 2, 5, Generator(0))
        self.call, self.times = call, times

    def decode(self, z):
        self.call -= 1
        return super().decode(z if self.call else z * np.float32(self.times))


@pytest.mark.parametrize("times", [np.nan, 1e38])
@pytest.mark.parametrize("loss", [BetaLoss, lambda: ConstrainedLoss(3.0)])
def test_a_step_that_is_not_finite_stops_the_training_and_changes_nothing(loss, times):
    model, run, loss, rng = Breaking(3, times), History(), loss(), Generator(0)
    before = []
    run.after_step = lambda: before.append((model.state_dict(), loss.state_dict(), rng.state))
    images = Generator(0).random((40, 6)).astype(np.float32)
    with pytest.raises(
        Diverged, match=r"^training diverged in step 3 of epoch 1: .* below 0\.001\. The last checkpoint is"
    ):
        train(model, images, images, run, optimizer=Adam(model.parameters()), rng=rng, loss=loss, **SETTINGS)
    assert len(before) == 2
    weights, loss_state, rng_state = before[-1]
    assert loss.state_dict() == loss_state and rng.state == rng_state
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, weights[name])
        assert np.all(np.isfinite(array))


def test_a_step_of_a_vq_vae_that_is_not_finite_stops_the_training_and_changes_nothing():
    model = VQVAE((4, 4), 3, 2, (2,), 5, Generator(0))
    model.decoder[0].W.data[...] = 1e38
    before, images = model.state_dict(), Generator(0).random((40, 16)).astype(np.float32)
    how = {"epochs": 1, "prior_epochs": 1, "batch_size": 8}
    how["optimizer"] = Adam([*model.encoder.parameters(), *model.decoder.parameters()], 2e-3)
    how["prior_optimizer"] = Adam(model.prior.parameters(), 3e-3)
    with pytest.raises(
        Diverged,
        match=r"^training diverged in step 1 of epoch 1: .* the initial weights and the loss\. The last",
    ):
        train_vq(model, images, images, History(), rng=Generator(0), **how)
    assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())


def after_a_step(forget):
    """The weights after one step of a model whose parameters have an earlier gradient, or none."""
    model, images = VAE(6, 2, 5, Generator(0)), Generator(1).random((8, 6))
    for p in model.parameters():
        p.grad = None if forget else np.ones_like(p.data)
    train(
        model,
        images,
        images,
        History(),
        epochs=1,
        batch_size=8,
        optimizer=Adam(model.parameters()),
        rng=Generator(2),
    )
    return model.state_dict()


def test_a_step_does_not_depend_on_gradients_that_were_there_before():
    fresh, used = after_a_step(forget=True), after_a_step(forget=False)
    assert [name for name in fresh if fresh[name].tobytes() != used[name].tobytes()] == []


def test_the_claim_above_rejects_gradients_that_are_not_cleared(monkeypatch):
    monkeypatch.setattr("scratchgen.optim.Adam.zero_grad", lambda self: None)
    fresh, used = after_a_step(forget=True), after_a_step(forget=False)
    assert any(np.any(fresh[name] != used[name]) for name in fresh)
