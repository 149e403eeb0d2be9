"""Page faults of a process whose arrays come and go as those of training steps do."""

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource
import numpy as np
{first}
def step():
    return [np.ones(3 * 2**18, np.float32) for _ in range(4)]  # of 3 MiB each, all freed at the end
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""
PAGES = 4 * 3 * 2**20 / 4096  # of one step


def faults_of_a_step(first: str) -> float:
    run = subprocess.run(
        [sys.executable, "-c", STEPS.format(first=first)], capture_output=True, text=True, check=True
    )
    return float(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have other rules")
def test_a_step_reuses_the_memory_of_the_one_before_and_does_not_without_the_call():
    call = "from scratchgen.runs.allocator import raise_mmap_threshold; raise_mmap_threshold()"
    assert faults_of_a_step(call) < PAGES / 50
    assert faults_of_a_step("") > PAGES / 2


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have other rules")
def test_importing_the_library_leaves_the_allocator_as_it_is():
    assert faults_of_a_step("import scratchgen, scratchgen.vae, scratchgen.gan, scratchgen.rnn") > PAGES / 2
