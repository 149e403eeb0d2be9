"""From a folder of pictures to samples, by the commands: sizes, colours, classes, damaged files, and bad input."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.unrendered

Image = pytest.importorskip("PIL.Image")
RNG = np.random.default_rng(0)
CASES = Path(__file__).parents[4] / "shared" / "cases"


def picture(shape, i):
    """A dark bar on light, at a place that changes: something to learn."""
    x = np.full(shape, 230, np.uint8)
    x[:, i % shape[1]] = 20 if len(shape) == 2 else (20, 40 + i, 200)
    return Image.fromarray(x)


def save_all(folder, shape=(6, 6), n=20):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        picture(shape, i).save(folder / f"{i:02}.png")
    return folder


@pytest.fixture
def scratchgen(scratchgen_in, tmp_path):
    return scratchgen_in(tmp_path)


def good(result):
    assert result.returncode == 0, result.stderr
    return result


def config(folder):
    return json.loads((folder / "config.json").read_text())


TWO_STEPS = ("--epochs", 1, "--batch-size", 8)  # of 16 training pictures
MODELS = {
    "vae": ("vae", "--hidden", 8, "--latent-dim", 2),
    "conv": ("vae", "--model", "conv", "--hidden", 8, "--latent-dim", 2),
    "vq": ("vae", "--model", "vq", "--hidden", 8, "--latent-dim", 2, "--set", "prior_epochs=1"),
    "gan": ("gan",),
    "conv gan": ("gan", "--model", "conv"),
}


@pytest.mark.parametrize("shape", [(13, 17), (30, 30), (5, 6, 3)])
@pytest.mark.parametrize("model", MODELS)
def test_pictures_of_any_size_and_colour_are_trained_on_scored_and_sampled(
    model, shape, scratchgen, tmp_path
):
    save_all(tmp_path / "mine", shape)
    family, *options = MODELS[model]
    good(scratchgen("train", family, "--data", "mine", *options, *TWO_STEPS, "--out", "run"))
    C = shape[2] if len(shape) > 2 else 1
    found = config(tmp_path / "run")
    assert found["data_info"]["image_shape"] == [*shape[:2], C]
    assert (
        found["loading"]["read"]
        == f"20 pictures of {shape[0]} × {shape[1]}, {'grey' if C == 1 else 'in colour'}"
    )
    if family == "vae":
        assert found["settings"]["likelihood"] == ("bernoulli" if C == 1 else "gaussian")
        good(scratchgen("evaluate", "run"))
    good(scratchgen("sample", "run", "-n", 3, "--out", "drawn.png"))
    assert (tmp_path / "drawn.png").stat().st_size > 0


@pytest.mark.skipif(not CASES.is_dir(), reason="there is no folder of cases, ../shared/cases")
@pytest.mark.parametrize(
    ("name", "shape"), [("odd13", [13, 17, 1]), ("s30", [30, 30, 1]), ("rgb", [16, 16, 3])]
)
@pytest.mark.parametrize("model", ["conv", "vq"])
def test_pictures_that_people_sent_are_trained_on(model, name, shape, scratchgen, tmp_path):
    family, *options = MODELS[model]
    options += ["--epochs", 1, "--batch-size", 10 if name == "rgb" else 80, "--out", "run"]
    good(scratchgen("train", family, "--data", CASES / "img" / name, *options))
    assert config(tmp_path / "run")["data_info"]["image_shape"] == shape
    good(scratchgen("sample", "run", "-n", 2, "--out", "drawn.png"))


def test_a_likelihood_that_is_given_stays_for_colours_too(scratchgen, tmp_path):
    save_all(tmp_path / "mine", (6, 6, 3))
    options = ("--data", "mine", "--hidden", 8, *TWO_STEPS, "--likelihood", "bernoulli", "--out", "run")
    good(scratchgen("train", "vae", *options))
    assert config(tmp_path / "run")["settings"]["likelihood"] == "bernoulli"


def test_samples_in_colour_are_drawn_in_colour(scratchgen, tmp_path):
    """A model that has learned one red picture by heart draws red: no channel is dropped, turned or inverted."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for i in range(20):
        Image.fromarray(np.full((4, 4, 3), (230 - i % 3, 30 + i % 3, 60), np.uint8)).save(folder / f"{i}.png")
    good(scratchgen("train", "vae", "--data", "mine", "--hidden", 8, "--epochs", 200, "--out", "run"))
    good(scratchgen("sample", "run", "-n", 1, "--out", "drawn.png"))
    drawn = np.asarray(Image.open(tmp_path / "drawn.png").convert("RGB")).reshape(-1, 3).astype(int)
    distance = np.abs(drawn - [229, 31, 60]).max(axis=1)
    assert (distance < 12).mean() > 0.2  # the rest is paper and the title


