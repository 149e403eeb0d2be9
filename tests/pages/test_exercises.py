"""An exercise can be started as it is written."""

import ast
from pathlib import Path

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import vae
from scratchgen.distributions import Normal
from scratchgen.optim import Adam
from scratchgen.runs import History

PAGE = Path(__file__).parents[2] / "tutorials" / "02_vae.py"


def planted_normal(source):
    """The class `Planted` of a page's source, defined."""
    (code,) = (
        node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Planted"
    )
    names = {"Normal": Normal, "np": np, "sg": sg}
    exec(ast.unparse(code), names)
    return names["Planted"]


def train(planted):
    """The first exercise of page 2 for one epoch: a VAE whose encode returns a `Planted`."""

    class Model(vae.VAE):
        def encode(self, x):
            q = super().encode(x)
            return planted(q.mu, q.logvar)

    images = (sg.Generator(0).random((64, 16)) < 0.5).astype(np.float32)
    model, run = Model(data_dim=16, latent_dim=2, hidden=8, rng=sg.Generator(1)), History()
    optimizer = Adam(model.parameters(), 1e-3)
    vae.train(
        model, images, images[:8], run, epochs=1, batch_size=32, rng=sg.Generator(2), optimizer=optimizer
    )
    return run.history["validation_elbo"]


def test_the_first_exercise_of_the_vae_page_trains_with_the_planted_sampler():
    assert np.isfinite(train(planted_normal(PAGE.read_text(encoding="utf-8")))).all()


def test_the_claim_above_rejects_a_sampler_that_takes_noise_alone():
    source = "class Planted(Normal):\n    def rsample(self, eps):\n        return self.mu + np.exp(self.logvar) * eps"
    with pytest.raises(TypeError):
        train(planted_normal(source))
