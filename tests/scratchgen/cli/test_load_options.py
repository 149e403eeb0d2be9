"""A run is used with data of another kind: the options of its loading apply where they have a meaning for these."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from scratchgen.data import load_any
from scratchgen.data.load import CATALOGUE, IN_WORDS, OWN_READERS, options_for
from scratchgen.data.options import OPTIONS_OF, LoadOptions

pytestmark = pytest.mark.unrendered

ALL = LoadOptions(
    size=8,
    channels="grey",
    background="black",
    image_shape="8,8,3",
    skip_bad=True,
    encoding="latin-1",
    columns="a:count",
    kind="table",
)


def colours(seed, n=40, shape=(8, 8, 3)):
    return np.random.default_rng(seed).integers(0, 256, (n, *shape), np.uint8)


def write_pictures(folder, images):
    folder.mkdir()
    for i, x in enumerate(images):
        Image.fromarray(x).save(folder / f"{i:03}.png")
    return folder


@pytest.fixture
def data(tmp_path):
    """Data of every kind, by the words of `OPTIONS_OF`."""
    rng = np.random.default_rng(0)
    files = {
        "pictures": write_pictures(tmp_path / "pictures", colours(0, 12)),
        "an array of images": tmp_path / "images.npy",
        "texts": tmp_path / "text.txt",
        "pairs of texts": tmp_path / "pairs.tsv",
        "tables": tmp_path / "table.csv",
        "recordings": tmp_path / "sounds",
        "a recording": tmp_path / "sound.wav",
        "MIDI files": tmp_path / "music",
    }
    np.save(files["an array of images"], colours(0, 12).reshape(12, -1))
    files["texts"].write_text("the cat sat on the mat. " * 10)
    files["pairs of texts"].write_text("".join(f"word {i}\tmot {i}\n" for i in range(12)))
    files["tables"].write_text("b,c\n" + "".join(f"{a:.4f},{b:.4f}\n" for a, b in rng.normal(size=(20, 2))))
    for folder in ("sounds", "music"):
        (tmp_path / folder).mkdir()
    wav = b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt "
    files["a recording"].write_bytes(wav)
    (files["recordings"] / "one.wav").write_bytes(wav)
    (files["MIDI files"] / "one.mid").write_bytes(b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60")
    return files


@pytest.mark.parametrize("words", OPTIONS_OF)
def test_the_options_that_remain_are_those_that_the_reader_of_these_data_takes(words, data):
    # the shape of an image would make images of a table, and the kinds of columns a table of images
    given = {name: value for name, value in ALL.changed().items() if name not in ("image_shape", "columns")}
    given |= {
        "an array of images": {"image_shape": "8,8,3", "kind": "images"},
        "tables": {"columns": "a:count"},
    }.get(words, {})
    kept = options_for(data[words], LoadOptions(**given)).changed()
    assert kept == {name: value for name, value in given.items() if name in OPTIONS_OF[words]}
    kind = next(k for k, found in IN_WORDS.items() if words in found.values())
    place = next(
        p for p, w in IN_WORDS[kind].items() if w == words and data[words].is_dir() == ("folder" in p)
    )
    for name in given.keys() - kept.keys():
        with pytest.raises(ValueError, match=f"--{name.replace('_', '-')} has no meaning for {words}"):
            OWN_READERS[kind][place](str(data[words]), LoadOptions(**{name: given[name]}))


@pytest.mark.parametrize("name", [next(n for n, e in CATALOGUE.items() if e.kind == "images"), "stdlib"])
def test_a_known_data_set_has_no_options(name):
    assert options_for(name, ALL) == LoadOptions()
    with pytest.raises(ValueError, match=f"has no meaning for the known data set {name}"):
        load_any(name, **ALL.changed())


@pytest.mark.parametrize("shape, has_flat_rows", [((3, 8, 8), False), ((8, 8, 3), True), ((192,), True)])
def test_a_shape_of_flat_rows_is_kept_where_rows_are_flat_or_have_it(shape, has_flat_rows, tmp_path):
    np.save(tmp_path / "x.npy", colours(0, 20, shape))
    kept = options_for(tmp_path / "x.npy", LoadOptions(image_shape="8,8,3")).image_shape
    assert bool(kept) == has_flat_rows


def test_a_shape_of_flat_rows_makes_no_stripes_of_images_with_the_channels_first(tmp_path):
    x = colours(0, 20)
    np.save(tmp_path / "first.npy", np.moveaxis(x, 3, 1))
    with pytest.raises(ValueError, match=r"--image-shape 8,8,3 is for flat rows.*\(3, 8, 8\); leave it out"):
        load_any(tmp_path / "first.npy", image_shape="8,8,3")


# --- runs of images ---------------------------------------------------------------------------------------

VAE = ("vae", "--hidden", 6, "--latent-dim", 2, "--epochs", 1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Runs that were trained on a folder of large pictures, on an archive, on flat rows and on a known set of 8 × 8."""
    import contextlib
    import io

    from scratchgen import cli

    folder = tmp_path_factory.mktemp("trained")
    write_pictures(folder / "large", colours(0, shape=(12, 16, 3)))
    np.savez(folder / "archive.npz", images=colours(1))
    np.save(folder / "flat.npy", colours(2).reshape(40, -1))
    (folder / "text.txt").write_text("the cat sat on the mat. é" * 300, encoding="latin-1")
    trainings = {
        "of-pictures": (*VAE, "--data", "large", "--size", 8, "--background", "black"),
        "of-grey": (*VAE, "--data", "large", "--size", 8, "--channels", "grey"),
        "of-archive": (*VAE, "--data", "archive.npz"),
        "of-rows": (*VAE, "--data", "flat.npy", "--image-shape", "8,8,3"),
        "of-digits": (*VAE, "--data", "digits"),
        "of-text": (
            *("rnn", "--data", "text.txt", "--encoding", "latin-1"),
            *("--hidden", 8, "--batch-size", 4, "--epochs", 1),
        ),
    }
    for name, options in trainings.items():
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(io.StringIO()),
            pytest.raises(SystemExit) as ended,
        ):
            cli.main(["train", *map(str, options), "--quiet", "--out", name])
        assert ended.value.code == 0, name
    return folder


