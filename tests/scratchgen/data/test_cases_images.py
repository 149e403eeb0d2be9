"""Pictures and arrays as people have sent them, in the folder of cases next to the checkout, each with its right value.

The same claims on files that the tests make are in `test_own_pictures` and `test_own_arrays`.
"""

from pathlib import Path

import numpy as np
import pytest

from scratchgen.data import load_any
from scratchgen.errors import BadInput

Image = pytest.importorskip("PIL.Image")

CASES = Path(__file__).parents[4] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="there is no folder of cases, ../shared/cases")
PARTS = ("train", "validation", "test")
everything = lambda data: np.concatenate([getattr(data, part) for part in PARTS])
labels_of = lambda data: np.concatenate([getattr(data, f"{part}_labels") for part in PARTS])


def load(name, **options):
    return load_any(CASES / name, **options)


def lines(data, label="changed"):
    return [text for found, text in data.report.lines() if found == label]


def assert_same_rows(data, pictures):
    """The rows are those of these pictures, numbers in [0, 1], in any order."""
    expected = np.stack([np.asarray(p, np.float32).ravel() for p in pictures])
    key = lambda rows: rows[np.lexsort(rows.T[::-1])]
    np.testing.assert_allclose(key(everything(data)), key(expected), atol=1e-6)


def stored(folder, mode, pattern="*"):
    """The pictures of a folder as Pillow converts them, in [0, 1]."""
    return [
        np.asarray(Image.open(file).convert(mode)) / 255 for file in sorted((CASES / folder).rglob(pattern))
    ]


def test_sixteen_bits_are_kept():
    data = load("img/png16")
    files = {file.name: np.asarray(Image.open(file)) for file in (CASES / "img/png16").iterdir()}
    assert_same_rows(data, [x / 65535 for x in files.values()])
    first = everything(data)[np.argmin(np.abs(everything(data) - files["0.png"].ravel() / 65535).sum(axis=1))]
    assert len(np.unique(first)) == 69 and first.mean() == pytest.approx(0.09, abs=5e-4)
    assert lines(data) == ["24 of 16 bits, all of which are kept"]


