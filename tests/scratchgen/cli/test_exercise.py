"""scratchgen exercise: a reader's way through an exercise, and the refusals that change nothing."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from scratchgen import exercises
from scratchgen.cli import exercise as command
from scratchgen.exercises import child

from .test_debug_in_an_editor import Editor

ROOT = Path(__file__).parents[3]
NAME, FILE = "kl-to-the-prior", "exercises/kl_to_the_prior.py"
OTHER, OTHER_FILE = "reparameterise", "exercises/reparameterise.py"
SOLUTION = exercises.get(NAME).solution


@pytest.fixture
def run(scratchgen_in, tmp_path):
    """run("check", NAME): exit status, standard output and standard error of a command in an empty folder."""
    scratchgen = scratchgen_in(tmp_path)
    return lambda *arguments: scratchgen("exercise", *arguments)


def snapshot(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def only_line(done):
    """The one line of a refusal."""
    assert (done.returncode, done.stdout) == (2, ""), done
    (line,) = done.stderr.splitlines()
    return line


def test_a_reader_starts_fails_takes_hints_passes_and_sees_the_solution(run, tmp_path):
    assert "0 of" in run("list").stdout and not [*tmp_path.iterdir()]
    assert FILE in run("start", NAME).stdout
    assert (tmp_path / FILE).read_text() == exercises.get(NAME).stub

    failed = run("check", NAME)
    assert failed.returncode == 1 and "is still to be written" in failed.stdout
    assert "– the prior itself" in failed.stdout and "✗" not in failed.stdout
    assert "passed" in only_line(run("solution", NAME))
    shown = [run("hint", NAME).stdout for _ in range(len(exercises.get(NAME).hints) + 1)]
    assert [re.match(r"Hint \d of 3: ", hint)[0] for hint in shown] == [
        f"Hint {n} of 3: " for n in (1, 2, 3, 3)
    ]

    wrong = exercises.get(NAME).wrong_answers[0]
    (tmp_path / FILE).write_text(wrong.source)
    failed = run("check")
    assert failed.returncode == 1 and exercises.check(NAME, wrong.source).message in " ".join(
        failed.stdout.split()
    )

    (tmp_path / FILE).write_text(SOLUTION)
    passed = run("check")
    assert passed.returncode == 0 and "✗" not in passed.stdout and "In practice: " in passed.stdout
    assert run("solution", NAME).stdout == SOLUTION
    assert re.search(r"✓ +2\.2 +kl-to-the-prior", run("list").stdout) and "1 of" in run("list").stdout

    (tmp_path / FILE).write_text(wrong.source)
    assert run("check").returncode == 1
    assert run("solution", NAME).returncode == 0, "passed once is passed"


def test_reset_keeps_each_answer_in_a_copy_of_its_own_and_begins_with_the_first_hint(run, tmp_path):
    run("start", NAME)
    run("hint", NAME)
    for answer in ("A = 1\n", "B = 2\n", "C = 3\n"):
        (tmp_path / FILE).write_text(answer)
        assert run("reset", NAME).returncode == 0
        assert (tmp_path / FILE).read_text() == exercises.get(NAME).stub
    assert run("hint", NAME).stdout.startswith("Hint 1 ")
    before = snapshot(tmp_path / "exercises")
    copies = {path.name: text.decode() for path, text in before.items() if ".before" in path.name}
    assert copies == {
        "kl_to_the_prior.before.py": "A = 1\n",
        "kl_to_the_prior.before-2.py": "B = 2\n",
        "kl_to_the_prior.before-3.py": "C = 3\n",
    }
    assert "your answer" not in run("reset", NAME).stdout, "a stub needs no copy"
    assert snapshot(tmp_path / "exercises").keys() == before.keys()


def test_an_exercise_that_was_passed_stays_passed_after_a_reset(run, tmp_path):
    run("start", NAME)
    (tmp_path / FILE).write_text(SOLUTION)
    run("check")
    assert run("reset", NAME).returncode == 0
    assert run("solution", NAME).stdout == SOLUTION
    assert re.search(r"✓ +2\.2 +kl-to-the-prior", run("list").stdout)


def test_the_list_ends_with_the_command_for_the_next_exercise(run, tmp_path):
    first, second = exercises.names()[:2]
    next_command = lambda: run("list").stdout.splitlines()[-1]
    assert next_command() == f"Next: scratchgen exercise start {first}"
    run("start", first)
    assert next_command() == f"Next: scratchgen exercise check {first}"
    folder = tmp_path / "exercises"
    record = {name: {"hints": 0, "passed": name != second} for name in exercises.names()}
    (folder / "progress.json").write_text(json.dumps(record))
    assert next_command() == f"Next: scratchgen exercise start {second}"
    (tmp_path / OTHER_FILE).write_text(exercises.get(OTHER).solution)
    assert f"Next: scratchgen exercise start {second}" in run("check", OTHER).stdout
    record[second]["passed"] = True
    (folder / "progress.json").write_text(json.dumps(record))
    assert next_command() == "All exercises are passed."


def test_a_reader_within_the_folder_continues_there(run, tmp_path, scratchgen_in):
    run("start", NAME)
    within = scratchgen_in(tmp_path / "exercises")
    started = within("exercise", "start", OTHER)
    assert started.returncode == 0 and started.stdout.endswith(f"watch {OTHER}\n")
    assert not (tmp_path / FILE.partition("/")[0] / "exercises").exists()
    (tmp_path / OTHER_FILE).write_text(exercises.get(OTHER).solution)
    assert within("exercise", "check", OTHER).returncode == 0 == run("solution", OTHER).returncode


def test_another_folder_of_that_name_is_not_taken_for_the_readers(tmp_path, scratchgen_in):
    (tmp_path / "exercises").mkdir()
    assert scratchgen_in(tmp_path / "exercises")("exercise", "start", NAME).returncode == 0
    assert (tmp_path / "exercises" / FILE).exists()


def test_without_a_name_the_file_that_was_saved_last_is_checked(run, tmp_path):
    run("start", NAME)
    run("start", OTHER)
    for first, last in ((FILE, OTHER_FILE), (OTHER_FILE, FILE)):
        os.utime(tmp_path / first, (1, 1))
        os.utime(tmp_path / last, (2, 2))
        assert last.partition("/")[2].removesuffix(".py").replace("_", "-") in run("check").stdout


def test_what_an_answer_prints_reaches_the_reader(run, tmp_path):
    run("start", NAME)
    (tmp_path / FILE).write_text(SOLUTION.replace("    return", "    print('seen', mu.shape)\n    return"))
    done = run("check")
    assert done.returncode == 0 and "seen (1, 1)" in done.stderr and "seen" not in done.stdout


def test_a_file_next_to_the_folder_is_no_module_of_the_check(run, tmp_path):
    (tmp_path / "numpy.py").write_text("raise RuntimeError")
    run("start", NAME)
    (tmp_path / FILE).write_text(SOLUTION)
    assert run("check").returncode == 0


BAD_FILES = {
    "syntax": (SOLUTION.replace("def kl(mu, logvar):", "def kl(mu, logvar)"), r"line 6: expected ':'"),
    "load": ("import nump\n", r"line 1: ModuleNotFoundError: No module named 'nump'"),
    "endless": (
        SOLUTION.replace("    return", "    while True:\n        mu = mu + 0\n    return"),
        r"did not end within 1 seconds; line 1[56] was running; is there a loop without an end\?",
    ),
    "endless-import": ("while True:\n    pass\n", r"did not end within 1 seconds; line [12] was running"),
    "exit": ("import os\nos._exit(3)\n", r"the check was ended by the answer, with exit status 3"),
    "no-text": (b"\xff\xfe\x00", r"is not UTF-8 text"),
    "large": (b"#" * 200_000, r"200,000 bytes are too many"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_cannot_be_checked_is_refused_in_one_line(kind, run, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "TIME_LIMIT", 1.0)
    content, message = BAD_FILES[kind]
    run("start", NAME)
    (tmp_path / FILE).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = snapshot(tmp_path)
    line = only_line(run("check", NAME))
    assert FILE in line and re.search(message, line), line
    assert snapshot(tmp_path) == before


def test_a_loop_that_catches_the_interruption_is_killed(run, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "TIME_LIMIT", 0.5)
    monkeypatch.setattr(child, "TIME_TO_START", 4.0)
    run("start", NAME)
    loop = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"
    (tmp_path / FILE).write_text(loop)
    assert "did not end within 0.5 seconds; is there a loop without an end?" in only_line(run("check"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("start", "kl-to-the-priors"),
            r"no exercise is named 'kl-to-the-priors'; did you mean kl-to-the-prior\?",
        ),
        (("check", "reparametrize"), r"did you mean reparameterise\?"),
        (("check", FILE), r"did you mean kl-to-the-prior\?"),
        (("solution", "xyz"), r"see `scratchgen exercise list`"),
        (("hint", "xyz"), r"see `scratchgen exercise list`"),
        (("check", NAME), r"there is no folder exercises here; go to the folder in which you started, or"),
        (
            ("check",),
            rf"no exercise is started in exercises here; `scratchgen exercise start {exercises.names()[0]}`",
        ),
        (("watch",), r"no exercise is started in exercises here"),
        (("watch", NAME), r"there is no folder exercises here"),
        (("hint", NAME), r"there is no folder exercises here"),
        (("reset", NAME), r"there is no folder exercises here"),
        (("solution", NAME), r"is shown once yours has passed"),
        (("begin", NAME), r"No such command 'begin'"),
        (("start",), r"Missing argument 'name'"),
    ],
)
def test_bad_input_where_nothing_is_started_is_one_line_and_makes_no_file(arguments, message, run, tmp_path):
    assert re.search(message, only_line(run(*arguments)))
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("plant", "arguments", "message"),
    [
        (
            lambda folder: None,
            ("start", NAME),
            r"exists already; `scratchgen exercise reset kl-to-the-prior`",
        ),
        (
            lambda folder: None,
            ("check", OTHER),
            r"reparameterise.py does not exist; `scratchgen exercise start",
        ),
        (
            lambda folder: (folder / "progress.json").write_text("{"),
            ("check", NAME),
            r"progress.json is damaged",
        ),
        (
            lambda folder: (folder / "progress.json").write_text("[1]"),
            ("start", OTHER),
            r"progress.json is damaged",
        ),
        (
            lambda folder: (folder / "progress.json").write_text('{"kl-to-the-prior": {"hints": "many"}}'),
            ("list",),
            r"progress.json is damaged; delete it",
        ),
        (lambda folder: (folder / "reparameterise.py").mkdir(), ("check", OTHER), r"is not a regular file"),
        (
            lambda folder: (folder / "reparameterise.py").symlink_to("/nowhere"),
            ("start", OTHER),
            r"exists already",
        ),
    ],
)
def test_bad_input_in_a_folder_is_one_line_and_changes_nothing(plant, arguments, message, run, tmp_path):
    run("start", NAME)
    plant(tmp_path / "exercises")
    before = snapshot(tmp_path)
    assert re.search(message, only_line(run(*arguments)))
    assert snapshot(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_refused(run, tmp_path):
    (tmp_path / "exercises").write_text("mine")
    assert "exercises is a file" in only_line(run("start", NAME))
    assert (tmp_path / "exercises").read_text() == "mine"


def test_progress_is_recorded_only_by_what_was_passed_and_shown(run, tmp_path):
    run("start", NAME)
    run("check")
    assert not (tmp_path / "exercises" / "progress.json").exists()
    run("hint")
    assert json.loads((tmp_path / "exercises" / "progress.json").read_text()) == {
        NAME: {"hints": 1, "passed": False}
    }


def test_check_debug_stops_at_a_breakpoint_in_the_file(run, tmp_path):
    run("start", NAME)
    (tmp_path / FILE).write_text(SOLUTION.replace("    return 0.5", "    breakpoint()\n    return 0.5"))
    done = subprocess.run(
        [sys.executable, "-m", "scratchgen", "exercise", "check", "--debug"],
        input="p mu.shape\n" + 200 * "c\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "-> return 0.5 * np.sum(mu**2" in done.stdout and "(3, 2)" in done.stdout
    assert "6 of 6 properties hold" in done.stdout


def test_an_editor_stops_at_a_breakpoint_in_the_file(run, tmp_path):
    """By the command of the launch configuration, under debugpy."""
    pytest.importorskip("debugpy")
    configurations = (ROOT / ".vscode" / "launch.json").read_text(encoding="utf-8")
    shown = configurations.partition('"name": "check the exercise saved last"')[2].partition("}")[0]
    arguments = json.loads(re.search(r'"args": (\[.*\])', shown)[1])
    run("start", NAME)
    (tmp_path / FILE).write_text(SOLUTION)
    line = next(n for n, text in enumerate(SOLUTION.splitlines(), 1) if text.startswith("    return 0.5"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "debugpy", "--listen", str(port), "--wait-for-client"),
            *("-m", "scratchgen", *arguments),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
        start_new_session=True,  # debugpy starts a further process
    )
    try:
        editor = attached(port)
        editor.ask("initialize", adapterID="test", pathFormat="path", linesStartAt1=True)
        editor.ask("attach", justMyCode=False)
        editor.event("initialized")
        source = {"path": str((tmp_path / FILE).resolve())}
        editor.answer("setBreakpoints", source=source, breakpoints=[{"line": line}])
        editor.ask("configurationDone")
        thread = editor.event("stopped")["body"]["threadId"]
        top = editor.answer("stackTrace", threadId=thread)["stackFrames"][0]
        assert (top["name"], top["line"], top["source"]["path"]) == ("kl", line, source["path"])
        editor.answer("setBreakpoints", source=source, breakpoints=[])
        editor.ask("continue", threadId=thread)
        editor.event("terminated")
        editor.leave()
        assert "6 of 6 properties hold" in process.communicate(timeout=60)[0] and process.returncode == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def attached(port, seconds=60):
    """An editor at a port that will be open soon."""
    for _ in range(seconds * 10):
        with suppress(ConnectionRefusedError):
            return Editor(port)
        time.sleep(0.1)
    raise AssertionError("debugpy does not listen")


class Watching:
    """`scratchgen exercise watch` in a process, whose output is read up to a text."""

    def __init__(self, folder, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scratchgen", "exercise", "watch", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # a process in the background of a shell ignores interrupts at first
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.printed = ""

    def until(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in self.printed:
            assert time.monotonic() < end and self.process.poll() is None, self.printed
            self.printed += (self.process.stdout.read() or b"").decode()
            time.sleep(0.05)
        self.printed = self.printed.partition(text)[2]

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def test_watch_checks_each_file_that_is_saved_until_it_is_interrupted(run, tmp_path):
    run("start", NAME)
    run("start", OTHER)
    os.utime(tmp_path / OTHER_FILE, (1, 1))
    watching = Watching(tmp_path)
    try:
        watching.until("is still to be written")
        (tmp_path / FILE).write_text("def kl(mu, logvar)\n")
        watching.until("line 1: expected ':'")
        (tmp_path / FILE).unlink()  # as some editors save
        time.sleep(0.5)
        (tmp_path / FILE).write_text(SOLUTION)
        watching.until("In practice: ")
        (tmp_path / OTHER_FILE).write_text(exercises.get(OTHER).solution)
        watching.until("reparameterise: 6 of 6")
        assert watching.interrupt() == 0
    finally:
        watching.process.kill()
    assert run("solution", NAME).returncode == run("solution", OTHER).returncode == 0
