"""A user's own pictures: accepted formats, and errors for everything else. Sounds and music: `test_cases_*`."""

import sys

import numpy as np
import pytest

from scratchgen.data import load_any, load_images
from scratchgen.errors import BadInput

parts = lambda data: (data.train, data.validation, data.test)
everything = lambda data: [x for part in parts(data) for x in part]


def refused(load, path, *words):
    with pytest.raises(BadInput) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


# --- pictures ----------------------------------------------------------------------------------------------

Image = pytest.importorskip("PIL.Image")


def save_pictures(folder, n=20, kind="png", height=4, width=6):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        Image.fromarray(np.full((height, width), 10 * i, np.uint8)).save(folder / f"{i:02}.{kind}")


def test_pictures_become_grey_values_and_each_is_in_one_part(tmp_path):
    save_pictures(tmp_path, 20)
    images = load_images(tmp_path)
    assert images.image_shape == (4, 6, 1) and [len(part) for part in parts(images)] == [16, 2, 2]
    found = sorted(round(255 * x[0]) for x in everything(images))
    assert (
        found == [10 * i for i in range(20)]
        and images.train_labels is None
        and images.train.dtype == np.float32
    )


def test_jpeg_is_read_too_and_other_files_are_ignored(tmp_path):
    save_pictures(tmp_path, 12, "JPG")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / ".hidden.png").write_text("not a picture either")
    assert sum(map(len, parts(load_images(tmp_path)))) == 12


def test_colours_are_kept_or_converted_to_perceived_brightness_if_asked_for(tmp_path):
    for i in range(10):
        Image.fromarray(np.full((2, 2, 3), [255, 0, 51], np.uint8)).save(tmp_path / f"{i}.png")
    kept, grey = load_images(tmp_path), load_images(tmp_path, channels="grey")
    assert kept.image_shape == (2, 2, 3) and kept.train[0].tolist() == [1, 0, np.float32(0.2)] * 4
    assert not kept.report.changed
    assert grey.image_shape == (2, 2, 1) and grey.train[0, 0] == pytest.approx(0.299 + 0.114 / 5, abs=1 / 255)
    assert ("changed", "10 converted to grey, as requested (ITU-R BT.601)") in grey.report.lines()


def test_subfolders_are_classes(tmp_path):
    for k, name in enumerate(("cats", "dogs")):
        save_pictures(tmp_path / name, 10 + k)
    images = load_images(tmp_path)
    assert images.classes == 2
    assert sum(np.bincount(labels, minlength=2) for labels in (
        images.train_labels, images.validation_labels, images.test_labels
    )).tolist() == [10, 11]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "05.png",
            b"<html>",
            ["1 of 20 pictures cannot be read: 05.png (", "repair or remove it", "--skip-bad"],
        ),
        ("05.png", b"", ["1 of 20 pictures cannot be read: 05.png (", "repair or remove it", "--skip-bad"]),
        ("05.png", None, ["pictures of 2 sizes (19 of 4 × 6; 05.png differs)", "--size 4"]),
    ],
)
def test_a_picture_that_is_damaged_or_of_another_size_is_named(name, content, words, tmp_path):
    save_pictures(tmp_path)
    if content is None:
        Image.fromarray(np.zeros((3, 3), np.uint8)).save(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content)
    refused(load_images, tmp_path, *words)


def test_a_picture_cut_short_anywhere_never_raises_anything_but_bad_input(tmp_path):
    save_pictures(tmp_path)
    whole = (tmp_path / "05.png").read_bytes()
    for length in range(0, len(whole), 5):
        (tmp_path / "05.png").write_bytes(whole[:length])
        try:
            load_images(tmp_path)
        except BadInput as problem:
            assert "05.png" in str(problem)


def test_too_few_pictures_and_a_missing_pillow_have_clear_errors(tmp_path, monkeypatch):
    save_pictures(tmp_path, 9)
    refused(load_images, tmp_path, "holds 9 pictures", "at least 10")
    save_pictures(tmp_path, 10)
    monkeypatch.setitem(sys.modules, "PIL", None)
    refused(load_images, tmp_path, "pip install pillow")


# --- any kind ----------------------------------------------------------------------------------------------


def test_the_kind_of_a_folder_is_that_of_most_of_its_files(tmp_path):
    save_pictures(tmp_path / "pictures")
    (tmp_path / "pictures" / "one.wav").touch()
    assert type(load_any(tmp_path / "pictures")).__name__ == "RowData"
    (tmp_path / "empty").mkdir()
    refused(load_any, tmp_path / "empty", "empty holds no files; name a folder of pictures")
    refused(load_any, tmp_path / "pictues", "did you mean", "pictures?")