def test_what_loading_changed_is_said_before_training_in_the_configuration_and_in_the_report(
    scratchgen, tmp_path
):
    folder = save_all(tmp_path / "mine")
    picture((6, 6), 3).convert("RGB").save(folder / "colour.png")
    (folder / "notes.txt").write_text("no picture")
    (folder / "bad.png").write_bytes(b"")
    options = ("--data", "mine", "--hidden", 8, *TWO_STEPS, "--out", "run")
    said = scratchgen("train", "vae", *options)
    assert said.returncode == 2 and "1 of 22 pictures cannot be read: bad.png" in said.stderr
    assert "--skip-bad" in said.stderr and not (tmp_path / "run").exists()
    said = good(scratchgen("train", "vae", *options, "--skip-bad")).stderr.splitlines()
    lines = [
        "found: 21 PNG, 1 empty",
        "read: 21 pictures of 6 × 6, grey",
        "changed: 1 stored in colour but all grey, now with one channel",
        "ignored: 1 (text, no pictures): notes.txt",
        "left out: 1 (cannot be read): bad.png (cannot identify image file)",
    ]
    assert said[:5] == lines
    loading = config(tmp_path / "run")["loading"]
    assert loading["ignored"] == {"text, no pictures": {"number": 1, "names": ["notes.txt"]}}
    assert loading["bad"] == {"number": 1, "names": ["bad.png: cannot identify image file"]}
    page = (tmp_path / "run" / "report.html").read_text()
    for words in ("notes.txt", "bad.png: cannot identify image file", "21 pictures of 6 × 6, grey"):
        assert words in page
    shown = good(scratchgen("data", "show", "mine", "--skip-bad")).stdout
    for line in lines:
        label, text = line.split(": ", 1)
        assert f"{label:<28}{text}" in shown.splitlines()


def test_a_run_is_resumed_and_evaluated_with_the_options_of_its_loading(scratchgen, tmp_path):
    folder = save_all(tmp_path / "mine", (6, 8, 3))
    (folder / "bad.png").write_bytes(b"")
    options = ("--size", 4, "--channels", "grey", "--skip-bad", "--hidden", 8, *TWO_STEPS, "--out", "run")
    good(scratchgen("train", "vae", "--data", "mine", *options))
    found = config(tmp_path / "run")
    assert found["data_info"]["image_shape"] == [4, 4, 1]
    assert found["settings"]["size"] == 4 and found["settings"]["channels"] == "grey"
    good(scratchgen("evaluate", "run"))
    good(scratchgen("sample", "run", "--interpolate", "straight", "-n", 1, "--out", "between.png"))


def test_classes_are_asked_for_by_name_or_number(scratchgen, tmp_path):
    save_all(tmp_path / "mine" / "cat"), save_all(tmp_path / "mine" / "dog")
    options = ("--model", "conditional", "--hidden", 8, *TWO_STEPS, "--out", "run")
    good(scratchgen("train", "vae", "--data", "mine", *options))
    assert config(tmp_path / "run")["data_info"]["class_names"] == ["cat", "dog"]
    for k, (name, number) in enumerate((("dog", "1"), ("cat", "0"))):
        good(scratchgen("sample", "run", "--class", name, "-n", 4, "--out", f"name{k}.png"))
        good(scratchgen("sample", "run", "--class", number, "-n", 4, "--out", f"number{k}.png"))
        drawn = [(tmp_path / f"{how}{k}.png").read_bytes() for how in ("name", "number")]
        assert drawn[0] == drawn[1]
    assert (tmp_path / "name0.png").read_bytes() != (tmp_path / "name1.png").read_bytes()
    said = scratchgen("sample", "run", "--class", "dgo", "--out", "no.png")
    assert said.returncode == 2 and not (tmp_path / "no.png").exists()
    assert "--class dgo: the classes of run are cat, dog; did you mean dog?" in said.stderr


def test_flat_colours_are_trained_on_with_their_shape(scratchgen, tmp_path):
    np.save(tmp_path / "flat.npy", RNG.integers(0, 256, (20, 192), dtype=np.uint8))
    options = ("--data", "flat.npy", "--hidden", 8, *TWO_STEPS, "--out", "run")
    said = scratchgen("train", "vae", *options)
    assert said.returncode == 2 and "--image-shape 8,8,3" in said.stderr and not (tmp_path / "run").exists()
    good(scratchgen("train", "vae", *options, "--image-shape", "8,8,3"))
    assert config(tmp_path / "run")["data_info"]["image_shape"] == [8, 8, 3]


# --- bad input ----------------------------------------------------------------------------------------------


