"""Bad input: one line that names the problem and the way out, status 2, and nothing on disk changes."""

import json
import os
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen import BadInput, cli
from scratchgen.data import CharacterTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel
from scratchgen.runs import Run
from scratchgen.vae import VAE


def scratchgen(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "scratchgen", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **environment},
    )


@pytest.fixture
def in_this_process(folder, monkeypatch, capfd):
    """Run a command in this process, without the second that a new process takes to start."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, arguments)])
        printed = capfd.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=printed.out, stderr=printed.err)

    return run


def snapshot(folder):
    return {p.relative_to(folder): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


OLDER = {
    **{"kind": "vae", "data": "digits", "image_shape": [8, 8], "training": {"alpha": 0.001}},
    "model": {"data_dim": 64, "latent_dim": 2, "hidden": 4},
}


def damaged_configurations(config):
    """Name → the text of a config.json that no command can use."""
    damaged = lambda **changes: json.dumps(json.loads(config) | changes)
    model = lambda **changes: damaged(model=json.loads(config)["model"] | changes)
    arguments = json.loads(config)["model"]["arguments"]
    info = json.loads(config)["data_info"]
    return {
        "truncated-config": config[:40],
        "empty-config": "",
        "config-of-nothing": "[]",
        "older-format": json.dumps(OLDER),
        "newer-format": damaged(format=3),
        "unknown-task": damaged(task="poet", source="digits"),
        "task-of-another-type": damaged(task=["vae"]),
        "no-model": damaged(model={}),
        "unknown-class": model(**{"class": "VEA"}),
        "class-of-another-type": model(**{"class": ["VAE"]}),
        "unknown-argument": model(arguments={**arguments, "colour": 3}),
        "missing-argument": model(arguments={"data_dim": 64}),
        "arguments-of-another-type": model(arguments=[64, 2, 4]),
        "impossible-sizes": model(arguments={**arguments, "latent_dim": -1}),
        "size-in-words": model(arguments={**arguments, "latent_dim": "many"}),
        "another-image-shape": damaged(data_info={**info, "image_shape": [3, 8]}),
        "another-model-than-image-shape": damaged(data_info={**info, "image_shape": [7, 9], "data_dim": 63}),
        "no-image-shape": damaged(data_info={"kind": "images", "data_dim": 64}),
        "another-kind-of-data": damaged(data_info={**info, "kind": "poems"}),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_run):
    """A folder with good and damaged runs and data files. Every test finds it as it was: that is the claim."""
    tmp_path = tmp_path_factory.mktemp("bad")
    info = {"kind": "images", "image_shape": [8, 8], "data_dim": 64}
    make_run(tmp_path / "images", "vae", VAE(64, 2, 4, Generator(0)), info)
    make_run(tmp_path / "text", "text", LanguageModel(CharacterTokenizer("abc"), 4, 2, Generator(0)), {})

    weights = (tmp_path / "images" / "model.safetensors").read_bytes()
    config = (tmp_path / "images" / "config.json").read_text()
    for name, damaged in {
        "no-weights": None,
        "empty-weights": b"",
        "truncated-weights": weights[: len(weights) // 2],
        "another-kind-of-weights": b"\x80\x04K\x01.",
        "weights-of-another-model": (tmp_path / "text" / "model.safetensors").read_bytes(),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(config)
        if damaged is not None:
            (tmp_path / name / "model.safetensors").write_bytes(damaged)
    for name, text in damaged_configurations(config).items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(text)
        (tmp_path / name / "model.safetensors").write_bytes(weights)
    (tmp_path / "empty-folder").mkdir()
    (tmp_path / "empty-folder.png").mkdir()

    (tmp_path / "a-file").write_text("something of yours")
    (tmp_path / "wrong.toml").write_text("epoch = 3")
    (tmp_path / "former.toml").write_text("distortion = 3")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "short.txt").write_text("too short")
    (tmp_path / "too-short-for-the-batch.txt").write_text("one line of text " * 30)
    (tmp_path / "empty.npy").write_bytes(b"")
    np.save(tmp_path / "nan.npy", np.full((20, 8, 8), np.nan, np.float32))
    np.save(tmp_path / "bright.npy", np.full((20, 8, 8), 7.0, np.float32))
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "whole.npy", np.zeros((20, 8, 8), np.float32))
    np.save(tmp_path / "odd.npy", np.zeros((20, 5, 7), np.float32))
    np.save(tmp_path / "smooth.npy", np.random.default_rng(0).random((2000, 8, 8), dtype=np.float32))
    (tmp_path / "truncated.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:300])
    return tmp_path


UNREADABLE = {
    "truncated-config": "cannot be read or is damaged",
    "empty-config": "cannot be read or is damaged",
    "config-of-nothing": "has format None, and this version reads format 2",
    "older-format": "has format 1, and this version reads format 2; train again",
    "newer-format": "has format 3, and this version reads format 2; train again",
    "task-of-another-type": "is damaged",
}
DAMAGED = {
    **UNREADABLE,
    "unknown-task": "no task is named 'poet'",
    "no-model": "the description of a model has no 'class'",
    "unknown-class": "no saveable class is named 'VEA'; did you mean VAE?",
    "class-of-another-type": "a model is described by",
    "unknown-argument": "the arguments of the model VAE do not fit it",
    "missing-argument": "the arguments of the model VAE do not fit it",
    "arguments-of-another-type": "a model is described by",
    "impossible-sizes": "config.json does not describe a run of the task vae",
    "size-in-words": "config.json does not describe a run of the task vae",
    "another-image-shape": "images of 3×8 for rows of 64 numbers",
    "another-model-than-image-shape": "a model of 64 numbers per row for rows of 63",
    "no-image-shape": "missing required field `image_shape`",
    "another-kind-of-data": "Invalid enum value 'poems'",
}
TRAIN = ("train", "vae", "--epochs", "1", "--out", "new")
PLAYERS = ("--discriminator-optimizer", "rmsprop", "--out", "new")
CASES = {
    "no such command": (("paint",), "No such command 'paint'"),
    "no such model": (("train", "transformer"), "No such command 'transformer'"),
    "no such option": (
        ("train", "vae", "--latent", "3"),
        "No such option: --latent (Possible options: --latent-dim",
    ),
    "the option of PyTorch": (("train", "vae", "--lr", "0.1"), "did you mean --learning-rate?"),
    "the option of former versions": (("train", "gan", "--alpha", "0.1"), "did you mean --learning-rate?"),
    "the symbol of the paper as a setting": ((*TRAIN, "--set", "alpha=0.1"), "did you mean learning_rate?"),
    "the name of PyTorch as a setting": ((*TRAIN, "--set", "lr=0.1"), "did you mean learning_rate?"),
    "a former name in a file": ((*TRAIN, "--config", "former.toml"), "did you mean target_distortion?"),
    "momentum of another optimiser": (
        (*TRAIN, "--momentum", "0.9"),
        "momentum is for optimizer sgd, not for adam; leave it out",
    ),
    "weight decay of another optimiser": (
        (*TRAIN, "--weight-decay", "0.1"),
        "weight_decay is for optimizer adamw, not for adam",
    ),
    **{
        f"{option} of another optimiser of a GAN": (
            ("train", "gan", option, value, "--optimizer", "rmsprop", "--out", "new"),
            f"{option[2:]} is for optimizer adam or adamw, not for rmsprop; leave it out",
        )
        for option, value in (
            ("--beta1", "0.9"),
            ("--beta2", "0.9"),
            ("--beta1", "0.5"),
            ("--beta2", "0.999"),
        )
    },
    "beta1 of neither player": (
        ("train", "gan", "--set", "beta1=0.3", "--optimizer", "sgd", *PLAYERS),
        "beta1 is for optimizer adam or adamw, not for sgd and rmsprop; leave it out",
    ),
    "beta1 by the objective's own default": (
        ("train", "gan", "--objective", "wasserstein", "--beta1", "0", "--optimizer", "sgd", "--out", "new"),
        "beta1 is for optimizer adam or adamw, not for sgd; leave it out",
    ),
    "no momentum of another optimiser": (
        (*TRAIN, "--momentum", "0"),
        "momentum is for optimizer sgd, not for adam; leave it out",
    ),
    "hidden units of a model that has none": (
        (*TRAIN, "--model", "linear", "--data", "digits", "--hidden", "9"),
        "hidden is for model mlp or conv or conditional, not for linear; leave it out",
    ),
    "momentum that grows for ever": ((*TRAIN, "--optimizer", "sgd", "--momentum", "1"), "below 1, not 1.0"),
    "an unknown optimiser": ((*TRAIN, "--optimizer", "lion"), "optimizer is one of adam, adamw, sgd"),
    "an unknown schedule": (
        (*TRAIN, "--schedule", "cosine"),
        "schedule is one of constant, half_cosine, steps",
    ),
    "warm-up before steps": (
        (*TRAIN, "--schedule", "steps", "--warmup-steps", "5"),
        "warmup_steps is for schedule constant or half_cosine",
    ),
    "momentum of neither player": (
        ("train", "gan", "--momentum", "0.9", *PLAYERS),
        "momentum is for optimizer sgd, not for adam",
    ),
    "an unknown optimiser of a player": (
        ("train", "gan", "--discriminator-optimizer", "lion", "--out", "new"),
        "discriminator_optimizer is one of same, adam",
    ),
    "a breakpoint at no equation": ((*TRAIN, "--break", "vae.elb"), "vae.elbo"),
    "epochs of another kind": (("train", "vae", "--epochs", "many"), "Invalid value for '--epochs'"),
    "no epochs": (("train", "vae", "--epochs", "0"), "--epochs: epochs is at least 1, not 0"),
    "a negative seed": (("train", "vae", "--seed", "-1"), "Invalid value for '--seed'"),
    "no such data set": ((*TRAIN, "--data", "digit"), "digits"),
    "no such file": ((*TRAIN, "--data", "nowhere/x.npy"), "nowhere/x.npy"),
    "text where images belong": ((*TRAIN, "--data", "stdlib"), "stdlib"),
    "images where text belongs": (("train", "rnn", "--data", "digits", "--out", "new"), "digits"),
    "an empty text": (("train", "rnn", "--data", "empty.txt", "--out", "new"), "empty"),
    "a text that is too short": (("train", "rnn", "--data", "short.txt", "--out", "new"), "short"),
    "a text that is too short for its batches": (
        ("train", "rnn", "--data", "too-short-for-the-batch.txt", "--out", "new"),
        "too short: 16 streams of 64 need 1025",
    ),
    "a seed beyond 64 bits": (("train", "vae", "--seed", str(10**30)), "--seed"),
    "networks wider than any memory": (
        (*TRAIN, "--hidden", str(10**12)),
        "hidden is at most 65,536, not 1000",
    ),
    "an empty array file": ((*TRAIN, "--data", "empty.npy"), "empty.npy"),
    "a truncated array file": ((*TRAIN, "--data", "truncated.npy"), "truncated.npy"),
    "a pickle in an array file": ((*TRAIN, "--data", "pickled.npy"), "pickled.npy"),
    "images with NaN": ((*TRAIN, "--data", "nan.npy"), "NaN"),
    "images outside [0, 1]": ((*TRAIN, "--data", "bright.npy"), "7"),
    "an unknown setting": ((*TRAIN, "--set", "hiden=3"), "did you mean hidden?"),
    "a setting of another type": (
        (*TRAIN, "--set", "learning_rate=fast"),
        "learning_rate is a number, not 'fast'",
    ),
    "layers for a model that has its own": (
        (*TRAIN, "--data", "digits", "--model", "conv", "--set", "layers=2"),
        "layers is for model mlp or conditional, not for conv; leave it out",
    ),
    "an unknown setting in a file": ((*TRAIN, "--config", "wrong.toml"), "did you mean epochs?"),
    "no such settings file": ((*TRAIN, "--config", "gone.toml"), "gone.toml cannot be read"),
    "a latent of no dimensions": (
        (*TRAIN, "--latent-dim", "0"),
        "--latent-dim: latent_dim is at least 1, not 0",
    ),
    "a latent of fewer than none": ((*TRAIN, "--set", "latent_dim=-3"), "latent_dim is at least 1, not -3"),
    "a bound of no samples": ((*TRAIN, "--objective", "iwae", "-k", "0"), "k is at least 1, not 0"),
    "a negative weight of the rate": (
        (*TRAIN, "--objective", "beta", "--beta", "-1"),
        "--beta: beta is above 0 and finite, not -1.0",
    ),
    "a weight for another objective": ((*TRAIN, "--beta", "2"), "beta is for objective beta, not for elbo"),
    "a constraint without its number": ((*TRAIN, "--objective", "geco"), "give --target-distortion"),
    "a distortion that is not finite": (
        (*TRAIN, "--objective", "geco", "--target-distortion", "nan"),
        "distortion is finite",
    ),
    "an unknown architecture": (
        (*TRAIN, "--model", "flow"),
        "model is one of mlp, conv, conditional, linear, vq, not 'flow'",
    ),
    "an unknown likelihood": ((*TRAIN, "--likelihood", "poisson"), "likelihood is one of bernoulli"),
    "an unknown objective": ((*TRAIN, "--objective", "mse"), "objective is one of elbo"),
    "classes of data without": (
        (*TRAIN, "--model", "conditional", "--data", "whole.npy"),
        "whole.npy has no classes",
    ),
    "levels of data without": (
        (*TRAIN, "--likelihood", "categorical", "--data", "smooth.npy"),
        "has no small number of levels; choose --likelihood gaussian",
    ),
    "vq: points": (
        (*TRAIN, "--model", "vq", "--data", "ring"),
        "ring holds points, and a VQ-VAE needs images",
    ),
    "vq: another likelihood": (
        (*TRAIN, "--model", "vq", "--likelihood", "poisson"),
        "--likelihood: likelihood is one of bernoulli, gaussian, categorical, logistic, not 'poisson'",
    ),
    "vq: another objective": (
        (*TRAIN, "--model", "vq", "--objective", "iwae"),
        "objective is a setting of vae, gan, not of vq; leave it out",
    ),
    "vq: patience": ((*TRAIN, "--model", "vq", "--patience", "3"), "patience is for the other VAEs"),
    "vq: drawn anew": ((*TRAIN, "--model", "vq", "--binarise"), "binarise is a setting of vae, not of vq"),
    "vq: one code less than any": ((*TRAIN, "--model", "vq", "--set", "codes=0"), "codes is at least 1"),
    "codes for a latent that is none": ((*TRAIN, "--set", "codes=8"), "codes is a setting of vq, not of vae"),
    "packs for a discriminator of single examples": (
        ("train", "gan", "--set", "pack=3", "--out", "new"),
        "pack is for model packed, not for dense; leave it out",
    ),
    "patience for a model that has nothing to wait for": (
        ("train", "gan", "--patience", "3", "--out", "new"),
        "patience waits for a better validation number, and a GAN has none",
    ),
    "a setting with --resume": (
        ("train", "vae", "--resume", "images", "--set", "epochs=3"),
        "--set cannot be combined with --resume",
    ),
    "out is a file": (("train", "vae", "--out", "a-file"), "a-file is a file"),
    "out is below a file": (("train", "vae", "--out", "a-file/run"), "a-file/run"),
    "out cannot be written": (("train", "vae", "--out", "/proc/run"), "cannot write in /proc/run"),
    "out holds a run": (("train", "vae", "--out", "images"), "images holds a finished run"),
    "demo: out is a file": (("demo", "--out", "a-file"), "a-file is a file"),
    "demo: out cannot be written": (("demo", "--out", "/proc/demo"), "cannot write in /proc/demo"),
    "sample: no such run": (("sample", "gone", "--out", "new.png"), "gone is not a run directory"),
    "sample: a folder that is no run": (("sample", "empty-folder", "--out", "new.png"), "no config.json"),
    "sample: out missing": (("sample", "images"), "--out FILE.png"),
    "sample: out of another kind": (("sample", "images", "--out", "new.jpg"), "--out FILE.png"),
    "sample: out is a folder": (("sample", "images", "--out", "empty-folder.png"), "is a directory"),
    "sample: out is below a file": (("sample", "images", "--out", "a-file/x.png"), "a-file is a file"),
    "sample: none": (("sample", "images", "-n", "0", "--out", "new.png"), "Invalid value for '-n'"),
    "sample: an unseen character": (("sample", "text", "--prompt", "abz"), "'z'"),
    "sample: text into a picture": (("sample", "text", "--out", "new.png"), "give --out FILE.txt"),
    "sample: an empty prompt": (("sample", "text", "--prompt", ""), "prompt is empty"),
    "sample: a negative temperature": (
        ("sample", "text", "--prompt", "a", "--temperature", "-1"),
        "temperature",
    ),
    **{
        f"sample: a seed where nothing is drawn: {' '.join(options)}": (
            ("sample", "text", "--prompt", "a", *options, "--seed", "3"),
            "leave out --seed",
        )
        for options in (("--beam", "2"), ("--temperature", "0"))
    },
    "evaluate: a seed where nothing is drawn": (
        ("evaluate", "text", "--seed", "3"),
        "--seed chooses the noise of estimated scores, and the scores of text are exact; leave it out",
    ),
    "reproduce: seeds of nothing": (
        ("reproduce", "--seeds", "3"),
        "--seeds, --page, --jobs and --run belong to a reproduction",
    ),
    "sample: a prompt for images": (
        ("sample", "images", "--prompt", "a", "--out", "new.png"),
        "a run of the task vae, which has no --prompt; leave it out",
    ),
    "compare: nothing": (("compare",), "Missing argument"),
    "compare: no such run": (("compare", "images", "gone"), "gone is not a run directory"),
    "compare: a folder that is no run": (("compare", "images", "empty-folder"), "no config.json"),
    "compare: an unknown task": (("compare", "unknown-task"), "unknown-task/config.json is damaged: no task"),
    "resume: an unknown task": (
        ("train", "vae", "--resume", "unknown-task"),
        "unknown-task/config.json is damaged: no task is named 'poet'",
    ),
    "config: an unknown task": (
        ("train", "vae", "--config", "unknown-task", "--out", "new"),
        "the tasks of vae are vae, vq, not 'poet'",
    ),
    "compare: out of another kind": (("compare", "images", "--out", "new.png"), "name it new.html"),
    "compare: out is below a file": (("compare", "images", "--out", "a-file/x.html"), "a-file is a file"),
    "evaluate: nothing": (("evaluate",), "Missing argument"),
    "evaluate: no such run": (("evaluate", "gone"), "gone is not a run directory"),
    "evaluate: a run that tells nothing of its data": (
        ("evaluate", "images"),
        "does not name the source of its data",
    ),
    **{
        f"{command[0]}: {name}": ((command[0], name, *command[1:]), expected)
        for command in (("sample", "--out", "new.png"), ("evaluate",))
        for name, expected in {
            "no-weights": "is missing",
            "empty-weights": "empty, truncated or not a safetensors file",
            "truncated-weights": "empty, truncated or not a safetensors file",
            "another-kind-of-weights": "empty, truncated or not a safetensors file",
            "weights-of-another-model": "does not fit config.json",
            **DAMAGED,
        }.items()
    },
    **{
        f"{' '.join(command)}: {name}": ((*command, name, *more), expected)
        for command, more in (
            (("compare",), ()),
            (("train", "vae", "--resume"), ()),
            (("train", "vae", "--config"), ("--out", "new")),
        )
        for name, expected in UNREADABLE.items()
    },
}


# Warnings are further lines on standard error; those that Python does not show are none here either.
as_python_shows_warnings = pytest.mark.filterwarnings(
    "error",
    *(f"ignore::{name}Warning" for name in ("Deprecation", "PendingDeprecation", "Import", "Resource")),
)


@as_python_shows_warnings
@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_one_line_status_2_and_changes_nothing(case, folder, in_this_process):
    arguments, expected = CASES[case]
    is_refused(arguments, expected, folder, in_this_process)


# one of each kind of error, and of each command
@pytest.mark.parametrize(
    "case",
    [
        "no such option",
        "images outside [0, 1]",
        "networks wider than any memory",
        "out cannot be written",
        "demo: out is a file",
        "sample: truncated-weights",
        "compare: nothing",
    ],
)
def test_so_it_is_for_a_process_of_its_own(case, folder):
    arguments, expected = CASES[case]
    is_refused(arguments, expected, folder, lambda *arguments: scratchgen(*arguments, cwd=folder))


def is_refused(arguments, expected, folder, run):
    before = snapshot(folder)
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("scratchgen: ")
    assert expected in done.stderr
    assert snapshot(folder) == before


@as_python_shows_warnings
def test_a_warning_on_the_way_is_noticed(in_this_process, monkeypatch):
    monkeypatch.setattr(cli, "_prepare_process", lambda: warnings.warn("one more line", stacklevel=1))
    with pytest.raises(UserWarning, match="one more line"):
        in_this_process("sample", "gone", "--out", "new.png")


def test_an_unknown_backend_in_the_environment_is_one_line(folder):
    done = scratchgen("info", cwd=folder, SCRATCHGEN_KERNELS="fortran")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "unknown kernel backend 'fortran'" in done.stderr and "loops, numpy, numba, cython" in done.stderr


def test_the_snapshot_notices_a_changed_file(tmp_path):
    (tmp_path / "a-file").write_text("something of yours")
    before = snapshot(tmp_path)
    (tmp_path / "a-file").write_text("something of ours")
    assert snapshot(tmp_path) != before


@pytest.mark.parametrize("arguments", [(), *((group,) for group in cli.GROUPS)], ids=" ".join)
def test_a_group_of_commands_alone_prints_its_help(arguments, capfd):
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments])
    usage = " ".join(["Usage: scratchgen", *arguments, "[OPTIONS] COMMAND [ARGS]..."])
    shown, errors = capfd.readouterr()
    assert ended.value.code == 2 and errors == "" and shown.startswith(usage)


def test_the_claim_above_rejects_a_group_that_is_no_group(capfd):
    with pytest.raises(SystemExit):
        cli.main(["sweep"])
    shown, errors = capfd.readouterr()
    assert not shown and errors.startswith("scratchgen: Missing argument")


def test_half_a_run_does_not_block_its_directory(tmp_path):
    """An interrupted training leaves a directory without weights; training again there starts afresh."""
    config = {"hidden": 3}
    Run(tmp_path / "run", config).picture("old").write_bytes(b"")
    run = Run(tmp_path / "run", config)
    assert not run.picture("old").exists()
    run.save(VAE(4, 2, 3))
    with pytest.raises(BadInput, match="holds a finished run"):
        Run(tmp_path / "run", config)
