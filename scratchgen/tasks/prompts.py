"""Prompts of `scratchgen sample`: the file that music or sound continues, and the length of a sentence."""

from __future__ import annotations

from pathlib import Path

from scratchgen.data.files.kinds import kind_of
from scratchgen.data.report import LoadingReport
from scratchgen.errors import BadInput

LONGEST_TEXT = 1000  # characters: a minute of speech; a translation takes time with their square


def check_length(prompt: str) -> None:
    """Raise BadInput for a text that is too long to be translated or spoken as one sentence."""
    if len(prompt) > LONGEST_TEXT:
        raise BadInput(
            f"--prompt has {len(prompt):,} characters, and at most {LONGEST_TEXT:,} are read as one sentence; give one "
            "sentence at a time"
        )


def prompt_file(prompt: str, holds: str, wanted: str) -> Path:
    """The path of a file to continue.

    holds     its kind of data, "sequences" or "sound"
    wanted    such a file in words
    Raises BadInput if there is no such file, and for a file of another kind, by its content.
    """
    path = Path(prompt)
    if not path.is_file():
        raise BadInput(f"--prompt {prompt}: there is no such file; this run continues {wanted}")
    kind = kind_of(path)
    if kind.holds != holds:
        raise BadInput(f"--prompt {prompt}: the file is of kind {kind.name}, and this run continues {wanted}")
    return path


def with_changes(line: str, report: LoadingReport) -> str:
    """The line to print about a sample, with the changes to its prompt below it."""
    return "\n".join(
        [line, *(f"changed in the prompt: {text}" for label, text in report.lines() if label == "changed")]
    )
