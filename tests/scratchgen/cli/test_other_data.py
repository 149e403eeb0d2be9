"""A run is evaluated on other data than its own, and on its own where they were moved."""

import json
import shutil

import numpy as np
import pytest

from scratchgen import evaluation
from scratchgen.data import load_images, load_text
from scratchgen.tasks.load import load_run

pytestmark = pytest.mark.unrendered

VAE = ("vae", "--data", "mine.npy", "--hidden", 6, "--epochs", 1)


def images(seed, shape=(200, 5, 5)):
    return np.random.default_rng(seed).random(shape, np.float32)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder of runs, trained once; a test copies it."""
    import contextlib
    import io

    from scratchgen import cli

    folder = tmp_path_factory.mktemp("trained")
    np.save(folder / "mine.npy", images(0))
    (folder / "mine.txt").write_text("the cat sat on the mat. " * 300)
    (folder / "accents.txt").write_text(
        "the cat sat on the mat. " * 280 + "é" * 500
    )  # in the last part alone
    text = ("rnn", "--hidden", 8, "--batch-size", 4, "--epochs", 1)
    trainings = {
        "images": VAE,
        "gaussian": (*VAE, "--likelihood", "gaussian"),
        "conditional": ("vae", "--data", "ring", "--model", "conditional", "--epochs", 1, "--hidden", 6),
        "vq": ("vae", "--data", "digits", "--model", "vq", "--epochs", 1, "--set", "prior_epochs=1"),
        "gan": ("gan", "--data", "mine.npy", "--epochs", 1),
        "text": (*text, "--data", "mine.txt"),
        "text-with-unknown": (*text, "--data", "accents.txt"),
        "bytes": (*text, "--data", "mine.txt", "--tokenizer", "bytes"),
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
    shutil.copytree(trained, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def command(folder, scratchgen_in):
    return scratchgen_in(folder)


def numbers(folder):
    return json.loads((folder / "numbers.json").read_text())


def test_other_images_are_scored_and_the_answer_names_both_sets(command, folder):
    np.save(folder / "other.npy", np.round(images(1, (300, 5, 5))))
    done = command("evaluate", "images", "--data", "other.npy", "-k", 5, "--json", "numbers.json")
    assert done.returncode == 0 and "vae on the test part of other.npy" in done.stdout
    assert "not the data of the training, mine.npy" in done.stdout
    found, other = numbers(folder), load_images(folder / "other.npy")
    assert (found["data"], found["trained_on"], found["same_data"]) == ("other.npy", "mine.npy", False)
    assert found["examples"] == len(other.test)
    scores = {score["measure"]: score for score in found["scores"]}
    floor = evaluation.independent_bernoulli_log_prob(other.train, other.test)
    assert scores["held-out ELBO, nats per example"]["baseline_value"] == pytest.approx(floor)


def test_the_score_of_other_data_is_that_of_the_model_on_them(command, folder):
    """Exact where nothing is drawn: nats per character of another text."""
    from scratchgen import rnn

    (folder / "other.txt").write_text("the mat sat on the cat. a cat at the mat. " * 200)
    assert command("evaluate", "text", "--data", "other.txt", "--json", "numbers.json").returncode == 0
    model, text = load_run(folder / "text").model, load_text(folder / "other.txt")
    expected = -float(np.mean(rnn.log_prob(model, model.tokenizer.encode(text.test))))
    scores = {score["measure"]: score["value"] for score in numbers(folder)["scores"]}
    assert scores["nats per character"] == pytest.approx(expected, rel=1e-6)
    own = -float(np.mean(rnn.log_prob(model, model.tokenizer.encode(load_text(folder / "mine.txt").test))))
    assert abs(own - expected) > 1e-3, "the two texts should have other scores"


@pytest.mark.parametrize("run", ["gan", "gaussian", "vq", "bytes"])
def test_every_task_takes_other_data_of_its_kind(run, command, folder):
    np.save(folder / "other.npy", images(1))
    (folder / "other.txt").write_text("été, 日本; " * 400)
    np.save(folder / "eight.npy", images(1, (100, 8, 8)))
    other = {"vq": "eight.npy", "bytes": "other.txt"}.get(run, "other.npy")
    if run == "gan":
        pytest.importorskip("sklearn")
    done = command("evaluate", run, "--data", other)
    assert done.returncode == 0 and "not the data of the training" in done.stdout


def test_characters_that_the_model_does_not_know_are_counted_where_it_has_a_sign_for_them(command, folder):
    (folder / "other.txt").write_text("the cat sat on the mat, ä. " * 200)
    done = command("evaluate", "text-with-unknown", "--data", "other.txt")
    assert done.returncode == 0
    assert (
        "other.txt has 2 characters that the model of text-with-unknown does not know (',', 'ä'): 7.41% of"
        in (done.stdout)
    )


REFUSED = {
    "another shape": ("images", "wide.npy", "images of shape 5×6, and images was trained on 5×5"),
    "another kind": ("images", "ring", "ring holds points, and images was trained on images"),
    "a text for images": ("images", "mine.txt", "is text, which has no rows of numbers"),
    "no such data": ("images", "gone.npy", "'gone.npy' is neither a data set nor a file"),
    "a class too many": (
        "conditional",
        "grid",
        "has classes 0 … 24, and the model of conditional knows 0 … 7",
    ),
    "grey values that are none": ("images", "large.npy", "which is below 0; rescale to 0 … 1"),
    "unknown characters": (
        "text",
        "unknown.txt",
        "does not know ('i', 'q', 'u', 'z'); give a text without them",
    ),
    "images for a text": ("text", "mine.npy", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_data_that_do_not_fit_are_refused_in_one_line(case, command, folder):
    run, data, message = REFUSED[case]
    np.save(folder / "wide.npy", images(1, (100, 5, 6)))
    np.save(folder / "large.npy", 3 * images(1) - 1)
    (folder / "unknown.txt").write_text("the quiz sat on the mat. " * 100)
    before = sorted(path.name for path in folder.iterdir())
    done = command("evaluate", run, "--data", data, "--json", "numbers.json")
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before


# --- data that were moved ---------------------------------------------------------------------------------


@pytest.fixture
def moved(command, folder):
    """A run whose data, mine.npy of the folder, were renamed to there.npy."""
    assert command("train", *VAE, "--quiet", "--out", "moved").returncode == 0
    (folder / "mine.npy").rename(folder / "there.npy")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("evaluate", "moved", "-k", 2),
        ("sample", "moved", "--interpolate", "straight", "--out", "new.png"),
        ("train", "vae", "--resume", "moved", "--epochs", "+1"),
    ],
    ids=str,
)
def test_a_command_that_needs_data_that_were_moved_says_data_and_takes_them_from_there(words, command, moved):
    done = command(*words)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "mine.npy, are no longer there; give --data PATH" in done.stderr
    done = command(*words, "--data", "there.npy")
    assert done.returncode == 0 and "not the data of the training" not in done.stdout


def test_the_fingerprint_decides_whether_moved_data_are_the_same(command, moved):
    folder = moved
    shutil.copy(folder / "there.npy", folder / "mine.npy")
    expected = command("evaluate", "moved", "-k", 2).stdout.splitlines()
    (folder / "mine.npy").unlink()
    shown = command("evaluate", "moved", "-k", 2, "--data", "there.npy").stdout.splitlines()
    assert shown[1] == "the data of the training" and shown[2:] == expected[1:]
    x = np.load(folder / "there.npy")
    x[0, 0, 0] += 0.01
    np.save(folder / "there.npy", x)
    shown = command("evaluate", "moved", "-k", 2, "--data", "there.npy").stdout
    assert "not the data of the training" in shown
    done = command("train", "vae", "--resume", "moved", "--epochs", "+1", "--data", "there.npy")
    assert done.returncode == 2 and "its data changed since it began" in done.stderr


def test_data_are_for_interpolations_alone(command):
    done = command("sample", "images", "--data", "mine.npy", "--out", "new.png")
    assert done.returncode == 2 and "--data is for --interpolate" in done.stderr
    done = command("sample", "gan", "--data", "mine.npy", "--out", "new.png")
    assert done.returncode == 2 and "has no --data" in done.stderr
