"""Settings that work: for each model and data set, what a run takes if nothing is given.

hidden        units of a hidden layer
layers        hidden layers of the encoder, and of the decoder (models mlp and conditional)
patience      epochs without a better validation number after which to stop; 0 trains every epoch
k             samples of the importance-weighted bound (objective iwae)
beta          weight of the rate (objective beta)
distortion    nats that the distortion is to keep below (objective geco)
warm_up       steps in which the weight of the rate grows to its value
free_bits     nats that each latent dimension may say for nothing
binarise      draw black or white anew whenever a grey image is shown
codes         in the codebook (model vq), each of latent_dim dimensions; hidden: units of their prior
prior_epochs  of the prior of the codes, after the others, with steps of prior_alpha (model vq)

Of a GAN:

ratio               steps of the discriminator for one of the generator
gradient_penalty    λ, the weight of (slope − 1)² between real and fake (objective wasserstein)
r1                  γ, twice the weight of slope² on real examples
norm                of the discriminator's layers
pack                examples that it sees together (model packed)
beta1, beta2        of Adam

Of an RNN:

task          what the data are read as: a text, music, sound, or pairs, one text to be written from the other
vocabulary    the symbols that a text is made of
pieces        how many pieces of words there are at most (vocabulary pieces)
tied          one table says what a symbol is, coming in and going out: embedding = hidden
dropout       the probability of dropping a unit on its way to the next layer, or to the output
chunk         symbols that the gradient goes back
attention     how the decoder looks at the source (pairs)
sampling      the probability, in the end, of giving the decoder a symbol that it drew itself (pairs)
longest       characters of the texts that are taken; 0: all (pairs)
nade          hidden units of the NADE over the notes of a step of music; 0: the notes are independent
components    Gaussians of the mixture that a frame of sound is drawn from; 0 for all else
weight_noise  σ of what is added to the weights while the gradient is computed (music, sound)
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Literal

from scratchgen.data import CATALOGUE
from scratchgen.data.load import kind_of_folder


@dataclass(frozen=True)
class VAERecipe:
    """What a VAE takes; the names are explained above."""

    model: Literal["mlp", "conv", "conditional", "vq", "linear"] = "mlp"
    likelihood: Literal["bernoulli", "gaussian", "categorical"] = "bernoulli"
    objective: Literal["elbo", "iwae", "beta", "geco"] = "elbo"
    latent_dim: int = 20
    hidden: int = 400
    layers: int = 1
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
    """What a GAN takes."""

    model: Literal["dense", "conv", "conditional", "packed"] = "dense"
    objective: Literal["minimax", "nonsaturating", "least_squares", "hinge", "wasserstein"] = "nonsaturating"
    latent_dim: int = 100
    epochs: int = 25
    batch_size: int = 64
    alpha: float = 2e-4
    ratio: int = 1
    gradient_penalty: float = 0.0
    r1: float = 0.0
    norm: Literal["none", "batch", "layer", "spectral"] = "none"
    pack: int = 2
    beta1: float = 0.5
    beta2: float = 0.999


@dataclass(frozen=True)
class RNNRecipe:
    """What an RNN takes."""

    task: Literal["text", "music", "sound", "pairs"] = "text"
    cell: Literal["tanh", "lstm", "gru"] = "tanh"
    layers: int = 1
    dropout: float = 0.0
    vocabulary: Literal["characters", "bytes", "pieces"] = "characters"
    pieces: int = 1024
    tied: bool = False
    hidden: int = 256
    embedding: int = 64
    epochs: int = 3
    batch_size: int = 16
    chunk: int = 64
    alpha: float = 4e-3
    patience: int = 0
    attention: Literal["additive", "dot"] = "dot"
    sampling: float = 0.0
    longest: int = 0
    nade: int = 0
    components: int = 0
    weight_noise: float = 0.0


Recipe = VAERecipe | GANRecipe | RNNRecipe

DEFAULT: dict[str, Recipe] = {"vae": VAERecipe(), "gan": GANRecipe(), "rnn": RNNRecipe()}

# The embedded sets are small: more epochs, smaller batches.
SPECIAL: dict[tuple[str, str], Recipe] = {
    ("vae", "digits"): VAERecipe(latent_dim=8, hidden=256, epochs=100, batch_size=32),
    ("vae", "binarized-digits"): VAERecipe(latent_dim=8, hidden=256, epochs=100, batch_size=32),
    ("gan", "digits"): GANRecipe(epochs=120, batch_size=64),
    ("gan", "mnist"): GANRecipe(latent_dim=32, alpha=5e-4, r1=1.0),
    ("gan", "ring"): GANRecipe(latent_dim=2, epochs=64, batch_size=128, alpha=1e-3, r1=0.02),
    ("gan", "grid"): GANRecipe(latent_dim=2, epochs=96, batch_size=128, alpha=1e-3, r1=0.08),
    ("rnn", "tinyshakespeare"): RNNRecipe(cell="lstm", dropout=0.2, epochs=8, batch_size=32, chunk=100),
}

# On MNIST an epoch of convolutions takes as long as four of a dense pair; five of them draw all ten digits.
CONV_GAN: dict[str, Recipe] = {
    "mnist": GANRecipe(model="conv", latent_dim=32, epochs=5, alpha=5e-4),
    "digits": GANRecipe(model="conv", latent_dim=32, epochs=120, alpha=5e-4),
}

VQ = VAERecipe(model="vq", latent_dim=16, hidden=256, epochs=4, batch_size=64, alpha=2e-3, prior_alpha=3e-3)
VQ_OF_DIGITS = replace(VQ, codes=32, hidden=64, epochs=60, prior_epochs=20, prior_alpha=4e-3, batch_size=32)

# Pieces of music are few and their steps have much to say: more epochs, and the best of them.
MUSIC = RNNRecipe(
    **{"task": "music", "cell": "gru", "hidden": 42, "dropout": 0.2, "nade": 50},
    **{"epochs": 60, "batch_size": 8, "alpha": 1e-2, "patience": 15},
)

SOUND = RNNRecipe(
    **{"task": "sound", "cell": "gru", "hidden": 128, "components": 8},
    **{"epochs": 25, "batch_size": 32, "alpha": 4e-3, "patience": 5},
)

# Short sentences, whose order of words is nearly that of their translations, are learned in minutes.
PAIRS = RNNRecipe(task="pairs", cell="gru", longest=30, embedding=128, epochs=2, batch_size=64, alpha=3e-3)

EPOCHS_OF_PAIRS = {"tatoeba-cmn-eng": 6}  # as they are fewer

OF_TASK = {"music": MUSIC, "sound": SOUND, "pairs": PAIRS}  # a text: as the data ask

# Pieces of words are many, and each is seen seldom: one table for both ways halves what is to be learned.
PIECES = {"dropout": 0.2, "epochs": 5}

# What a model needs of its own. A latent beside a class has less to say; two layers let both act together,
# where one could only add them up. Convolutions tell images apart so well that they scatter them over a large
# latent, and what is drawn between them is no digit; and their decoder learns to ignore a latent whose rate
# counts from the first step: see `ConvVAE`.
OF_MODEL: dict[str, dict] = {
    "conditional": {"latent_dim": 5, "layers": 2},
    "conv": {"latent_dim": 5, "warm_up": 200},
    "linear": {"likelihood": "gaussian"},
}

# what an objective of a GAN brings with it: Gulrajani et al. (2017), algorithm 1; Miyato et al. (2018)
WITH_OBJECTIVE: dict[str, dict] = {
    "wasserstein": {"ratio": 5, "gradient_penalty": 10.0, "r1": 0.0, "beta1": 0.0, "beta2": 0.9},
    "hinge": {"norm": "spectral"},
}


def _unbounded(data: str) -> bool:
    """Whether a known data set has values of any size."""
    return data in CATALOGUE and CATALOGUE[data].kind in ("sound", "points")


def _of_the_bound(data: str, given: dict) -> dict:
    """What the model and the data that are chosen bring with them."""
    found = dict(OF_MODEL.get(given.get("model"), {}))
    if _unbounded(data):
        found["likelihood"] = "gaussian"
    if given.get("objective") in ("iwae", "geco"):  # whose rate has no weight that could grow
        found.pop("warm_up", None)
    return found


def _of_the_game(given: dict) -> dict:
    """What the model and the objective of a GAN that are chosen bring with them."""
    found = dict(WITH_OBJECTIVE.get(given.get("objective"), {}))
    if given.get("model") == "conv" and "norm" not in found:
        penalised = any((found | given).get(name) for name in ("r1", "gradient_penalty"))
        found["norm"] = "layer" if penalised else "batch"  # a penalty is by example
    return found


def _of_the_task(of_text: RNNRecipe, data: str, given: dict) -> RNNRecipe:
    """What the task brings with it, and pieces of words. The data say the task, if nobody else does."""
    task = given.get("task") or ("music" if is_music(data) else "sound" if is_sound(data) else "text")
    settings = OF_TASK.get(task, of_text)
    if task == "pairs":
        settings = replace(settings, epochs=EPOCHS_OF_PAIRS.get(data, settings.epochs))
    if given.get("vocabulary") == "pieces":
        settings = replace(settings, **_of_pieces(settings, given))
    return settings


def _of_pieces(settings: RNNRecipe, given: dict) -> dict:
    """What pieces of words bring with them: to a text a table that is tied, if none of another width is asked
    for; to pairs more epochs in the same time, as their sequences are short.
    """
    if settings.task != "text":
        return {"epochs": 2 * settings.epochs} if settings.task == "pairs" else {}
    hidden = given.get("hidden", settings.hidden)
    return PIECES if "embedding" in given else {"tied": True, "embedding": hidden, **PIECES}


def is_music(data: str) -> bool:
    """Whether an RNN reads the data as piano rolls: a known set of sequences, or a folder (of MIDI files)."""
    if data in CATALOGUE:
        return CATALOGUE[data].kind == "sequences"
    return os.path.isdir(data) and not is_sound(data)


def is_sound(data: str) -> bool:
    """Whether it reads them as frames of sound: a known set of sounds, or a folder where these are most."""
    if data in CATALOGUE:
        return CATALOGUE[data].kind == "sound"
    return os.path.isdir(data) and kind_of_folder(data) == "sound"


def recipe(kind: str, data: str, **given) -> Recipe:
    """The settings for a model on a data set, with those that are given (not None) in their place."""
    settings = SPECIAL.get((kind, data), DEFAULT[kind])
    given = {name: value for name, value in given.items() if value is not None}
    if kind == "gan":
        settings = CONV_GAN.get(data, settings) if given.get("model") == "conv" else settings
        settings = replace(settings, **_of_the_game(given))
    elif kind == "vae" and given.get("model") == "vq":
        settings = VQ_OF_DIGITS if (kind, data) in SPECIAL else VQ
    elif kind == "vae":
        settings = replace(settings, **_of_the_bound(data, given))
    elif kind == "rnn":
        settings = _of_the_task(settings, data, given)
    return replace(settings, **given)
