"""The VQ-VAE: an autoencoder whose latent is a grid of codes, and a learned prior over these."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.distributions import Bernoulli
from scratchgen.errors import BadInput
from scratchgen.nn import Linear, Module, ReLU, Sequential
from scratchgen.random import Generator
from scratchgen.vae import objectives
from scratchgen.vae.code_prior import CodePrior
from scratchgen.vae.patches import FromPatches, Neighbours, ToPatches
from scratchgen.vae.quantise import Quantiser


class VQVAE(Module):
    """p(k) learned,   k = the codes nearest to encoder(x),   p(x|k) = Bernoulli(σ(decoder(e_k))).

    image_shape    (H, W), multiples of `patch`: the codes form a grid of H / patch × W / patch = N places
    codes, dimension    K codes of d dimensions
    channels       of the encoder and the decoder, which are convolutions of 3 × 3 over that grid
    hidden         units of the recurrent network that is the prior
    Raises BadInput for images that patches of that size do not cover.

    Source: van den Oord, Vinyals & Kavukcuoglu (2017), Neural discrete representation learning, with a
    recurrent network in place of their PixelCNN as the prior.
    """

    def __init__(
        self,
        image_shape: tuple[int, int],
        codes: int,
        dimension: int,
        channels: int,
        hidden: int,
        patch: int = 4,
        rng: Generator | None = None,
    ):
        H, W = image_shape
        if min(H, W, channels, patch) < 1:
            raise ValueError(f"sizes are at least 1, not {H} × {W}, {channels} channels, patch {patch}")
        if H % patch or W % patch:
            raise BadInput(
                f"images of {H} × {W} pixels are no whole patches of {patch} × {patch}; choose another patch"
            )
        rng = rng or Generator(0)
        d, C, pixels = dimension, channels, patch * patch
        grid = (H // patch, W // patch)
        self.grid = grid
        self.encoder = Sequential(
            ToPatches(grid, patch),
            *_convolution(pixels, C, rng),
            ReLU(),
            *_convolution(C, C, rng),
            ReLU(),
            Linear(C, d, rng),
        )
        self.quantiser = Quantiser(codes, d, rng)
        self.decoder = Sequential(
            *_convolution(d, C, rng),
            ReLU(),
            *_convolution(C, C, rng),
            ReLU(),
            Linear(C, pixels, rng),
            FromPatches(grid, patch),
        )
        self.prior = CodePrior(codes, math.prod(grid), hidden, rng)

    def encode(self, x):
        """z_e: a vector for each place of the grid, row by row.   x (B, D) → (B, N, d)"""
        z_e = self.encoder(x)
        return np.reshape(z_e, (len(z_e), -1, z_e.shape[-1]))

    def decode(self, z_q) -> Bernoulli:
        """p(x|z_q).   z_q (B, N, d) → Bernoulli of (B, D)"""
        return Bernoulli(self.decoder(np.reshape(z_q, (len(z_q), *self.grid, -1))))

    def objective(self, x):
        """What encoder and decoder maximise; see `objectives.vq_objective`.   x (B, D) → (B,) nats"""
        z_e = self.encode(x)
        _, e = self.quantiser(z_e)
        return objectives.vq_objective(x, z_e, e, self.decode)

    def codes(self, x) -> np.ndarray:
        """The code of each place, row by row.   x (B, D) → (B, N) int"""
        with no_grad():
            k, _ = self.quantiser(self.encode(x))
        return k

    def decode_codes(self, k) -> Bernoulli:
        """p(x|k).   k (B, N) int → Bernoulli of (B, D)"""
        return self.decode(self.quantiser.vectors(k))

    def elbo(self, x):
        """log p(x) = log Σ_k p(x|k) p(k)  ≥  log p(x|k) + log p(k), at the codes k of x.

        x (B, D) → (B,) nats. q(k|x) gives these codes probability 1, so that KL(q ‖ p) = −log p(k).
        """
        k = self.codes(x)
        return self.decode_codes(k).log_prob(x) + self.prior.log_prob(k)

    def sample(self, n: int, rng: Generator) -> np.ndarray:
        """n images: k ~ p(k), then the mean of p(x|k), a probability for each pixel.   → (n, D)"""
        with no_grad():
            return self.decode_codes(self.prior.sample(n, rng)).mean.numpy()

    def reconstruct(self, x) -> np.ndarray:
        """The mean of p(x|k) at the codes k of x.   (B, D) → (B, D)"""
        with no_grad():
            return self.decode_codes(self.codes(x)).mean.numpy()


def _convolution(C_in: int, C_out: int, rng: Generator) -> tuple[Module, Module]:
    return Neighbours(), Linear(9 * C_in, C_out, rng)
