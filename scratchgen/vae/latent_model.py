"""LatentModel: bounds, samples and reconstructions of any model with a Gaussian latent."""

from __future__ import annotations

import numpy as np

from scratchgen import evaluation
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array, Normal, as_likelihood, as_posterior
from scratchgen.random import Generator, as_generator
from scratchgen.vae import objectives

__all__ = ["LatentModel"]


class LatentModel:
    """A model p(z) = N(0, I), q(z|x) = encode(x), p(x|z) = decode(z); z has `latent_dim` dimensions.

    The base class of every VAE with a Gaussian latent. Your own model defines `latent_dim`, `encode` and
    `decode`; bounds, samples, `vae.train` and the scores of `evaluation` need nothing else.

        >>> import numpy as np, scratchgen as sg
        >>> from scratchgen import distributions, nn, vae
        >>> class MyVAE(vae.LatentModel, nn.Module):
        ...     latent_dim = 2
        ...     def __init__(self):
        ...         self.mu, self.logvar, self.logits = nn.Linear(6, 2), nn.Linear(6, 2), nn.Linear(2, 6)
        ...     def encode(self, x):
        ...         return distributions.Normal(self.mu(x), self.logvar(x))
        ...     def decode(self, z):
        ...         return distributions.Bernoulli(self.logits(z))
        >>> model = MyVAE()
        >>> model.elbo(np.eye(6, dtype=np.float32)).shape, model.sample(3).shape
        ((6,), (3, 6))

    Source: Kingma & Welling (2014), section 3.   Ledger: vae.prior
    """

    latent_dim: int

    def encode(self, x: Array) -> Normal:
        """The posterior q(z|x).   x (B, D) → N(mu, sigma²) of (B, Z)"""
        raise NotImplementedError(f"{type(self).__name__} has no encode()")

    def decode(self, z: Array) -> Array:
        """The likelihood p(x|z).   z (..., Z) → a distribution of (..., D) with log_prob, mean and sample"""
        raise NotImplementedError(f"{type(self).__name__} has no decode()")

    def given(self, labels: Array | None) -> LatentModel:
        """The model itself: it does not depend on the classes. `ConditionalVAE` does.

        labels    (B,), or None where there are none
        """
        return self

    def elbo(self, x: Array, rng: Generator | None = None) -> Array:
        """Evidence lower bound with one sample of z per example.   x (B, D) → (B,) nats"""
        return objectives.elbo(x, self.encode(x), self.decode, rng)

    def iwae_bound(self, x: Array, k: int, rng: Generator | None = None) -> Array:
        """Importance-weighted bound with k samples of z per example.   x (B, D) → (B,) nats"""
        return objectives.iwae_bound(x, self.encode(x), self.decode, k, rng)

    def log_likelihood(self, x: Array, k: int, rng: Generator | None = None) -> np.ndarray:
        """log p(x) by importance sampling with k samples of z, in bounded memory.   x (B, D) → (B,) nats

        Ledger: vae.evidence
        """
        return evaluation.importance_sampled_log_likelihood(self, x, k, as_generator(rng)).log_likelihood

    def sample(self, n: int, rng: Generator | None = None, *, draw: bool = False) -> np.ndarray:
        """n samples: z ~ p(z), then the mean of p(x|z), a probability for each binary pixel.   → (n, D)

        draw    True: a draw x ~ p(x|z) instead of the mean, black or white for each binary pixel. The draws are
                distributed as the model says that the data are; their means have less variance

        Ledger: vae.prior
        """
        rng = as_generator(rng)
        with no_grad():
            p = as_likelihood(self.decode(rng.standard_normal((n, self.latent_dim))))
            return p.sample(rng) if draw else to_numpy(p.mean)

    def reconstruct(self, x: Array) -> np.ndarray:
        """The mean of p(x|z) at the mean z = mu(x) of the posterior.   (B, D) → (B, D)

        Ledger: vae.posterior
        """
        with no_grad():
            return to_numpy(as_likelihood(self.decode(as_posterior(self.encode(x)).mu)).mean)
