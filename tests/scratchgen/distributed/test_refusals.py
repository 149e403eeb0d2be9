"""What several ranks refuse: in one line, with status 2, and before anything is written."""

import subprocess
import sys

import pytest

from ...launching import mpiexec, run, scratchgen

VAE = ("train", "vae", "--epochs", 1, "--quiet")
CASES = {
    "no micro-shards": (2, VAE, "2 ranks cannot share 1 micro-shards equally; choose --set micro_shards=2"),
    "more ranks than micro-shards": (4, (*VAE, "--set", "micro_shards=2"), "choose --set micro_shards=4"),
    "ranks that do not divide": (3, (*VAE, "--set", "micro_shards=4"), "choose --set micro_shards=3, or a"),
    "a batch that is too small": (
        2,
        (*VAE, "--batch-size", 2, "--set", "micro_shards=4"),
        "a batch of 2 examples has fewer than 4 micro-shards",
    ),
    "packs that are cut": (
        2,
        (
            "train",
            "gan",
            "--epochs",
            1,
            "--model",
            "packed",
            "--set",
            "pack=4",
            "--batch-size",
            8,
            "--set",
            "micro_shards=4",
        ),
        "a batch of 8 cannot be cut into 4 equal parts of packs of 4",
    ),
    "data that are not there": (2, (*VAE, "--data", "nowhere.npy", "--set", "micro_shards=2"), "nowhere.npy"),
    "an unknown setting": (2, (*VAE, "--set", "micro_shard=2"), "micro_shards"),
    "another command": (2, ("evaluate", "run"), "mpiexec started 2 processes of `scratchgen evaluate`"),
    "a sweep": (2, ("sweep", "file.toml"), "leave mpiexec out"),
}


@pytest.mark.parametrize("case", CASES)
def test_ranks_refuse_in_one_line_and_write_nothing(case, tmp_path):
    ranks, words, expected = CASES[case]
    done = run(ranks, *words, cwd=tmp_path)
    assert done.returncode == 2 and expected in done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("scratchgen: ") and not done.stdout
    assert not [*tmp_path.iterdir()]


def test_the_claim_above_rejects_an_error_that_every_rank_shows(tmp_path):
    words = [sys.executable, "-c", "import sys; sys.exit('scratchgen: an error')"]
    done = subprocess.run([mpiexec(), "-n", "2", *words], capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr.count("\n") == 2


def test_without_mpi4py_one_line_says_how_to_install_it(tmp_path):
    (tmp_path / "mpi4py").mkdir()
    (tmp_path / "mpi4py" / "__init__.py").write_text("raise ImportError('no module named mpi4py')")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from scratchgen import cli; cli.main()"
    words = [mpiexec(), "-n", "2", sys.executable, "-c", program, *map(str, VAE)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 2 and "pip install 'scratchgen-numpy[distributed]'" in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "runs").exists()


def test_a_launcher_within_a_launcher_is_refused(tmp_path):
    inner = scratchgen(2, *VAE, "--set", "micro_shards=2", "--out", tmp_path / "run")
    done = subprocess.run([mpiexec(), "-n", "2", *inner], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "mpiexec started another mpiexec" in done.stderr
    assert not (tmp_path / "run").exists()


def test_one_rank_trains_as_a_process_without_a_launcher(tmp_path):
    done = run(1, *VAE, "--hidden", 16, "--out", tmp_path / "run")
    assert done.returncode == 0 and done.stdout == f"{tmp_path / 'run'}\n"
