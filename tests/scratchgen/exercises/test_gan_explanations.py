"""Statements of the GAN exercises about training with a wrong line: small GANs of digits."""

from types import SimpleNamespace

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import exercises, gan
from scratchgen.data import batches, load_images
from scratchgen.functional import sigmoid
from scratchgen.optim import Adam

pytestmark = pytest.mark.slow

STEPS = 100


def names_of(source):
    """The names that a source defines."""
    names = {}
    exec(source, names)
    return SimpleNamespace(**names)


def solution_and_stub(name):
    """The names of both files of an exercise."""
    exercise = exercises.get(name)
    return names_of(exercise.solution), names_of(exercise.stub)


def D_of_noise(loss):
    """(the last loss, the mean of D(noise)) after 100 steps of D alone on digits and fakes."""
    digits, rng = load_images("digits"), sg.random.default_rng(0)
    model = gan.GAN(64, 16, rng, hidden=(128,))
    optimizer = Adam(model.D.parameters(), learning_rate=2e-3)
    for _ in range(STEPS // 20):
        for x in batches(digits.train, batch_size=64, rng=rng, drop_last=True):
            optimizer.zero_grad()
            found = loss(model.logits(x), model.logits(model.sample(64, rng)))
            found.backward()
            optimizer.step()
    with sg.no_grad():
        return found.item(), sigmoid(model.logits(rng.random((250, 64)))).mean().item()


def test_a_D_with_fakes_labelled_as_real_takes_noise_for_digits_while_its_loss_falls_to_0():
    right, wrong = solution_and_stub("everything-is-real")
    loss, of_noise = D_of_noise(wrong.discriminator_loss)
    assert loss < 0.05 and of_noise > 0.99
    assert D_of_noise(right.discriminator_loss)[1] < 0.1


def after_training(steps):
    """(the last loss of D, whether the weights of G are as they were) after five epochs of both steps."""
    digits, rng, game = load_images("digits"), sg.random.default_rng(0), gan.Game()
    model = gan.GAN(64, 16, rng, hidden=(128,))
    before = model.G.state_dict()
    optimizer_D, optimizer_G = (
        Adam(player.parameters(), learning_rate=2e-3) for player in (model.D, model.G)
    )
    for _ in range(STEPS // 20):
        for x in batches(digits.train, batch_size=64, rng=rng, drop_last=True):
            loss = steps.discriminator_step(model, x, optimizer_D, rng, game)
            steps.generator_step(model, len(x), optimizer_G, rng, game)
    after = model.G.state_dict()
    return loss, all(np.array_equal(before[name], after[name]) for name in before)


def test_a_G_whose_fakes_left_the_graph_keeps_its_weights_while_the_loss_of_D_falls_to_0():
    right, wrong = solution_and_stub("generator-stands-still")
    loss, unchanged = after_training(wrong)
    assert unchanged and loss < 0.02
    assert not after_training(right)[1]
