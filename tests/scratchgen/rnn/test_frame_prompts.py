"""Samples that follow a prompt have the model's distribution of the continuation."""

from itertools import product

import numpy as np
import pytest

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.rnn import FrameModel

N = 20_000


def conditional(model, prompt):
    """p(x_{P+1} | x_1 … x_P) of every frame of bits, by the likelihood of the sequence: {bits: p}."""
    found = {}
    for bits in product((0.0, 1.0), repeat=model.data_dim):
        x = np.concatenate((prompt, [bits]))[:, None].astype(np.float32)
        with no_grad(), model.eval_mode():
            found[bits] = float(np.exp(model.log_prob(x).numpy()[-1, 0]))
    return found


def sharpened(model, seed=0):
    """The model with weights so large that the past matters."""
    rng = np.random.default_rng(seed)
    for p in model.parameters():
        p.data[:] = rng.normal(0, 1.2, p.shape)
    return model


@pytest.mark.parametrize(
    "options", [{"cell": "tanh"}, {"cell": "gru", "nade": 4}, {"cell": "lstm", "layers": 2, "dropout": 0.5}]
)
def test_the_first_frame_after_a_prompt_has_its_conditional_distribution(options):
    model = sharpened(FrameModel(2, 5, Generator(0), **options))
    prompt = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], np.float32)
    expected = conditional(model, prompt)
    assert sum(expected.values()) == pytest.approx(1, abs=1e-5)
    drawn = model.sample(1, N, Generator(1), prompt)[0]
    share = lambda x, bits: float(np.mean((x == bits).all(axis=1)))
    for bits, p in expected.items():  # four standard errors of a share of N draws
        assert share(drawn, bits) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / N) + 1e-3)
    without = model.sample(1, N, Generator(1))[0]  # the claim rejects samples that ignore the prompt
    assert max(abs(share(without, bits) - p) for bits, p in expected.items()) > 0.03  # twice the tolerance


def test_the_frames_after_that_continue_from_prompt_and_sample_alike():
    """Continuing a prompt by one frame twice has the bits of continuing it by two frames, with the same noise."""
    model = sharpened(FrameModel(3, 6, Generator(0), cell="gru"))
    prompt = (np.random.default_rng(0).random((9, 3)) < 0.5).astype(np.float32)
    rng = Generator(3)
    two = model.sample(2, 1, Generator(3), prompt)[:, 0]
    first = model.sample(1, 1, rng, prompt)[:, 0]
    second = model.sample(1, 1, rng, np.concatenate((prompt, first)))[:, 0]
    assert np.array_equal(two, np.concatenate((first, second)))


def test_real_frames_are_continued_in_the_units_of_the_data():
    """A narrow density: frames after a prompt have the mean that the state gives, also in other units."""
    model = sharpened(FrameModel(2, 4, Generator(0), mixture_components=1))
    model.output.logvar.W.data[:] = 0
    model.output.logvar.b.data[:] = -12  # the floor of the variance
    prompt = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    scale, mean = 3.0, np.array([5.0, -7.0])
    with no_grad(), model.eval_mode():
        h = model(np.concatenate((prompt, np.zeros((1, 2), np.float32)))[:, None])[-1]
        mu = model.output.mu(h).numpy()[0]
    drawn = model.sample(1, 400, Generator(1), prompt)[0].mean(axis=0)
    np.testing.assert_allclose(drawn, mu, atol=4 * 0.01 / 20)
    model.init_output_bias(mean, scale)
    drawn = model.sample(1, 400, Generator(1), prompt * scale + mean)[0].mean(axis=0)
    np.testing.assert_allclose(drawn, mu * scale + mean, atol=3 * 4 * 0.01 / 20)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (np.zeros((0, 3)), "a prompt holds frames, \\(P, 3\\)"),
        (np.zeros(3), "a prompt holds frames"),
        (np.zeros((4, 2)), "this model takes frames of shape"),
        (np.full((4, 3), 0.5), "a note sounds \\(1\\) or not \\(0\\)"),
        (np.full((4, 3), np.nan), "a note sounds"),
    ],
)
def test_a_prompt_that_is_none_is_refused(prompt, words):
    with pytest.raises(BadInput, match=words):
        FrameModel(3, 4, Generator(0)).sample(2, 1, Generator(0), prompt)
