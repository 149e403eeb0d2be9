"""An exercise can be started as it is written, and a page of the course lists those that it has."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import vae
from scratchgen.distributions import Normal
from scratchgen.exercises.catalogue import MODULES, PAGES
from scratchgen.optim import Adam
from scratchgen.runs import History

from .formulas import chapter_of

TUTORIALS = Path(__file__).parents[2] / "tutorials"
PAGE = TUTORIALS / "02_vae.py"
COURSE = {chapter_of(page.name): page for page in TUTORIALS.glob("[0-9].[0-9]*_*.py")}


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


def listed(source):
    """The names of the exercises in a page's numbered list."""
    return [name for name in re.findall(r"^# \d+\. `([a-z-]+)`:", source, re.M) if name in MODULES]


def of_page(number):
    return [path.rpartition(".")[2].replace("_", "-") for path in PAGES.get(number, ())]


def test_a_page_lists_each_of_its_exercises_in_the_order_of_the_command():
    assert {*PAGES} <= {*COURSE}
    for number, page in COURSE.items():
        assert listed(page.read_text(encoding="utf-8")) == of_page(number), page.name


def test_the_claim_above_rejects_a_page_that_leaves_out_an_exercise():
    source = COURSE["2.2"].read_text(encoding="utf-8")
    assert listed(source.replace("`slopes-of-the-kl`", "the slopes")) != of_page("2.2")
