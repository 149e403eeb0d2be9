"""The record of the installation about the compiled kernels.

``setup.py`` writes ``_build.json`` into the folder of this file, whether the build succeeded, failed or was disabled.
"""

import json
import shlex
import sys
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

RECORD = Path(__file__).with_name("_build.json")

DISTRIBUTION = "scratchgen-numpy"


def how_to_build() -> str:
    """The remedy for missing kernels: a command that can be copied.

    Without --no-cache-dir, pip would install its copy of the package again that was built without a compiler.
    """
    set_variable = (
        "set SCRATCHGEN_REQUIRE_EXT=1 &&" if sys.platform == "win32" else "SCRATCHGEN_REQUIRE_EXT=1"
    )
    pip = f"{shlex.quote(sys.executable)} -m pip install --force-reinstall --no-deps --no-cache-dir"
    return f"install a C compiler and the Python headers, then run: {set_variable} {pip} {_source()}"


def _source() -> str:
    """From where pip installed the package, as arguments of pip: a folder, another address, or the package index."""
    try:
        text = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
        origin = json.loads(text or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        origin = {}
    url = origin.get("url", "")
    if url.endswith(".whl") or not url:  # a wheel cannot be built again
        return f"--no-binary {DISTRIBUTION} {DISTRIBUTION}"
    place = url2pathname(urlparse(url).path) if url.startswith("file:") else url
    return ("-e " if origin.get("dir_info", {}).get("editable") else "") + shlex.quote(place)


def build_record() -> dict[str, Any] | None:
    """The record of the build as a dict, or None if there was no build.

    Keys: ``status`` ("built", "failed" or "disabled"), ``reason`` (one line, empty when built), ``output``
    (the last lines of the compiler if it failed), ``flags`` (of the compiler, a list), ``march`` (the
    instruction set, or None for a portable build), ``variants`` (a dict: for each variant the instructions that the
    processor needs), ``cython`` (its version, or None) and ``python`` (the version for which the kernels were built).

    Raises nothing: a record that cannot be read counts as none.
    """
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def why_not_built() -> str | None:
    """The reason why compiled kernels must not be loaded, or None if they may be loaded.

    The record of the last installation counts, even if compiled files of an older installation still exist.
    """
    record = build_record() or {}
    if record.get("status") == "disabled":
        return "switched off when the package was installed (SCRATCHGEN_DISABLE_EXT=1)"
    if record.get("status") == "failed":
        return f"the build failed: {record.get('reason') or 'no message was recorded'}"
    return None
