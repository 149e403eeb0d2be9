"""Settings and data that do not fit a VAE: one line with the way out, and nothing on disk changes."""

import itertools
import json
import warnings

import numpy as np
import pytest

from scratchgen.cli import main
from scratchgen.random import Generator
from scratchgen.tasks.load import load_run
from scratchgen.tasks.rows import sample_in_turn
from scratchgen.vae import VAE, ConditionalVAE, ConvVAE, LinearVAE, geco

MODELS = {
    "mlp": lambda: VAE(64, 2, 4, Generator(3)),
    "conv": lambda: ConvVAE([8, 8], 2, 4, [2], Generator(3)),
    "conditional": lambda: ConditionalVAE(64, 2, 4, 3, Generator(3)),
    "linear": lambda: LinearVAE(64, 2, Generator(3)),
}
INFO = {"kind": "images", "image_shape": [8, 8], "data_dim": 64}


@pytest.fixture
def folder(tmp_path, monkeypatch, make_run):
    """Runs of each architecture and some images, as the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name, model in MODELS.items():
        make_run(tmp_path / name, "vae", model(), INFO)
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
    "an unknown model": ("--model gan", "model is one of mlp, conv, conditional, linear, vq, not 'gan'"),
    "an unknown likelihood": (
        "--likelihood poisson",
        "likelihood is one of bernoulli, gaussian, categorical",
    ),
    "an unknown objective": ("--objective elbow", "objective is one of elbo, iwae, beta, geco"),
    "no latent": ("--latent-dim 0", "--latent-dim: latent_dim is at least 1, not 0"),
    "no latent among the settings": ("--set latent_dim=0", "latent_dim is at least 1, not 0"),
    "no samples": ("--objective iwae --k 0", "k is at least 1, not 0"),
    "a negative beta": ("--objective beta --beta -1", "beta is above 0 and finite, not -1"),
    "samples for the bound": ("--k 3", "k is for objective iwae, not for elbo"),
    "beta for the bound": ("--beta 2", "beta is for objective beta, not for elbo"),
    "warm-up for GECO": (
        "--objective geco --target-distortion 9 --kl-warmup-steps 5",
        "kl_warmup_steps is for objective elbo or beta, not for geco",
    ),
    "free bits for IWAE": (
        "--objective iwae --free-bits 1",
        "free_bits is for objective elbo or beta, not for iwae",
    ),
    "GECO without a distortion": ("--objective geco", "give --target-distortion"),
    "a distortion that is no number": (
        "--objective geco --target-distortion nan",
        "target_distortion is finite, not nan",
    ),
    "a linear model of pixels": (
        "--model linear --likelihood bernoulli",
        "choose --likelihood gaussian, or leave it out",
    ),
    "classes that there are not": ("--model conditional --data grey.npy", "has no classes"),
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


@pytest.mark.parametrize("name", MODELS)
def test_a_run_of_every_model_is_read_again(name, folder):
    again, model = load_run(folder / name).model, MODELS[name]()
    assert type(again) is type(model)
    ours, theirs = (sample_in_turn(m.eval(), 3, Generator(1)) for m in (again, model))
    np.testing.assert_array_equal(ours, theirs)
    assert ended("sample", name, "--out", "drawn.png", "-n", 4) == 0


@pytest.mark.parametrize(("name", "other"), list(itertools.permutations(MODELS, 2)))
def test_weights_of_another_model_are_refused_and_stay(name, other, folder, capfd):
    weights = (folder / other / "model.safetensors").read_bytes()
    (folder / name / "model.safetensors").write_bytes(weights)
    before = snapshot(folder)
    assert ended("sample", name, "--out", "drawn.png") == 2
    printed = capfd.readouterr()
    assert len(printed.err.splitlines()) == 1 and "model.safetensors does not fit config.json" in printed.err
    assert snapshot(folder) == before


WRONG_ARGUMENTS = {
    "latent_dim": (0, "config.json does not describe a run of the task vae"),
    "hidden": ([], "config.json does not describe a run of the task vae"),
    "activation": ("gelu", "config.json does not describe a run of the task vae"),
    "likelihood": ("poisson", "config.json does not describe a run of the task vae"),
    "data_dim": (63, "a model of 63 numbers per row for rows of 64"),
}


@pytest.mark.parametrize("name", WRONG_ARGUMENTS)
def test_arguments_of_no_model_in_a_configuration_are_refused(name, folder, capfd):
    value, line = WRONG_ARGUMENTS[name]
    path = folder / "mlp" / "config.json"
    config = json.loads(path.read_text())
    config["model"]["arguments"][name] = value
    path.write_text(json.dumps(config))
    before = snapshot(folder)
    assert ended("sample", "mlp", "--out", "drawn.png") == 2
    (printed,) = capfd.readouterr().err.splitlines()
    assert line in printed and snapshot(folder) == before


def test_a_convolutional_run_of_another_image_shape_is_refused(folder, capfd):
    path = folder / "conv" / "config.json"
    config = json.loads(path.read_text())
    config["data_info"]["image_shape"] = [4, 8]
    path.write_text(json.dumps(config))
    assert ended("sample", "conv", "--out", "drawn.png") == 2
    assert "images of 4×8 for rows of 64 numbers" in capfd.readouterr().err


@pytest.mark.parametrize("distortion, infeasible", [(0.001, True), (1000, False)])
def test_a_distortion_that_cannot_be_had_is_among_the_scores(distortion, infeasible, folder, monkeypatch):
    """λ grows by at most e^0.01 per step, so its limit is set to a value that one epoch can reach."""
    monkeypatch.setattr(geco, "LARGEST_LAMBDA", 1.2)
    options = ("--objective", "geco", "--target-distortion", distortion, "--hidden", 8, "--quiet")
    assert ended(*TRAIN, *options, "--data", "digits") == 0
    score = json.loads((folder / "new" / "scores.json").read_text())[-1]
    assert score["measure"].startswith("held-out distortion")
    assert ("infeasible" in score["expected"]) is infeasible and score["reached"] is not infeasible
    log_lambda = json.loads((folder / "new" / "metrics.jsonl").read_text())["log_lambda"]
    assert (log_lambda > 0) is infeasible  # the mean over the epoch
    assert load_run(folder / "new").settings.target_distortion == distortion
