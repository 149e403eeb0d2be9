"""scratchgen encode RUN: the latents of images, frames or points, as an array or a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from scratchgen.cli.output import print_text
from scratchgen.errors import BadInput
from scratchgen.runs.config import OWN_TASK, read_config
from scratchgen.runs.files import writable_file
from scratchgen.tasks.encoding import PARTS, SUFFIXES, encode_parts, write_codes
from scratchgen.tasks.load import load_run


def encode(
    run: Annotated[Path, typer.Argument(help="A run directory written by `train vae`.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="File: .npy for z alone, .npz for z, sigma and labels, .csv for a table of z and labels."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="The data to encode, by name or path (default: the training's data)."),
    ] = None,
    part: Annotated[str, typer.Option(help=f"Part of the data: {', '.join(PARTS)} or all.")] = "all",
) -> None:
    """Encode data by a trained VAE: z is the mean of q(z|x), (N, Z); of a VQ-VAE, the codes, (N, rows, columns).

    All parts of a file or folder of your own are in its order; an array or a column `index` gives the place there,
    `part` the part. All parts of another data set are the training, validation and test part one after another.
    """
    if part not in (*PARTS, "all"):
        raise BadInput(f"no part is named {part!r}; there are {', '.join(PARTS)} and all")
    if out is None or out.suffix not in SUFFIXES:
        found = f", not {out}" if out else ""
        raise BadInput(
            f"latents are written as arrays or a table: give --out FILE{' or FILE'.join(SUFFIXES)}{found}"
        )
    if read_config(run).task == OWN_TASK:
        raise BadInput(
            f"{run} is a run of a model of your own, whose encoder no command knows; use sg.load in Python"
        )
    loaded = load_run(run)
    encoder = loaded.task.encode
    if encoder is None:
        raise BadInput(
            f"{run} is a run of the task {loaded.task.name}, whose model has no encoder of examples; encode with a VAE"
        )
    rows, lines = loaded.load_data(data)
    writable_file(out)
    codes = encode_parts(lambda part: encoder(loaded, rows, part), rows, PARTS if part == "all" else (part,))
    write_codes(codes, out)
    z = codes["z"]
    beside = ", ".join(name for name in codes if name != "z") if out.suffix != ".npy" else ""
    print_text("\n".join([*lines, f"z of shape {np.shape(z)}{f' with {beside}' if beside else ''}: {out}"]))
