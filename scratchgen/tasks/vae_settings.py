"""The settings of a VAE, and the defaults that depend on the model, the objective and the data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np

from scratchgen.data import CATALOGUE, RowData
from scratchgen.data.types import Column
from scratchgen.runs.schema import DEPTH, WIDTH, Ge, Gt, Help
from scratchgen.runs.schema import replace as with_settings
from scratchgen.tasks.rows import RowInfo, RowSettings
from scratchgen.tasks.tables import settle_table

OBJECTIVES_WITH = {  # setting → the objectives that have it
    "k": ("iwae",),
    "beta": ("beta",),
    "target_distortion": ("geco",),
    "kl_warmup_steps": ("elbo", "beta"),
    "free_bits": ("elbo", "beta"),
}
MODELS_WITH = {"layers": ("mlp", "conditional"), "hidden": ("mlp", "conv", "conditional")}


class Settings(RowSettings, frozen=True):
    """Settings of a VAE."""

    model: Annotated[
        Literal["mlp", "conv", "conditional", "linear"],
        Help("the networks of the VAE; vq is a separate task"),
    ] = "mlp"
    likelihood: Annotated[
        Literal["bernoulli", "gaussian", "categorical", "logistic"],
        Help("kind of p(x|z); logistic: of 8-bit values"),
    ] = "bernoulli"
    objective: Annotated[
        Literal["elbo", "iwae", "beta", "geco"], Help("the bound that training maximises")
    ] = "elbo"
    latent_dim: Annotated[int, Ge(1), WIDTH, Help("dimensions of the latent z")] = 20
    hidden: Annotated[int, Ge(1), WIDTH, Help("units per hidden layer")] = 400
    layers: Annotated[int, Ge(1), DEPTH, Help("hidden layers of encoder and decoder (mlp, conditional)")] = 1
    k: Annotated[int, Ge(1), WIDTH, Help("samples of the importance-weighted bound (iwae)")] = 5
    beta: Annotated[float, Gt(0), Help("weight of the rate KL(q ‖ p) (objective beta)")] = 1.0
    target_distortion: Annotated[
        float, Help("target of the distortion −E log p(x|z) (objective geco)", unit="nats per example")
    ] = 0.0
    kl_warmup_steps: Annotated[
        int, Ge(0), Help("steps over which the weight of the rate rises to its full value")
    ] = 0
    free_bits: Annotated[
        float, Ge(0), Help("rate that is not penalised", unit="nats per latent dimension")
    ] = 0.0
    encoding: Annotated[str, Help("encoding of your table, latin-1 for instance")] = "utf-8"
    columns: Annotated[
        str,
        Help(
            'kinds of your table\'s columns, as in age:count,income:positive, or a .toml file of lines age = "count": '
            "real, student-t, positive, count, binary or categorical"
        ),
    ] = ""
    binarise: Annotated[
        bool, Help("draw each pixel of a grey image as black or white whenever the image is shown")
    ] = False


class DataInfo(RowInfo, frozen=True, kw_only=True):
    """Rows, how many values k/(levels − 1) they take under a categorical likelihood, and the columns of a table."""

    levels: int | None = None
    columns: tuple[Column, ...] = ()


# The embedded digits are few: more epochs, smaller batches.
DEFAULTS: dict[str, dict[str, Any]] = {
    name: {"latent_dim": 8, "hidden": 256, "epochs": 100, "batch_size": 32}
    for name in ("digits", "binarized-digits")
}

# A picture of a dressed character follows from its eight attributes; given these, little is left for the latent.
CHARACTERS: dict[str, Any] = {
    "hidden": 512,
    "layers": 2,
    "batch_size": 64,
    "learning_rate": 2e-3,
    "schedule": "half_cosine",
}
DEFAULTS["characters"] = {**CHARACTERS, "latent_dim": 64, "epochs": 20}
CHARACTERS_CONDITIONAL: dict[str, Any] = {**CHARACTERS, "latent_dim": 5, "epochs": 16}

# Two numbers need no more latents. Points spread alike in all directions: no direction explains more than another,
# so that without a warm-up the decoder learns to ignore the latent.
POINTS_DEFAULTS: dict[str, Any] = {"latent_dim": 2, "epochs": 20, "kl_warmup_steps": 1000}
LAYERS_FOR_POINTS = 2  # the border between two of the Gaussians is far from linear

# A conditional latent need not encode the class: fewer dimensions, and two layers, in which the class and the
# latent interact. In a large latent space convolutions leave gaps between the digits, where samples look like no
# digit, and without a warm-up of the rate their decoder learns to ignore the latent (see `ConvVAE`).
MODEL_DEFAULTS: dict[str, dict[str, Any]] = {
    "conditional": {"latent_dim": 5, "layers": 2},
    "conv": {"latent_dim": 5, "kl_warmup_steps": 200},
    "linear": {"likelihood": "gaussian"},
}


def defaults(data: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that depend on the data set, the model and the objective."""
    kind = CATALOGUE[data].kind if data in CATALOGUE else ""
    model = given.get("model", "mlp")
    found = {**DEFAULTS.get(data, {}), **MODEL_DEFAULTS.get(model, {})}
    if data == "characters" and model == "conditional":
        found = dict(CHARACTERS_CONDITIONAL)
    if model not in MODELS_WITH["layers"]:
        found.pop("layers", None)
    if model not in MODELS_WITH["hidden"]:
        found.pop("hidden", None)
    if kind in ("sound", "points"):  # values of any size
        found["likelihood"] = "gaussian"
    if kind == "points":
        found |= POINTS_DEFAULTS
        if model in MODELS_WITH["layers"]:
            found["layers"] = LAYERS_FOR_POINTS
    if given.get("objective") in ("iwae", "geco"):  # their rate has no weight
        found.pop("kl_warmup_steps", None)
    return found


def settle(rows: RowData, settings: Settings, given: Collection[str]) -> Settings:
    """A Gaussian likelihood for rows that are not grey pictures: colours, any numbers. Tables have own defaults."""
    if rows.kind == "table":
        return settle_table(rows, settings, given)
    grey = rows.kind == "images" and rows.image_shape[2] == 1 and _within_unit(rows.train)
    chords = rows.kind == "frames" and _within_unit(rows.train)
    if "likelihood" in given or settings.likelihood != "bernoulli" or grey or chords:
        return settings
    return with_settings(settings, likelihood="gaussian")


def _within_unit(x: np.ndarray) -> bool:
    return bool(x.min() >= 0 and x.max() <= 1)
