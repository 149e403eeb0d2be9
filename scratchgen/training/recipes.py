"""Settings that work: for each model and data set, what a run takes if nothing is given.

patience      epochs without a better validation number after which to stop; 0 trains every epoch
k             samples of the importance-weighted bound (objective iwae)
beta          weight of the rate (objective beta)
distortion    nats that the distortion is to keep below (objective geco)
warm_up       steps in which the weight of the rate grows to its value
free_bits     nats that each latent dimension may say for nothing
binarise      draw black or white anew whenever a grey image is shown
codes         in the codebook (model vq), each of latent_dim dimensions; hidden: units of their prior
prior_epochs  of the prior of the codes, after the others, with steps of prior_alpha (model vq)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from scratchgen.data import CATALOGUE


@dataclass(frozen=True)
class VAERecipe:
    model: Literal["mlp", "conv", "conditional", "vq", "linear"] = "mlp"
    likelihood: Literal["bernoulli", "gaussian", "categorical"] = "bernoulli"
    objective: Literal["elbo", "iwae", "beta", "geco"] = "elbo"
    latent_dim: int = 20
    hidden: int = 400
    epochs: int = 10
    batch_size: int = 128
    alpha: float = 1e-3
    patience: int = 0
    k: int = 5
    beta: float = 1.0
    distortion: float = 0.0
    warm_up: int = 0
    free_bits: float = 0.0
    binarise: bool = False
    codes: int = 16
    prior_epochs: int = 7
    prior_alpha: float = 4e-3


@dataclass(frozen=True)
class GANRecipe:
    latent_dim: int = 100
    epochs: int = 25
    batch_size: int = 64
    alpha: float = 2e-4


@dataclass(frozen=True)
class RNNRecipe:
    hidden: int = 256
    embedding: int = 64
    epochs: int = 3
    batch_size: int = 16
    chunk: int = 64
    alpha: float = 4e-3
    patience: int = 0


Recipe = VAERecipe | GANRecipe | RNNRecipe

DEFAULT: dict[str, Recipe] = {"vae": VAERecipe(), "gan": GANRecipe(), "rnn": RNNRecipe()}

# The embedded sets are small: more epochs, smaller batches.
SPECIAL: dict[tuple[str, str], Recipe] = {
    ("vae", "digits"): VAERecipe(latent_dim=8, hidden=256, epochs=100, batch_size=32),
    ("vae", "binarized-digits"): VAERecipe(latent_dim=8, hidden=256, epochs=100, batch_size=32),
    ("gan", "digits"): GANRecipe(epochs=120, batch_size=64),
}

VQ = VAERecipe(model="vq", latent_dim=16, hidden=128, epochs=4, batch_size=64, alpha=2e-3)
VQ_OF_DIGITS = replace(VQ, codes=32, hidden=64, epochs=60, prior_epochs=20, batch_size=32)


def _unbounded(data: str) -> bool:
    """Whether a known data set has values of any size."""
    return data in CATALOGUE and CATALOGUE[data].kind in ("sound", "points")


def recipe(kind: str, data: str, **given) -> Recipe:
    """The settings for a model on a data set, with those that are given (not None) in their place."""
    settings = SPECIAL.get((kind, data), DEFAULT[kind])
    if kind == "vae" and given.get("model") == "vq":
        settings = VQ_OF_DIGITS if (kind, data) in SPECIAL else VQ
    elif kind == "vae" and (_unbounded(data) or given.get("model") == "linear"):
        settings = replace(settings, likelihood="gaussian")
    return replace(settings, **{name: value for name, value in given.items() if value is not None})
