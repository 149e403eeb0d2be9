"""A training ends with the same bits on any number of ranks, for every task."""

import heapq

import numpy as np
import pytest

from scratchgen.tasks import NAMES

from ...launching import run_all

SEED = 20261130
TEXT = heapq.__file__  # any short one
RECURRENT = ("--hidden", "16", "--epochs", "1")
SMALL = {
    "vae": ("vae", "--data", "digits", "--epochs", "2", "--hidden", "16", "--patience", "1"),
    "vae of a constraint": ("vae", "--objective", "geco", "--target-distortion", "20", "--epochs", "2"),
    "vae with a sigma": ("vae", "--data", "digits", "--likelihood", "gaussian", "--epochs", "2"),
    "vae of a table": ("vae", "--data", "TABLE", "--epochs", "2"),
    "conditional vae": ("vae", "--model", "conditional", "--data", "digits", "--epochs", "1"),
    "vq": ("vae", "--model", "vq", "--epochs", "1", "--set", "prior_epochs=1"),
    "gan": ("gan", "--epochs", "1", "--optimizer", "sgd", "--discriminator-optimizer", "rmsprop"),
    "gan with batch normalisation": ("gan", "--model", "conv", "--data", "digits", "--epochs", "1"),
    "conditional gan": ("gan", "--model", "conditional", "--data", "digits", "--epochs", "1", "--r1", "1"),
    "text": (
        *("rnn", "--data", TEXT, "--cell", "lstm", "--layers", "2", "--dropout", "0.3", *RECURRENT),
        *("--batch-size", "16"),
    ),
    "translation": (
        *("rnn", "--task", "translation", "--data", "number-words", *RECURRENT, "--dropout", "0.2"),
        *("--scheduled-sampling", "0.2"),
    ),
    "summarisation": ("rnn", "--task", "summarisation", "--data", "number-words", *RECURRENT),
    "music": ("rnn", "--data", "cadences", *RECURRENT),
    "sound": ("rnn", "--data", "tones", *RECURRENT),
    "speech": ("rnn", "--task", "speech", "--data", "formant-speech", *RECURRENT),
    "series": ("rnn", "--task", "series", "--data", "SERIES", "--hidden", "16", "--epochs", "4"),
}
APART = {
    kind: SMALL[kind] for kind in ("vae", "gan with batch normalisation", "text", "translation", "series")
}
COMPARED = "model.safetensors", "metrics.jsonl", "scores.json"


def files(folder):
    """A time series and a table, by the words that stand for them."""
    rng = np.random.default_rng(SEED)
    x = rng.standard_normal((200, 2)).cumsum(axis=0)
    series, table = folder / "series.csv", folder / "table.csv"
    series.write_text("warmth,load\n" + "".join(f"{a:.4f},{b:.4f}\n" for a, b in x))
    rows = [f"{a:.4f},{'' if i % 7 == 0 else f'{b:.4f}'},{'xyz'[i % 3]}\n" for i, (a, b) in enumerate(x)]
    table.write_text("a,b,kind\n" + "".join(rows))
    return {"SERIES": str(series), "TABLE": str(table)}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The files of the trainings on a number of ranks, of one machine or apart: kind → name → bytes."""
    folder = tmp_path_factory.mktemp("ranks")
    words, found = files(folder), {}

    def on(ranks, apart=False):
        if (ranks, apart) not in found:
            inside = folder / f"{ranks} ranks{' apart' * apart}"
            kinds = APART if apart else SMALL
            commands = [
                [
                    *("train", *(words.get(word, word) for word in options), "--set", "micro_shards=8"),
                    *("--quiet", "--out", inside / kind),
                ]
                for kind, options in kinds.items()
            ]
            inside.mkdir()
            statuses = run_all(ranks, commands, inside, apart)
            assert dict(zip(kinds, statuses, strict=True)) == dict.fromkeys(kinds, 0)
            found[ranks, apart] = {
                kind: {name: (inside / kind / name).read_bytes() for name in COMPARED} for kind in kinds
            }
        return found[ranks, apart]

    return on


def test_every_task_is_among_the_trainings():
    named = {"vae", "vq", "gan", "text", "translation", "summarisation", "music", "sound", "speech", "series"}
    assert named == set(NAMES) and named <= set(SMALL)


@pytest.mark.slow
def test_a_training_ends_with_the_same_bits_on_any_number_of_ranks(trained, request):
    alone = trained(1)
    for ranks in (2, 4, 8) if request.config.getoption("--full") else (2,):
        together = trained(ranks)
        same = {kind: together[kind] == alone[kind] for kind in SMALL}
        assert same == dict.fromkeys(SMALL, True), f"on {ranks} ranks"


@pytest.mark.slow
def test_a_training_ends_with_the_same_bits_where_sums_begin_during_the_backward_pass(trained, request):
    alone = trained(1)
    for ranks in (2, 4, 8) if request.config.getoption("--full") else (2,):
        together = trained(ranks, apart=True)
        same = {kind: together[kind] == alone[kind] for kind in APART}
        assert same == dict.fromkeys(APART, True), f"on {ranks} ranks"


@pytest.mark.slow
def test_the_claim_above_rejects_another_number_of_micro_shards(trained, tmp_path):
    command = ["train", *SMALL["vae"], "--set", "micro_shards=4", "--quiet", "--out", tmp_path / "four"]
    assert run_all(1, [command], tmp_path) == [0]
    assert (tmp_path / "four" / COMPARED[0]).read_bytes() != trained(1)["vae"][COMPARED[0]]
