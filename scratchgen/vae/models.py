"""The variational autoencoder: an encoder x ↦ q(z|x) and a decoder z ↦ p(x|z)."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.nn import Linear, Module, ReLU, Sequential
from scratchgen.random import Generator
from scratchgen.vae import objectives


class VAE(Module):
    """p(z) = N(0, I),   q(z|x) = N(mu(x), sigma(x)²),   p(x|z) = Bernoulli(σ(decoder(z))).

    data_dim D → hidden → (mu, logvar) of latent_dim Z;   Z → hidden → D logits, with ReLU in between.
    Source: Kingma & Welling (2014), appendix C, with ReLU in place of tanh.
    """

    def __init__(self, data_dim: int, latent_dim: int, hidden: int, rng: Generator | None = None):
        if min(data_dim, latent_dim, hidden) < 1:
            raise ValueError(f"sizes are at least 1, not {data_dim}–{hidden}–{latent_dim}")
        rng = rng or Generator(0)
        self.latent_dim = latent_dim
        self.encoder = Sequential(Linear(data_dim, hidden, rng), ReLU())
        self.to_mu = Linear(hidden, latent_dim, rng)
        self.to_logvar = Linear(hidden, latent_dim, rng)
        self.decoder = Sequential(Linear(latent_dim, hidden, rng), ReLU(), Linear(hidden, data_dim, rng))

    def begin_at(self, mean: np.ndarray) -> None:
        """Let the decoder begin at the mean image (D,) for every z: its last bias becomes log(p / (1 − p)).

        For use before training, which then need not find out first which pixels are always black.
        """
        p = np.clip(mean, 0.01, 0.99)
        self.decoder[-1].b.data[...] = np.log(p / (1 - p))

    def encode(self, x) -> Normal:
        """q(z|x).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        h = self.encoder(x)
        return Normal(self.to_mu(h), self.to_logvar(h))

    def decode(self, z) -> Bernoulli:
        """p(x|z).   z (B, Z) → Bernoulli of (B, D)"""
        return Bernoulli(self.decoder(z))

    def elbo(self, x, rng: Generator):
        """Evidence lower bound with one sample of z per example.   x (B, D) in [0, 1] → (B,) nats"""
        return objectives.elbo(x, self.encode(x), self.decode, rng)

    def sample(self, n: int, rng: Generator) -> np.ndarray:
        """n images: z ~ p(z), then the mean of p(x|z), a probability for each pixel.   → (n, D)"""
        with no_grad():
            return self.decode(rng.standard_normal((n, self.latent_dim))).mean.numpy()

    def reconstruct(self, x) -> np.ndarray:
        """The mean of p(x|z) at the mean z = mu(x) of the posterior.   (B, D) → (B, D)"""
        with no_grad():
            return self.decode(self.encode(x).mu).mean.numpy()
