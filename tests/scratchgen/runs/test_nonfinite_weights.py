"""Weights with NaN or infinity are loaded, with one warning that names the array."""

import shutil
import warnings

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import cli
from scratchgen.runs.weights import read_with_facts, write_weights

SMALL = ("--epochs", "1", "--hidden", "4", "--latent-dim", "2", "--quiet")


def spoil(path, number, names=1):
    weights, facts = read_with_facts(path)
    for name in sorted(weights)[:names]:
        weights[name] = weights[name].copy()
        weights[name].flat[0] = number
    write_weights(path, weights, **facts)
    return sorted(weights)[0]


@pytest.fixture
def saved(tmp_path):
    sg.save(sg.vae.VAE(4, 2, 3), tmp_path / "vae.safetensors")
    return tmp_path / "vae.safetensors"


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_model_is_loaded_with_one_warning_that_names_the_array(number, saved):
    name = spoil(saved, number)
    with pytest.warns(RuntimeWarning) as shown:
        model = sg.load(saved)
    assert len(shown) == 1 and f"{name} holds NaN or infinity" in str(shown[0].message)
    assert shown[0].filename == __file__
    assert not np.isfinite(model.state_dict()[name]).all()


def test_several_arrays_are_one_warning(saved):
    spoil(saved, np.nan, names=3)
    with pytest.warns(RuntimeWarning, match="and 2 other arrays hold NaN or infinity") as shown:
        sg.load(saved)
    assert len(shown) == 1


def test_finite_weights_are_loaded_without_a_warning(saved):
    largest = np.finfo(np.float32).max
    name = spoil(saved, largest)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        model = sg.load(saved)
    assert not shown and model.state_dict()[name].max() == largest


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    run = tmp_path_factory.mktemp("trained") / "run"
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "vae", *SMALL, "--out", str(run)])
    assert ended.value.code == 0
    return run


@pytest.mark.unrendered
@pytest.mark.parametrize("command", ["sample", "evaluate", "encode"])
def test_a_command_prints_one_line_and_no_traceback(command, trained, tmp_path, capfd):
    shutil.copytree(trained, tmp_path / "run")
    name = spoil(tmp_path / "run" / "model.safetensors", np.nan, names=1)
    out = {"sample": ["--out", tmp_path / "s.png"], "encode": ["--out", tmp_path / "z.npz"], "evaluate": []}
    with pytest.raises(SystemExit) as ended:
        cli.main([command, str(tmp_path / "run"), *map(str, out[command])])
    lines = capfd.readouterr().err.splitlines()
    assert ended.value.code in (0, 2) and sum(f"{name} holds NaN or infinity" in line for line in lines) == 1
    assert all(line.startswith("scratchgen: ") for line in lines), lines
