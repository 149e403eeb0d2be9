"""Samples as files to work with: arrays, single pictures in their own pixels, animations."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from scratchgen.random import Generator
from scratchgen.tasks.load import load_run
from scratchgen.tasks.pictures import as_bytes, pictures_of, write_animation, write_single
from scratchgen.tasks.rows import sample_in_turn


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).copy()


@pytest.mark.parametrize("name", ["mlp", "conditional", "conv", "vq", "gan", "unlabelled"])
def test_an_array_holds_the_samples_of_the_model_as_they_are(name, runs, scratchgen_in, tmp_path):
    folder = runs(name)
    done = scratchgen_in(folder)("sample", name, "-n", 7, "--seed", 3, "--out", tmp_path / "x.npy")
    assert done.returncode == 0, done.stderr
    found, run = np.load(tmp_path / "x.npy", allow_pickle=False), load_run(folder / name)
    expected = sample_in_turn(run.model, 7, Generator(3))
    assert (
        found.shape == (7, *run.info.image_shape[:2]) and found.dtype == expected.dtype
    )  # grey: no axis of 1
    np.testing.assert_array_equal(found.reshape(7, -1), expected)
    assert f"of shape {found.shape}" in done.stdout


def test_an_array_of_points_has_one_point_per_row(runs, scratchgen_in, tmp_path):
    scratchgen_in(runs("points"))("sample", "points", "-n", 50, "--out", tmp_path / "x.npy")
    assert np.load(tmp_path / "x.npy").shape == (50, 2)


@pytest.mark.parametrize("name", ["mlp", "gan"])
def test_single_pictures_have_the_pixels_of_the_data_light_on_dark(name, runs, scratchgen_in, tmp_path):
    folder = runs(name)
    command = scratchgen_in(folder)
    for out in ("x.npy", "pictures"):
        assert command("sample", name, "-n", 12, "--out", tmp_path / out).returncode == 0
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == [f"{i:03}.png" for i in range(12)]
    array = np.load(tmp_path / "x.npy")
    for i, file in enumerate(names):
        found = pixels(tmp_path / "pictures" / file)
        assert found.shape == array[i].shape and found.dtype == np.uint8
        assert np.abs(found / 255 - array[i]).max() <= 0.5 / 255 + 1e-6
        assert found.std() > 0


def test_the_claim_above_rejects_dark_on_light():
    x = np.linspace(0, 1, 16).reshape(1, 4, 4)
    assert np.abs(as_bytes(1 - x) / 255 - x).max() > 0.5


def test_bytes_come_back_as_they_were_and_numbers_outside_are_clipped():
    k = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(as_bytes(k / np.float32(255)), k)
    assert as_bytes(np.array([-3.0, 1.5])).tolist() == [0, 255]


@pytest.mark.parametrize(
    ("image_shape", "expected"), [((2, 3), (5, 2, 3)), ((2, 3, 1), (5, 2, 3)), ((2, 3, 3), (5, 2, 3, 3))]
)
def test_rows_become_pictures_of_one_or_of_three_channels(image_shape, expected, tmp_path):
    rows = np.random.default_rng(0).random((5, int(np.prod(image_shape))))
    pictures = pictures_of(rows, image_shape)
    assert pictures.shape == expected
    write_single(pictures, ["a", "b", "c", "d", "e"], tmp_path / "new")
    np.testing.assert_array_equal(pixels(tmp_path / "new" / "b.png"), as_bytes(pictures[1]))


def test_an_animation_shows_every_step_there_and_back_in_whole_multiples_of_a_pixel(tmp_path):
    rng = np.random.default_rng(0)
    for shape in ((2, 4, 8, 16), (2, 4, 8, 16, 3)):
        x = rng.random(shape).round()  # black and white, which every palette holds
        write_animation(x, tmp_path / "x.gif")
        with Image.open(tmp_path / "x.gif") as image:
            frames = [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)]
            assert image.info["loop"] == 0
        assert len(frames) == 6 and frames[0].shape == (128, 16 * (16 + 2 + 16), 3)
        expected = 255 * (x if x.ndim == 5 else x[..., None].repeat(3, axis=-1))
        for frame, t in zip(frames, (0, 1, 2, 3, 2, 1), strict=True):
            own = frame[::16, ::16]
            np.testing.assert_array_equal(own[:, :16], expected[0, t])
            np.testing.assert_array_equal(own[:, 18:], expected[1, t])


def test_interpolations_are_written_as_an_array_as_single_pictures_and_as_an_animation(
    runs, scratchgen_in, tmp_path
):
    command = scratchgen_in(runs("mlp"))
    options = ("sample", "mlp", "--interpolate", "straight", "-n", 2, "--out")
    for out in ("x.npy", "single", "x.gif"):
        done = command(*options, tmp_path / out)
        assert done.returncode == 0 and "2 interpolations of" in done.stdout, done.stderr
    array = np.load(tmp_path / "x.npy")
    assert array.shape == (2, 10, 8, 8)
    names = sorted(path.name for path in (tmp_path / "single").iterdir())
    assert len(names) == 20 and names[0] == "000-000.png" and names[-1] == "001-009.png"
    np.testing.assert_array_equal(pixels(tmp_path / "single" / "001-004.png"), as_bytes(array[1, 4]))
    with Image.open(tmp_path / "x.gif") as image:
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
        assert sum(durations) == 60 * (30 + 28)  # equal neighbours are one frame of a longer duration
        assert image.size == (16 * (8 + 2 + 8), 128)
        image.seek(0)
        first = np.asarray(image.convert("L"))[::16, ::16]
    np.testing.assert_array_equal(first[:, :8], as_bytes(array[0, 0]))


REFUSED = {
    "an ending that nothing has": ("mlp", ("x.jpg",), "give --out FILE.png, FILE.npy or a folder"),
    "a GIF of samples": ("mlp", ("x.gif",), "a GIF shows interpolations, --interpolate straight"),
    "a GIF of a GAN": ("gan", ("x.gif",), "a GIF shows interpolations"),
    "a folder that holds something": ("mlp", ("full",), "the folder full is not empty"),
    "a folder that is a file": ("mlp", ("a-file",), "a-file is a file; name a folder"),
    "a folder below a file": ("mlp", ("a-file/new",), "a-file"),
    "single pictures of points": ("points", ("new",), "points have no pixels to be written one by one"),
    "a class that is none": ("conditional", ("new", "--class", 77), "the classes of conditional are 0 … 9"),
    "too many interpolations": (
        "mlp",
        ("new", "--interpolate", "straight", "-n", 9999),
        "give a smaller -n",
    ),
    "an array of a text": ("rnn", ("x.npy",), "writes text: give --out FILE.txt"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_written_is_refused_in_one_line_and_leaves_nothing(
    case, runs, scratchgen_in, tmp_path
):
    name, (out, *options), message = REFUSED[case]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "000.png").write_text("mine")
    (tmp_path / "a-file").write_text("mine")
    folder = runs(name)
    command = scratchgen_in(tmp_path)
    (tmp_path / name).symlink_to(folder / name)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    done = command("sample", name, "--out", out, *options)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before
    assert (tmp_path / "a-file").read_text() == (tmp_path / "full" / "000.png").read_text() == "mine"
