"""`encode` writes the latents of a trained model, with labels, in the order of the data."""

import csv

import numpy as np
import pytest
from PIL import Image

import scratchgen as sg
from scratchgen.autograd import no_grad
from scratchgen.data.rows import load_rows
from scratchgen.runs import Run
from scratchgen.tasks.load import load_run

pytestmark = pytest.mark.unrendered

KINDS = ["mlp", "conv", "linear", "conditional", "points"]


def posterior(run, x, y):
    with no_grad():
        q = run.model.given(y).encode(x)
        return q.mu.numpy(), np.exp(0.5 * q.logvar.numpy() if hasattr(q.logvar, "numpy") else 0.5 * q.logvar)


@pytest.mark.parametrize("name", KINDS)
def test_the_latents_are_the_means_of_the_posterior_with_its_deviations_and_the_classes(
    name, runs, scratchgen_in, tmp_path
):
    folder = runs(name)
    done = scratchgen_in(folder)("encode", name, "--part", "test", "--out", tmp_path / "z.npz")
    assert done.returncode == 0, done.stderr
    run = load_run(folder / name)
    rows = load_rows(run.config.source)
    mu, sigma = posterior(run, rows.test, rows.test_labels)
    with np.load(tmp_path / "z.npz", allow_pickle=False) as found:
        assert set(found.files) == {"z", "sigma", "labels"}
        np.testing.assert_allclose(found["z"], mu, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(found["sigma"], np.broadcast_to(sigma, mu.shape), rtol=1e-5)
        np.testing.assert_array_equal(found["labels"], rows.test_labels)
    assert f"z of shape {mu.shape} with sigma, labels" in done.stdout


def test_the_latents_know_the_classes_better_than_chance(runs, scratchgen_in, tmp_path):
    """Latents in another order than their labels would fail here."""
    scratchgen_in(runs("mlp"))("encode", "mlp", "--part", "all", "--out", tmp_path / "z.npz")
    with np.load(tmp_path / "z.npz") as found:
        z, y, part = found["z"], found["labels"], found["part"]
    near = lambda y: np.mean(
        [y[part == "train"][np.argmin(((z[part == "train"] - a) ** 2).sum(axis=1))] == k
         for a, k in zip(z[part == "test"], y[part == "test"], strict=True)]
    )  # fmt: skip
    assert near(y) > 0.3 > 0.2 > near(np.random.default_rng(0).permutation(y))


def test_the_three_forms_hold_the_same_numbers(runs, scratchgen_in, tmp_path):
    command = scratchgen_in(runs("mlp"))
    for suffix in ("npy", "npz", "csv"):
        assert command("encode", "mlp", "--part", "all", "--out", tmp_path / f"z.{suffix}").returncode == 0
    z = np.load(tmp_path / "z.npy", allow_pickle=False)
    with (
        np.load(tmp_path / "z.npz", allow_pickle=False) as found,
        open(tmp_path / "z.csv", newline="") as file,
    ):
        names, *lines = csv.reader(file)
        assert names == [f"z{i}" for i in range(z.shape[1])] + ["label", "part"]
        np.testing.assert_array_equal(found["z"], z)
        np.testing.assert_array_equal(np.array([line[:-2] for line in lines], np.float32), z)
        assert [int(line[-2]) for line in lines] == found["labels"].tolist()
        assert [line[-1] for line in lines] == found["part"].tolist()
    rows = load_rows("binarized-digits")
    parts = [part for part in ("train", "validation", "test") for _ in getattr(rows, part)]
    assert [line[-1] for line in lines] == parts


def test_a_vq_vae_has_a_grid_of_codes_that_decode_to_its_reconstructions(runs, scratchgen_in, tmp_path):
    folder = runs("vq")
    scratchgen_in(folder)("encode", "vq", "--part", "test", "--out", tmp_path / "z.npz")
    run = load_run(folder / "vq")
    rows = load_rows(run.config.source)
    with np.load(tmp_path / "z.npz", allow_pickle=False) as found:
        assert set(found.files) == {"z", "labels"}
        k = found["z"]
    assert k.shape == (len(rows.test), *run.model.grid) and np.issubdtype(k.dtype, np.integer)
    decoded = run.model.decode_codes(k.reshape(len(k), -1)).mean.numpy()
    np.testing.assert_allclose(decoded, run.model.reconstruct(rows.test), atol=1e-5)


def test_all_of_other_data_are_encoded_and_named(runs, scratchgen_in, tmp_path):
    x = np.random.default_rng(0).random((40, 8, 8), np.float32)
    np.save(tmp_path / "x.npy", x)
    folder = runs("mlp")
    done = scratchgen_in(folder)("encode", "mlp", "--data", tmp_path / "x.npy", "--out", tmp_path / "z.csv")
    assert done.returncode == 0 and "not the data of the training" in done.stdout
    lines = (tmp_path / "z.csv").read_text().splitlines()
    assert len(lines) == 41 and lines[0].endswith(",part,index") and "label" not in lines[0]


@pytest.mark.parametrize("form", ["file", "folder"])
def test_all_parts_of_ones_own_data_are_in_their_own_order(form, runs, scratchgen_in, tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (40, 8, 8), np.uint8)
    if form == "file":
        np.save(tmp_path / "x.npy", x)
        data = tmp_path / "x.npy"
    else:
        data = tmp_path / "x"
        data.mkdir()
        for i, image in enumerate(x):
            Image.fromarray(image).save(data / f"{i:03}.png")
    folder = runs("mlp")
    command = scratchgen_in(folder)
    for part, out in (("all", "all.npz"), ("test", "test.npz"), ("all", "all.npy")):
        done = command("encode", "mlp", "--data", data, "--part", part, "--out", tmp_path / out)
        assert done.returncode == 0, done.stderr
    mu, _ = posterior(load_run(folder / "mlp"), x.reshape(40, 64) / np.float32(255), None)
    with np.load(tmp_path / "all.npz") as everything, np.load(tmp_path / "test.npz") as test:
        np.testing.assert_allclose(everything["z"], mu, rtol=1e-4, atol=1e-5)
        assert everything["index"].tolist() == list(range(40))
        np.testing.assert_array_equal(np.load(tmp_path / "all.npy"), everything["z"])
        np.testing.assert_allclose(test["z"], mu[test["index"]], rtol=1e-4, atol=1e-5)
        assert everything["part"][test["index"]].tolist() == ["test"] * len(test["z"])
        assert not np.allclose(test["z"], mu[: len(test["z"])], atol=1e-3), "the parts should be shuffled"


def test_a_run_of_a_model_of_ones_own_is_refused(scratchgen_in, tmp_path):
    Run(tmp_path / "run", {}, quiet=True).save(sg.nn.Linear(2, 2))
    done = scratchgen_in(tmp_path)("encode", "run", "--out", "z.npy")
    assert done.returncode == 2 and "a model of your own, whose encoder no command knows" in done.stderr


REFUSED = {
    "no file": ("mlp", (), "give --out FILE.npy or FILE.npz or FILE.csv"),
    "another ending": ("mlp", ("--out", "z.txt"), "or FILE.csv, not z.txt"),
    "no such part": ("mlp", ("--part", "rest", "--out", "z.npy"), "no part is named 'rest'; there are train"),
    "a GAN": ("gan", ("--out", "z.npy"), "of the task gan, whose model has no encoder of examples"),
    "a text": ("rnn", ("--out", "z.npy"), "of the task text, whose model has no encoder of examples"),
    "other shapes": ("mlp", ("--data", "mine.npy", "--out", "z.npy"), "images of shape 6×6, and mlp was"),
    "a folder that is a file": ("mlp", ("--out", "mine.txt/z.npy"), "mine.txt is a file, not a folder"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_encoded_is_refused_in_one_line_and_leaves_no_file(case, runs, scratchgen_in):
    name, options, message = REFUSED[case]
    folder = runs(name)
    before = sorted(path.name for path in folder.iterdir())
    done = scratchgen_in(folder)("encode", name, *options)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before
