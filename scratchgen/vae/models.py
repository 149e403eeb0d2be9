"""The variational autoencoder: an encoder x ↦ q(z|x) and a decoder z ↦ p(x|z)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scratchgen.distributions import Normal
from scratchgen.errors import BadInput
from scratchgen.nn import Linear, Module, ReLU, Sequential, Tanh
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator
from scratchgen.vae.convolutional import ConvDecoder, ConvEncoder
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.likelihoods import likelihood as likelihood_named

ACTIVATIONS = {"relu": ReLU, "tanh": Tanh}


@saveable
class VAE(LatentModel, Module):
    """q(z|x) = N(mu(x), sigma(x)²),   p(x|z) of the likelihood's kind, its numbers by the decoder.

    data_dim D → hidden layers → (mu, logvar) of latent_dim Z;   Z → the same layers backwards → D
    hidden        the width of the hidden layer, or of several, from the data inwards
    likelihood    "bernoulli", "gaussian" or "categorical" (of `levels` values)
    activation    "relu" or "tanh"
    Source: Kingma & Welling (2014), appendix C.   Ledger: vae.posterior
    """

    def __init__(
        self,
        data_dim: int,
        latent_dim: int,
        hidden: int | Sequence[int],
        rng: Generator | None = None,
        *,
        likelihood: str = "bernoulli",
        levels: int | None = None,
        activation: str = "relu",
    ):
        widths = [hidden] if isinstance(hidden, int) else list(hidden)
        if not widths or activation not in ACTIVATIONS:
            known = " or ".join(ACTIVATIONS)
            raise ValueError(f"there is a hidden layer or more with {known}, not {widths} with {activation}")
        if min(data_dim, latent_dim, *widths) < 1:
            raise ValueError(f"sizes are at least 1, not {data_dim}–{widths}–{latent_dim}")
        rng = rng or Generator(0)
        self.latent_dim = latent_dim
        self.encoder = dense([self.x_width(data_dim), *widths], activation, rng)
        self.to_mu = Linear(widths[-1], latent_dim, rng)
        self.to_logvar = Linear(widths[-1], latent_dim, rng)
        self.likelihood = likelihood_named(likelihood, levels)
        inner = dense([self.z_width(latent_dim), *reversed(widths)], activation, rng)
        self.decoder = Sequential(*inner, Linear(widths[0], data_dim * self.likelihood.outputs, rng))

    def x_width(self, data_dim: int) -> int:
        """How many numbers the encoder takes."""
        return data_dim

    def z_width(self, latent_dim: int) -> int:
        """How many numbers the decoder takes."""
        return latent_dim

    def encode(self, x) -> Normal:
        """q(z|x).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        h = self.encoder(x)
        return Normal(self.to_mu(h), self.to_logvar(h))

    def decode(self, z):
        """p(x|z).   z (..., Z) → a distribution of (..., D)"""
        return self.likelihood(self.decoder(z))

    def init_output_bias(self, mean: np.ndarray) -> None:
        """Let the decoder begin at the mean image (D,) for every z, by its last bias.

        For use before training, which then need not find out first which pixels are always black.
        """
        self.decoder[-1].b.data[...] = self.likelihood.output_for_mean(mean)


