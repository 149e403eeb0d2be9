"""A sweep that is killed or stopped at any moment is resumed, and its runs are bit-identical to undisturbed ones."""

import json
import signal

import pytest

from scratchgen.runs.stopped import phrase

from .sweeping import FILE, SECONDS, is_free, results, start, train_alone, wait_for

SEEDS = 0, 1, 2


def contents(run):
    """The bytes of a run's files, and when each was written."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in run.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.unrendered
def test_a_sweep_of_two_at_once_that_is_killed_ends_as_one_training_after_another(tmp_path):
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[*SEEDS], epochs=2))
    run = {seed: tmp_path / "out" / f"latent_dim=2,seed={seed}" for seed in SEEDS}
    finished = lambda seed: (run[seed] / "model.safetensors").exists()
    with start(tmp_path, "--jobs", "2") as sweep:
        wait_for(lambda: any(map(finished, SEEDS)) or sweep.poll() is not None)
        sweep.kill()
    assert sweep.returncode == -signal.SIGKILL
    command = json.loads(next(tmp_path.glob("out/*/config.json")).read_text())["command"]
    assert command.startswith("scratchgen train vae "), "a run records the command that trains it"
    # its trainings have lost the process that started them, and end by themselves
    wait_for(lambda: all(is_free(run[seed]) for seed in SEEDS if run[seed].exists()))
    before = {seed: contents(run[seed]) for seed in SEEDS if finished(seed)}
    assert 0 < len(before) < len(SEEDS), "killed too late to leave anything to do"
    with start(tmp_path, "--jobs", "2") as sweep:
        shown, errors = sweep.communicate(timeout=SECONDS)
    assert sweep.returncode == 0, errors
    assert errors.count("finished ") == len(SEEDS) - len(before) and "Report: out/report.html" in shown
    assert {seed: contents(run[seed]) for seed in before} == before

    for seed in SEEDS:
        assert results(run[seed]) == train_alone(tmp_path, seed, epochs=2), f"seed {seed}"


@pytest.mark.parametrize("received", [signal.SIGINT, signal.SIGTERM], ids=phrase)
def test_a_sweep_that_is_stopped_saves_its_trainings_and_says_how_to_resume(tmp_path, received):
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[0, 1], epochs=100_000))
    log = tmp_path / "out" / "latent_dim=2,seed=0" / "metrics.jsonl"
    with start(tmp_path, "--jobs", "1") as sweep:
        wait_for(lambda: (log.exists() and log.read_text()) or sweep.poll() is not None)
        sweep.send_signal(received)
        _, errors = sweep.communicate(timeout=SECONDS)
    assert sweep.returncode == 128 + received
    assert errors == (
        f"scratchgen: {phrase(received)}; 0 of 2 runs are finished; resume with: scratchgen sweep mine.toml --out out\n"
    )
    assert list(log.parent.glob("checkpoints/*.safetensors")) and is_free(log.parent)
    assert not (tmp_path / "out" / "latent_dim=2,seed=1").exists()
