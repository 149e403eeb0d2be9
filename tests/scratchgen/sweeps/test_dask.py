"""Trainings on a Dask cluster: a cluster that cannot train is refused, and trainings end with the command."""

import os
import socket
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import filelock
import psutil
import pytest

from scratchgen import cli
from scratchgen.errors import BadInput
from scratchgen.runs.provenance import versions
from scratchgen.sweeps import dask
from scratchgen.sweeps.dask import dask_runner
from scratchgen.sweeps.dask_processes import local_cluster
from scratchgen.sweeps.trial import Ended, Training

SECONDS = 120  # a limit for a machine with much else to do
FILE = 'train = "vae"\ndata = "digits"\n[settings]\nmodel = "linear"\n[grid]\nlatent_dim = [2]\n'
CLUSTER = "scratchgen.sweeps.dask_processes"
WORKER = "multiprocessing.spawn"


@pytest.fixture(scope="module")
def cluster():
    """The address of a cluster with one worker, whose training is given up when the worker is killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
        with local_cluster(1) as address:
            yield address


@pytest.fixture
def endless(tmp_path):
    """endless(name): a training without an end."""

    def training(name):
        command = ["scratchgen", "train", "vae", "--data", "digits", "--model", "linear"]
        command += ["--epochs", "1000000", "--out", name]
        return Training(name, tmp_path / name, command, [], tmp_path)

    return training


@pytest.fixture
def sweep(tmp_path, monkeypatch, capfd):
    """sweep(*options): the error messages of the command, which must refuse them and write nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(FILE)

    def refused(*options):
        with pytest.raises(SystemExit) as ended:
            cli.main(["sweep", "mine.toml", *options])
        printed = capfd.readouterr()
        assert (ended.value.code, printed.out, printed.err.count("\n")) == (2, "", 1), printed.err
        assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
        return printed.err

    return refused