@saveable
class ConvVAE(VAE):
    """A VAE of images, whose networks are convolutions with a layer of `hidden` units between them and z.

    image_shape    (H, W), what a row of D = H·W pixels is reshaped to
    channels       of the convolutions, from the image inwards; each halves its sides

    Every layer with a ReLU leaves about a sixth of the variance. On 8×8 digits mu(x) at first varies over the
    images with a variance of 4·10⁻⁵, beside the 1 of the noise in z. To the decoder z is noise then, which
    costs: it learns to ignore z before z says a thing, hardly a gradient reaches the encoder, and so it stays
    for hundreds of steps. Larger weights do not help, the noise only costs more. What does is to let the rate
    warm up, as with `BetaLoss(warm_up=200)`: while it is free, sigma falls, and z soon says what is worth its
    rate.
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        latent_dim: int,
        hidden: int,
        channels: Sequence[int],
        rng: Generator | None = None,
        *,
        likelihood: str = "bernoulli",
        levels: int | None = None,
    ):
        shape, widths = tuple(image_shape), tuple(channels)
        if min(latent_dim, hidden, *widths) < 1:
            raise ValueError(f"sizes are at least 1, not {widths}–{hidden}–{latent_dim}")
        rng = rng or Generator(0)
        self.latent_dim = latent_dim
        self.encoder = ConvEncoder(shape, widths, hidden, rng)
        self.to_mu = Linear(hidden, latent_dim, rng)
        self.to_logvar = Linear(hidden, latent_dim, rng)
        self.likelihood = likelihood_named(likelihood, levels)
        self.decoder = ConvDecoder(latent_dim, hidden, shape, widths, self.likelihood.outputs, rng)

    def init_output_bias(self, mean: np.ndarray) -> None:
        """Let the decoder begin at the mean image (D,), by the bias that each pixel has of its own."""
        self.decoder.b.data[...] = self.likelihood.output_for_mean(mean)


@saveable
class ConditionalVAE(VAE):
    """q(z|x, y) and p(x|z, y) for a class y of K: a VAE whose two networks are also told the class.

    `given(labels)` is the model of x for these classes, one a row; all that a VAE can do, it can do.

    log p(x|y) ≥ E_q[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z))

    Source: Sohn, Lee & Yan (2015), section 4, with p(z|y) = p(z).   Ledger: vae.conditional
    """

    def __init__(self, data_dim: int, latent_dim: int, hidden, classes: int, rng=None, **options):
        if classes < 1:
            raise ValueError(f"there is one class or more, not {classes}")
        self.classes = classes
        super().__init__(data_dim, latent_dim, hidden, rng, **options)

    def x_width(self, data_dim: int) -> int:
        """The data and the class, as a row of zeros with a one."""
        return data_dim + self.classes

    def z_width(self, latent_dim: int) -> int:
        """The latent and the class."""
        return latent_dim + self.classes

    def given(self, labels) -> ConditionedVAE:
        """The model of x when the class of each row is known.   labels (B,) of 0 … K−1. Raises BadInput."""
        labels = np.asarray(labels)
        known = np.isin(labels, np.arange(self.classes))
        if labels.ndim != 1 or not known.all():
            wrong = labels[~known][0] if labels.ndim == 1 else f"an array of shape {labels.shape}"
            raise BadInput(f"classes are 0 … {self.classes - 1}, one for each row, not {wrong}")
        return ConditionedVAE(self, np.equal(labels[:, None], np.arange(self.classes)).astype(np.float32))

    def sample(self, n: int, rng: Generator, labels=None) -> np.ndarray:
        """n images, of the classes `labels` (n,); by default one class after the other.   → (n, D)"""
        return self.given(np.arange(n) % self.classes if labels is None else labels).sample(n, rng)


class ConditionedVAE(LatentModel):
    """A conditional model with the classes y (B, K) of its rows filled in."""

    def __init__(self, model: ConditionalVAE, y: np.ndarray):
        self.model, self.y = model, y
        self.latent_dim = model.latent_dim

    def encode(self, x) -> Normal:
        """q(z|x, y).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        return self.model.encode(self._with_class(x))

    def decode(self, z):
        """p(x|z, y).   z (..., B, Z) → a distribution of (..., B, D)"""
        return self.model.decode(self._with_class(z))

    def rows(self, some: slice) -> ConditionedVAE:
        """The model of some of its rows."""
        return ConditionedVAE(self.model, self.y[some])

    def _with_class(self, x):
        if x.shape[-2] != len(self.y):
            raise BadInput(f"{len(self.y)} classes are given for {x.shape[-2]} rows; give each row its class")
        y = np.broadcast_to(self.y.astype(x.dtype), (*x.shape[:-1], self.y.shape[-1]))
        return np.concatenate((x, y), axis=-1)


def dense(widths: Sequence[int], activation: str, rng: Generator) -> Sequential:
    """Fully connected layers of these widths, each with its activation after it."""
    layers = [(Linear(a, b, rng), ACTIVATIONS[activation]()) for a, b in pairwise(widths)]
    return Sequential(*(part for pair in layers for part in pair))
