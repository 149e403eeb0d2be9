"""The variational autoencoder: an encoder x ↦ q(z|x) and a decoder z ↦ p(x|z)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from scratchgen.data.preprocessing.one_hot import Classes, counts_of, one_hot, one_hot_width
from scratchgen.distributions import Array, Normal
from scratchgen.errors import BadInput, check_counts
from scratchgen.nn import Linear, Module, Parameter, ReLU, Sequential, Tanh
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.vae.convolutional import ConvDecoder, ConvEncoder
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.likelihoods import Likelihood
from scratchgen.vae.likelihoods import likelihood as likelihood_of
from scratchgen.vae.output_bias import OutputBias

__all__ = ["VAE", "ConditionalVAE", "ConditionedVAE", "ConvVAE"]

ACTIVATIONS: dict[str, type[Module]] = {"relu": ReLU, "tanh": Tanh}


@saveable
class VAE(OutputBias, LatentModel, Module):
    """A fully connected VAE: q(z|x) = N(mu(x), sigma(x)²), and p(x|z) with parameters from the decoder.

    data_dim D → hidden layers → (mu, logvar) of latent_dim Z;   Z → the same layers in reverse → D
    hidden        the width of the hidden layer, or the widths of several, from the data inwards
    rng           draws the weights (None: the default stream)
    likelihood    "bernoulli", "gaussian", "categorical" (with `levels` values), or a `Likelihood` of your own
    activation    "relu" or "tanh"

    Raises ValueError for sizes below 1 and unknown activations, BadInput for an unknown likelihood.
    Source: Kingma & Welling (2014), appendix C.   Ledger: vae.posterior
    """

    encoder: Module
    decoder: Any  # a Sequential, or the ConvDecoder of a ConvVAE

    def __init__(
        self,
        data_dim: int,
        latent_dim: int,
        hidden: int | Sequence[int],
        rng: Generator | None = None,
        *,
        likelihood: str | Likelihood = "bernoulli",
        levels: int | None = None,
        activation: str = "relu",
    ):
        widths = list(hidden) if isinstance(hidden, Sequence | np.ndarray) else [hidden]
        if not widths or activation not in ACTIVATIONS:
            known = " or ".join(ACTIVATIONS)
            raise ValueError(f"a VAE has hidden layers with {known}, not {widths} with {activation}")
        check_counts(data_dim=data_dim, latent_dim=latent_dim)
        for width in widths:
            check_counts(hidden=width)
        rng = as_generator(rng)
        self.latent_dim = latent_dim
        self.encoder = dense([self.x_width(data_dim), *widths], activation, rng)
        self.to_mu = Linear(widths[-1], latent_dim, rng)
        self.to_logvar = Linear(widths[-1], latent_dim, rng)
        self.likelihood = likelihood_of(likelihood, levels, data_dim)
        inner = dense([self.z_width(latent_dim), *reversed(widths)], activation, rng)
        self.decoder = Sequential(*inner.layers, Linear(widths[0], data_dim * self.likelihood.outputs, rng))

    def x_width(self, data_dim: int) -> int:
        """The width of the encoder's input."""
        return data_dim

    def z_width(self, latent_dim: int) -> int:
        """The width of the decoder's input."""
        return latent_dim

    def encode(self, x: Array) -> Normal:
        """The posterior q(z|x).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        return self.posterior(self.standardised(x))

    def standardised(self, x: Array) -> Array:
        """The data in the units of the likelihood, if it has some (Gaussian, logistic); else x itself.   (B, D)"""
        units = getattr(self.likelihood, "units", None)
        return x if units is None else units(x)

    def posterior(self, x: Array) -> Normal:
        """The posterior by the encoder's input, (B, D) or more with a class.   → N(mu, sigma²) of (B, Z)"""
        h = self.encoder(x)
        return Normal(self.to_mu(h), self.to_logvar(h))

    def decode(self, z: Array) -> Array:
        """The likelihood p(x|z).   z (..., Z) → a distribution of (..., D)"""
        return self.likelihood(self.decoder(z))

    def _output_bias(self) -> Parameter:
        """The bias of the decoder's last layer."""
        return self.decoder.layers[-1].b