@contextmanager
def server(answer):
    """The address of a server that answers with these bytes, and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connections = []

        def serve():
            with suppress(OSError):  # closed
                while True:
                    connections.append(listening.accept()[0])
                    connections[-1].sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        for connection in connections:
            connection.close()


def wait_for(condition):
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "nothing happens"
        time.sleep(0.02)


def is_free(directory):
    with suppress(filelock.Timeout), filelock.FileLock(directory / ".lock").acquire(timeout=0):
        return True


def is_training(training):
    log = training.directory / "metrics.jsonl"
    return log.exists() and log.stat().st_size > 0 and not is_free(training.directory)


def is_saved(training):
    return is_free(training.directory) and list(training.directory.glob("checkpoints/*.safetensors"))


def kill_during(training, words):
    """Kill the processes of this test with these words in their command, once the training has begun."""

    def kill():
        wait_for(lambda: is_training(training))
        for process in psutil.Process().children(recursive=True):
            if words in " ".join(process.cmdline()):
                process.kill()

    threading.Thread(target=kill).start()


def test_trainings_save_and_end_when_nobody_asks_for_more_and_not_before(cluster, endless, tmp_path):
    finished, first, second = (endless(name) for name in ("finished", "first", "second"))
    finished.directory.mkdir()
    (finished.directory / "model.safetensors").write_bytes(b"")
    with dask_runner(tmp_path, 1, cluster) as run:
        trainings = run([finished, first, second])
        assert next(trainings) == Ended("finished", None)
        wait_for(lambda: is_training(first))
        time.sleep(1)
        assert is_training(first)
        trainings.close()
        assert is_saved(first) and not second.directory.exists()
    with dask_runner(tmp_path, 1, cluster) as run:
        assert next(run([finished])) == Ended("finished", None), "the cluster has no worker any more"


def test_a_training_whose_workers_are_killed_again_and_again_is_reported(cluster, endless, tmp_path):
    given = endless("given")
    with dask_runner(tmp_path, 1, cluster) as run:
        kill_during(given, WORKER)
        (ended,) = run([given])
    assert ended.name == "given" and "all those workers died while running it" in ended.failure
    wait_for(lambda: is_saved(given))


def test_a_lost_scheduler_ends_the_trainings_and_is_one_line(endless, tmp_path):
    given = endless("given")
    with local_cluster(1) as address, dask_runner(tmp_path, 1, address) as run:
        kill_during(given, CLUSTER)
        with pytest.raises(
            BadInput, match="the connection to the Dask scheduler is lost; the trainings save"
        ):
            next(run([given]))
    wait_for(lambda: is_saved(given))


@pytest.mark.parametrize("kind", ["nobody", "silence", "SSH", "no address"])
def test_a_scheduler_that_does_not_answer_is_refused(kind, sweep, monkeypatch):
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 0.5)
    with server(b"SSH-2.0-OpenSSH_9.2\r\n" if kind == "SSH" else b"") as address:
        given = {"nobody": "127.0.0.1:1", "no address": "here"}.get(kind, address)
        assert f"no Dask scheduler answers at {given!r} (" in sweep("--scheduler", given)


def test_a_cluster_without_workers_is_refused(sweep, monkeypatch):
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 2)
    with local_cluster(0) as address:
        assert f"has no workers; start one with `dask worker {address}`" in sweep("--scheduler", address)


def test_a_worker_that_does_not_see_the_folder_is_refused(sweep, monkeypatch, tmp_path):
    hide = "import pathlib; pathlib.Path.exists = lambda path: False"
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", f"['{hide}']")
    message = sweep("--on", "dask", "--jobs", "1")
    assert f"does not see the folder {tmp_path}; run the command, and --out, in a folder" in message


def test_a_worker_that_sees_both_folders_and_these_versions_has_no_fault(tmp_path):
    """The claim above, and those that follow, reject only workers with a fault."""
    file, wanted = Path(__file__), versions()
    assert dask._fault(wanted, file, tmp_path) is None
    assert dask._fault({**wanted, "numpy": "1"}, file, tmp_path) == (
        f"has numpy {wanted['numpy']}, the command 1; install the same version, because results depend on it"
    )
    assert "has torch –, the command 2; " in dask._fault({**wanted, "torch": "2"}, file, tmp_path)
    assert f"does not see the folder {tmp_path / 'no'};" in dask._fault(wanted, file, tmp_path / "no")
    assert f"does not see the folder {file.parent};" in dask._fault(wanted, file.with_name("no"), tmp_path)


def test_a_worker_that_joins_later_and_does_not_see_the_folder_fails_alone(tmp_path):
    given = Training("a", tmp_path / "unseen" / "a", [], [], tmp_path)
    assert dask._train(given, {}) == Ended(
        "a", f"a Dask worker does not see the folder {tmp_path / 'unseen'}"
    )


def test_a_worker_takes_the_variables_that_affect_a_training_from_the_command(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(dask, "train", lambda training, environment, stopping: seen.append(environment))
    monkeypatch.setattr(dask, "_released", lambda: nullcontext(threading.Event()))
    monkeypatch.setattr(os, "environ", {"HOME": "h", "SCRATCHGEN_KERNELS": "loops", "MKL_NUM_THREADS": "8"})
    dask._train(Training("a", tmp_path / "a", [], [], tmp_path), {"SCRATCHGEN_DATA": "d"})
    dask._train(Training("a", tmp_path / "a", [], [], tmp_path), {"OMP_NUM_THREADS": "3"})
    assert seen == [
        {"HOME": "h", "OMP_NUM_THREADS": "1", "SCRATCHGEN_DATA": "d"},
        {"HOME": "h", "OMP_NUM_THREADS": "3"},
    ]


def test_without_dask_the_message_says_how_to_install_it(sweep, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert 'run: pip install "scratchgen-numpy[distributed]"' in sweep("--on", "dask")


BAD = {
    "place": (("--on", "spark"), "--on is local or dask, not 'spark'"),
    "local": (("--on", "local", "--scheduler", "a:1"), "workers of that Dask cluster; leave --on local out"),
    "jobs": (("--jobs", "2", "--scheduler", "a:1"), "workers of that Dask cluster; leave --jobs out"),
}


@pytest.mark.parametrize("case", BAD)
def test_options_that_contradict_each_other_are_refused(case, sweep):
    options, message = BAD[case]
    assert message in sweep(*options)
