"""Run command lines in this process, and print what an audit hook saw of the last one.

    python audited.py [--plant] < commands    one JSON list of arguments of `scratchgen` per line

Each command runs twice, so that imports and caches of the first time are not taken for actions of the command. Of the
second time, one JSON list is printed per command: [event, its subject] for every connection, every new process, every
file that is opened for writing, made, renamed or removed, and code from a pickle or from the text CANARY.
With --plant the process itself does one of each, to show that the hook sees them.
"""

import contextlib
import io
import json
import os
import sys

from scratchgen import cli

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
}
PROCESSES = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"}
NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"}
CODE = {"pickle.find_class", "marshal.loads", "ctypes.dlopen"}
CANARY = "__import__('os').getpid()"  # a text of the data that must never become code

seen = None  # while a command is watched, a list


def hook(event, arguments):
    if seen is None:
        return
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, int) and (flags or 0) & WRITING:
            seen.append([event, os.path.abspath(os.fsdecode(path))])
    elif event in CHANGES:
        place = folder_of(event, arguments)
        seen.extend([event, os.path.join(place, path)] for path in arguments if isinstance(path, str))
    elif event == "subprocess.Popen":
        seen.append([event, os.fsdecode(arguments[0])])
    elif event == "compile":  # libraries compile annotations, for instance; none of that may be of the data
        if CANARY in repr(arguments[0]).replace("\\", ""):
            seen.append([event, CANARY])
    elif event in PROCESSES | NETWORK | CODE:
        seen.append([event, repr(arguments[:2])[:200]])


def folder_of(event, arguments):
    """The folder of a relative path: the current one, or the one whose descriptor is the last argument."""
    last = arguments[-1]
    if event in ("os.remove", "os.rmdir", "os.rename", "os.chmod") and isinstance(last, int) and last >= 0:
        return os.readlink(f"/proc/self/fd/{last}")
    return os.getcwd()


def run(arguments):
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            cli.main(arguments)
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(f"{arguments}: {output.getvalue()}") from None


def misbehave():
    """One of each action that no command may take."""
    import pickle
    import socket
    import subprocess

    eval(CANARY)
    pickle.loads(pickle.dumps(run))
    subprocess.run(["true"], check=False)
    with contextlib.suppress(OSError), socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))
    with open("elsewhere", "w"):
        pass


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.addaudithook(hook)
    for line in sys.stdin:
        commands = [[word.replace("TIME", time) for word in json.loads(line)] for time in ("first", "second")]
        run(commands[0])
        seen = []
        run(commands[1])
        if "--plant" in sys.argv:
            misbehave()
        found, seen = seen, None
        print(json.dumps(found), flush=True)