@saveable
class ConvVAE(VAE):
    """A convolutional VAE of images, with a layer of `hidden` units between the convolutions and z.

    image_shape    (H, W) or (H, W, C), the shape of an image; its row has D = H·W·C numbers
    channels       of the convolutions, from the image inwards; each convolution halves both sides
    rng            draws the weights (None: the default stream)

    Train it with a warm-up of the rate, such as `BetaLoss(kl_warmup_steps=200)`. Every layer with a ReLU keeps
    about a sixth of the variance: on 8×8 digits mu(x) first varies over the images with a variance of 4·10⁻⁵,
    compared with 1 for the noise in z. The decoder then sees z as noise and learns to ignore it before z carries
    information, almost no gradient reaches the encoder, and this lasts for hundreds of steps. Larger weights do
    not help, as they amplify the noise too. A warm-up does: while the rate is not penalised, sigma falls, and z
    starts to carry information.

    Raises ValueError for sizes below 1.
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        latent_dim: int,
        hidden: int,
        channels: Sequence[int],
        rng: Generator | None = None,
        *,
        likelihood: str | Likelihood = "bernoulli",
        levels: int | None = None,
    ):
        shape, widths = tuple(image_shape), tuple(channels)
        check_counts(latent_dim=latent_dim, hidden=hidden)
        rng = as_generator(rng)
        self.latent_dim = latent_dim
        self.encoder = ConvEncoder(shape, widths, hidden, rng)
        self.to_mu = Linear(hidden, latent_dim, rng)
        self.to_logvar = Linear(hidden, latent_dim, rng)
        self.likelihood = likelihood_of(likelihood, levels, math.prod(shape))
        self.decoder = ConvDecoder(latent_dim, hidden, shape, widths, self.likelihood.outputs, rng)

    def _output_bias(self) -> Parameter:
        """The decoder's bias, which has one number per pixel and output."""
        return self.decoder.b


@saveable
class ConditionalVAE(VAE):
    """A conditional VAE: both networks are also conditioned on the class y of K, q(z|x, y) and p(x|z, y).

    `given(labels)` is the model of x for these classes, one per row, with all methods of a VAE. Without classes
    the model refuses: none stands for the others.

    log p(x|y) ≥ E_q[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z))

    classes    K; or, where y is several attributes, (K_1, …, K_S): labels are then (B, S)

    Source: Sohn, Lee & Yan (2015), section 4, with p(z|y) = p(z).   Ledger: vae.conditional
    """

    def __init__(
        self,
        data_dim: int,
        latent_dim: int,
        hidden: int | Sequence[int],
        classes: Classes,
        rng: Generator | None = None,
        **options: Any,
    ):
        self.classes, self.data_dim, self.latent_dim = counts_of(classes), data_dim, latent_dim
        super().__init__(data_dim, latent_dim, hidden, rng, **options)

    def x_width(self, data_dim: int) -> int:
        """The width of the data and of the one-hot class."""
        return data_dim + one_hot_width(self.classes)

    def z_width(self, latent_dim: int) -> int:
        """The width of the latent and of the one-hot class."""
        return latent_dim + one_hot_width(self.classes)

    def given(self, labels: Array | None) -> ConditionedVAE:
        """The model of x conditioned on the class of each row.   labels (B,) of 0 … K−1

        Raises BadInput for no labels (None), another shape or an unknown class.
        """
        return ConditionedVAE(self, one_hot(labels, self.classes))

    def encode(self, x: Array) -> Normal:
        """The posterior for data with their one-hot class, (B, D + K).   Raises BadInput for data alone."""
        self._refuse_without_class(x, self.data_dim, "encode(x)")
        return super().encode(x)

    def decode(self, z: Array) -> Array:
        """The likelihood for latents with a one-hot class, (..., Z + K).   Raises BadInput for latents alone."""
        self._refuse_without_class(z, self.latent_dim, "decode(z)")
        return super().decode(z)

    def sample(
        self, n: int, rng: Generator | None = None, labels: Array | None = None, *, draw: bool = False
    ) -> np.ndarray:
        """n samples of the classes `labels` (n,).   → (n, D)   Raises BadInput without labels.

        draw    True: draws from p(x|z, y) instead of its means
        """
        return self.given(labels).sample(n, rng, draw=draw)

    @staticmethod
    def _refuse_without_class(x: Array, width: int, call: str) -> None:
        if np.shape(x)[-1:] == (width,):
            raise BadInput(
                f"a conditional model needs the class of each example: call model.given(labels).{call}"
            )


class ConditionedVAE(LatentModel):
    """A conditional VAE with given classes: y (B, K), one one-hot row per example."""

    def __init__(self, model: ConditionalVAE, y: np.ndarray):
        self.model, self.y = model, y
        self.latent_dim = model.latent_dim

    def encode(self, x: Array) -> Normal:
        """The posterior q(z|x, y).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        return self.model.posterior(self._with_class(self.model.standardised(x)))

    def decode(self, z: Array) -> Array:
        """The likelihood p(x|z, y).   z (..., B, Z) → a distribution of (..., B, D)"""
        return self.model.decode(self._with_class(z))

    def rows(self, some: slice) -> ConditionedVAE:
        """The model of a part of the rows."""
        return ConditionedVAE(self.model, self.y[some])

    def _with_class(self, x: Array) -> Array:
        if x.shape[-2] != len(self.y):
            raise BadInput(f"{len(self.y)} classes are given for {x.shape[-2]} rows; give one class per row")
        y = np.broadcast_to(self.y.astype(x.dtype), (*x.shape[:-1], self.y.shape[-1]))
        return np.concatenate((x, y), axis=-1)


def dense(widths: Sequence[int], activation: str, rng: Generator) -> Sequential:
    """Fully connected layers of these widths, each followed by the activation."""
    layers = [(Linear(a, b, rng), ACTIVATIONS[activation]()) for a, b in pairwise(widths)]
    return Sequential(*(part for pair in layers for part in pair))
