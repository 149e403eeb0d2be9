"""Applications on images: own data are refused before any training, and examples are chosen by rank."""

import numpy as np
import pytest

from scratchgen.applications.attribute_edits import requested
from scratchgen.applications.image_generation import nearest
from scratchgen.applications.own_images import at_levels, images_of, levels_of
from scratchgen.applications.restoration import lower_half_hidden, mean_of_nearest, smoothed
from scratchgen.applications.stroke_edits import move_to
from scratchgen.data import RowData
from scratchgen.errors import BadInput
from scratchgen.plots import image_rows
from scratchgen.random import Generator


def rows(train, shape=(4, 4), **changes):
    parts = {"train": train, "validation": train[:20], "test": train[:20], **changes}
    return RowData("mine", shape, **parts)


@pytest.fixture
def array_file(tmp_path):
    """array_file(images) writes uint8 images (N, H, W) as a file and returns its path."""

    def write(images):
        path = tmp_path / "images.npy"
        np.save(path, images)
        return str(path)

    return write


def noise(n, side):
    return np.random.default_rng(0).integers(0, 256, (n, side, side), dtype=np.uint8)


def test_an_array_of_enough_images_is_taken_as_it_is(array_file):
    found, options = images_of(array_file(noise(500, 12)))
    assert found.image_shape == (12, 12, 1) and not options and levels_of(found) == 256


@pytest.mark.parametrize(
    "images, message",
    [
        (noise(40, 12), "and the scores need at least 20; give more images"),
        (noise(500, 80), "holds images of 80 × 80 pixels, and this application takes at most 64 a side"),
        (np.full((500, 12, 12), 7, np.uint8), "are equal"),
        (np.full((500, 12, 12), np.nan, np.float32), "NaN"),
    ],
    ids=["few", "large", "equal", "NaN"],
)
def test_images_that_an_application_cannot_use_are_refused_in_one_line(images, message, array_file):
    with pytest.raises(BadInput, match=message) as refusal:
        images_of(array_file(images))
    assert "\n" not in str(refusal.value)


def test_pictures_of_a_folder_are_scaled_to_one_size(tmp_path):
    from PIL import Image

    for i, pixels in enumerate(noise(420, 40)):
        Image.fromarray(pixels[: 36 + i % 5]).save(tmp_path / f"{i:03}.png")
    found, options = images_of(str(tmp_path))
    assert found.image_shape == (32, 32, 1) and options == {"size": 32}


def test_levels_are_those_of_the_pixels():
    for levels in (2, 17, 256):
        x = np.random.default_rng(0).integers(0, levels, (50, 16)).astype(np.float32) / (levels - 1)
        x[0, :2] = 1 / (levels - 1), 0
        assert levels_of(rows(x)) == levels
        dequantised = (np.rint(x * (levels - 1)) + 0.5) / levels
        assert np.array_equal(at_levels(dequantised, levels), x)
    with pytest.raises(BadInput, match="no whole numbers of 8 bits"):
        levels_of(rows(np.random.default_rng(0).random((50, 16)).astype(np.float32)))


def test_the_nearest_images_are_found_by_the_observed_values_alone():
    observed = np.array([True, True, False])
    train = np.array([[0, 0, 50], [1, 0, 7], [9, 9, 0]], np.float32)
    y = np.array([[0.4, 0, 0], [9, 8, np.nan]], np.float32)
    assert np.array_equal(mean_of_nearest(y, train, observed, 1), train[[0, 2]])
    assert np.array_equal(mean_of_nearest(y, train, observed, 2)[0], [0.5, 0, 28.5])
    assert np.allclose(mean_of_nearest(y, train, observed, 100), train.mean(axis=0))
    of_all = mean_of_nearest(np.nan_to_num(y), train, None, 1)
    assert not np.array_equal(of_all[0], train[0]), "the hidden value would have decided"


def test_a_requested_attribute_differs_and_the_others_stay():
    counts = np.array([2, 3, 5])
    y = np.stack([np.random.default_rng(s).integers(0, K, 90) for s, K in enumerate(counts)], axis=1)
    slots, wanted = requested(y, counts, Generator(0))
    changed = wanted != y
    assert np.array_equal(changed.sum(axis=1), np.ones(90)) and changed[np.arange(90), slots].all()
    assert (wanted >= 0).all() and (wanted < counts).all()
    assert np.array_equal(np.bincount(slots), [30, 30, 30])


def test_the_lower_half_is_hidden_of_every_channel():
    observed = lower_half_hidden((5, 3, 2)).reshape(5, 3, 2)
    assert observed[:2].all() and not observed[2:].any()


def test_a_mean_filter_averages_the_neighbours_that_there_are():
    x = np.random.default_rng(0).random((2, 4 * 5 * 2))
    found = smoothed(x, (4, 5, 2)).reshape(2, 4, 5, 2)
    image = x.reshape(2, 4, 5, 2)
    assert found[:, 1, 2] == pytest.approx(image[:, 0:3, 1:4].mean(axis=(1, 2)))
    assert found[:, 0, 0] == pytest.approx(image[:, 0:2, 0:2].mean(axis=(1, 2)))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_step_is_bisected_until_the_measure_is_the_wanted_one(sign):
    z, step = np.array([[0.0, 1.0], [2.0, 0.0]]), sign * np.array([[1.0, 0.0], [0.5, 0.0]])
    measure = lambda x: np.tanh(x[:, 0] / 4)
    wanted = np.array([0.5, 0.3])
    found = move_to(z, step, lambda z: z, measure, wanted)
    assert measure(found) == pytest.approx(wanted, abs=2e-3) and np.array_equal(found[:, 1], z[:, 1])


def test_the_nearest_row_is_that_of_brute_force():
    rng = np.random.default_rng(0)
    x, real = rng.normal(size=(450, 3)), rng.normal(size=(70, 3))
    every = np.linalg.norm(x[:, None] - real, axis=2)
    places, distances = nearest(x, real)
    assert np.array_equal(places, every.argmin(axis=1))
    assert distances == pytest.approx(every.min(axis=1), rel=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3, 3)])
def test_rows_of_images_are_drawn_below_one_another(shape, tmp_path):
    from PIL import Image

    x = np.random.default_rng(0).random((3, int(np.prod(shape))))
    path = image_rows({"held-out": x, "edited": x, "given": x}, shape, tmp_path / "rows.png", ["a", "b", "c"])
    with Image.open(path) as picture:
        assert picture.width > 300 and picture.height > 200


@pytest.mark.parametrize(
    "columns", [(), [f"{k}.5" for k in range(12)]], ids=["without titles", "with titles"]
)
def test_titles_of_rows_are_inside_the_picture(columns, tmp_path):
    from PIL import Image

    x = np.zeros((12, 784), np.float32)
    rows = dict.fromkeys(["probabilistic PCA", "mixture of Gaussians", *"abcd"], x)
    path = image_rows(rows, (28, 28), tmp_path / "rows.png", columns, measure="PSNR, dB" if columns else "")
    grey = np.asarray(Image.open(path).convert("L"))
    edges = [grey[0], grey[-1], grey[:, 0], grey[:, -1]]
    assert all((edge == 255).all() for edge in edges) and (grey < 128).any()
