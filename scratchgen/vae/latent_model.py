"""What every model with a Gaussian latent can do, from its encoder and its decoder alone."""

from __future__ import annotations

import numpy as np

from scratchgen import evaluation
from scratchgen.autograd import no_grad
from scratchgen.distributions import Normal
from scratchgen.random import Generator
from scratchgen.vae import objectives


class LatentModel:
    """p(z) = N(0, I) with z of `latent_dim` dimensions, q(z|x) = encode(x), p(x|z) = decode(z).

    Source: Kingma & Welling (2014), section 3.   Ledger: vae.prior
    """

    latent_dim: int

    def encode(self, x) -> Normal:
        """q(z|x).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        raise NotImplementedError(f"{type(self).__name__} has no encode()")

    def decode(self, z):
        """p(x|z).   z (..., Z) → a distribution of (..., D) with log_prob, mean and sample"""
        raise NotImplementedError(f"{type(self).__name__} has no decode()")

    def given(self, labels):
        """The model itself, whatever the classes are: it is not told them (`ConditionalVAE` is)."""
        return self

    def elbo(self, x, rng: Generator):
        """Evidence lower bound with one sample of z per example.   x (B, D) → (B,) nats"""
        return objectives.elbo(x, self.encode(x), self.decode, rng)

    def iwae_bound(self, x, k: int, rng: Generator):
        """Importance-weighted bound with k samples of z per example.   x (B, D) → (B,) nats"""
        return objectives.iwae_bound(x, self.encode(x), self.decode, k, rng)

    def log_likelihood(self, x, k: int, rng: Generator) -> np.ndarray:
        """log p(x) by importance sampling with k samples of z, in bounded memory.   x (B, D) → (B,) nats

        Ledger: vae.evidence
        """
        return evaluation.importance_sampled_log_likelihood(self, x, k, rng).log_likelihood

    def sample(self, n: int, rng: Generator) -> np.ndarray:
        """n images: z ~ p(z), then the mean of p(x|z), a probability for each binary pixel.   → (n, D)

        Ledger: vae.prior
        """
        with no_grad():
            return self.decode(rng.standard_normal((n, self.latent_dim))).mean.numpy()

    def reconstruct(self, x) -> np.ndarray:
        """The mean of p(x|z) at the mean z = mu(x) of the posterior.   (B, D) → (B, D)

        Ledger: vae.posterior
        """
        with no_grad():
            return self.decode(self.encode(x).mu).mean.numpy()
