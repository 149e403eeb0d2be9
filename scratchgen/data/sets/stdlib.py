"""A text that every Python has on disk: the source of its own standard library."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from scratchgen.data.types import TextData
from scratchgen.errors import BadInput

# Files that every CPython from 3.11 on has under these names, in sorted order. Validation and test are as
# ordinary as the rest and alike: half of the json package, something about text, something about waiting.
TRAIN = (
    "argparse.py", "ast.py", "base64.py", "bdb.py", "calendar.py", "cmd.py", "collections/__init__.py",
    "configparser.py", "contextlib.py", "csv.py", "dataclasses.py", "difflib.py", "fileinput.py",
    "fractions.py", "functools.py", "gettext.py", "glob.py", "graphlib.py", "gzip.py", "heapq.py",
    "http/client.py",
)  # fmt: skip
VALIDATION = ("json/decoder.py", "selectors.py", "shlex.py")
TEST = ("json/encoder.py", "queue.py", "textwrap.py")


def load() -> TextData:
    """About 720,000 characters of Python, split by module (about 90/5/5).

    The text is that of the running Python, so numbers compare between runs on the same version.
    Raises BadInput where the sources are not on disk.
    """
    folder = Path(sysconfig.get_path("stdlib"))
    return TextData("stdlib", *(_join(folder, files) for files in (TRAIN, VALIDATION, TEST)))


def _join(folder: Path, files: tuple[str, ...]) -> str:
    return "\n\n".join(_clean(_read(folder / file)) for file in files)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            f"the standard library's source {path} cannot be read; use a Python whose library is on disk as "
            "files, or another text"
        ) from None


def _clean(source: str) -> str:
    """Printable ASCII, newlines and tabs only, with the layout of columns taken out.

    Every four spaces of indentation are a tab, and any other run of spaces is one: what is left to learn is
    the language, not the alignment of its comments.
    """
    kept = "".join(c for c in source.expandtabs() if c == "\n" or " " <= c <= "~")
    return "\n".join(_indented(line) for line in kept.split("\n"))


def _indented(line: str) -> str:
    words = line.split()
    indentation = (len(line) - len(line.lstrip(" "))) // 4 if words else 0
    return "\t" * indentation + " ".join(words)
