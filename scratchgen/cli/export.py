"""scratchgen export RUN: a trained model for another library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import safetensors.numpy
import typer

from scratchgen import gan, rnn, vae  # noqa: F401  # a file names a class of theirs, which they register
from scratchgen.cli.output import print_line
from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.nn import Module
from scratchgen.nn.saving import describe
from scratchgen.runs.config import OWN_TASK, read_config
from scratchgen.runs.files import writable_file
from scratchgen.runs.saving import load
from scratchgen.tasks.load import load_run
from scratchgen.tasks.onnx_graph import check_onnx, onnx_model
from scratchgen.tasks.rows import RowInfo
from scratchgen.tasks.torch_layout import torch_state

SUFFIXES = {"npz": ".npz", "torch": ".safetensors", "onnx": ".onnx"}
MODEL = "model"  # how the model is built: its class and its arguments, as JSON


def export(
    run: Annotated[
        Path, typer.Argument(help="A run directory written by `train`, or a file written by `sg.save`.")
    ],
    to: Annotated[
        str | None,
        typer.Option(
            help="npz: weights in names and layout of this library; torch: in PyTorch's names and layout; onnx: the "
            "decoder of a VAE or the generator of a GAN, which other runtimes compute."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File: .npz, .safetensors for torch, or .onnx.")] = None,
) -> None:
    """Write a trained model for another library: its weights by name, or a decoder or generator that runs alone.

    All files also hold the class of the model and its arguments, as JSON under the name "model". See
    tutorials/export.md for the layout, and for loaders of about twenty lines.
    """
    if to not in SUFFIXES:
        found = f", not {to}" if to else ""
        raise BadInput(
            f"a model is exported to NumPy, PyTorch or ONNX: give --to {' or --to '.join(SUFFIXES)}{found}"
        )
    if out is None or out.suffix != SUFFIXES[to]:
        found = f", not {out}" if out else ""
        raise BadInput(f"--to {to} writes a {SUFFIXES[to]} file: give --out FILE{SUFFIXES[to]}{found}")
    if to == "onnx":
        check_onnx()
    model = load(run)
    print_line(f"{WRITERS[to](model, run, out)}: {out}")


def _write_npz(model: Module, run: Path, out: Path) -> str:
    arrays: dict[str, Any] = model.state_dict()
    with replacing(writable_file(out)) as temporary, open(temporary, "wb") as file:
        everything: dict[str, Any] = {MODEL: np.array(json.dumps(describe(model))), **arrays}
        np.savez(file, **everything)  # numbers and a text: nothing is pickled
    return _size(arrays)


def _write_torch(model: Module, run: Path, out: Path) -> str:
    arrays = torch_state(model)
    with replacing(writable_file(out)) as temporary:
        temporary.write_bytes(safetensors.numpy.save(arrays, {MODEL: json.dumps(describe(model))}))
    return _size(arrays)


def _size(arrays: dict[str, np.ndarray]) -> str:
    return f"{len(arrays)} arrays, {sum(array.size for array in arrays.values()):,} numbers"


def _write_onnx(model: Module, run: Path, out: Path) -> str:
    proto = onnx_model(model, _rows_of(run))
    with replacing(writable_file(out)) as temporary:
        temporary.write_bytes(proto.SerializeToString())
    takes, gives = (
        ", ".join(value.name for value in values) for values in (proto.graph.input, proto.graph.output)
    )
    return f"{len(proto.graph.node)} operators, {takes} → {gives}"


def _rows_of(run: Path) -> RowInfo | None:
    """A description of a row of a run's data; None for a file of `sg.save`, and for a run of no task on rows."""
    if not run.is_dir() or read_config(run).task == OWN_TASK:
        return None
    info = load_run(run).info
    return info if isinstance(info, RowInfo) else None


WRITERS = {"npz": _write_npz, "torch": _write_torch, "onnx": _write_onnx}
