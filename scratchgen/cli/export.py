"""scratchgen export RUN: the weights of a trained model for another library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import safetensors.numpy
import typer

from scratchgen import gan, rnn, vae  # noqa: F401  # a file names a class of theirs, which they register
from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.nn.saving import describe
from scratchgen.runs.files import writable_file
from scratchgen.runs.saving import load
from scratchgen.tasks.torch_layout import torch_state

SUFFIXES = {"npz": ".npz", "torch": ".safetensors"}
MODEL = "model"  # how the model is built: its class and its arguments, as JSON


def export(
    run: Annotated[
        Path, typer.Argument(help="A run directory that `train` has made, or a file of `sg.save`.")
    ],
    to: Annotated[
        str | None, typer.Option(help="npz: names and layout of this library; torch: those of PyTorch.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File: .npz, or .safetensors for torch.")] = None,
) -> None:
    """Write the weights of a trained model by name: for NumPy as .npz, for PyTorch as .safetensors.

    Both files also hold the class of the model and its arguments, as JSON under the name "model". See
    tutorials/export.md for the layout, and for loaders of about twenty lines.
    """
    if to not in SUFFIXES:
        found = f", not {to}" if to else ""
        raise BadInput(
            f"weights are exported to NumPy or to PyTorch: give --to {' or --to '.join(SUFFIXES)}{found}"
        )
    if out is None or out.suffix != SUFFIXES[to]:
        found = f", not {out}" if out else ""
        raise BadInput(f"--to {to} writes a {SUFFIXES[to]} file: give --out FILE{SUFFIXES[to]}{found}")
    model = load(run)
    described = json.dumps(describe(model))
    arrays: dict[str, Any] = model.state_dict() if to == "npz" else torch_state(model)
    with replacing(writable_file(out)) as temporary:
        if to == "npz":
            with open(temporary, "wb") as file:
                everything: dict[str, Any] = {MODEL: np.array(described), **arrays}
                np.savez(file, **everything)  # numbers and a text: nothing is pickled
        else:
            temporary.write_bytes(safetensors.numpy.save(arrays, {MODEL: described}))
    numbers = sum(array.size for array in arrays.values())
    print(f"{len(arrays)} arrays, {numbers:,} numbers: {out}")
