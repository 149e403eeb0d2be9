"""A run that is killed at any moment goes on, and ends with the bits of one that was not."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from scratchgen.data import CATALOGUE

SEED = 20261125
RECURRENT = ("--epochs", "1", "--hidden", "16", "--batch-size", "256")
SMALL = {
    "vae": ("vae", "--epochs", "4", "--hidden", "16", "--latent-dim", "3"),
    "gan": ("gan", "--epochs", "2"),
    "gan of two optimisers": (
        *("gan", "--epochs", "2", "--optimizer", "sgd", "--momentum", "0.9"),
        *("--discriminator-optimizer", "rmsprop", "--schedule", "half_cosine"),
    ),
    "rnn": ("rnn", *RECURRENT),
    "lstm with dropout and adamw": (
        *("rnn", "--cell", "lstm", "--layers", "2", "--dropout", "0.3", *RECURRENT),
        *("--optimizer", "adamw", "--weight-decay", "0.1", "--warmup-steps", "20"),
    ),
    "rnn of byte pairs": ("rnn", "--tokenizer", "bpe", *RECURRENT),
    "translation": (
        *("rnn", "--task", "translation", "--data", "tatoeba-cmn-eng", "--max-length", "12", "--epochs", "2"),
        *("--hidden", "16", "--layers", "2", "--dropout", "0.2", "--scheduled-sampling", "0.2"),
    ),
    "vq": ("vae", "--model", "vq", "--epochs", "2", "--set", "prior_epochs=2"),
    "vae that stops early": ("vae", "--learning-rate", "0.01", "--hidden", "16", "--patience", "1"),
}
COMPARED = "model.safetensors", "metrics.jsonl", "scores.json"


def start(folder, *arguments):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "scratchgen", "train", *arguments, "--save-every", "0"]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process):
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return errors


def outcome(folder):
    return {name: (folder / name).read_bytes() for name in COMPARED}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """Runs that nobody has disturbed: kind → (what they end with, how long they take)."""
    found = {}

    def of(kind):
        if kind not in found:
            folder, began = tmp_path_factory.mktemp(kind), time.monotonic()
            finish(start(folder, *SMALL[kind], "--out", "run"))
            found[kind] = outcome(folder / "run"), time.monotonic() - began
        return found[kind]

    return of


@pytest.mark.parametrize("kind", SMALL)
def test_a_run_that_is_killed_at_random_moments_ends_with_the_same_bits(
    kind, tmp_path, untouched, count, figure
):
    if kind == "translation" and not CATALOGUE["tatoeba-cmn-eng"].is_present:
        pytest.skip("tatoeba-cmn-eng is not on disk; SCRATCHGEN_DATA names a folder that holds it")
    expected, seconds = untouched(kind)
    rng = np.random.default_rng([SEED, len(kind), ord(kind[0])])
    kills = runs = 0
    while kills < count(4, 67):
        runs += 1
        name, again = f"run{runs}", (*SMALL[kind], "--out", f"run{runs}")
        while True:
            process = start(tmp_path, *again)
            try:
                process.wait(timeout=rng.uniform(0.1, 1.0) * seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
                has_begun = (tmp_path / name / "config.json").exists()
                again = (SMALL[kind][0], "--resume", name) if has_begun else again
                if (tmp_path / name / "model.safetensors").exists():
                    break  # killed when all was written
                continue
            finish(process)
            break
        assert (tmp_path / name / "report.html").exists()
        survived = outcome(tmp_path / name)
        for file, content in survived.items():
            assert content == expected[file], f"{file} of {kind} differs after {kills} kills (seed {SEED})"
        assert not list((tmp_path / name).glob(".*-*")) or kills  # a kill may leave a temporary file, no more
    figure(f"{kind}: killed {kills} times in {runs} runs; weights, log and scores the same to the bit")


def test_the_run_that_stops_early_does_and_not_at_its_best_epoch(untouched):
    """Else the test above would show nothing of early stopping."""
    log = untouched("vae that stops early")[0]["metrics.jsonl"].decode().splitlines()
    last = json.loads(log[-1])
    assert 2 < last["epoch"] == last["best_epoch"] + 1 < 100


def test_the_comparison_notices_one_bit(untouched):
    expected, _ = untouched("vae")
    weights = bytearray(expected["model.safetensors"])
    weights[-1] ^= 1
    assert bytes(weights) != expected["model.safetensors"]
