"""A damaged file is refused in one line; nothing in it is executed, and nothing is overwritten."""

import io
import os
import resource
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

from .mutations import DAMAGES, contents

SEED = 20261125


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
