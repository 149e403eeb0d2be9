"""What the installation said about the compiled kernels.

``setup.py`` writes ``_build.json`` beside this file, whether the build succeeded, failed or was switched off.
"""

import json
from pathlib import Path

RECORD = Path(__file__).with_name("_build.json")

HOW_TO_BUILD = (
    "install a C compiler and the Python headers, then reinstall scratchgen-numpy from source with "
    "SCRATCHGEN_REQUIRE_EXT=1 to see the compiler's message"
)


def build_record():
    """The record of the build as a dict, or None if nothing was ever built.

    Keys: ``status`` ("built", "failed" or "disabled"), ``reason`` (one line, empty when built), ``output``
    (the compiler's last lines where it failed), ``flags`` (of the compiler, a list), ``march`` (the
    instruction set, or None for the compiler's own default), ``cython`` (its version, or None) and ``python``
    (the version that the kernels were built for).

    Raises: nothing. A record that cannot be read counts as none.
    """
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def why_not_built():
    """The reason for which compiled kernels must not be loaded, or None if they may be.

    A build that was switched off counts even where an older compiled file still lies about: what runs is what
    the last installation asked for.
    """
    record = build_record() or {}
    if record.get("status") == "disabled":
        return "switched off when the package was installed (SCRATCHGEN_DISABLE_EXT=1)"
    if record.get("status") == "failed":
        return f"the build failed: {record.get('reason') or 'no message was recorded'}"
    return None
