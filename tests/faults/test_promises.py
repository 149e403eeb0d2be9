"""The promises of SECURITY.md: a process is watched by an audit hook while it trains, samples, evaluates and compares.

No code comes from data, no connection is opened, nothing is written outside the run directory and the folders of
temporary and cached files, git is the only program that is started, and none of it comes from the working folder.
"""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CANARY = "__import__('os').getpid()"  # as in audited.py
AUDITED = Path(__file__).with_name("audited.py")
SMALL = ("--epochs", "1", "--hidden", "8", "--quiet")
COMMANDS = {
    "train vae": ("train", "vae", "--latent-dim", "2", *SMALL, "--out", "work/TIME"),
    "train rnn": ("train", "rnn", "--data", "work/canary.txt", *SMALL, "--out", "work/TIME-rnn"),
    "sample text": ("sample", "work/second-rnn", "--prompt", CANARY),
    "sample": ("sample", "work/run", "--out", "work/TIME/samples.png"),
    "evaluate": ("evaluate", "work/run", "-k", "2"),
    "encode": ("encode", "work/run", "--out", "work/TIME.npz"),
    "export": ("export", "work/run", "--to", "npz", "--out", "work/TIME.npz"),
    "compare": ("compare", "work/run", "work/run", "--out", "work/TIME.html"),
    "data show": ("data", "show", "work/canary.txt"),
    "info": ("info",),
}


def watch(folder, *commands, options=()):
    """What the hook saw of each command, run in a folder."""
    lines = "".join(json.dumps(command) + "\n" for command in commands)
    environment = {**os.environ, "MPLBACKEND": "Agg", "TMPDIR": str(folder / "temporary")}
    done = subprocess.run(
        [sys.executable, AUDITED, *options],
        input=lines,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [[tuple(event) for event in json.loads(line)] for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """(folder, command → events)"""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "temporary").mkdir()
    (folder / "work").mkdir()
    (folder / "work" / "canary.txt").write_text(f"{CANARY}\n" * 100)
    first = ("train", "vae", "--epochs", "1", "--hidden", "8", "--quiet", "--out", "work/run")
    train = [sys.executable, "-m", "scratchgen", *first]
    subprocess.run(train, cwd=folder, check=True, capture_output=True)
    return folder, dict(zip(COMMANDS, watch(folder, *COMMANDS.values()), strict=True))


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The events of a process that does what no command may do."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "temporary").mkdir()
    return folder, watch(folder, COMMANDS["info"], options=["--plant"])[0]


def connections(events, folder):
    return [event for event in events if event[0].startswith("socket.")]


def code_of_data(events, folder):
    """Code that comes from a pickle, from a compiled file, or from the text that the data hold."""
    made = ("compile", "pickle.find_class", "marshal.loads", "ctypes.dlopen")
    return [event for event in events if event[0] in made]


def programs(events, folder):
    started = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")
    return [event for event in events if event[0] in started and event != ("subprocess.Popen", "git")]


def writes(events, folder):
    """Changes on disk outside the run directory and the temporary folder."""
    allowed = (str(folder / "work"), str(folder / "temporary"), os.devnull)
    changes = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod")
    return [event for event in events if event[0] in changes and not event[1].startswith(allowed)]


PROMISES = {
    "no connection": connections,
    "no code from data": code_of_data,
    "no program but git": programs,
    "no write outside the run": writes,
}


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_keeps_the_promise(command, promise, watched):
    folder, events = watched
    assert PROMISES[promise](events[command], folder) == []


@pytest.mark.parametrize("promise", PROMISES)
def test_the_claim_above_rejects_a_process_that_breaks_the_promise(promise, planted):
    folder, events = planted
    assert PROMISES[promise](events, folder)


def test_training_writes_and_asks_git(watched):
    """Else an empty list of events would keep every promise."""
    folder, events = watched
    seen = events["train vae"]
    assert ("subprocess.Popen", "git") in seen
    assert any(kind == "open" and path.startswith(str(folder / "work" / "second")) for kind, path in seen)


MODULES = (
    "numpy",
    "typer",
    "random",
    "json",
    "scratchgen",
    "usercustomize",
    "matplotlib",
    "heapq",
    "readline",
)


@pytest.mark.parametrize("arguments", [("info",), ("data", "show", "digits")], ids=" ".join)
def test_the_command_imports_nothing_from_the_working_folder(arguments, tmp_path):
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text("open('executed', 'w').close()\n")
    script = Path(sysconfig.get_path("scripts"), "scratchgen")
    if not script.exists():
        pytest.skip("the command is not installed")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([script, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "executed").exists()


def test_the_claim_above_rejects_a_program_that_looks_there(tmp_path):
    (tmp_path / "heapq.py").write_text("open('executed', 'w').close()\n")
    subprocess.run([sys.executable, "-c", "import heapq"], cwd=tmp_path, check=True)
    assert (tmp_path / "executed").exists()