@pytest.fixture
def folder(trained, tmp_path):
    copy = shutil.copytree(trained, tmp_path / "copy")
    write_pictures(copy / "mixed", [*colours(3, 12), *colours(4, 12, (20, 10, 3))])
    np.save(copy / "first.npy", np.moveaxis(colours(5), 3, 1))
    np.save(copy / "grey.npy", colours(6, shape=(8, 8)))
    np.save(copy / "wide.npy", colours(7, shape=(8, 9, 3)))
    (copy / "utf8.txt").write_text("the mat sat. " * 200)
    return copy


@pytest.fixture
def command(folder, scratchgen_in):
    return scratchgen_in(folder)


RUNS = ("of-pictures", "of-archive", "of-rows", "of-digits", "of-grey")
OTHER = ("large", "mixed", "archive.npz", "flat.npy", "first.npy", "grey.npy", "digits")
TRAINED_ON = {
    "of-pictures": "large",
    "of-archive": "archive.npz",
    "of-rows": "flat.npy",
    "of-digits": "digits",
    "of-grey": "large",
}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("data", OTHER)
def test_images_of_every_kind_meet_the_needs_of_a_model_or_are_refused_with_both_named(
    run, data, command, folder
):
    done = command("encode", run, "--data", data, "--part", "test", "--out", "z.npy")
    is_grey = run in ("of-digits", "of-grey")
    if data == "digits" and not is_grey:
        assert done.returncode == 2 and not (folder / "z.npy").exists()
        assert f"digits holds images of shape 8×8, and {run} was trained on 8×8×3" in done.stderr
        return
    if data == "flat.npy" and run != "of-rows":  # nothing says which number is which colour
        assert done.returncode == 2 and "or save (N, height, width, channels)" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert np.load(folder / "z.npy").shape == ({"digits": 250, "mixed": 3}.get(data, 4), 2)
    if data == TRAINED_ON[run]:
        assert done.stdout.startswith("z of shape")  # the data of the training, as they were loaded then
        return
    assert ("converted to grey" in done.stdout) == (is_grey and data not in ("grey.npy", "digits"))
    assert ("three equal channels" in done.stdout) == (not is_grey and data == "grey.npy")
    scaled = {"large": "40 scaled to 8 × 8", "mixed": "12 scaled to 8 × 8"}
    assert (scaled.get(data, "scaled") in done.stdout) == (data in scaled)


