"""How trainings on several ranks end: killed, stopped, failed, and resumed on another number of ranks."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from ..launching import run, scratchgen

SEED = 20261130
SECONDS = 20.0  # within which all ranks have ended; a fraction of a second on an idle machine
TRAINING = ("train", "vae", "--hidden", 16, "--latent-dim", 2, "--set", "micro_shards=4")
LONG = (*TRAINING, "--epochs", 100_000, "--quiet")
pytestmark = pytest.mark.slow


class Launched:
    """A training on several ranks, in a group of processes of its own."""

    def __init__(self, ranks, *arguments):
        command = scratchgen(ranks, *arguments)
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def rank(self, place):
        """The process of a rank."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                variables = (process / "environ").read_bytes().split(b"\0")
                of_this = os.getpgid(int(process.name)) and b"PMI_RANK=%d" % place in variables
                command = (process / "cmdline").read_bytes()
            except (OSError, ProcessLookupError):
                continue
            if of_this and b"-m\0scratchgen" in command and self._is_child(int(process.name)):
                return int(process.name)
        return None

    def _is_child(self, process):
        while process > 1:
            if process == self.process.pid:
                return True
            stat = Path(f"/proc/{process}/stat").read_text()
            process = int(stat.rpartition(")")[2].split()[1])
        return False

    def ended(self):
        """(status, standard output, standard error); fails if the ranks do not end in time."""
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err


@pytest.fixture
def launch():
    launched = []

    def start(ranks, *arguments):
        launched.append(Launched(ranks, *arguments))
        return launched[-1]

    yield start
    for one in launched:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)


def until(happened, seconds=60.0):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def has_checkpoint(directory):
    return lambda: any((directory / "checkpoints").glob("*.json"))


def bits(directory):
    return {name: (directory / name).read_bytes() for name in ("model.safetensors", "metrics.jsonl")}


# --- killed -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    directory, began = tmp_path_factory.mktemp("undisturbed") / "run", time.monotonic()
    done = run(2, *TRAINING, "--epochs", 6, "--quiet", "--save-every", 0, "--out", directory)
    assert done.returncode == 0, done.stderr
    return bits(directory), time.monotonic() - began


def test_a_rank_that_is_killed_ends_all_and_the_run_resumes_on_another_number_to_the_same_bits(
    launch, undisturbed, tmp_path, count, figure
):
    expected, seconds = undisturbed
    rng, resumed = np.random.default_rng(SEED), 0
    moments = count(3, 30)
    for moment in range(moments):
        directory = tmp_path / f"{moment}"
        ranks, others = rng.choice([1, 2, 4], 2, replace=False).tolist()
        ranks = max(ranks, 2)
        options = ("--epochs", 6, "--quiet", "--save-every", 0, "--out", directory)
        training = launch(ranks, *TRAINING, *options)
        time.sleep(rng.uniform(0.3, 1.0) * seconds)
        victim = training.rank(int(rng.integers(ranks)))
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
        training.ended()
        if (directory / "model.safetensors").exists():  # it was finished before
            assert bits(directory) == expected
            continue
        if (directory / "config.json").exists():
            resumed += 1
            done = run(others, "train", "vae", "--resume", directory, "--quiet", "--save-every", 0)
        else:
            done = run(others, *TRAINING, *options)
        assert done.returncode == 0, done.stderr
        assert bits(directory) == expected
        shutil.rmtree(directory)
    figure(f"{moments} kills of a random rank, {resumed} runs resumed on another number of ranks")


def test_the_claim_above_rejects_a_run_that_was_begun_with_another_seed(undisturbed, tmp_path):
    done = run(2, *TRAINING, "--epochs", 6, "--quiet", "--seed", 1, "--out", tmp_path / "run")
    assert done.returncode == 0 and bits(tmp_path / "run") != undisturbed[0]


# --- stopped ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_the_launcher_saves_once_and_says_how_to_resume(launch, tmp_path, number, status):
    training = launch(2, *LONG, "--save-every", 0, "--out", tmp_path / "run")
    until(has_checkpoint(tmp_path / "run"))
    os.kill(training.process.pid, number)
    ended, _, messages = training.ended()
    assert ended == status, messages
    assert messages.count("resume with: scratchgen train vae --resume") == 1 and "Traceback" not in messages


def test_a_signal_to_one_rank_stops_all_at_the_same_step(launch, tmp_path):
    training = launch(2, *LONG, "--out", tmp_path / "run")
    until(lambda: (tmp_path / "run" / "metrics.jsonl").exists() and training.rank(1) is not None)
    time.sleep(0.5)
    os.kill(training.rank(1), signal.SIGTERM)
    _, _, messages = training.ended()
    assert messages.count("ended by SIGTERM; resume with: scratchgen train vae") == 1
    assert has_checkpoint(tmp_path / "run")()


def test_a_limit_of_time_stops_all_ranks(tmp_path):
    done = run(2, *LONG, "--max-minutes", 0.01, "--out", tmp_path / "run")
    assert done.returncode == 0 and done.stderr.count("stopped after 0.01 minutes") == 1
    longer = run(1, "train", "vae", "--resume", tmp_path / "run", "--max-minutes", 0.001, "--quiet")
    assert longer.returncode == 0 and "stopped after 0.001 minutes" in longer.stderr


def put_file_in_place_of(folder):
    """Move a folder away and put a file there, before the process that uses it makes the folder anew."""
    for n in range(1000):
        folder.rename(folder.with_name(f"moved-{n}"))
        try:
            with open(folder, "x") as file:
                file.write("no folder")
            return
        except FileExistsError:
            continue
    pytest.fail("the folder was always there again")


# --- failed -------------------------------------------------------------------------------------------------


def test_a_disk_that_is_full_on_rank_0_ends_all_ranks_in_one_line(launch, tmp_path):
    directory = tmp_path / "run"
    training = launch(2, *LONG, "--save-every", 0, "--out", directory)
    until(has_checkpoint(directory))
    put_file_in_place_of(directory / "checkpoints")  # as good as a disk without room
    status, _, messages = training.ended()
    assert status == 2 and messages.count("scratchgen: cannot write in") == 1
    assert "Traceback" not in messages, messages


def test_a_training_that_diverges_says_so_once(tmp_path):
    options = ("--optimizer", "sgd", "--learning-rate", 1e18, "--epochs", 3, "--quiet")
    done = run(2, *TRAINING, *options, "--out", tmp_path / "run")
    assert done.returncode == 2 and done.stderr.count("training diverged") == 1


def test_ranks_with_other_data_are_refused_before_anything_is_written(tmp_path):
    for rank in (0, 1):
        (tmp_path / f"{rank}").mkdir()
        x = np.random.default_rng(rank).random((100, 4, 4))
        np.save(tmp_path / f"{rank}" / "images.npy", x.astype(np.float32))
    program = tmp_path / "local.sh"  # --data local to each rank
    program.write_text(f'cd "{tmp_path}/$PMI_RANK" && exec "$@"\n')
    from ..launching import mpiexec

    words = [
        str(word) for word in (*TRAINING, "--epochs", 1, "--data", "images.npy", "--out", tmp_path / "run")
    ]
    command = [mpiexec(), "-n", "2", "sh", program, *scratchgen(2)[3:], *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and not (tmp_path / "run").exists()
    assert done.stderr.startswith("scratchgen: rank 1 on ") and "has other data than rank 0" in done.stderr
    assert done.stderr.count("\n") == 1

    shutil.copy(tmp_path / "0" / "images.npy", tmp_path / "1" / "images.npy")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
