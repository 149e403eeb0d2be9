"""From the name of a data set to a GAN that can be loaded again, whatever it is made of and plays for."""

import json

import numpy as np
import pytest
from PIL import Image

from scratchgen import BadInput
from scratchgen.data import RowData, load_images
from scratchgen.gan.projection import Projection
from scratchgen.random import Generator
from scratchgen.runs import Run
from scratchgen.tasks.gan import FEW_IMAGES, TASK
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


@pytest.mark.unrendered
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


@pytest.mark.unrendered
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
        ("ring", {"augment": True}, "augment shifts and recolours images within .*, and ring holds points"),
    ],
)
def test_what_does_not_fit_is_refused_and_no_directory_is_made(data, given, message, train, images, tmp_path):
    with pytest.raises(BadInput, match=message):
        train(images if data == "images" else data, **given)
    assert [path.name for path in tmp_path.iterdir()] == ["images.npy"]


def rows_of(n, channels):
    """n images of 8×8 of one kind."""
    x = Generator(0).random((n, 64 * channels))
    return RowData(
        "mine",
        (8, 8, channels),
        *(x if part == "train" else x[:4] for part in ["train", "validation", "test"]),
    )


def settled(rows, **given):
    return TASK.settle(rows, TASK.complete("mine", {"model": "conv", **given}), {"model", *given})


def test_a_convolutional_gan_of_colours_penalises_the_slope_and_augments_few_images():
    found = settled(rows_of(100, 3))
    assert (found.norm, found.r1, found.augment) == ("none", 3.0, True)
    assert found.min_steps > TASK.settings().min_steps
    assert settled(rows_of(FEW_IMAGES, 3)).augment is False
    grey = settled(rows_of(100, 1))
    assert (grey.norm, grey.r1, grey.augment) == ("batch", 0, False)
    assert TASK.settle(rows_of(100, 3), TASK.complete("mine", {}), set()) == TASK.complete("mine", {})


def test_what_is_given_wins_over_what_colours_bring():
    assert settled(rows_of(100, 3), augment=False).augment is False
    assert settled(rows_of(100, 3), epochs=2).min_steps == 0
    chosen = settled(rows_of(100, 3), norm="batch")
    assert (chosen.norm, chosen.r1) == ("batch", 0)
    game = settled(rows_of(100, 3), objective="wasserstein")
    assert (game.norm, game.r1, game.gradient_penalty) == ("layer", 0, 10)


def test_a_pair_of_several_attributes_has_a_projection_discriminator():
    rows, digits = load_images("characters"), load_images("digits")
    for data, projects in ((rows, True), (digits, False)):
        settings = TASK.complete(data.name, {"model": "conditional"})
        model = TASK.build(settings, data, TASK.describe(data, settings), Generator(0))
        assert isinstance(model.D, Projection) is projects
        TASK.prepare(model, data, settings)


@pytest.mark.unrendered
def test_augmented_images_train_a_pair_and_are_in_the_configuration(images, train):
    *_, directory = train(images, batch_size=16, augment=True)
    assert json.loads((directory / "config.json").read_text())["settings"]["augment"] is True