def test_the_claim_above_rejects_options_that_are_taken_over_as_they_are(command, monkeypatch):
    from scratchgen.tasks import load

    monkeypatch.setattr(load, "settings_for", lambda source, settings, info: settings)
    done = command("encode", "of-pictures", "--data", "archive.npz", "--out", "z.npy")
    assert done.returncode == 2 and "--size has no meaning for an array of images" in done.stderr


def test_images_of_another_shape_are_refused_with_both_shapes(command):
    for words in (("evaluate", "of-pictures"), ("train", "vae", "--init-from", "of-pictures", "--epochs", 1)):
        done = command(*words, "--data", "wide.npy")
        assert done.returncode == 2 and done.stderr.count("\n") == 1
        assert "wide.npy holds images of shape 8×9×3, and of-pictures was trained on 8×8×3" in done.stderr


def test_samples_between_test_images_of_a_known_set_come_from_a_run_of_scaled_pictures(command, folder):
    words = ("sample", "of-grey", "--interpolate", "straight", "--data", "digits", "--out", "between.npy")
    assert command(*words).returncode == 0
    assert np.load(folder / "between.npy").shape[-2:] == (8, 8)


def test_a_run_of_scaled_pictures_of_32_pixels_encodes_dressed_characters(command, folder):
    options = ("--data", "mixed", "--size", 32, "--background", "black")
    assert command("train", *VAE, *options, "--quiet", "--out", "icons").returncode == 0
    done = command("encode", "icons", "--data", "characters", "--part", "test", "--out", "z.npy")
    assert done.returncode == 0, done.stderr
    assert "not the data of the training, mixed" in done.stdout


# --- a training that begins with a run, or with its settings ----------------------------------------------


def settings(run):
    return json.loads((run / "config.json").read_text())["settings"]


CARRIED = [
    ("of-pictures", "archive.npz", {"size": 0, "background": "black", "image_shape": ""}),
    ("of-pictures", "mixed", {"size": 8, "background": "black"}),
    ("of-grey", "digits", {"size": 0, "channels": "as stored"}),
    ("of-rows", "first.npy", {"image_shape": ""}),
    ("of-text", "utf8.txt", {"encoding": "latin-1"}),
]


@pytest.mark.parametrize("option", ["--init-from", "--config"])
@pytest.mark.parametrize("run, data, expected", CARRIED)
def test_a_training_takes_the_options_that_have_a_meaning_for_its_data_and_can_be_resumed(
    option, run, data, expected, command, folder
):
    family = "rnn" if run == "of-text" else "vae"
    words = ("train", family, option, run, "--data", data, "--epochs", 1, "--quiet", "--out", "new")
    done = command(*words)
    assert done.returncode == 0, done.stderr
    found = settings(folder / "new")
    assert {name: found[name] for name in expected} == expected
    assert command("train", family, "--resume", "new", "--epochs", "+1", "--quiet").returncode == 0


def test_pictures_are_scaled_to_the_size_of_the_model_that_is_fine_tuned(command, folder):
    done = command("train", "vae", "--init-from", "of-rows", "--data", "mixed", "--epochs", 1, "--out", "new")
    assert done.returncode == 0 and "changed: 12 scaled to 8 × 8" in done.stderr
    found = settings(folder / "new")
    assert (found["size"], found["image_shape"]) == (8, "")
    typed = command("train", "vae", "--init-from", "of-rows", "--data", "mixed", "--size", 4, "--epochs", 1)
    assert typed.returncode == 2 and "shape 4×4×3, and of-rows was trained on 8×8×3" in typed.stderr


def test_an_option_that_is_typed_or_in_a_file_of_settings_is_refused_where_it_has_no_meaning(command, folder):
    (folder / "mine.toml").write_text('size = 8\ndata = "digits"\n')
    typed = ("train", "vae", "--init-from", "of-grey", "--data", "digits", "--size", 8)
    for words in (typed, ("train", "vae", "--config", "mine.toml")):
        done = command(*words, "--epochs", 1)
        assert done.returncode == 2 and "--size has no meaning for the known data set digits" in done.stderr


def test_a_run_is_not_resumed_on_data_of_another_kind(command):
    done = command("train", "vae", "--resume", "of-pictures", "--data", "archive.npz", "--epochs", "+1")
    assert done.returncode == 2 and "its data changed since it began" in done.stderr
