"""Pictures hold what they should; whether they look well is for eyes."""

import numpy as np

from scratchgen.plots import curves, latent_plane, sample_grid
from scratchgen.plots.images import GAP, tile


def test_every_image_stands_in_its_place_of_the_sheet_with_ink_for_one():
    images = np.stack([np.full(6, level, np.float32) for level in (0.0, 0.25, 1.0)])
    sheet = tile(images, (2, 3), columns=2)
    assert sheet.shape == (2 * 2 + GAP, 2 * 3 + GAP)
    assert np.all(sheet[:2, :3] == 1) and np.all(sheet[:2, 3 + GAP :] == 0.75)
    assert np.all(sheet[2 + GAP :, :3] == 0) and np.all(sheet[2 + GAP :, 3 + GAP :] == 1)


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
