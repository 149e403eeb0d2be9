"""Command lines of random options and values: each works, or is refused in one line with exit status 2.

What takes minutes (a demo, an application, a reproduction, a benchmark) ends where its work would begin, and a training
after its first step.
"""

import collections
import sys
from pathlib import Path

import numpy as np
import pytest
import typer

from scratchgen import cli
from scratchgen.cli import COMMANDS, build_app
from scratchgen.runs import provenance

from ..unrendered import write_one_pixel
from .limits import Hang, limited_memory, limited_time, without_network
from .mutations import contents, restore

pytestmark = pytest.mark.filterwarnings("ignore")
SEED = 20261130
SMALL = ("--epochs", "1", "--hidden", "4", "--quiet")
RUNS = {
    "vae": ("vae", "--data", "images.npy", "--latent-dim", "2", *SMALL),
    "rnn": ("rnn", "--data", "text.txt", "--batch-size", "8", *SMALL),
}
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "64",
    "-1",
    "0.5",
    "1e-3",
    "-0.0",
    "nan",
    "inf",
    "1e400",
    "9" * 26,
    "٣",
    "1_0",
]
PLACES = [
    *(
        "vae",
        "rnn",
        "missing",
        "images.npy",
        "text.txt",
        "new",
        "new/deep/er",
        "out.png",
        "out.html",
        "out.npz",
    ),
    *(
        "out.wav",
        "out.json",
        "",
        ".",
        "..",
        "x" * 300,
        "\udcff.png",
        "a\nb",
        "\x1b[2J",
        "-",
        "--",
        "vae/config.json",
    ),
]
DATA = ["images.npy", "text.txt", "digits", "missing", "vae", ".", "", "mnist", "gaussian-ring", "8gaussians"]
TEXTS = [
    "",
    "a",
    "vae",
    "adam",
    "lstm",
    "numba",
    "vae.elbo",
    "bptt",
    "list",
    "half_cosine",
    "x" * 5000,
    "\x1b[31m",
]
LONG = {  # where the work of a command begins
    "demo": ("scratchgen.cli.demo", "train_task"),
    "demo --colour": ("scratchgen.cli.demo_colour", "demo_colour"),
    "app": ("scratchgen.applications.application", "run_application"),
    "reproduce": ("scratchgen.cli.reproduce", "run_reproduction"),
    "reproduce --jobs": ("scratchgen.cli.reproduce", "run_locally"),
    "reproduce --run": ("scratchgen.cli.reproduce", "train_run"),
    "bench": ("scratchgen.cli.bench", "_bench_kernels"),
    "bench --steps": ("scratchgen.cli.bench", "_bench_steps"),
    "equations --check": ("scratchgen.cli.equations", "_passed"),
    "debug": ("scratchgen.cli.debug", "under_pdb"),
    "debug --listen": ("scratchgen.cli.debug", "under_debugpy"),
    "exercise check": ("scratchgen.cli.exercise", "check_in_child"),
    "exercise watch": ("scratchgen.cli.exercise", "_check_while_watching"),
}


class Begun(BaseException):
    """The work of a command began: its arguments were accepted."""


@pytest.fixture
def folder(tmp_path, monkeypatch, capfd):
    """The working folder of the commands: two finished runs, and data of one's own."""
    rng = np.random.default_rng(SEED)
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CACHE_HOME", "SCRATCHGEN_DATA"):
        monkeypatch.setenv(name, str(home))
    without_network(monkeypatch.setattr)
    monkeypatch.setattr(provenance, "git_state", lambda: None)  # takes longer than all that is tried here
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    np.save(work / "images.npy", rng.random((200, 6, 6)).astype(np.float32))
    (work / "text.txt").write_text("".join(rng.choice([*"abcdef \n"], 2000)))
    write_one_pixel(monkeypatch.setattr)
    for name, options in RUNS.items():
        with pytest.raises(SystemExit) as ended:
            cli.main(["train", *options, "--out", name])
        assert ended.value.code == 0, capfd.readouterr().err

    def begin(*arguments, **options):
        raise Begun

    for module, function in LONG.values():
        monkeypatch.setattr(f"{module}.{function}", begin)
    return work


def value_of(parameter, rng):
    """A random value for an option or an argument, mostly of its kind."""
    name, pool = parameter.name.strip("_"), NUMBERS
    kind = str(getattr(parameter.type_descriptor, "annotation", ""))
    if name == "data" or "source" in name:
        pool = DATA
    elif "Path" in kind or name in ("run", "runs", "out", "config", "resume"):
        pool = PLACES
    elif "str" in kind:
        pool = TEXTS
    if rng.random() < 0.15:
        pool = NUMBERS + PLACES + TEXTS
    return pool[rng.integers(len(pool))]


