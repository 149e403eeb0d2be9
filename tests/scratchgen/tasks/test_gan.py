"""From the name of a data set to a GAN that can be loaded again, whatever it is made of and plays for."""

import json

import numpy as np
import pytest
from PIL import Image

from scratchgen import BadInput
from scratchgen.random import Generator
from scratchgen.runs import Run
from scratchgen.tasks.gan import TASK
from scratchgen.tasks.load import load_run
from scratchgen.tasks.rows import sample_in_turn
from scratchgen.tasks.task import train_task


@pytest.fixture
def train(tmp_path):
    """train(data, **settings): the model, its scores, and where its run is."""

    def of(data, **given):
        settings = TASK.complete(data, {"epochs": 1, **given})
        directory = tmp_path / "run"
        open_run = lambda config: Run(directory, config, quiet=True)
        model, scores = train_task(TASK, data, settings, 0, open_run, settled=given)
        return model, scores, directory

    return of


@pytest.fixture
def images(tmp_path):
    """A file of 60 images of 8×8, without classes."""
    path = tmp_path / "images.npy"
    np.save(path, Generator(0).random((60, 8, 8)))
    return str(path)


CHOICES = {
    "dense": {},
    "convolutional": {"model": "conv"},
    "conditional": {"model": "conditional"},
    "packed": {"model": "packed", "pack": 4},
    "wasserstein": {"model": "conv", "objective": "wasserstein", "discriminator_steps": 1},
    "hinge": {"objective": "hinge"},
    "least squares, penalised": {"objective": "least_squares", "r1": 1.0},
}


@pytest.mark.parametrize("given", CHOICES.values(), ids=CHOICES)
def test_a_trained_pair_is_loaded_again_and_draws_the_same(given, images, train):
    data = "digits" if "conditional" in given.values() else images
    model, _, directory = train(data, batch_size=16, **given)
    again = load_run(directory).model
    ours, theirs = (sample_in_turn(pair, 6, Generator(3)) for pair in (again, model))
    np.testing.assert_array_equal(ours, theirs)
    assert type(again) is type(model)
    (line,) = (directory / "metrics.jsonl").read_text().splitlines()
    assert {"V", "D_real", "D_fake", "norm_D", "G_loss", "norm_G", "diversity"} < json.loads(line).keys()
    assert {"samples.png", "curves.png", "gradients.png"} < {p.name for p in directory.glob("samples/*")}


def test_points_are_scored_by_the_modes_that_are_found(train):
    model, scores, _ = train("ring", batch_size=4000)
    assert not model.bounded
    modes, quality = scores
    assert "of 8" in modes.ours and modes.baseline.startswith("8 (held-out")
    assert quality.measure == "samples within 3 σ of a mode" and float(quality.baseline.split("%")[0]) > 97


def test_a_game_of_points_is_filmed_and_the_report_shows_it(train):
    *_, directory = train("ring", batch_size=10_000)
    with Image.open(directory / "samples" / "game.gif") as gif:
        assert gif.n_frames == 1 + 2 * 2
    assert 'src="data:image/gif;base64,R0lGOD' in (directory / "report.html").read_text()


@pytest.mark.parametrize(
    ("data", "given"), [("ring", {"model": "packed"}), ("ring", {"model": "conditional"}), ("images", {})]
)
def test_what_a_discriminator_sees_beside_others_or_that_is_no_point_is_not_filmed(
    data, given, train, images
):
    *_, directory = train(
        images if data == "images" else data, batch_size=20_000 if data == "ring" else 30, **given
    )
    assert not [*directory.glob("samples/*.gif")]


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        ("ring", {"model": "conv"}, "ring holds points, and a convolutional GAN needs images"),
        ("images", {"model": "conditional"}, "no classes"),
        ("digits", {"batch_size": 5000}, "examples make no batch of 5000; choose a smaller"),
        ("digits", {"model": "packed", "pack": 3}, "cannot be cut into packs of 3"),
        ("digits", {"norm": "batch", "r1": 1.0}, "batch normalisation mixes"),
        ("stdlib", {}, "is text"),
    ],
)
def test_what_does_not_fit_is_refused_and_no_directory_is_made(data, given, message, train, images, tmp_path):
    with pytest.raises(BadInput, match=message):
        train(images if data == "images" else data, **given)
    assert [path.name for path in tmp_path.iterdir()] == ["images.npy"]
