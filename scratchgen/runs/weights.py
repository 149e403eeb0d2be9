"""The finished weights of a run: one safetensors file with a checksum."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from scratchgen.errors import BadInput
from scratchgen.files import distinct_names, replacing
from scratchgen.runs.checkpoint import digest_of
from scratchgen.runs.files import read_bytes
from scratchgen.runs.provenance import fingerprint

KEY = (
    "scratchgen"  # of the file's metadata; one key, for the order of several would change from write to write
)
SHA256 = "sha256"  # of the weights and of the other JSON values


def write_weights(path: Path, weights: dict[str, np.ndarray], **facts: Any) -> None:
    """Write named arrays with their checksum and other JSON values; the file appears whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(safetensors.numpy.save(weights, metadata(weights, **facts)))


def metadata(weights: dict[str, np.ndarray], **facts: Any) -> dict[str, str]:
    """The metadata of a file of these weights: their checksum and other JSON values."""
    return {KEY: json.dumps({SHA256: _checksum(weights, facts), **facts})}


def _checksum(weights: dict[str, np.ndarray], facts: dict[str, Any]) -> str:
    return digest_of({"weights": fingerprint(weights), **facts})


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """The named arrays of a file. Raises BadInput where it is missing, truncated or altered."""
    return read_with_facts(path)[0]


def read_with_facts(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The named arrays of a file, and the JSON values written with them. Raises BadInput.

    Warns of NaN and infinity: a model with such weights can be looked at, but what it computes is not finite either.
    """
    if not path.is_file():
        raise BadInput(f"{path} is missing: the run did not finish; train again, or resume it with --resume")
    try:
        data = read_bytes(path)
        weights = safetensors.numpy.load(data)
        length = int.from_bytes(data[:8], "little")  # of the header, which safetensors has checked
        header = json.loads(data[8 : 8 + length], object_pairs_hook=distinct_names)
        facts = json.loads(header.get("__metadata__", {}).get(KEY, "{}"), object_pairs_hook=distinct_names)
        found = facts.pop(SHA256, None)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"{path} is empty, truncated or not a safetensors file ({error}); name a file that sg.save has written, or "
            "train again"
        ) from None
    if found != _checksum(weights, facts):
        raise BadInput(f"{path} is damaged: its checksum does not match its content; train again")
    _warn_of_nonfinite(path, weights)
    return weights, facts


def _warn_of_nonfinite(path: Path, weights: dict[str, np.ndarray]) -> None:
    """One warning for all arrays with NaN or infinity. It names the first one."""
    found = [
        name for name, array in weights.items() if array.dtype.kind == "f" and not np.isfinite(array).all()
    ]
    if found:
        more = f" and {len(found) - 1} other arrays hold" if len(found) > 1 else " holds"
        warnings.warn(
            f"{path}: {found[0]}{more} NaN or infinity, so that results of this model are not finite; train again, "
            "with a smaller learning rate for instance",
            RuntimeWarning,
            stacklevel=4,
        )
