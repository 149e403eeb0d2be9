"""A run directory of which any file was altered is used, or refused in one line: no traceback, no hang, no change."""

import collections
import shutil

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
from .mutations import alter_run, contents, restore

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
        before, how = contents(run), "failed"
        place = f"input {i}, {read.__name__} of {run.name}, {done}"
        try:
            with limited_time(), limited_memory():
                how = result(read, run, tmp_path / "page.html", capfd)
        except (Exception, Hang) as error:
            failures.append(f"{place}: {error!r}")
        ended[how] += 1
        changed = {str(name) for name, content in contents(run).items() if before.get(name) != content}
        if (read is not resume or how == "refused") and changed - {".lock"}:
            failures.append(f"{place}: changed {changed}")
        if trap.exists():
            failures.append(f"{place}: a pickle was executed")
            trap.unlink()
        restore(run, whole[run.name])
    assert not failures, "\n".join([f"{len(failures)} failures", *failures[:20]])
    assert ended["used"] > n / 20 and ended["refused"] > n / 20, ended
    figure(
        f"run directories: {n} altered, {', '.join(f'{k} {how}' for how, k in ended.items())} (seed {SEED})"
    )
