"""A damaged file is refused in one line; nothing in it is executed, and nothing is overwritten."""

import io
import json
import os
import pickle
import resource
import struct
import zipfile
from contextlib import suppress

import numpy as np
import pytest
import safetensors.numpy

from scratchgen import BadInput
from scratchgen.data import load_images
from scratchgen.nn.saving import describe
from scratchgen.random import Generator
from scratchgen.runs import Run, RunConfig, checkpoint
from scratchgen.runs.checkpoint import Checkpoint
from scratchgen.tasks.load import load_run
from scratchgen.vae import VAE

SEED = 20261125


class Trap:
    """A pickle that makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def folder(tmp_path):
    """A finished run with two checkpoints, and a file of images."""
    model = VAE(4, 2, 3, Generator(1))
    info = {"kind": "images", "image_shape": [2, 2], "data_dim": 4}
    config = RunConfig(task="vae", data="mine", model=describe(model), data_info=info)
    run = Run(tmp_path / "run", config)
    rng = np.random.default_rng(SEED)
    for step in (10, 20):
        arrays = {"model/W": rng.standard_normal((3, 2)).astype(np.float32)}
        checkpoint.write(run.directory / "checkpoints", Checkpoint(step, arrays, {"epoch": step, "sums": {}}))
    run.save(model)
    np.savez(tmp_path / "images.npz", images=rng.random((20, 4)).astype(np.float32))
    return tmp_path


def truncated(data, rng, _):
    return data[: rng.integers(len(data))]


def flipped(data, rng, _):
    changed = bytearray(data)
    changed[rng.integers(len(data))] ^= 1 << rng.integers(8)
    return bytes(changed)


def overwritten(data, rng, _):
    """A stretch of other bytes, such as a bad sector leaves."""
    start, length = rng.integers(len(data)), rng.integers(1, 64)
    return data[:start] + rng.bytes(length) + data[start + length :]


def pickled(data, rng, trap):
    return pickle.dumps(Trap(trap))


def of_huge_declared_size(data, rng, _):
    """A safetensors header that claims 2⁶² bytes, or a header of that length."""
    header = json.dumps({"W": {"dtype": "F32", "shape": [2**30, 2**30], "data_offsets": [0, 2**62]}}).encode()
    return struct.pack("<Q", len(header)) + header if rng.random() < 0.5 else struct.pack("<Q", 2**62) + data


def of_another_kind(data, rng, _):
    other = [b"", b"\0" * 100, b"{}", b"[" * 100_000, b"null", b"<html>Not found</html>", b"PK\3\4" + data]
    return other[rng.integers(len(other))]


DAMAGES = [truncated, flipped, overwritten, pickled, of_huge_declared_size, of_another_kind]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(read, damaged, folder, trap):
    """Whether `read` refuses in one line, and runs nothing, changes nothing and takes little memory."""
    before, memory = contents(folder), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        read()
    except BadInput as problem:
        assert "\n" not in str(problem) and damaged.name in str(problem), problem
    else:
        return False
    assert contents(folder) == before
    assert not trap.exists(), "a pickle was executed"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 2**17, "more than 128 MB"
    return True


def test_damaged_checkpoints_are_passed_over_and_named(folder, count, figure):
    rng, trap = np.random.default_rng(SEED), folder / "trap"
    checkpoints = folder / "run" / "checkpoints"
    n = count(120, 500)
    for i in range(n):
        damaged = checkpoints / ("00000020.json" if rng.random() < 0.5 else "00000020.safetensors")
        whole = damaged.read_bytes()
        damaged.write_bytes(DAMAGES[i % len(DAMAGES)](whole, rng, trap))
        if damaged.read_bytes() == whole:
            continue
        before = contents(folder)
        found, damages = checkpoint.newest(checkpoints)
        assert found.step == 10 and len(damages) == 1 and "00000020" in damages[0], damages
        assert contents(folder) == before and not trap.exists()
        damaged.write_bytes(whole)
    figure(f"checkpoints: {n} damaged ones passed over for the one before (seed {SEED})")


def test_a_directory_of_damaged_checkpoints_is_refused(folder):
    for path in (folder / "run" / "checkpoints").glob("*.json"):
        path.write_bytes(b"{}")
    with pytest.raises(BadInput, match=r"no checkpoint in .* can be used: .*00000020.*00000010"):
        checkpoint.newest(folder / "run" / "checkpoints")


def test_damaged_runs_are_refused(folder, count, figure):
    rng, trap = np.random.default_rng(SEED + 1), folder / "trap"
    n = count(120, 300)
    for i in range(n):
        damaged = folder / "run" / "model.safetensors"
        whole = damaged.read_bytes()
        damaged.write_bytes(DAMAGES[i % len(DAMAGES)](whole, rng, trap))
        if damaged.read_bytes() != whole:
            assert refused(lambda: load_run(folder / "run"), damaged, folder, trap), f"damage {i}"
        damaged.write_bytes(whole)
    figure(f"finished weights: {n} damaged files refused (seed {SEED + 1})")


def test_damaged_data_are_refused_or_read_as_numbers(folder, count, figure):
    """An .npz has checksums, so that no flipped bit of its arrays goes unnoticed."""
    rng, trap = np.random.default_rng(SEED + 2), folder / "trap"
    damaged = folder / "images.npz"
    whole, read = damaged.read_bytes(), 0
    expected = load_images(damaged).train
    n = count(120, 300)
    for i in range(n):
        damaged.write_bytes(DAMAGES[i % len(DAMAGES)](whole, rng, trap))
        if damaged.read_bytes() != whole and not refused(lambda: load_images(damaged), damaged, folder, trap):
            np.testing.assert_array_equal(load_images(damaged).train, expected)  # a byte that means nothing
            read += 1
        damaged.write_bytes(whole)
    figure(f"data: {n} damaged archives refused, but {read} whose numbers are unchanged (seed {SEED + 2})")


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_a_link_is_not_followed(folder, file):
    path = folder / "run" / file
    path.rename(folder / "elsewhere")
    path.symlink_to(folder / "elsewhere")
    with pytest.raises(BadInput, match="not a regular file"):
        load_run(folder / "run")


def test_a_checkpoint_that_is_a_device_or_a_link_is_passed_over(folder):
    path = folder / "run" / "checkpoints" / "00000020.json"
    path.unlink()
    os.mkfifo(path)  # reading it would wait for ever
    found, damages = checkpoint.newest(path.parent)
    assert found.step == 10 and "not a regular file" in damages[0]


def test_an_archive_whose_names_climb_out_writes_nothing(folder):
    whole = io.BytesIO()
    np.save(whole, np.zeros((20, 4), np.float32))
    with zipfile.ZipFile(folder / "climbing.npz", "w") as archive:
        archive.writestr("../../images.npy", whole.getvalue())
    before = set(folder.parent.rglob("*"))
    with suppress(BadInput):
        load_images(folder / "climbing.npz")
    assert set(folder.parent.rglob("*")) == before


def test_weights_without_their_checksum_are_refused(folder):
    """Otherwise the checksum would protect nothing: a damaged name would switch it off."""
    path = folder / "run" / "model.safetensors"
    safetensors.numpy.save_file(safetensors.numpy.load_file(path), path)
    with pytest.raises(BadInput, match="checksum"):
        load_run(folder / "run")
