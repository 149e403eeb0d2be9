"""A damaged or full cache of compiled functions costs the time of compiling, and one warning."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

import scratchgen_kernels as kernels

MULTIPLY = """if True:
    import json, resource, sys
    import numpy as np, scratchgen_kernels as kernels
    limit = int(sys.argv[1])
    if limit >= 0:  # a file of more bytes cannot be written, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    m, v = np.zeros(3), np.zeros(3)
    x = kernels.adam(np.ones(3), np.arange(3.0), m, v, 1, backend="numba")
    json.dump([np.asarray(y).tolist() for y in (x, m, v) if y is not None], sys.stdout)
"""


def run(cache, limit=-1):
    """(results, warnings) of a kernel in a new process."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-c", MULTIPLY, str(limit)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def intact(tmp_path_factory):
    """A cache that one process has filled, and the results of the kernel."""
    if off := {
        state.reason for state in kernels.backends() if state.backend == "numba" and not state.available
    }:
        pytest.skip(off.pop())
    cache = tmp_path_factory.mktemp("cache")
    results, shown = run(cache)
    assert shown == ""
    return cache, results


@pytest.fixture
def cache(intact, tmp_path):
    """A copy of it, which a test may damage. The inodes are those of the copy."""
    from scratchgen_kernels.jit_cache import record

    shutil.copytree(intact[0], tmp_path / "cache")
    (folder,) = (tmp_path / "cache").iterdir()
    record(folder)
    return folder


def cached(folder, kind):
    return next(folder.rglob(f"*.{kind}"))


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "flipped": flip,
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
    "overwritten": lambda path: path.write_bytes(b"no machine code"),
}


def test_an_intact_cache_is_used_in_silence(cache, intact):
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}
    assert run(cache.parent) == (intact[1], "")
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")} == before


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_damaged_file_is_replaced_with_one_warning(kind, cache, intact):
    damaged = cached(cache, kind)
    flip(damaged)
    content = damaged.read_bytes()
    results, shown = run(cache.parent)
    assert results == intact[1] and shown.count("Warning: ") == 1 and "1 damaged files" in shown
    assert damaged.read_bytes() != content
    assert run(cache.parent) == (results, "")


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damages_are_noticed(kind, damage, cache):
    from scratchgen_kernels.jit_cache import remove_damaged

    path = cached(cache, kind)
    assert remove_damaged(cache) == []
    DAMAGES[damage](path)
    assert remove_damaged(cache) == [path] and not path.exists()


@pytest.mark.parametrize("damage", ["truncated", "empty", "overwritten"])
def test_a_file_that_a_killed_process_left_without_a_hash_is_whole_or_damaged(damage, cache):
    from scratchgen_kernels.jit_cache import RECORD, remove_damaged

    (cache / RECORD).write_text("[" * 100_000)  # as good as none
    assert remove_damaged(cache) == []
    path = cached(cache, "nbc")
    DAMAGES[damage](path)
    assert remove_damaged(cache) == [path]


def test_a_file_that_another_process_has_just_written_is_not_called_damaged(cache):
    from scratchgen_kernels.jit_cache import remove_damaged

    path = cached(cache, "nbi")
    content = path.read_bytes()
    new = path.with_suffix(".new")
    new.write_bytes(content + content)
    new.replace(path)
    assert remove_damaged(cache) == [] and not path.exists()


def test_on_a_full_disk_kernels_are_compiled_in_memory_with_one_warning(cache, intact):
    for path in cache.rglob("*.nb?"):
        path.unlink()
    results, shown = run(cache.parent, limit=10_000)
    np.testing.assert_array_equal(results, intact[1])
    assert shown.count("Warning: ") == 1 and "cannot be written (File too large)" in shown
    assert not list(cache.rglob("*.nb?"))


def test_a_cache_folder_that_is_a_file_is_reported_once(tmp_path, intact):
    (tmp_path / "cache").write_text("")
    results, shown = run(tmp_path / "cache")
    assert results == intact[1] and shown.count("Warning: ") == 1 and "Not a directory" in shown