def write_bad_folders(folder):
    save_all(folder / "good")
    save_all(folder / "few", n=9)
    sizes = save_all(folder / "sizes")
    picture((7, 7), 0).save(sizes / "99.png")
    five = save_all(folder / "five")
    for i in range(5):
        (five / f"{i:02}.png").write_bytes(b"no picture")
    save_all(folder / "lonely" / "cat"), save_all(folder / "lonely" / "dog", n=1)
    save_all(folder / "lopsided" / "train", n=5), save_all(folder / "lopsided" / "test")
    for name in ("train/cat", "train/dog", "test/cat", "test/bird"):
        save_all(folder / "strange" / name)
    (folder / "empty").mkdir()
    (folder / "nothing.npy").write_bytes(b"")
    (folder / "escape\x1b[2J").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "gone").symlink_to(folder / "nowhere")
    x = RNG.integers(0, 256, (20, 4, 4), dtype=np.uint8)
    save = lambda name, **arrays: np.savez(folder / name, **arrays)
    save("many-classes.npz", images=x, labels=np.arange(20))
    save("one-class.npz", images=x, labels=np.arange(20) == 3)
    save("lengths.npz", x_train=x, y_train=np.arange(20) % 2, x_test=x[:, 1:], y_test=np.arange(20) % 2)
    np.save(folder / "floats.npy", x.astype(np.float32))
    np.save(folder / "constant.npy", np.full((20, 4, 4), 0.5, np.float32))
    np.save(folder / "copies.npy", np.repeat(RNG.random((1, 5, 4, 3)), 20, axis=0))


BAD = {
    "few": ("few", "holds 9 pictures; at least 10 are needed for a split"),
    "sizes": ("sizes", "2 sizes (20 of 6 × 6; 99.png differs); --size 6"),
    "five damaged": ("five", "5 of 20 pictures cannot be read: 00.png, 01.png, 02.png, 03.png, 04.png"),
    "a class of one": ("lonely", "class 'dog' has a single file"),
    "a part that is too small": ("lopsided", "5 examples leave a part of 80% / 10% / 10% empty"),
    "a class without training": ("strange", "class 'bird' has no example in the training part"),
    "an empty folder": ("empty", "empty holds no files; name a folder of pictures"),
    "an empty file": ("nothing.npy", "nothing.npy is empty"),
    "a device": ("/dev/null", "/dev/null is neither a file nor a folder; name one of these"),
    "a pipe": ("pipe", "pipe is neither a file nor a folder; name one of these"),
    "a link to nothing": ("gone", "gone is neither a file nor a folder; name one of these"),
    "control characters": ("escape\x1b[2J", r"escape\x1b[2J holds no files"),
    "more classes than examples": ("many-classes.npz", "20 labels for 20 images are no classes"),
    "a class of one in an array": ("one-class.npz", "class '1' has a single image"),
    "parts of different shapes": (
        "lengths.npz",
        "the images of its parts have the shapes (20, 4, 4) and (20, 3, 4)",
    ),
    "floats to 255": ("floats.npy", "above 1; divide by 255"),
    "a colour": ("good", "'whiet' is no colour", "--background", "whiet"),
    "channels": ("good", "channels is one of as stored, grey, colour, not 'gray'", "--channels", "gray"),
    "a shape": ("floats.npy", "not '4by4'", "--image-shape", "4by4"),
    "a size below 0": ("good", "-1", "--size", -1),
    "an option of arrays": ("good", "--image-shape has no meaning for pictures", "--image-shape", "6,6"),
    "an option of pictures": ("floats.npy", "--size has no meaning for an array of images", "--size", 4),
    "an option of own data": ("digits", "--size has no meaning for the known data set digits", "--size", 4),
    "a constant": ("constant.npy", "are equal", "--likelihood", "gaussian"),
    "copies in colour": ("copies.npy", "are equal"),
    "a constant, vq": ("constant.npy", "are equal", "--model", "vq", "--likelihood", "gaussian"),
    "copies in colour, vq": ("copies.npy", "are equal", "--model", "vq"),
}


def snapshot(folder):
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_status_2_and_nothing_is_written(case, scratchgen, tmp_path):
    data, words, *options = BAD[case]
    write_bad_folders(tmp_path)
    before = snapshot(tmp_path)
    said = scratchgen("train", "vae", "--data", data, *options, "--epochs", 1, "--out", "run")
    assert said.returncode == 2 and said.stdout == "" and words in said.stderr
    assert said.stderr.startswith("scratchgen: ") and said.stderr.count("\n") == 1
    assert said.stderr.rstrip("\n").isprintable()
    assert snapshot(tmp_path) == before


def test_control_characters_of_names_do_not_reach_the_terminal(scratchgen, tmp_path):
    folder = save_all(tmp_path / "a\x1b[2Jb")
    (folder / "c\x1b[2J\n.txt").write_text("no picture")
    (folder / os.fsdecode(b"\xff.txt")).write_text("no picture")
    shown = good(scratchgen("data", "show", folder.name)).stdout
    assert r"c\x1b[2J\n.txt, \udcff.txt" in shown and r"a\x1b[2Jb" in shown and "\x1b" not in shown
    said = good(scratchgen("train", "vae", "--data", folder.name, "--hidden", 8, *TWO_STEPS, "--out", "run"))
    assert "\x1b" not in said.stderr


def test_a_pipe_among_pictures_is_named_and_not_waited_for(scratchgen, tmp_path):
    folder = save_all(tmp_path / "mine")
    os.mkfifo(folder / "pipe.png")
    shown = good(scratchgen("data", "show", "mine")).stdout
    assert "1 (neither a file nor a link to one): pipe.png" in shown
