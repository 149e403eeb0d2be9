"""The decoder of a VAE or the generator of a GAN as an ONNX graph, which computes x from z in other runtimes.

    z (batch, Z) float32              standard normal noise
    labels (batch,) int64             of a conditional model: the class of each example, from 0; of S attributes
                                      (batch, S)
    → x (batch, H, W, C) float32      images; (batch, D) of other rows

x is the mean of p(x|z) of a VAE and G(z) of a GAN: the samples of the library for the same z, to rounding. A row of a
table is in the table's units, with a probability for each category.
Needs the extra: pip install "scratchgen-numpy[onnx]".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from scratchgen.data.preprocessing.one_hot import labels_in_turn
from scratchgen.data.table import as_table, starts
from scratchgen.data.types import Column
from scratchgen.errors import BadInput, NotInstalled, height_width_channels
from scratchgen.gan.models import AdversarialPair
from scratchgen.nn import Module
from scratchgen.random import Generator
from scratchgen.runs.saving import MODEL, facts_of
from scratchgen.tasks.onnx_layers import BATCH, Graph, layer
from scratchgen.tasks.rows import RowInfo
from scratchgen.vae.columns import LARGEST_LOG_MEAN, ColumnLikelihood
from scratchgen.vae.likelihoods import BernoulliLikelihood, CategoricalLikelihood, GaussianLikelihood
from scratchgen.vae.linear import LinearVAE
from scratchgen.vae.logistic import DEVIATION, LogisticLikelihood
from scratchgen.vae.models import VAE

OPSET, FORMAT = 17, 8  # the operators and the file format of ONNX 1.12 (2022), which later runtimes read too
CHECKED = 2  # samples that the graph is compared on
TOLERANCE = 1e-4  # of their size: float32, and a few hundred products per number


def check_onnx() -> None:
    """Raise NotInstalled, with the command that installs it, where the package is missing."""
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise NotInstalled(
            f'--to onnx needs the package onnx ({error}); run: pip install "scratchgen-numpy[onnx]"'
        ) from None


def onnx_model(model: Module, info: RowInfo | None = None) -> Any:
    """The decoder or the generator of a model as an `onnx.ModelProto`, checked against the model's own samples.

    info    what the rows of a run are: images get their shape, a row of a table the table's units. Without it the
            images of a convolutional model alone have their shape

        onnx.save(onnx_model(model), "vae.onnx")

    Raises NotInstalled without the package onnx; BadInput for a model that is neither a VAE nor a GAN, for a layer or
    a likelihood without operators, and for a class of your own whose samples the graph does not compute.
    """
    check_onnx()
    if not isinstance(model, VAE | LinearVAE | AdversarialPair):
        raise BadInput(
            f"a {type(model).__name__} is not exported to ONNX, which is for the decoder of a VAE and the generator of "
            "a GAN; give --to npz or --to torch"
        )
    g = Graph()
    z = _with_class(g, model) if hasattr(model, "classes") else "z"
    if isinstance(model, AdversarialPair):
        x = layer(g, model.G, z, "G")
    else:
        x = _mean(g, model.likelihood, layer(g, model.decoder, z, "decoder"))
    inputs, samples = _samples(model)
    size = np.abs(samples).max()
    if columns := getattr(info, "columns", ()):
        x, samples, size = _in_units(g, columns, x, samples)
    shape = _image_shape(model, info) or samples.shape[1:]
    g.add("Reshape", x, g.constant("x.shape", [BATCH, *shape], np.int64), result="x")
    proto = _proto(g, {name: array.shape[1:] for name, array in inputs.items()}, shape, _facts(model, info))
    _compare(proto, inputs, samples, size, type(model).__name__)
    return proto


def _with_class(g: Graph, model: Any) -> str:
    """z and the one-hot row of each label next to it, whose 1 is another number in a GAN.

    A class that there is not is beyond the end of the rows, so that a runtime refuses it.
    """
    one = model.given(labels_in_turn(1, model.classes)).y.max()
    parts = ["z"]
    for s, K in enumerate(np.ravel(model.classes)):
        label = "labels"
        if isinstance(model.classes, tuple):  # of several attributes, one column
            label = g.add("Gather", label, g.constant(f"labels.{s}", s, np.int64), axis=1)
        parts.append(g.add("Gather", g.constant(f"labels.{s}.rows", one * np.eye(K)), label))
    return g.add("Concat", *parts, axis=1)


# --- means of likelihoods: (graph, likelihood, output of the decoder) → the mean of p(x|z), (batch, D) --------


def _mean(g: Graph, likelihood: Any, output: str) -> str:
    if (write := MEANS.get(type(likelihood))) is None:
        raise BadInput(
            f"a likelihood of the class {type(likelihood).__name__} is not exported to ONNX; there are "
            f"{', '.join(kind.__name__ for kind in MEANS)}"
        )
    return write(g, likelihood, output)


def _gaussian(g: Graph, likelihood: Any, output: str) -> str:
    """shift + scale · output"""
    return g.scaled(output, "likelihood", likelihood.units.scale.data, likelihood.units.shift.data)


def _categorical(g: Graph, likelihood: Any, output: str) -> str:
    """Σ_k softmax(logits)_k k/(V − 1)"""
    V = likelihood.outputs
    p = g.add("Softmax", g.reshape(output, "likelihood", BATCH, -1, V), axis=-1)
    return g.add("MatMul", p, g.constant("likelihood.levels", np.linspace(0, 1, V)))


def _logistic(g: Graph, likelihood: Any, output: str) -> str:
    """1/(V − 1) Σ_k P(x > e_k) = 1/(V − 1) Σ_k σ((mu − e_k) / s) over the V − 1 edges e_k between the levels."""
    V, units = likelihood.levels, likelihood.units
    pairs = g.reshape(output, "likelihood.pairs", BATCH, -1, 2)  # mu and log s of each pixel, in units
    mu, log_s = (
        g.add("Gather", pairs, g.constant(f"likelihood.{name}", [place], np.int64), axis=2)
        for place, name in enumerate(("mu", "log_s"))
    )  # (batch, D, 1)
    of_pixels = lambda x: np.reshape(x, (-1, 1))
    mu = g.scaled(mu, "likelihood", of_pixels(units.scale.data), of_pixels(units.shift.data))
    log_unit = g.constant("likelihood.log_unit", of_pixels(np.log(units.scale.data / DEVIATION)))
    per_s = g.add("Exp", g.add("Neg", g.add("Add", log_s, log_unit)))
    edges = g.constant("likelihood.edges", (np.arange(V - 1) + 0.5) / (V - 1))
    above = g.add("Sigmoid", g.add("Mul", g.add("Sub", mu, edges), per_s))
    return g.add("ReduceMean", above, axes=[2], keepdims=0)


def _columns(g: Graph, likelihood: Any, output: str) -> str:
    """The numbers of a row as they are, exp(shift + scale m) of a count, and a softmax over each category."""
    if len(counts := likelihood.places.counts):
        is_count = np.isin(np.arange(len(likelihood.shift)), counts)
        log_mean = g.scaled(output, "counts", is_count * likelihood.scale, is_count * likelihood.shift)
        largest = g.constant("counts.largest", LARGEST_LOG_MEAN)
        mean = g.add("Exp", g.add("Min", log_mean, largest))
        output = g.add("Where", g.constant("counts.places", is_count, np.bool_), mean, output)
    parts, end = [], 0
    for is_number, widths in groupby(likelihood.widths, lambda width: width == 1):
        for width in [len(list(widths))] if is_number else widths:
            places = g.constant(f"likelihood.{end}", np.arange(end, end + width), np.int64)
            part = g.add("Gather", output, places, axis=1)
            parts.append(part if is_number else g.add("Softmax", part, axis=1))
            end += width
    return g.add("Concat", *parts, axis=1)


def _in_units(
    g: Graph, columns: Sequence[Column], x: str, samples: np.ndarray
) -> tuple[str, np.ndarray, np.ndarray]:
    """The row of a table in the table's units, and samples of the model in them, with the size of each column.

    The samples are converted by `as_table`, as those of `scratchgen sample` are, but whole numbers are not rounded.
    """
    widths = [column.width for column in columns]
    shift, scale = (np.repeat([getattr(c, name) for c in columns], widths) for name in ("shift", "scale"))
    is_count, is_positive = (np.repeat([c.kind == k for c in columns], widths) for k in ("count", "positive"))
    shift, scale = np.where(is_count, 0, shift), np.where(is_count, 1, scale)
    table = as_table([replace(column, whole=False) for column in columns], samples)
    samples = samples.astype(np.float64)
    for column, place in zip(columns, starts(columns), strict=True):
        if not column.categories:
            samples[:, place] = table[column.name]
    x = g.scaled(x, "columns", scale, shift)
    if is_positive.any():
        exp = g.add("Exp", g.add("Mul", x, g.constant("positive", is_positive)))
        x = g.add("Where", g.constant("positive.places", is_positive, np.bool_), exp, x)
    size = np.abs(samples).max(axis=0)
    return x, samples, np.where(is_positive, size, scale + size)


MEANS: dict[type, Callable[[Graph, Any, str], str]] = {
    BernoulliLikelihood: lambda g, likelihood, output: g.add("Sigmoid", output),
    GaussianLikelihood: _gaussian,
    CategoricalLikelihood: _categorical,
    LogisticLikelihood: _logistic,
    ColumnLikelihood: _columns,
}


# --- the file ----------------------------------------------------------------------------------------------


def _samples(model: Any) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Inputs of the graph, and the samples (B, D) that the model itself makes of them."""
    inputs = {"z": Generator(0).standard_normal((CHECKED, model.latent_dim))}  # as `sample` draws it
    if hasattr(model, "classes"):
        inputs["labels"] = labels_in_turn(CHECKED, model.classes)
        return inputs, model.sample(CHECKED, Generator(0), inputs["labels"])
    return inputs, model.sample(CHECKED, Generator(0))


