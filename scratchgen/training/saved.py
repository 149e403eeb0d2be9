"""From a run directory back to the model. Nothing is ever unpickled."""

from __future__ import annotations

import json
import math
from pathlib import Path

import safetensors.numpy
from safetensors import SafetensorError

from scratchgen import gan, rnn, vae
from scratchgen.errors import BadInput, NotInstalled
from scratchgen.nn import Module
from scratchgen.training.files import read_bytes
from scratchgen.training.origin import fingerprint

SHA256 = "sha256"  # the name in the metadata of model.safetensors of the fingerprint of the weights
LARGEST_JSON = 2**24  # bytes
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


def read_config(directory: Path) -> dict:
    """What config.json of a run says. Raises BadInput."""
    path = directory / "config.json"
    if not directory.is_dir():
        raise BadInput(f"{directory} is not a run directory; name one that `scratchgen train` has made")
    if not path.is_file():
        raise BadInput(f"{directory} has no config.json, so it is no run; name a directory made by `train`")
    try:
        config = json.loads(read_bytes(path, LARGEST_JSON))
        if config["kind"] in ("vae", "gan"):
            (H, W), sizes = config["image_shape"], config["model"]
            D = sizes["data_dim"] if "data_dim" in sizes else math.prod(sizes["image_shape"])
            if D != H * W:
                raise ValueError(f"images of {H} × {W} pixels for a model of {D}")
        if "nade" in config["model"]:  # music: what is needed to play it
            config |= {"unit": str(config["unit"]), "first": int(config["first"])}
        if "components" in config["model"]:  # sound: what is needed to hear it
            config |= {"rate": int(config["rate"]), "scale": list(map(float, config["scale"]))}
            if len(config["scale"]) != config["model"]["data_dim"]:
                raise ValueError("it has another number of scales than a frame has numbers")
        return {"kind": config["kind"], "model": config["model"], "data": config["data"], **config}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read or is damaged ({error}); train again") from None


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
