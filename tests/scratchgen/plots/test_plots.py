"""Pictures contain the right parts; how they look must be judged by eye."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from scratchgen.plots import curves, latent_plane, sample_grid
from scratchgen.plots.figure import ACCENT
from scratchgen.plots.images import GAP, tile


def test_every_image_is_in_its_place_of_the_grid_and_one_is_black():
    images = np.stack([np.full(6, level, np.float32) for level in (0.0, 0.25, 1.0)])
    sheet = tile(images, (2, 3), columns=2)
    assert sheet.shape == (2 * 2 + GAP, 2 * 3 + GAP, 1)
    assert np.all(sheet[:2, :3] == 1) and np.all(sheet[:2, 3 + GAP :] == 0.75)
    assert np.all(sheet[2 + GAP :, :3] == 0) and np.all(sheet[2 + GAP :, 3 + GAP :] == 1)


def test_without_ink_grey_images_and_colours_are_shown_as_they_are():
    images = np.linspace(0, 1, 36, dtype=np.float32).reshape(2, 18)
    for ink in (True, False):
        sheet = tile(images, (2, 3, 3), columns=2, ink=ink)
        assert sheet.shape == (2, 6 + GAP, 3) and np.all(sheet[:, 3 : 3 + GAP] == 1)
        np.testing.assert_array_equal(sheet[:, 3 + GAP :], images[1].reshape(2, 3, 3))
    grey = tile(images, (3, 6), columns=1, ink=False)
    np.testing.assert_array_equal(grey[:3, :, 0], images[0].reshape(3, 6))
    assert tile(images * 3 - 1, (2, 3, 3), columns=2).min() == 0  # values beyond black and white are cut


def test_pictures_are_png_files_whatever_their_titles(tmp_path):
    images = np.random.default_rng(0).random((5, 16))
    sample_grid(images, (4, 4), tmp_path / "a.png", "half $a formula")
    curves({"one": [1, 2, 3], "two": [3, 2, 1]}, tmp_path / "b.png", "nats", {"reference": 2})
    latent_plane(
        np.random.default_rng(1).random((20, 3)),
        None,
        lambda z: np.zeros((len(z), 16)),
        (4, 4),
        tmp_path / "c.png",
    )
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 3


def test_a_single_epoch_is_a_dot_and_nan_is_left_out(tmp_path):
    assert is_in_the_middle(ACCENT, curves({"loss": [3.0]}, tmp_path / "one.png", "nats"))
    assert not is_in_the_middle(ACCENT, curves({"loss": [np.nan]}, tmp_path / "none.png", "nats"))


def is_in_the_middle(colour, picture):
    """Whether a colour occurs in the middle of a picture, away from axes and legend."""
    pixels = imread(picture)[:, :, :3]
    width = pixels.shape[1]
    middle = pixels[:, width * 4 // 10 : width * 7 // 10]
    return bool(np.any(np.abs(middle - to_rgb(colour)).max(axis=-1) < 0.01))