def _image_shape(model: Module, info: RowInfo | None) -> tuple[int, ...]:
    """(H, W, C) of a model of images, of a run or a convolutional one; () of others."""
    if info is not None:
        return info.image_shape if info.kind == "images" else ()
    shape = facts_of(model).get(MODEL, {}).get("arguments", {}).get("image_shape")
    return height_width_channels(shape) if shape else ()


def _facts(model: Module, info: RowInfo | None) -> dict[str, Any]:
    """The model's construction, as in the other exported files, and the meaning of labels and of a row's numbers."""
    facts = facts_of(model)
    if info is not None and hasattr(model, "classes"):
        facts |= {"attributes": info.attributes} if info.attributes else {"classes": info.class_names}
    if columns := getattr(info, "columns", ()):
        facts["columns"] = {column.name: column.categories for column in columns}
    return {name: value for name, value in facts.items() if value}


def _proto(
    g: Graph, inputs: dict[str, tuple[int, ...]], shape: tuple[int, ...], facts: dict[str, Any]
) -> Any:
    """The file: inputs and output of any number of rows, operators, constants, and facts as JSON."""
    from onnx import TensorProto, helper, numpy_helper

    kinds = {"z": TensorProto.FLOAT, "labels": TensorProto.INT64}
    value = lambda name, kind, rest: helper.make_tensor_value_info(name, kind, ["batch", *rest])
    graph = helper.make_graph(
        g.nodes,
        "decoder",
        [value(name, kinds[name], rest) for name, rest in inputs.items()],
        [value("x", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(array, name) for name, array in g.constants.items()],
    )
    proto = helper.make_model(
        graph,
        producer_name="scratchgen",
        ir_version=FORMAT,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    helper.set_model_props(proto, {name: json.dumps(value) for name, value in facts.items()})
    return proto


def _compare(
    proto: Any, inputs: dict[str, np.ndarray], samples: np.ndarray, size: np.ndarray, name: str
) -> None:
    """Raise BadInput unless the graph computes these samples: a class of your own may compute in its own way.

    size    of the samples, or of each of their columns
    """
    from onnx.reference import ReferenceEvaluator

    (x,) = ReferenceEvaluator(proto).run(None, inputs)
    error = np.max(np.abs(np.reshape(x, samples.shape) - samples) / size)
    if not error <= TOLERANCE:
        raise BadInput(
            f"the layers of a {name} alone do not compute its samples (they differ by {error:.2g} of their size), so "
            "that it is not exported to ONNX; give --to npz or --to torch"
        )
