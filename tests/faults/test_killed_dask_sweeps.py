"""A sweep on Dask survives a killed worker with nothing lost, and stops and resumes as any other."""

import os
import signal

import psutil
import pytest

from scratchgen.runs.record import read_record
from scratchgen.sweeps.dask_processes import local_cluster

from .sweeping import FILE, SECONDS, is_free, results, start, train_alone, wait_for


def is_begun(run):
    log = run / "metrics.jsonl"
    return log.exists() and log.stat().st_size > 0


def worker_of(sweep, seed):
    """The process of the worker that trains with a seed."""
    for process in psutil.Process(sweep.pid).children(recursive=True):
        command = " ".join(process.cmdline())
        if "scratchgen.sweeps.process" in command and f"seed={seed} " in command:
            return process.parent()
    raise AssertionError(f"no worker trains with seed {seed}")


@pytest.mark.unrendered
@pytest.mark.parametrize("runs", [3, pytest.param(16, marks=pytest.mark.slow)])
def test_a_killed_worker_loses_nothing(tmp_path, runs):
    epochs = 20
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[*range(runs)], epochs=epochs))
    run = [tmp_path / "out" / f"latent_dim=2,seed={seed}" for seed in range(runs)]
    with start(tmp_path, "--on", "dask", "--jobs", "2") as sweep:
        wait_for(lambda: any(map(is_begun, run)) or sweep.poll() is not None)
        seed = next(seed for seed in range(runs) if is_begun(run[seed]))
        worker_of(sweep, seed).kill()
        _, errors = sweep.communicate(timeout=SECONDS)
    assert sweep.returncode == 0 and errors.count("finished ") == runs == errors.count("\n"), errors
    sessions = [read_record(directory).timing.sessions for directory in run]
    assert sessions == [2 if k == seed else 1 for k in range(runs)], "the training was not resumed"
    for k in range(runs):
        assert results(run[k]) == train_alone(tmp_path, k, epochs), f"seed {k}"


def test_ctrl_c_saves_the_trainings_and_ends_the_cluster(tmp_path):
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[0, 1], epochs=100_000))
    run = tmp_path / "out" / "latent_dim=2,seed=0"
    with start(tmp_path, "--on=dask", "--jobs=1") as sweep:
        wait_for(lambda: is_begun(run) or sweep.poll() is not None)
        cluster = psutil.Process(sweep.pid).children(recursive=True)
        os.killpg(sweep.pid, signal.SIGINT)  # as a terminal does
        _, errors = sweep.communicate(timeout=SECONDS)
    assert sweep.returncode == 128 + signal.SIGINT
    again = "scratchgen sweep mine.toml --out out --on dask"
    assert errors == f"scratchgen: interrupted; 0 of 2 runs are finished; resume with: {again}\n"
    assert is_free(run) and list(run.glob("checkpoints/*.safetensors"))
    ended = [not process.is_running() or process.status() == psutil.STATUS_ZOMBIE for process in cluster]
    assert all(ended) and len(ended) > 2


def test_the_trainings_of_a_killed_command_save_and_end_on_a_cluster_that_goes_on(tmp_path):
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[0, 1], epochs=100_000))
    run = tmp_path / "out" / "latent_dim=2,seed=0"
    with local_cluster(1) as address:
        with start(tmp_path, "--scheduler", address) as sweep:
            wait_for(lambda: is_begun(run) or sweep.poll() is not None)
            sweep.kill()
        wait_for(lambda: is_free(run))
        assert list(run.glob("checkpoints/*.safetensors"))
        assert not (tmp_path / "out" / "latent_dim=2,seed=1").exists()
