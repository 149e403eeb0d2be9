"""Checkpoints next to the remains of a process that was killed while it wrote one."""

import os

import numpy as np
import pytest

from scratchgen.errors import BadInput
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


def test_the_newest_checkpoint_is_the_one_of_the_largest_number(tmp_path):
    for step in (99_999_998, 99_999_999, 100_000_000, 100_000_001):
        checkpoint.write(tmp_path, state(step))
    assert checkpoint.newest(tmp_path)[0].step == 100_000_001
    assert {path.stem for path in tmp_path.iterdir()} == {"100000000", "100000001"}


def test_arrays_of_a_checkpoint_that_was_killed_before_its_numbers_go_with_the_next(tmp_path):
    (tmp_path / "00000007.safetensors").write_bytes(b"")
    checkpoint.write(tmp_path, state(8))
    assert {path.name for path in tmp_path.iterdir()} == {"00000008.safetensors", "00000008.json"}


def test_a_file_of_another_name_stays(tmp_path):
    (tmp_path / "1 of mine.json").write_text("{}", encoding="utf-8")
    checkpoint.write(tmp_path, state(8))
    assert checkpoint.newest(tmp_path)[0].step == 8 and (tmp_path / "1 of mine.json").exists()


@pytest.mark.parametrize("more, refused", [(0, False), (1, True)])
def test_no_more_is_written_than_can_be_read_again(monkeypatch, tmp_path, more, refused):
    checkpoint.write(tmp_path, state(1))
    size = (tmp_path / "00000001.json").stat().st_size
    monkeypatch.setattr(checkpoint, "LARGEST_JSON", size)
    larger = Checkpoint(2, state(2).arrays, {"epoch": 10**more})  # one digit more
    if refused:
        with pytest.raises(
            BadInput, match=r"take .* bytes, more than the .* of a checkpoint; the last checkpoint"
        ):
            checkpoint.write(tmp_path, larger)
    else:
        checkpoint.write(tmp_path, larger)
    found, damages = checkpoint.newest(tmp_path)
    assert (found.step, damages) == (1 if refused else 2, [])
