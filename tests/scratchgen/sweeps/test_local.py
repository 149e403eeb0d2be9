"""Trainings in processes: a failure is tried once more, a directory in use is waited for, stopping stops all."""

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import filelock
import pytest

from scratchgen.sweeps import trial
from scratchgen.sweeps.local import run_locally
from scratchgen.sweeps.trial import Ended, Training, train


def training(directory, *words):
    directory.mkdir(exist_ok=True)
    return Training(directory.name, directory, ["scratchgen", *words], [], directory.parent)


def finish(directory):
    (directory / "model.safetensors").write_bytes(b"")


def test_a_command_that_fails_is_tried_twice_and_its_last_line_is_the_reason(tmp_path, monkeypatch):
    given = training(tmp_path / "a", "train", "vae", "--data", "no such data", "--out", "nowhere")
    (tmp_path / "numpy.py").write_text("raise RuntimeError('a module of the working folder')")
    monkeypatch.chdir(tmp_path)
    (ended,) = run_locally([given], jobs=2)
    assert ended.name == "a" and ended.failure.startswith("'no such data' is neither a data set nor a file")
    assert "\n" not in ended.failure


@pytest.mark.parametrize(("failures", "attempts", "failure"), [(0, 1, None), (1, 2, None), (2, 2, "no luck")])
def test_one_failure_is_forgiven_and_two_are_not(tmp_path, monkeypatch, failures, attempts, failure):
    tried = []

    def attempt(given, environment, stopping):
        tried.append(given.name)
        if len(tried) > failures:
            finish(given.directory)
        return "no luck"

    monkeypatch.setattr(trial, "_attempt", attempt)
    assert [*run_locally([training(tmp_path / "a")], jobs=1)] == [Ended("a", failure)]
    assert len(tried) == attempts


def test_a_finished_run_is_not_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "_attempt", lambda *_: pytest.fail("trained"))
    given = training(tmp_path / "a")
    finish(tmp_path / "a")
    assert train(given, {}, threading.Event()) == Ended("a", None)


def test_a_directory_in_which_another_process_trains_is_waited_for(tmp_path, monkeypatch):
    moments = []
    monkeypatch.setattr(trial, "_attempt", lambda *_: moments.append("trained") or "")
    given = training(tmp_path / "a")
    with ThreadPoolExecutor() as pool:
        with filelock.FileLock(tmp_path / "a" / ".lock"):
            waiting = pool.submit(train, given, {}, threading.Event())
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            finish(tmp_path / "a")
        assert waiting.result() == Ended("a", None) and not moments


def test_trainings_run_side_by_side_up_to_the_number_of_jobs(tmp_path, monkeypatch):
    two, now, most = threading.Barrier(2, timeout=60), [], []

    def attempt(given, environment, stopping):
        now.append(given.name)
        two.wait()  # breaks, unless two are here at once
        most.append(len(now))
        two.wait()
        now.remove(given.name)
        finish(given.directory)
        return ""

    monkeypatch.setattr(trial, "_attempt", attempt)
    ended = [*run_locally([training(tmp_path / name) for name in "abcd"], jobs=2)]
    assert sorted(one.name for one in ended) == [*"abcd"] and max(most) == 2


def test_each_of_several_processes_has_one_thread_unless_the_environment_says_otherwise(
    tmp_path, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        trial, "_attempt", lambda given, environment, stopping: seen.append(environment) or ""
    )
    for variable, jobs in ((None, 2), ("3", 2), (None, 1)):
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        if variable:
            monkeypatch.setenv("OMP_NUM_THREADS", variable)
        [*run_locally([training(tmp_path / "a")], jobs=jobs)]
    assert [environment.get("OMP_NUM_THREADS") for environment in seen[::2]] == ["1", "3", None]


def test_who_stops_asking_stops_the_trainings_and_those_that_wait_never_begin(tmp_path, monkeypatch):
    begun = []

    def attempt(given, environment, stopping):
        begun.append(given.name)
        if given.name == "a":
            finish(given.directory)
        else:
            assert stopping.wait(60)
        return ""

    monkeypatch.setattr(trial, "_attempt", attempt)
    trainings = run_locally([training(tmp_path / name) for name in "abcd"], jobs=1)
    assert next(trainings) == Ended("a", None)
    trainings.close()
    assert begun in (["a"], ["a", "b"])


def test_a_process_without_a_message_is_described_by_how_it_ended():
    assert trial._how_it_ended(-signal.SIGKILL) == "the process was ended by SIGKILL"
    assert trial._how_it_ended(3) == "the process ended with status 3 and no message"


@pytest.mark.parametrize("pipe", ["closed", "open"])
def test_a_process_ends_when_its_pipe_is_closed_and_not_before(pipe):
    code = "import time; from scratchgen.sweeps.process import end_with_parent; end_with_parent(); "
    code += "print(1, flush=True); time.sleep(99)"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        assert process.stdout.read(1) == b"1"
        if pipe == "closed":
            process.stdin.close()
            assert process.wait(60) == -signal.SIGTERM
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.kill()
