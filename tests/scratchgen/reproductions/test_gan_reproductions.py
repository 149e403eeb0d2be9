"""The reproductions of GANs: five objectives and a sweep, told in full, kept, and measured as they say."""

from dataclasses import replace

import numpy as np
import pytest

from scratchgen.data import load_images, load_points
from scratchgen.random import Generator
from scratchgen.reproductions import REPRODUCTIONS, gan_mnist_parzen, gan_modes, reproduce
from scratchgen.reproductions.gan_grid25 import SCALE
from scratchgen.reproductions.gan_modes import SAMPLES, Setting
from scratchgen.tasks.load import load_run

NAMES = ("gan-ring8", "gan-grid25")
OBJECTIVES = ["minimax", "nonsaturating", "least-squares", "wgan-gp", "pacgan2"]
COLUMNS = ["modes", "high quality, %", "reverse KL, nats"]


def settings(name):
    """{part: its setting}."""
    return {part.name: part.measure.keywords["setting"] for part in REPRODUCTIONS[name].parts}


def shortened(name, part_name, **changes):
    """The reproduction with that part alone, and one epoch of it."""
    item = REPRODUCTIONS[name]
    (part,) = (part for part in item.parts if part.name == part_name)
    setting = replace(settings(name)[part_name], epochs=1, batch_size=2000, **changes)

    def measure(seed, open_run):
        return gan_modes.measure(seed, open_run, setting)

    return replace(item, parts=(replace(part, measure=measure),))


@pytest.mark.parametrize("name", NAMES)
def test_all_five_objectives_are_played_with_ten_seeds(name):
    item, found = REPRODUCTIONS[name], settings(name)
    assert item.seeds == 10 and list(found) == OBJECTIVES
    kinds = [setting.objective for setting in found.values()]
    assert kinds == ["minimax", "nonsaturating", "least_squares", "wasserstein", "nonsaturating"]
    assert found["pacgan2"].pack == 2 and found["wgan-gp"].gradient_penalty > 0
    assert all(setting.pack == 1 for part, setting in found.items() if part != "pacgan2")
    K = len(load_points(item.name[4:8]).source.centres)
    assert all(0.9 * K < part.target <= K for part in item.parts)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_of_the_steps_is_what_is_done(name):
    for setting in settings(name).values():
        steps = len(load_points(setting.data).train) // setting.batch_size * setting.epochs
        assert f"{setting.epochs} epochs" in REPRODUCTIONS[name].setting
        assert f"{steps:,} steps" in REPRODUCTIONS[name].setting


def test_a_sweep_changes_one_setting_of_the_baseline_and_promises_nothing():
    base, item = vars(settings("gan-ring8")["nonsaturating"]), REPRODUCTIONS["gan-ring8-sweep"]
    changed = []
    for setting in settings(item.name).values():
        differ = [name for name, value in vars(setting).items() if value != base[name]]
        assert len(differ) == 1
        changed += differ
    assert set(changed) == {"learning_rate", "beta1", "r1"} and item.seeds == 10
    assert all(part.target is None for part in item.parts)


def test_the_step_size_falls_to_nought_in_a_straight_line():
    setting = Setting("ring", (4,), epochs=4, scale=1.0, learning_rate=2.0)
    assert [setting.step_size(epoch) for epoch in (1, 2, 3, 4, 5)] == [2.0, 1.5, 1.0, 0.5, 0.0]


def test_the_scale_of_the_grid_is_that_of_its_centres():
    assert np.std(load_points("grid").source.centres) == pytest.approx(SCALE)


@pytest.mark.parametrize(("name", "part"), [("gan-ring8", "pacgan2"), ("gan-grid25", "wgan-gp")])
def test_a_part_is_kept_with_every_setting_and_its_numbers_are_those_of_its_samples(name, part, tmp_path):
    (row,) = reproduce(shortened(name, part, hidden=(8,)), tmp_path, range(1), quiet=True)
    assert list(row.numbers[0]) == COLUMNS
    directory = tmp_path / name / part / "seed-0"
    run = load_run(directory)
    assert run.config.settings.keys() == vars(settings(name)[part]).keys()
    assert run.config.reproduction == name
    model = run.model
    assert run.config.model["arguments"]["pack"] == model.pack == (2 if part == "pacgan2" else 1)
    source = load_points(name[4:8]).source
    from_centres = np.linalg.norm(
        model.sample(SAMPLES, Generator(gan_modes.HELD_OUT_SEED))[:, None] - source.centres, axis=2
    )
    near = from_centres.min(axis=1) <= 3 * source.sigma
    assert row.numbers[0]["high quality, %"] == pytest.approx(100 * near.mean())
    assert row.numbers[0]["modes"] == len(set(from_centres.argmin(axis=1)[near]))


def test_each_seed_is_another_training(tmp_path):
    (row,) = reproduce(shortened("gan-ring8", "minimax", hidden=(8,)), tmp_path, range(2), quiet=True)
    first, second = row.numbers
    assert first["high quality, %"] != second["high quality, %"]


def test_what_is_told_of_the_training_on_mnist_is_what_is_done():
    assert f"{gan_mnist_parzen.EPOCHS} epochs of batches of {gan_mnist_parzen.BATCH}" in (
        REPRODUCTIONS["gan-mnist-parzen"].setting
    )


# --- Parzen windows -----------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch):
    """The protocol on digits of 64 pixels, with less of everything."""
    digits = load_images("digits")
    monkeypatch.setattr(gan_mnist_parzen, "load_images", lambda name: digits)
    for name, number in {
        "EPOCHS": 1,
        "PIXELS": 64,
        "SAMPLES": 200,
        "CENTROIDS": 100,
        "TRAINED_ON": 1000,
        "VALIDATED_ON": 200,
    }.items():
        monkeypatch.setattr(gan_mnist_parzen, name, number)
    return digits


def test_nothing_is_trained_on_that_the_width_is_chosen_on(few):
    images = gan_mnist_parzen.mnist()
    grey = np.concatenate([few.train, few.validation])
    np.testing.assert_array_equal(images.train, grey[:1000])
    np.testing.assert_array_equal(images.validation, grey[1000:1200])
    assert images.test is few.test


def test_averages_beat_as_many_of_the_very_images_and_more_images_beat_fewer(few, tmp_path):
    (row,) = reproduce(REPRODUCTIONS["gan-mnist-parzen"], tmp_path, range(1), quiet=True)
    (found,) = row.numbers
    assert list(found)[:3] == ["log-likelihood", "± over test images", "σ"]
    assert found["their 1,000 centroids"] > found["1,000 training images"]
    assert found["10,000 training images"] > found["1,000 training images"]
    assert found["log-likelihood"] < found["10,000 training images"]  # of an untrained generator
