"""Checkpoints next to the remains of a process that was killed while it wrote one."""

import os

import numpy as np
import pytest

from scratchgen.runs import checkpoint
from scratchgen.runs.checkpoint import Checkpoint


class Killed(BaseException):
    """Nothing is cleaned up after it."""


def state(step):
    return Checkpoint(step, {"W": np.full((2, 3), step, np.float32)}, {"epoch": step})


def killed_before_the_rename(monkeypatch, folder, step, of):
    """Write a checkpoint, and die when one of its two files is whole but has not its name yet."""

    def dies(temporary, path):
        if path.suffix == of:
            raise Killed
        os.rename(temporary, path)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("scratchgen.files.os.replace", dies)
        patched.setattr("pathlib.Path.unlink", lambda *_, **__: None)
        checkpoint.write(folder, state(step))


@pytest.mark.parametrize("of", [".safetensors", ".json"])
def test_a_file_that_has_not_its_name_yet_is_no_checkpoint_and_goes_with_the_next(of, monkeypatch, tmp_path):
    folder = tmp_path / "checkpoints"
    killed_before_the_rename(monkeypatch, folder, 1, of)
    assert len(list(folder.glob(f".00000001-*{of}"))) == 1  # whole, checksum and all
    assert checkpoint.newest(folder) == (None, [])
    checkpoint.write(folder, state(2))
    assert sorted(path.name for path in folder.glob("*") if path.name[0] == ".") == []
    killed_before_the_rename(monkeypatch, folder, 3, of)
    found, damages = checkpoint.newest(folder)
    assert found.step == 2 and damages == []
