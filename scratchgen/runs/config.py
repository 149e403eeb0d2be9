"""config.json of a run: what it holds, and whether a file is one."""

from __future__ import annotations

import json
import math
from pathlib import Path

from scratchgen.errors import BadInput
from scratchgen.runs.files import read_bytes

LARGEST_JSON = 2**24  # bytes
KINDS = ("vae", "gan", "rnn")


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