def random_line(rng):
    """A command line: a command, and some of its own options."""
    names = list(COMMANDS)
    name = names[rng.integers(len(names))]
    line, command = [name], typer.main.get_command(build_app(name)).commands[name]
    while inner := getattr(command, "commands", None):
        names = list(inner)
        word = names[rng.integers(len(names))]
        line, command = [*line, word], inner[word]
    options = [p for p in command.params if p.param_type_name == "option"]
    for parameter in command.params:
        if parameter.param_type_name == "argument" and rng.random() < 0.9:
            line.append(value_of(parameter, rng))
    for i in rng.permutation(len(options))[: rng.integers(5)]:
        flags = [*options[i].opts, *options[i].secondary_opts]
        line.append(flags[rng.integers(len(flags))])
        if not getattr(options[i], "is_flag", False):
            line.append(value_of(options[i], rng))
    if name == "train":
        data = [] if "--data" in line else ["--data", DATA[rng.integers(2)]]
        line += [*data, "--max-minutes", "0"]
    return line


def judge(line, folder, whole, capfd):
    """(how a command line ended, what it did that no command may do), in a folder with these files."""
    status, failures = "failed", []
    try:
        with limited_time(), limited_memory():
            cli.main(line)
    except SystemExit as end:
        status = end.code
    except Begun:
        status = 0
    except (Exception, Hang) as error:
        failures.append(repr(error))
    errors = capfd.readouterr().err
    if "Traceback" in errors or status not in (0, 1, 2, "failed"):
        failures.append(f"status {status}, {errors}")
    if status == 2:
        lines = [text for text in errors.splitlines() if text.startswith("scratchgen: ")]
        if len(lines) != 1 and errors:
            failures.append(repr(errors))
        changed = contents(folder)
        if {name for name in changed if whole.get(name) != changed[name] and name.name != ".lock"}:
            failures.append(f"refused, and changed {changed.keys() - whole.keys()}")
    return {0: "worked", 1: "worked", 2: "refused"}.get(status, "failed"), failures


def test_random_command_lines_work_or_are_refused(folder, count, figure, capfd):
    rng, ended, failures = np.random.default_rng(SEED), collections.Counter(), []
    whole, n = contents(folder), count(200, 10_000)
    for i in range(n):
        line = random_line(rng)
        how, found = judge(line, folder, whole, capfd)
        ended[how] += 1
        failures += [f"input {i}, {[word[:40] for word in line]}: {failure}" for failure in found]
        restore(folder, whole)
    assert not failures, "\n".join([f"{len(failures)} failures", *failures[:20]])
    assert ended["worked"] > n / 10 and ended["refused"] > n / 10, ended
    figure(f"command lines: {n}, {', '.join(f'{k} {how}' for how, k in ended.items())} (seed {SEED})")


def refuse(text):
    print(text, file=sys.stderr)
    sys.exit(2)


PLANTED = {  # what a command may not do, in place of the command
    "raises": lambda line: {}["settings"],
    "prints a traceback": lambda line: refuse("scratchgen: Traceback (most recent call last)"),
    "refuses in two lines": lambda line: refuse("scratchgen: no such file\nscratchgen: name another"),
    "refuses in the words of a library": lambda line: refuse("ValueError: math domain error"),
    "ends with another status": lambda line: sys.exit(3),
    "makes a file and refuses": lambda line: [Path("new").write_text(""), refuse("scratchgen: no such file")],
    "changes a file and refuses": lambda line: [
        Path("text.txt").write_text(""),
        refuse("scratchgen: no file"),
    ],
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_claim_above_rejects_a_command_that(planted, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("mine")
    whole = contents(tmp_path)
    assert judge(["info", "--nothing"], tmp_path, whole, capfd) == ("refused", [])
    monkeypatch.setattr(cli, "main", PLANTED[planted])
    assert judge(["info"], tmp_path, whole, capfd)[1]


@pytest.mark.parametrize(
    "line",
    [
        ("evaluate", "vae", "-k", "9" * 26),
        ("evaluate", "x" * 300),
        ("compare", "vae", "--out", ""),
        ("bench", "--plot", "."),
    ],
    ids=lambda line: " ".join(line)[:20],
)
def test_what_random_lines_have_found_is_refused(line, folder, monkeypatch, capfd):
    before = contents(folder)
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as ended:
        cli.main([*line])
    assert ended.value.code == 2 and capfd.readouterr().err.startswith("scratchgen: ")
    assert contents(folder) == before
