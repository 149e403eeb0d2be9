"""A write that fails in `app run` and in `bench`: one line, status 2, and every file is the old one or the new one."""

import errno
import json
import os
from contextlib import contextmanager

import pytest

from scratchgen import cli
from scratchgen.applications.application import Application, Outcome, Result
from scratchgen.applications.catalogue import APPLICATIONS
from scratchgen.benchmarks.kernels import machine, measure
from scratchgen.random import Generator
from scratchgen.runs.files import write_text

from .test_failing_writes import FAULTS, Failing

pytestmark = pytest.mark.unrendered
RUN = ("app", "run", "tiny", "--quiet", "--out")
BENCH = ("bench", "--json", "found.json", "--plot", "found.png")


def status_of(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments])
    return ended.value.code


def refused_in_one_line(fault, n, monkeypatch, capsys, arguments):
    """The one line with which the command ends, with status 2, when the n-th call fails; "" where it still works."""
    module, name, error = FAULTS[fault]
    with monkeypatch.context() as patch:
        failing = Failing(patch, module, name, n, error)
        capsys.readouterr()
        status = status_of(*arguments)
    shown = capsys.readouterr().err
    if status == 0:  # a folder that cannot be synced is no fault
        return ""
    assert failing.calls >= n and status == 2 and len(shown.splitlines()) == 1, shown
    assert shown.startswith("scratchgen: ") and os.strerror(error) in shown, shown
    return shown


def count_calls(fault, monkeypatch, arguments):
    module, name, error = FAULTS[fault]
    with monkeypatch.context() as patch:
        counted = Failing(patch, module, name, 0, error)
        assert status_of(*arguments) == 0
    return counted.calls


@pytest.fixture
def application(monkeypatch):
    """An application of one small training, with a text in its report."""

    def carry_out(job):
        model, _, _ = job.train("vae", epochs=1, batch_size=5000, hidden=4)
        x = model.sample(3, Generator(0))
        path, shown = job.show("samples.txt", "three samples")
        write_text(path, str(x))
        return Outcome(results=[Result(measure="mean", ours=float(x.mean()))], shown=[shown])

    made = Application("tiny", "Tiny", "About it.", ("ring",), ("ring",), "points", carry_out)
    monkeypatch.setitem(APPLICATIONS, "tiny", made)


def results_of(out):
    """What does not depend on the time that the training took."""
    directory = out / "tiny" / "seed-0"
    found = json.loads((directory / "results.json").read_text())
    weights, example = directory / "vae" / "model.safetensors", directory / "examples" / "samples.txt"
    return found["results"], weights.read_bytes(), example.read_bytes()


@pytest.mark.parametrize("fault", FAULTS)
def test_whichever_write_of_an_application_fails_it_continues_to_the_same_results(
    fault, application, tmp_path, monkeypatch, capsys, count, figure
):
    calls = count_calls(fault, monkeypatch, (*RUN, str(tmp_path / "whole")))
    expected, tried = results_of(tmp_path / "whole"), 0
    last = range(calls - 4, calls)  # the example, results.json, report.html
    for n in sorted({*range(1, calls + 1, count(9, 1)), *last, calls}):
        out = tmp_path / f"out{n}"
        if shown := refused_in_one_line(fault, n, monkeypatch, capsys, (*RUN, str(out))):
            assert str(out) in shown and ("resume with" not in shown or "app run tiny --out" in shown), shown
            assert not list(out.glob("**/.*-*")), "a temporary file is left"
            tried += 1
            assert status_of(*RUN, str(out)) == 0
        assert results_of(out) == expected and (out / "tiny" / "report.html").exists()
    assert tried
    figure(f"app run, {fault}: {tried} runs whose write failed continued to the same results")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder of a benchmark that takes no time, with the files of a former one."""
    times = {
        "threads": 1,
        "first": 1e-3,
        "median": 1e-4,
        "scaled": False,
        "rate": 1e9,
        "unit": "GB/s",
        "share": 0.1,
    }
    rows = [measure.Row("adam", "adam", "n=64", "numpy", **times, over_loops=30.0, over_numpy=1.0)]
    monkeypatch.setattr(measure, "rows", lambda *_: [rows])
    monkeypatch.setattr(machine, "peaks", lambda: {"GB/s": 10.0, "GFLOP/s": 100.0})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


BEFORE = {"found.json": b"of before", "found.png": b"of before"}


def is_old_or_new(found, new):
    """Whether there are these files and no others, each as it was before the command or as the command writes it."""
    return found.keys() == new.keys() and all(found[name] in (BEFORE[name], new[name]) for name in new)


def put_old_files(folder):
    for name, content in BEFORE.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_of_a_benchmark_that_fails_leaves_the_old_file_or_the_new_one(
    fault, folder, monkeypatch, capsys, figure
):
    put_old_files(folder)
    calls = count_calls(fault, monkeypatch, BENCH)
    new, tried = contents(folder), 0
    for n in range(1, calls + 1):
        put_old_files(folder)
        if shown := refused_in_one_line(fault, n, monkeypatch, capsys, BENCH):
            tried += 1
            assert "found.json: " in shown or "found.png: " in shown, shown
        assert is_old_or_new(contents(folder), new)
    assert tried == 2
    figure(f"bench, {fault}: {tried} writes failed, each in one line, with the old files or the new ones")


def test_the_claim_above_rejects_a_writer_in_place(folder, monkeypatch, capsys):
    @contextmanager
    def in_place(path):
        path.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield path

    assert status_of(*BENCH) == 0
    new = contents(folder)
    put_old_files(folder)
    monkeypatch.setattr("scratchgen.cli.bench.replacing", in_place)
    assert status_of(*BENCH) == 2 and not is_old_or_new(contents(folder), new)
