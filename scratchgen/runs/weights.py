"""The finished weights of a run: one safetensors file with a checksum."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.runs.files import read_bytes
from scratchgen.runs.provenance import fingerprint

SHA256 = "sha256"  # key of the fingerprint of the weights in the file's metadata


def write_weights(path: Path, weights: dict[str, np.ndarray], **metadata: str) -> None:
    """Write named arrays with their checksum; the file appears whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(safetensors.numpy.save(weights, {SHA256: fingerprint(weights), **metadata}))


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """The named arrays of a file. Raises BadInput where it is missing, truncated or altered."""
    return read_with_metadata(path)[0]


def read_with_metadata(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The named arrays of a file and its metadata. Raises BadInput."""
    if not path.is_file():
        raise BadInput(f"{path} is missing: the run did not finish; train again, or resume it with --resume")
    try:
        data = read_bytes(path)
        weights = safetensors.numpy.load(data)
        length = int.from_bytes(data[:8], "little")  # of the header, which safetensors has checked
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} is empty, truncated or not a safetensors file ({error}); train again"
        ) from None
    if metadata.get(SHA256) != fingerprint(weights):
        raise BadInput(f"{path} is damaged: its checksum does not match its weights; train again")
    return weights, metadata
