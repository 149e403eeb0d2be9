"""The commit of the current folder, and whether its files differ: asked of git so that it runs no other program.

The configuration of a repository names programs (fsmonitor, filters, hooks), and git runs some of them in `git status`.
A folder that was downloaded can bring such a configuration along. git is therefore asked through a repository of our
own: the objects and the index are those of the folder, the configuration is not.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

SECONDS = 10  # for each question to git
FACTS = ("core.fileMode", "core.ignoreCase", "core.symlinks", "core.autocrlf", "core.eol")  # of a file system


def git_state() -> dict | None:
    """{"commit": …, "changed": whether files differ from it}; None where there is no repository or no git."""
    places = _ask(["rev-parse", "HEAD", "--show-toplevel", "--git-common-dir", "--git-path", "index"])
    object_format = _ask(["rev-parse", "--show-object-format"])
    if places is None or object_format is None:
        return None
    commit, top, common, index = places.split("\n")
    facts = [(name, _ask(["config", "--local", "--get", name])) for name in FACTS]
    with tempfile.TemporaryDirectory() as own:
        _write_repository(Path(own), Path(common), commit, object_format)
        given = [word for name, value in facts if value is not None for word in ("-c", f"{name}={value}")]
        changes = _ask(
            [
                f"--git-dir={own}",
                f"--work-tree={top}",
                *given,
                "status",
                "--porcelain",
                "--ignore-submodules=all",
            ],
            GIT_INDEX_FILE=os.path.abspath(index),
            GIT_OBJECT_DIRECTORY=os.path.abspath(Path(common, "objects")),
        )
    return None if changes is None else {"commit": commit, "changed": bool(changes)}


def _write_repository(own: Path, common: Path, commit: str, object_format: str) -> None:
    """A repository without objects and programs, of which HEAD is the commit."""
    for folder in ("objects", "refs", "info"):
        (own / folder).mkdir()
    (own / "HEAD").write_text(f"{commit}\n", encoding="utf-8")
    config = f"[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = {object_format}\n"
    (own / "config").write_text(config, encoding="utf-8")
    ignored = (
        common / "info" / "exclude"
    )  # files that the repository ignores, without a word in a tracked file
    if ignored.is_file():
        (own / "info" / "exclude").write_bytes(ignored.read_bytes())


def _ask(arguments: list[str], **environment: str) -> str | None:
    """The answer of git; None if there is no git, or it refuses."""
    try:
        done = subprocess.run(
            ["git", "--no-pager", "-c", "core.fsmonitor=false", *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", **environment},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip("\n") if done.returncode == 0 else None
