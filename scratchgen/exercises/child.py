"""Check an answer in a process of its own, which ends when its time is over.

    python -m scratchgen.exercises.child NAME SECONDS < answer.py

prints what it found as one line of JSON. Output of the answer itself goes to standard error, and so to the reader's
terminal. After SECONDS the answer is interrupted where it is, so that the message can name the line; an answer that
catches the interruption, too, is killed.
"""

from __future__ import annotations

import _thread
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict

from scratchgen.errors import BadInput
from scratchgen.exercises import get
from scratchgen.exercises.judge import ANSWER_FILE, judge, line_of
from scratchgen.exercises.result import Result

TIME_TO_START = 20.0  # seconds more, after which a process that does not end by itself is killed


def check_in_child(name: str, source: str, seconds: float) -> Result:
    """The result of a check in a new process. Raises BadInput for an answer that does not end, or ends the process."""
    get(name)  # an unknown name is refused before a process is started
    # -P: a file of the reader's folder, random.py for example, is not taken for a module of that name
    command = [sys.executable, "-P", "-m", "scratchgen.exercises.child", name, str(seconds)]
    path = os.pathsep.join(filter(None, sys.path))  # the child finds what this process has found
    try:
        done = subprocess.run(
            command,
            input=source.encode(),
            stdout=subprocess.PIPE,
            timeout=seconds + TIME_TO_START,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C ends this process, which kills the child
        )
    except subprocess.TimeoutExpired:
        raise BadInput(_no_end(seconds, None)) from None
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise BadInput(f"the check was ended by the answer, with exit status {done.returncode}") from None
    if "interrupted_at" in found:
        raise BadInput(_no_end(seconds, found["interrupted_at"]))
    return Result(
        found["name"], [(ok, says) for ok, says in found["lines"]], found["message"], found["failed"]
    )


def _no_end(seconds: float, line: int | None) -> str:
    where = f"line {line} was running; " if line else ""
    return f"the check did not end within {seconds:g} seconds; {where}is there a loop without an end?"


def main(name: str, seconds: float) -> None:
    """Check the answer on standard input, and print the result as JSON."""
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    source = sys.stdin.buffer.read().decode()
    exercise = get(name)
    # a shell may have started this process with the signal ignored, and then nothing would be interrupted
    signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.daemon = True
    timer.start()
    try:
        found = asdict(judge(exercise, source))
    except KeyboardInterrupt as interruption:
        found = {"interrupted_at": line_of(interruption, {ANSWER_FILE})}
    timer.cancel()
    try:
        print(json.dumps(found), file=result, flush=True)
    except BrokenPipeError:  # the command that waits for the result was interrupted
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
