"""A history and a run: what they record, and the way back to the model."""

import json
import signal

import numpy as np
import pytest

from scratchgen.nn.saving import describe
from scratchgen.runs import History, Run
from scratchgen.runs.config import RunConfig
from scratchgen.tasks.load import load_run
from scratchgen.vae import VAE

pytestmark = pytest.mark.fast


def test_what_is_logged_several_times_in_an_epoch_is_averaged_over_it():
    history = History()
    for epoch in history.epochs(2):
        for step in range(3):
            history.log(loss=10 * epoch + step)
        history.log(validation=epoch)
    assert history.history == {"loss": [11, 21], "validation": [1, 2]}


def test_a_run_writes_a_line_an_epoch_and_gives_the_model_back(tmp_path):
    model = VAE(4, 2, 3)
    info = {"kind": "images", "image_shape": [2, 2], "data_dim": 4}
    config = RunConfig(task="vae", data="mine", model=describe(model), data_info=info)
    run = Run(tmp_path / "run", config)
    for epoch in run.epochs(2):
        run.log(elbo=-epoch)
    run.save(model)
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [(line["epoch"], line["elbo"]) for line in lines] == [(1, -1), (2, -2)]

    read = load_run(tmp_path / "run")
    again = read.model
    assert read.config == config and not again.training
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array)


@pytest.mark.parametrize("resume", [False, True])
def test_what_a_killed_process_left_without_its_name_goes_and_other_files_stay(tmp_path, resume):
    for name in (
        ".config-0123abcd.json",
        ".model-00000000.safetensors",
        ".mine",
        ".notes-2026.txt",
        "mine-0123abcd.json",
    ):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    Run(tmp_path, {}, resume=resume, quiet=True)
    hidden = {path.name for path in tmp_path.iterdir() if path.name[0] == "."}
    assert hidden == {".lock", ".mine", ".notes-2026.txt"} and (tmp_path / "mine-0123abcd.json").exists()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_after_interleaved_runs_an_interrupt_reaches_the_program(tmp_path, order):
    at_first, former = signal.getsignal(signal.SIGINT), signal.default_int_handler
    signal.signal(signal.SIGINT, former)  # a process in the background of a shell ignores interrupts at first
    loops = [Run(tmp_path / name, {}, quiet=True).epochs(2) for name in ("a", "b")]
    for loop in loops:
        next(loop)
    assert signal.getsignal(signal.SIGINT) is not former
    for i in order:
        loops[i].close()
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is former
    finally:
        signal.signal(signal.SIGINT, at_first)
