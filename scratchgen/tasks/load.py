"""From a run directory back to the model. Nothing is ever unpickled."""

from __future__ import annotations

import json
from pathlib import Path

import safetensors.numpy
from safetensors import SafetensorError

from scratchgen import gan, rnn, vae
from scratchgen.errors import BadInput, NotInstalled
from scratchgen.nn import Module
from scratchgen.runs.config import read_config
from scratchgen.runs.files import read_bytes
from scratchgen.runs.provenance import SHA256, fingerprint

RESULT = "result.json"  # the numbers of a run of `scratchgen reproduce`

BUILD = {
    "vae": vae.build,
    "gan": gan.build,
    "rnn": rnn.build,
}


def load_run(directory) -> tuple[Module, dict]:
    """The trained model of a run and its configuration. Raises BadInput that names the file at fault."""
    directory = Path(directory)
    config = read_config(directory)
    weights = _read_weights(directory / "model.safetensors")
    try:
        model = BUILD[config["kind"]](config["model"])
    except NotInstalled:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            f"{directory / 'config.json'} does not describe a model ({error!r}); train again"
        ) from None
    try:
        model.load_state_dict(weights)
    except ValueError as error:
        raise BadInput(
            f"{directory / 'model.safetensors'} does not fit config.json: {error}; train again, or load it "
            "with the version that saved it"
        ) from None
    return model.eval(), config


def _read_weights(path: Path) -> dict:
    if not path.is_file():
        raise BadInput(f"{path} is missing: the run did not finish; train again, or go on with --resume")
    try:
        data = read_bytes(path)
        weights = safetensors.numpy.load(data)
        length = int.from_bytes(data[:8], "little")  # of the header, which safetensors has found sound
        expected = json.loads(data[8 : 8 + length]).get("__metadata__", {}).get(SHA256)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} is empty, truncated or not a safetensors file ({error}); train again"
        ) from None
    if expected != fingerprint(weights):
        raise BadInput(f"{path} is damaged: its checksum is not that of its weights; train again")
    return weights
