"""The provenance of a run: command, versions, git commit, and fingerprints of weights and data."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

from scratchgen.data import AnyData, PairData, SequenceData, TextData
from scratchgen.data.series import SeriesData
from scratchgen.data.sound_frames import SoundFrames
from scratchgen.data.speech import SpeechData
from scratchgen.data.stored import chunks
from scratchgen.data.stored_text import as_utf8
from scratchgen.errors import printable
from scratchgen.runs.git_state import git_state
from scratchgen_kernels import current
from scratchgen_kernels.variants import variant

PACKAGES = ("scratchgen-numpy", "numpy", "numba")


def collect_provenance() -> dict:
    """The command, the kernel backend, the versions, and the state of git in the current folder, if any."""
    name = Path(sys.argv[0]).name.replace("__main__.py", "scratchgen")  # as of python -m scratchgen
    found = {"command": printable(shlex.join([name, *sys.argv[1:]])), "backend": current()}
    return {**found, "versions": versions(), "git": git_state()}


def fingerprint(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of named arrays, independent of their order: names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape} ".encode())
        for rows in chunks(array):
            digest.update(np.ascontiguousarray(rows).data)
    return digest.hexdigest()


def fingerprint_of_data(data: AnyData | SoundFrames | SeriesData | SpeechData) -> str:
    """The fingerprint of the three parts of a data set.

    A text counts as its UTF-8, sentence pairs as their JSON, sequences one by one.
    """
    parts = {name: getattr(data, name) for name in ("train", "validation", "test")}
    if isinstance(data, PairData):
        parts = {name: np.frombuffer(json.dumps(part).encode(), np.uint8) for name, part in parts.items()}
    if isinstance(data, TextData):
        parts = {name: as_utf8(text) for name, text in parts.items()}
    if isinstance(data, SequenceData | SoundFrames | SeriesData):
        parts = {f"{name}.{i}": x for name, part in parts.items() for i, x in enumerate(part)}
    if isinstance(data, SpeechData):
        parts = {
            f"{name}.{i}.{field}": x
            for name, part in parts.items()
            for i, utterance in enumerate(part)
            for field, x in utterance._asdict().items()
        }
    return fingerprint(parts)


def versions() -> dict[str, str]:
    """The versions on which the bits of results depend: Python, packages, and the variant of the compiled kernels."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    if (compiled := variant()) is not None:
        found["compiled kernels"] = compiled  # of two variants the last bits of results differ
    return found
