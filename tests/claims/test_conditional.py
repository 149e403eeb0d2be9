"""Conditional models draw the class that they are conditioned on: a classifier of real digits judges them."""

import os

import numpy as np
import pytest

from scratchgen.data import load_images
from scratchgen.evaluation import Classifier
from scratchgen.random import Generator
from scratchgen.runs.run import Run
from scratchgen.tasks import get_task
from scratchgen.tasks.task import train_task

pytestmark = pytest.mark.slow
ASKED = np.arange(1000) % 10
# of a VAE, in a seventh of the time: two latent dimensions leave more to the class
SHORT = {"epochs": 3, "learning_rate": 3e-3, "schedule": "half_cosine", "latent_dim": 2, "hidden": 200}


@pytest.fixture(scope="module")
def judge():
    if not os.environ.get("SCRATCHGEN_DATA"):
        pytest.skip("needs MNIST: set SCRATCHGEN_DATA to the folder that holds it")
    mnist = load_images("mnist")
    judge = Classifier(784, 10)
    judge.fit(mnist.train, mnist.train_labels, epochs=8, rng=Generator(0), batch_size=128)
    assert np.mean(judge.predict(mnist.test) == mnist.test_labels) > 0.97
    return judge


@pytest.fixture(scope="module", params=["vae", "gan"])
def model(request, judge, tmp_path_factory):
    """A short training of a VAE; with `--full`, those of `scratchgen train KIND --data mnist --model conditional`."""
    kind, directory = request.param, tmp_path_factory.mktemp("runs") / "run"
    full = request.config.getoption("--full")
    if kind == "gan" and not full:
        pytest.skip("its training takes six minutes; --full trains it")
    task = get_task(kind)
    settings = task.complete("mnist", {"model": "conditional"} | ({} if full else SHORT))
    model, _ = train_task(task, "mnist", settings, 0, lambda config: Run(directory, config, quiet=True))
    return model


def test_nineteen_of_twenty_samples_of_mnist_are_of_the_class_that_they_are_conditioned_on(judge, model):
    samples = model.sample(1000, Generator(77), ASKED)
    assert np.mean(judge.predict(samples) == ASKED) >= 0.95


def test_the_claim_above_rejects_samples_of_another_class(judge, model):
    samples = model.sample(1000, Generator(77), (ASKED + 1) % 10)
    assert np.mean(judge.predict(samples) == ASKED) < 0.05
