"""The record of the installation about the compiled kernels.

``setup.py`` writes ``_build.json`` into the folder of this file, whether the build succeeded, failed or was disabled.
"""

import json
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("_build.json")

HOW_TO_BUILD = (
    "install a C compiler and the Python headers, then reinstall scratchgen-numpy from source with "
    "SCRATCHGEN_REQUIRE_EXT=1 to see the compiler's message"
)


def build_record() -> dict[str, Any] | None:
    """The record of the build as a dict, or None if there was no build.

    Keys: ``status`` ("built", "failed" or "disabled"), ``reason`` (one line, empty when built), ``output``
    (the last lines of the compiler if it failed), ``flags`` (of the compiler, a list), ``march`` (the
    instruction set, or None for the default of the compiler), ``cython`` (its version, or None) and ``python``
    (the version for which the kernels were built).

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
