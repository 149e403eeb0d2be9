"""The picture of a run's networks: their boxes, with the shapes and the numbers of parameters of one run of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scratchgen import gan, plots, rnn
from scratchgen.data.preprocessing.one_hot import one_hot
from scratchgen.errors import BadInput
from scratchgen.runs.run import Run

__all__ = ["TOKENS", "draw_networks", "gan_networks", "text_networks", "vae_networks"]

EXAMPLES, STEPS = 5, 7  # of the example; they are unlike other sizes, so that the shapes show what they are
TOKENS = STEPS * EXAMPLES  # of the beginning of a text, which are enough for an example
LATENT = ("q(z|x) = N(mu, sigma²)", "z = mu + sigma ε\nε ~ N(0, I)")


def draw_networks(networks: Mapping[str, Sequence[Any]], run: Run) -> None:
    """Draw the networks into the run (see `plots.diagram`), or say that they have too many layers for a picture."""
    try:
        picture = plots.diagram(networks)
    except BadInput as problem:
        run.message(f"no picture of the networks: {problem}")
    else:
        picture.save(run.picture("networks"))


def vae_networks(model: Any, x: np.ndarray, labels: np.ndarray) -> dict[str, Sequence[Any]]:
    """The encoder and the decoder of a VAE, with examples x (n, D) and their classes (n,) of a conditional one."""
    x = x[:EXAMPLES]
    z = np.zeros((len(x), model.latent_dim), x.dtype)
    if not getattr(model, "classes", 0):
        return {"encoder": (model.encode, x), "latent": LATENT, "decoder": (model.decode, z)}
    y = one_hot(labels[:EXAMPLES], model.classes).astype(x.dtype)
    x = np.concatenate((model.standardised(x), y), axis=1)
    latent = (*LATENT, "z and the class, one-hot")
    z = np.concatenate((z, y), axis=1)
    return {
        "encoder": (model.posterior, {"x, class": x}),
        "latent": latent,
        "decoder": (model.decode, {"z, class": z}),
    }


def gan_networks(model: gan.AdversarialPair, x: np.ndarray, labels: np.ndarray) -> dict[str, Sequence[Any]]:
    """G and D, with examples x (n, D) and their classes (n,) of a conditional pair."""
    x = np.resize(x, (EXAMPLES * model.pack, x.shape[1])).astype(np.float32)
    z = np.zeros((len(x), model.latent_dim), np.float32)
    of_z, of_x = "z", "x"
    if isinstance(model, gan.ConditionalGAN):
        y = model.given(np.resize(labels, (len(x), *labels.shape[1:]))).y
        z, x = np.concatenate((z, y), axis=1), np.concatenate((x, y), axis=1)
        of_z, of_x = "z, class", "x, class"
    x = x.reshape(EXAMPLES, -1)
    return {"generator G": (model.G, {of_z: z[:EXAMPLES]}), "discriminator D": (model.D, {of_x: x})}


def text_networks(model: rnn.LanguageModel, ids: np.ndarray) -> dict[str, Sequence[Any]]:
    """A language model that reads the first tokens of a text, ids (n,)."""
    return {"language model": (model, {"tokens": np.resize(ids, (STEPS, EXAMPLES))})}
