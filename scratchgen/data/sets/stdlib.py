"""Python source code as a text: the standard library of the running Python, which is always on disk."""

from __future__ import annotations

import sys
import sysconfig
import zipfile
from pathlib import Path

from scratchgen.data.types import TextData
from scratchgen.errors import BadInput

# Files that exist in every CPython since 3.11, in sorted order. Validation and test are typical modules and
# similar to each other: half of the json package, one about text, one about waiting.
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

    The text depends on the running Python, so scores can be compared only on the same version.
    Raises BadInput if the sources are not on disk.
    """
    folder = library()
    return TextData("stdlib", *(_join(folder, files) for files in (TRAIN, VALIDATION, TEST)))


def library() -> Path | zipfile.Path:
    """The folder of the standard library, or the archive that holds it, as in a browser."""
    folder = Path(sysconfig.get_path("stdlib"))
    if not (folder / TRAIN[0]).is_file():
        for place in sys.path:
            if zipfile.is_zipfile(place) and (zipfile.Path(place) / TRAIN[0]).exists():
                return zipfile.Path(place)
    return folder


def _join(folder: Path | zipfile.Path, files: tuple[str, ...]) -> str:
    return "\n\n".join(_clean(read_source(folder / file)) for file in files)


def read_source(path: Path | zipfile.Path) -> str:
    """The text of a source file.   Raises BadInput if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            f"the source {path} of the standard library cannot be read; use a Python whose library is on disk as "
            "files, or another text"
        ) from None


def _clean(source: str) -> str:
    """Keep printable ASCII, newlines and tabs only, without alignment.

    Four spaces of indentation become a tab, and any other run of spaces becomes one space: a model should learn
    the language, not the alignment of comments.
    """
    kept = "".join(c for c in source.expandtabs() if c == "\n" or " " <= c <= "~")
    return "\n".join(_indented(line) for line in kept.split("\n"))


def _indented(line: str) -> str:
    words = line.split()
    indentation = (len(line) - len(line.lstrip(" "))) // 4 if words else 0
    return "\t" * indentation + " ".join(words)
