"""Any encoding, a closed or a full standard output or error: no command dies of them, and a training is saved.

The exit status is 1 where standard output could not be written, as it is for a pipe that nobody reads. Standard error
that cannot be written changes nothing.
"""

import io
import json
import os
import subprocess
import sys

import pytest

from scratchgen import cli

TINY = ("train", "vae", "--data", "ring", "--epochs", "2", "--batch-size", "5000", "--hidden", "4")
ENCODINGS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252:strict", "NO_COLOR": "1"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"},
}


def scratchgen(folder, *arguments, redirect="", **environment):
    """Run a command under a shell, whose redirections may close or fill a stream."""
    command = ["sh", "-c", f'exec "$@" {redirect}', "sh", sys.executable, "-m", "scratchgen", *arguments]
    return subprocess.run(
        command, capture_output=True, cwd=folder, env={**os.environ, **environment}, timeout=120
    )


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_training_and_its_symbols_are_printed_in_any_encoding(name, tmp_path):
    encoding = "cp1252" if "cp1252" in name else "ascii"
    done = scratchgen(tmp_path, *TINY, "--out", "run–≥é", **ENCODINGS[name])
    printed = (done.stdout + done.stderr).decode(encoding)
    assert done.returncode == 0 and "Traceback" not in printed and "?" not in printed, printed
    assert "Report: run" in printed


COMMANDS = {
    "equations": ("equations", "vae.elbo"),
    "info": ("info",),
    "data": ("data", "show", "text.txt"),
    "help": ("train", "vae", "--help"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_readable_ascii(command, tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text("é ≥ 日本 and so on\n" * 200, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", stream := io.TextIOWrapper(io.BytesIO(), "ascii", "strict"))
    with pytest.raises(SystemExit) as ended:
        cli.main([*COMMANDS[command]])
    printed = stream.buffer.getvalue().decode("ascii")
    assert ended.value.code == 0 and stream.errors == "strict"
    if command == "equations":
        assert "log p(x) >= E_q[log p(x|z)] - KL(q(z|x) || p(z))" in printed
    if command == "data":
        assert "\\xe9 >= \\u65e5\\u672c and so on" in printed


FULL, CLOSED = "No space left on device", "Bad file descriptor"
REDIRECTED = {  # the status, and the reason on standard error where there is one
    ">/dev/full": (1, FULL),
    ">&-": (1, CLOSED),
    "2>/dev/full": (0, None),
    ">/dev/full 2>&1": (1, None),
    "<&- >&- 2>&-": (1, None),
}


@pytest.mark.parametrize("redirect", REDIRECTED)
def test_a_training_whose_streams_are_closed_or_full_is_finished_and_saved(redirect, tmp_path):
    status, reason = REDIRECTED[redirect]
    done = scratchgen(tmp_path, *TINY, "--out", "run", redirect=redirect)
    assert done.returncode == status, done.stderr
    assert (tmp_path / "run" / "model.safetensors").exists() and (tmp_path / "run" / "report.html").exists()
    assert json.loads((tmp_path / "run" / "scores.json").read_text())
    if reason:
        last = done.stderr.decode().splitlines()[-1]
        assert last.startswith(f"scratchgen: standard output cannot be written ({reason})")


def test_a_refusal_has_its_status_where_nobody_can_be_told(tmp_path):
    assert scratchgen(tmp_path, "compare", "nothing", redirect=">&- 2>&-").returncode == 2


def test_no_file_of_a_run_takes_the_place_of_a_closed_stream(tmp_path):
    """Otherwise what a library or a child process prints would be written into it."""
    program = (
        "import os, sys\n"
        "from scratchgen.cli.streams import standard_streams\n"
        "with standard_streams(), open('file', 'w') as file:\n"
        "    sys.exit(0 if file.fileno() > 2 else 9)\n"
    )
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", program]
    assert subprocess.run(command, cwd=tmp_path).returncode == 0
    planted = program.replace("standard_streams(), ", "")
    assert subprocess.run([*command[:-1], planted], cwd=tmp_path).returncode == 9
