"""The VQ-VAE: an autoencoder whose latent is a grid of discrete codes, with a learned prior over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array
from scratchgen.errors import check_counts, height_width_channels
from scratchgen.nn import Conv2d, ConvTranspose2d, Module, Parameter, ReLU, Sequential
from scratchgen.nn.convolution import cropping_for, padding_for
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.vae import objectives
from scratchgen.vae.code_prior import CodePrior
from scratchgen.vae.convolutional import KERNEL, PADDING, STRIDE, PixelBias, coarsest
from scratchgen.vae.likelihoods import Likelihood
from scratchgen.vae.likelihoods import likelihood as likelihood_of
from scratchgen.vae.output_bias import OutputBias
from scratchgen.vae.quantise import Quantiser

__all__ = ["VQVAE"]

IMAGES_AT_ONCE = (
    100  # decoded: the logits of 256 levels of 32 × 32 pixels in colour take 3 megabytes per image
)


@saveable
class VQVAE(OutputBias, Module):
    """A VQ-VAE: k = the codes nearest to encoder(x), p(x|k) of the likelihood by decoder(e_k) + b, and a learned p(k).

    image_shape         (H, W) or (H, W, C), the shape of an image; its row has D = H · W · C numbers
    codes, dimension    K codes of d dimensions
    channels            of the convolutions that halve the image, from the image inwards: (32, 32) maps 28 × 28
                        pixels to a grid of 7 × 7 = N codes; transposed convolutions map the grid to an image
    hidden              units of the recurrent network that models the prior
    rng                 draws the weights and the codes (None: the default stream)
    likelihood          "bernoulli", Bernoulli(σ(decoder(e_k) + b)), "gaussian", "categorical" or "logistic" (with
                        `levels` values), or a `Likelihood` of your own

    b (D · outputs,) is a bias per pixel and output, the last layer of the decoder: convolutions compute the same for
    every pixel, and codes alone would have to encode a constant background. `init_output_bias` sets it.

    Raises ValueError for sizes below 1, BadInput for an unknown likelihood.

    Source: van den Oord, Vinyals & Kavukcuoglu (2017), Neural discrete representation learning, with a
    recurrent network in place of their PixelCNN as the prior.   Ledger: vae.codes
    """

    decoder: Any  # a Sequential, whose last layer is a PixelBias

    def __init__(
        self,
        image_shape: Sequence[int],
        codes: int,
        dimension: int,
        channels: Sequence[int],
        hidden: int,
        rng: Generator | None = None,
        *,
        likelihood: str | Likelihood = "bernoulli",
        levels: int | None = None,
    ):
        self.grid = coarsest(image_shape, channels)
        check_counts(codes=codes, dimension=dimension, hidden=hidden)
        rng = as_generator(rng)
        self.image_shape = height_width_channels(image_shape)
        self.likelihood = likelihood_of(likelihood, levels, math.prod(self.image_shape))
        C = self.image_shape[2]
        self.encoder = Sequential(
            *padding_for(image_shape, channels),
            *(
                layer
                for c_in, c_out in pairwise((C, *channels))
                for layer in (Conv2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING), ReLU())
            ),
            Conv2d(channels[-1], dimension, 3, rng, padding=1),
        )
        self.quantiser = Quantiser(codes, dimension, rng)
        self.decoder = Sequential(
            Conv2d(dimension, channels[-1], 3, rng, padding=1),
            *(
                layer
                for c_in, c_out in pairwise((*reversed(channels), C * self.likelihood.outputs))
                for layer in (ReLU(), ConvTranspose2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING))
            ),
            *cropping_for(image_shape, channels),
            PixelBias(image_shape, self.likelihood.outputs),
        )
        self.prior = CodePrior(codes, math.prod(self.grid), hidden, rng)

    def autoencoder(self) -> list[Module]:
        """The parts that are trained before the prior: encoder, decoder, and the likelihood if it is a module."""
        parts = (self.encoder, self.decoder, self.likelihood)
        return [part for part in parts if isinstance(part, Module)]

    def encode(self, x: Array) -> Array:
        """The vectors z_e, one per position of the grid, row by row.   x (B, D) → (B, N, d)"""
        z_e = self.encoder(np.reshape(x, (len(x), *self.image_shape)))
        return np.reshape(z_e, (len(x), self.prior.length, z_e.shape[-1]))

    def decode(self, z_q: Array) -> Any:
        """The likelihood p(x|z_q).   z_q (B, N, d) → a distribution of (B, D)"""
        B, _, d = z_q.shape
        output = self.decoder(np.reshape(z_q, (B, *self.grid, d)))
        return self.likelihood(np.reshape(output, (B, math.prod(self.image_shape) * self.likelihood.outputs)))

    def _output_bias(self) -> Parameter:
        """The bias per pixel and output, after the convolutions of the decoder."""
        return self.decoder.layers[-1].b

    def objective(self, x: Array) -> Array:
        """The objective that encoder and decoder maximise, `objectives.vq_objective`.   x (B, D) → (B,) nats"""
        z_e = self.encode(x)
        _, e = self.quantiser(z_e)
        return objectives.vq_objective(x, z_e, e, self.decode)

    def codes(self, x: Array) -> np.ndarray:
        """The codes k of images, one per position of the grid, row by row.   x (B, D) → (B, N) int

        Raises BadInput for data that the likelihood gives no probability, which would have codes too.
        """
        self.likelihood.check(x)
        with no_grad():
            k, _ = self.quantiser(self.encode(x))
        return k

    def decode_codes(self, k: Array) -> Any:
        """The likelihood p(x|k).   k (B, N) int → a distribution of (B, D)"""
        return self.decode(self.quantiser.vectors(k))

    def elbo(self, x: Array) -> Array:
        """Evidence lower bound log p(x) = log Σ_k p(x|k) p(k) ≥ log p(x|k) + log p(k), at the codes k of x.

        x (B, D) → (B,) nats. q(k|x) gives these codes the probability 1, so KL(q ‖ p) = −log p(k).
        Ledger: vae.codes
        """
        k = self.codes(x)
        return self.decode_codes(k).log_prob(x) + self.prior.log_prob(k)

    def sample(self, n: int, rng: Generator | None = None, *, draw: bool = False) -> np.ndarray:
        """n samples: k ~ p(k), then the mean of p(x|k),    → (n, D)

        draw    True: a draw x ~ p(x|k) instead of the mean

        Ledger: vae.codes
        """
        rng = as_generator(rng)
        with no_grad():
            k = self.prior.sample(n, rng)
            given = map(self.decode_codes, np.array_split(k, max(1, n // IMAGES_AT_ONCE)))
            return np.concatenate([p.sample(rng) if draw else to_numpy(p.mean) for p in given])

    def reconstruct(self, x: Array) -> np.ndarray:
        """The mean of p(x|k) at the codes k of x.   (B, D) → (B, D)"""
        with no_grad():
            return to_numpy(self.decode_codes(self.codes(x)).mean)
