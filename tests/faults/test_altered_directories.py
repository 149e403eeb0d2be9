"""A run directory of which any file was altered is used, or refused in one line: no traceback, no hang, no change."""

import collections
import pickle
import shutil
import sys

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import BadInput, cli, files
from scratchgen.runs import provenance
from scratchgen.runs.record import read_record
from scratchgen.runs.report import report
from scratchgen.tasks.load import load_run

from ..unrendered import write_one_pixel
from .limits import Hang, limited_memory, limited_time
from .mutations import Trap, alter_run, contents, restore

pytestmark = [
    pytest.mark.unrendered,
    pytest.mark.filterwarnings("ignore"),  # NaN in weights, and overflow in a model of altered arguments
]
SEED = 20261130
SMALL = ("--quiet", "--save-every", "0")
RUNS = {  # one of each family, finished and stopped
    "vae": ("vae", "--data", "images.npy", "--latent-dim", "2", "--hidden", "4", *SMALL),
    "gan": ("gan", "--data", "images.npy", *SMALL),
    "rnn": ("rnn", "--data", "text.txt", "--batch-size", "8", "--hidden", "4", *SMALL),
}


def train(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *map(str, arguments)])
    assert ended.value.code == 0


@pytest.fixture(scope="module")
def runs(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(SEED)
    np.save(folder / "images.npy", rng.random((200, 6, 6)).astype(np.float32))
    (folder / "text.txt").write_text("".join(rng.choice([*"abcdef \n"], 2000)))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        if not request.config.getoption("--full"):
            write_one_pixel(patch.setattr)
        for name, options in RUNS.items():
            train(*options, "--epochs", 1, "--out", name)
            train(*options, "--epochs", 9, "--max-minutes", 0, "--out", f"{name}-stopped")
        yield folder


def load(run, page):
    sg.load(run)
    load_run(run)


def compare(run, page):
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", str(run), str(run.with_name("vae")), "--out", str(page)])
    return ended.value.code


def resume(run, page):
    family = run.name.partition("-")[0]
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", family, "--resume", str(run), "--quiet", "--max-minutes", "0"])
    return ended.value.code


def write_page(run, page):
    page.write_text(report(read_record(run)), encoding="utf-8")


def result(read, run, page, capfd):
    """How a reader ended: "used", "refused", or "no memory". Another exception is a failure."""
    try:
        status = read(run, page) or 0
    except BadInput as problem:
        assert "\n" not in str(problem), problem
        return "refused"
    except MemoryError:
        return "no memory"
    errors = capfd.readouterr().err
    assert status in (0, 2), errors
    assert "Traceback" not in errors
    if status:
        assert errors.startswith("scratchgen: ") or errors.count("scratchgen: ") >= 1, errors
        return "no memory" if "more memory" in errors else "refused"
    return "used"


def judge(read, run, page, trap, capfd):
    """(how a reader of a run ended, what it did that no reader may do)."""
    before, how, failures = contents(run), "failed", []
    try:
        with limited_time(), limited_memory():
            how = result(read, run, page, capfd)
    except (Exception, Hang) as error:
        failures.append(repr(error))
    changed = {str(name) for name, content in contents(run).items() if before.get(name) != content}
    if (read is not resume or how == "refused") and changed - {".lock"}:
        failures.append(f"changed {changed}")
    if trap.exists():
        failures.append("a pickle was executed")
        trap.unlink()
    return how, failures


def test_altered_runs_are_used_or_refused(runs, tmp_path, count, figure, capfd, monkeypatch):
    # both take longer than all that is tried here: git, and waiting for the disk
    monkeypatch.setattr(provenance, "git_state", lambda: None)
    monkeypatch.setattr(files, "_to_disk", lambda path: None)
    rng, trap = np.random.default_rng(SEED), tmp_path / "trap"
    readers = [load] * 20 + [write_page] * 14 + [compare, resume]  # the last two take longest
    names = [path.name for path in sorted(runs.iterdir()) if path.is_dir()]
    work = tmp_path / "runs"
    shutil.copytree(runs, work)
    monkeypatch.chdir(work)
    whole = {name: contents(work / name) for name in names}
    ended, failures = collections.Counter(), []
    n = count(1000, 30_000)
    for i in range(n):
        read = readers[rng.integers(len(readers))]
        suited = [name for name in names if (read is resume) == name.endswith("-stopped")]
        run = work / suited[rng.integers(len(suited))]
        done = alter_run(run, [runs / name for name in names], rng, trap)
        how, found = judge(read, run, tmp_path / "page.html", trap, capfd)
        ended[how] += 1
        failures += [f"input {i}, {read.__name__} of {run.name}, {done}: {failure}" for failure in found]
        restore(run, whole[run.name])
    assert not failures, "\n".join([f"{len(failures)} failures", *failures[:20]])
    assert ended["used"] > n / 20 and ended["refused"] > n / 20, ended
    figure(
        f"run directories: {n} altered, {', '.join(f'{k} {how}' for how, k in ended.items())} (seed {SEED})"
    )


def raises(run, page):
    raise KeyError("settings")


def refuses_in_two_lines(run, page):
    raise BadInput("config.json is damaged\ntrain again")


def refuses_without_a_word(run, page):
    return 2


def prints_a_traceback(run, page):
    print("scratchgen: Traceback (most recent call last)", file=sys.stderr)
    return 2


def ends_with_another_status(run, page):
    return 1


def writes(run, page):
    (run / "config.json").write_text("{}")


def unpickles(run, page):
    pickle.loads(pickle.dumps(Trap(run.with_name("trap"))))


def waits(run, page):
    raise Hang("still running")


@pytest.mark.parametrize(
    "planted",
    [
        *(raises, refuses_in_two_lines, refuses_without_a_word, prints_a_traceback),
        *(ends_with_another_status, writes, unpickles, waits),
    ],
)
def test_the_claim_above_rejects_a_reader_that(planted, runs, tmp_path, capfd):
    run = shutil.copytree(runs / "vae", tmp_path / "vae")
    assert judge(load, run, tmp_path / "page.html", tmp_path / "trap", capfd) == ("used", [])
    assert judge(planted, run, tmp_path / "page.html", tmp_path / "trap", capfd)[1]