@pytest.mark.parametrize("name", ["rgba", "la", "icons_rgba"])
def test_transparent_pictures_are_laid_on_white(name):
    data, expected = load(f"img/{name}"), []
    for file in sorted((CASES / "img" / name).iterdir()):
        x = np.asarray(Image.open(file).convert("RGBA")) / 255
        expected.append((x[..., 3] * x[..., 0] + 1 - x[..., 3])[..., None])
    found, expected = np.sort(everything(data).mean(axis=1)), np.sort(np.stack(expected).mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(found, expected, atol=0.5 / 255)
    assert found.mean() > 0.7  # mostly paper, where it was all black
    assert lines(data)[0] == f"{len(found)} transparent, laid on white"
    assert load(f"img/{name}", background="black").train.max() == 0


def test_colours_are_kept_or_made_grey_if_asked_for():
    data = load("img/rgb")
    assert_same_rows(data, stored("img/rgb", "RGB"))
    assert data.image_shape == (16, 16, 3) and not lines(data)
    grey = load("img/rgb", channels="grey")
    assert grey.image_shape == (16, 16, 1) and lines(grey) == [
        "24 converted to grey, as requested (ITU-R BT.601)"
    ]


def test_the_rotation_of_a_camera_is_undone():
    data = load("img/exif")
    assert data.image_shape == (16, 24, 1) and lines(data) == ["12 turned upright, as the camera noted"]


@pytest.mark.parametrize(
    ("name", "stray"), [("classes", []), ("classes_root", ["1 (next to the class folders): stray.png"])]
)
def test_class_folders_keep_their_names_and_a_stray_picture_is_named(name, stray):
    data = load(f"img/{name}")
    assert data.class_names == ("cat", "dog") and np.bincount(labels_of(data)).tolist() == [12, 12]
    assert lines(data, "ignored") == stray
    for k, folder in enumerate(data.class_names):
        own = np.stack(stored(f"img/{name}/{folder}", "L")).reshape(12, -1).sum(axis=1)
        np.testing.assert_allclose(
            np.sort(everything(data)[labels_of(data) == k].sum(axis=1)), np.sort(own), rtol=1e-5
        )


def test_a_given_split_is_kept_with_the_classes_below_it():
    data = load("img/presplit")
    assert data.class_names == ("cat", "dog")
    assert [len(getattr(data, part)) for part in PARTS] == [21, 3, 24]
    assert lines(data, "split") == [
        "given by the folders: train 24, test 24; validation: 3 of the training part, at random"
    ]
    for part, rows in (("train", np.concatenate([data.train, data.validation])), ("test", data.test)):
        own = np.stack(stored(f"img/presplit/{part}", "L", "*.png")).reshape(24, -1).sum(axis=1)
        np.testing.assert_allclose(np.sort(rows.sum(axis=1)), np.sort(own), rtol=1e-5)


@pytest.mark.parametrize(("name", "kinds"), [("webp", {"WebP": 24}), ("mixed_webp", {"WebP": 30, "PNG": 20})])
def test_other_formats_are_read(name, kinds):
    data = load(f"img/{name}")
    assert_same_rows(data, stored(f"img/{name}", "RGB"))
    assert data.report.found == kinds


def test_of_an_animation_the_first_frame_is_taken_and_it_is_said():
    data = load("img/apng")
    assert not everything(data).any() and lines(data) == [
        "24 with several frames, of which the first is taken"
    ]


def test_a_wrong_ending_makes_no_difference():
    data = load("img/wrongext")
    assert_same_rows(data, stored("img/wrongext", "RGB"))
    assert data.report.found == {"JPEG": 23, "WebP": 1}


def test_sizes_are_as_stored_and_several_need_an_option():
    assert load("img/odd13").image_shape == (13, 17, 1) and load("img/s30").image_shape == (30, 30, 1)
    with pytest.raises(BadInput, match=r"pictures of 3 sizes .*; --size 16 scales the shorter side"):
        load("img/sizes")
    data = load("img/sizes", size=16)
    assert data.image_shape[:2] == (
        16,
        16,
    ) and "16 scaled to 16 × 16, the middle of the longer side" in lines(data)


def test_five_damaged_files_are_named_at_once_and_can_be_left_out():
    names = ("11.png", "2.png", "5.png", "9.png", "99.png")
    with pytest.raises(BadInput) as caught:
        load("img/five_bad")
    assert all(name in str(caught.value) for name in ("5 of 25 pictures", *names, "--skip-bad"))
    data = load("img/five_bad", skip_bad=True)
    assert len(everything(data)) == 20 and sorted(data.report.bad) == sorted(names)


@pytest.mark.parametrize(
    ("name", "like"), [("nhwc", "nhwc"), ("nchw", "nhwc"), ("n1hw", "n1hw"), ("nhw1", "n1hw")]
)
def test_arrays_in_every_layout(name, like):
    x = np.load(CASES / f"npy/{like}.npy") / 255
    data = load(f"npy/{name}.npy")
    assert_same_rows(data, x)
    assert data.image_shape == (16, 16, 3 if like == "nhwc" else 1)


def test_flat_colours_take_their_shape_in_either_order():
    x = np.load(CASES / "npy/flat3072.npy")
    with pytest.raises(BadInput, match="32 × 32 in colour: say --image-shape 32,32,3"):
        load("npy/flat3072.npy")
    assert_same_rows(load("npy/flat3072.npy", image_shape="32,32,3"), x / 255)
    assert_same_rows(
        load("npy/flat3072.npy", image_shape="3,32,32"), np.moveaxis(x.reshape(-1, 3, 32, 32), 1, 3) / 255
    )


def test_labels_beside_images_are_used():
    with np.load(CASES / "npy/images_labels.npz") as file:
        images, labels = file["images"], file["labels"]
    for name in ("images_labels.npz", "mnist.csv"):
        data = load(f"npy/{name}")
        assert data.report.classes == tuple("0123456789") and data.image_shape == (16, 16, 1)
        if name == "images_labels.npz":
            assert_same_rows(data, images / 255)
            for k in range(10):
                expected = np.sort(images[labels == k].reshape(-1, 256).sum(axis=1) / 255)
                found = np.sort(everything(data)[labels_of(data) == k].sum(axis=1))
                np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_table_of_pixels_has_its_values_and_classes():
    x = np.loadtxt(CASES / "npy/mnist.csv", delimiter=",", skiprows=1)
    data = load("npy/mnist.csv")
    assert_same_rows(data, x[:, 1:] / 255)
    assert np.bincount(labels_of(data)).tolist() == np.bincount(x[:, 0].astype(int)).tolist()


@pytest.mark.parametrize("name", ["imgs-idx3-ubyte", "UPPER.NPY"])
def test_other_names_are_read(name):
    assert_same_rows(load(f"npy/{name}"), np.load(CASES / "npy/UPPER.NPY") / 255)


def test_numbers_of_the_images_are_no_classes():
    data = load("npy/positional.npz")
    assert data.train_labels is None
    assert lines(data, "ignored") == ["1 (an array with another value for each image, no classes): arr_1"]
