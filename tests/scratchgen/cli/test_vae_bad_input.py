"""Settings and data that do not fit a VAE: one line that says how to mend it, and nothing on disk changes."""

import json
import warnings

import numpy as np
import pytest

from scratchgen.cli import main
from scratchgen.random import Generator
from scratchgen.runs import Run
from scratchgen.tasks.load import load_run
from scratchgen.vae import build, geco

SIZES = {
    "mlp": {"data_dim": 64, "latent_dim": 2, "hidden": 4},
    "conv": {"image_shape": [8, 8], "latent_dim": 2, "hidden": 4, "channels": [2]},
    "conditional": {"data_dim": 64, "latent_dim": 2, "hidden": 4, "classes": 3},
    "linear": {"data_dim": 64, "latent_dim": 2},
}


def saved(folder, architecture):
    sizes = {"architecture": architecture, **SIZES[architecture]}
    model = build(sizes, Generator(3))
    config = {"kind": "vae", "data": "digits", "model": sizes, "image_shape": [8, 8]}
    Run(folder / architecture, config, quiet=True).save(model)
    return model


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Runs of each architecture and some images, as the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for architecture in SIZES:
        saved(tmp_path, architecture)
    grey = np.random.default_rng(1).random((30, 8, 8)).astype(np.float32)
    np.save("grey.npy", grey)
    np.save("six.npy", grey[:, :6, :6])
    np.save("nan.npy", np.where(grey > 0.99, np.nan, grey))
    return tmp_path


def snapshot(folder):
    return {p.relative_to(folder): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def ended(*arguments):
    with pytest.raises(SystemExit) as end, warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        main([*map(str, arguments)])
    return end.value.code


TRAIN = ("train", "vae", "--epochs", 1, "--out", "new")
CASES = {
    "an unknown model": ("--model gan", "model is one of mlp, conv"),
    "an unknown likelihood": (
        "--likelihood poisson",
        "likelihood is one of bernoulli, gaussian, categorical",
    ),
    "an unknown objective": ("--objective elbow", "objective is one of elbo, iwae, beta, geco"),
    "no latent": ("--latent-dim 0", "Invalid value for '--latent-dim'"),
    "no latent among the settings": ("--set latent_dim=0", "latent_dim is at least 1, not 0"),
    "no samples": ("--objective iwae --k 0", "k is at least 1, not 0"),
    "a negative beta": ("--objective beta --beta -1", "beta is positive and finite, not -1"),
    "beta for the bound": ("--beta 2", "beta goes with objective beta, not with elbo"),
    "warm-up for GECO": (
        "--objective geco --distortion 9 --warm-up 5",
        "warm_up goes with objective elbo or beta",
    ),
    "free bits for IWAE": ("--objective iwae --free-bits 1", "free_bits goes with objective elbo or beta"),
    "GECO without a distortion": ("--objective geco", "give --distortion"),
    "a distortion that is no number": ("--objective geco --distortion nan", "distortion is finite, not nan"),
    "a linear model of pixels": (
        "--model linear --likelihood bernoulli",
        "say --likelihood gaussian, or nothing",
    ),
    "classes that there are not": ("--model conditional --data grey.npy", "has no classes"),
    "an image that cannot be halved": ("--model conv --data six.npy", "multiples of 4"),
    "too many levels": ("--likelihood categorical --data grey.npy", "has no small number of levels"),
    "data outside the support": ("--likelihood bernoulli --data ring", "needs pixels in [0, 1]"),
    "no grey to make black or white": ("--binarise --data ring", "which is below 0"),
    "NaN": ("--likelihood gaussian --data nan.npy", "NaN"),
}


@pytest.mark.parametrize("case", CASES)
def test_settings_that_do_not_fit_are_one_line_status_2_and_change_nothing(case, folder, capfd):
    options, line = CASES[case]
    before = snapshot(folder)
    assert ended(*TRAIN, *options.split()) == 2
    printed = capfd.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1, printed.err
    assert printed.err.startswith("scratchgen: ") and line in printed.err
    assert snapshot(folder) == before


@pytest.mark.parametrize("architecture", SIZES)
def test_a_run_of_every_architecture_is_read_again(architecture, folder):
    model, config = load_run(folder / architecture)
    assert config["model"]["architecture"] == architecture
    ours, theirs = (m.sample(3, Generator(1)) for m in (model, build(config["model"], Generator(3))))
    np.testing.assert_array_equal(ours, theirs)
    assert ended("sample", architecture, "--out", "drawn.png", "-n", 4) == 0


@pytest.mark.parametrize("architecture", SIZES)
@pytest.mark.parametrize("other", SIZES)
def test_weights_of_another_architecture_are_refused_and_stay(architecture, other, folder, capfd):
    if other == architecture:
        return
    weights = (folder / other / "model.safetensors").read_bytes()
    (folder / architecture / "model.safetensors").write_bytes(weights)
    before = snapshot(folder)
    assert ended("sample", architecture, "--out", "drawn.png") == 2
    printed = capfd.readouterr()
    assert len(printed.err.splitlines()) == 1 and "model.safetensors does not fit config.json" in printed.err
    assert snapshot(folder) == before


WRONG_SIZES = {
    "architecture": ("gnu", "does not describe a model"),
    "latent_dim": (0, "does not describe a model"),
    "hidden": ([], "does not describe a model"),
    "activation": ("gelu", "does not describe a model"),
    "likelihood": ("poisson", "no likelihood is named 'poisson'|does not describe a model"),
    "data_dim": (63, "images of 8 × 8 pixels for a model of 63"),
}


@pytest.mark.parametrize("name", WRONG_SIZES)
def test_sizes_of_no_model_in_a_configuration_are_refused(name, folder, capfd):
    value, line = WRONG_SIZES[name]
    path = folder / "mlp" / "config.json"
    config = json.loads(path.read_text())
    config["model"][name] = value
    path.write_text(json.dumps(config))
    before = snapshot(folder)
    assert ended("sample", "mlp", "--out", "drawn.png") == 2
    (printed,) = capfd.readouterr().err.splitlines()
    assert any(part in printed for part in line.split("|")) and snapshot(folder) == before


def test_a_convolutional_run_of_another_image_shape_is_refused(folder, capfd):
    path = folder / "conv" / "config.json"
    config = json.loads(path.read_text())
    config["image_shape"] = [4, 8]
    path.write_text(json.dumps(config))
    assert ended("sample", "conv", "--out", "drawn.png") == 2
    assert "images of 4 × 8 pixels for a model of 64" in capfd.readouterr().err


@pytest.mark.parametrize("distortion, infeasible", [(0.001, True), (1000, False)])
def test_a_distortion_that_cannot_be_had_is_among_the_scores(distortion, infeasible, folder, monkeypatch):
    """λ grows by e^0.01 a step at most, so its greatest is set to what the steps of an epoch can reach."""
    monkeypatch.setattr(geco, "LARGEST_LAMBDA", 1.2)
    options = ("--objective", "geco", "--distortion", distortion, "--hidden", 8, "--quiet")
    assert ended(*TRAIN, *options, "--data", "digits") == 0
    score = json.loads((folder / "new" / "scores.json").read_text())[-1]
    assert score["measure"].startswith("held-out distortion")
    assert ("infeasible" in score["expected"]) is infeasible and score["reached"] is not infeasible
    log_lambda = json.loads((folder / "new" / "metrics.jsonl").read_text())["log_lambda"]
    assert (log_lambda > 0) is infeasible  # the mean over the epoch
    assert load_run(folder / "new")[1]["training"]["distortion"] == distortion
