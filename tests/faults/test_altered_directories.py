"""A run directory of which any file was altered is used, or refused in one line: no traceback, no hang, no change."""

import collections
import shutil

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import BadInput, cli
from scratchgen.runs import provenance
from scratchgen.runs.record import read_record
from scratchgen.runs.report import report
from scratchgen.tasks.load import load_run

from .limits import limited_memory, limited_time
from .mutations import alter_run, contents, restore

pytestmark = [
    pytest.mark.unrendered,
    pytest.mark.filterwarnings("ignore"),  # NaN in weights, and overflow in a model of altered arguments
]
SEED = 20261130
SMALL = ("--hidden", "4", "--quiet", "--save-every", "0")
RUNS = {  # one of each family, finished and stopped
    "vae": ("vae", "--data", "images.npy", "--latent-dim", "2", *SMALL),
    "gan": ("gan", "--data", "images.npy", *SMALL),
    "rnn": ("rnn", "--data", "text.txt", "--batch-size", "8", *SMALL),
}


def train(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *map(str, arguments)])
    assert ended.value.code == 0


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(SEED)
    np.save(folder / "images.npy", rng.random((200, 6, 6)).astype(np.float32))
    (folder / "text.txt").write_text("".join(rng.choice([*"abcdef \n"], 2000)))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
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
    report(read_record(run))


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
    monkeypatch.setattr(
        provenance, "git_state", lambda: None
    )  # which takes longer than all that is tried here
    rng, trap = np.random.default_rng(SEED), tmp_path / "trap"
    readers = [load] * 8 + [write_page] * 6 + [compare] * 3 + [resume] * 3
    names = [path.name for path in sorted(runs.iterdir()) if path.is_dir()]
    work = tmp_path / "runs"
    shutil.copytree(runs, work)
    monkeypatch.chdir(work)
    whole = {name: contents(work / name) for name in names}
    ended = collections.Counter()
    n = count(600, 30_000)
    for i in range(n):
        read = readers[rng.integers(len(readers))]
        suited = [name for name in names if (read is resume) == name.endswith("-stopped")]
        run = work / suited[rng.integers(len(suited))]
        done = alter_run(run, [runs / name for name in names], rng, trap)
        before = contents(work)
        with limited_time(), limited_memory():
            try:
                how = result(read, run, tmp_path / "page.html", capfd)
            except BaseException as error:
                raise AssertionError(
                    f"input {i}, {read.__name__} of {run.name}, {done}: {error!r}"
                ) from error
        ended[how] += 1
        changed = {name for name, content in contents(work).items() if before.get(name) != content}
        if read is not resume or how == "refused":
            assert not {name for name in changed if name.name != ".lock"}, f"input {i}, {done}: {changed}"
        assert not trap.exists(), f"input {i}, {done}: a pickle was executed"
        restore(run, whole[run.name])
    assert ended["used"] > n / 20 and ended["refused"] > n / 20, ended
    figure(
        f"run directories: {n} altered, {', '.join(f'{k} {how}' for how, k in ended.items())} (seed {SEED})"
    )
