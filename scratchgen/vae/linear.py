"""The linear VAE, whose largest bound is known: the log-likelihood of probabilistic PCA."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import LOG_2PI, Array, Normal
from scratchgen.errors import BadInput, check_counts
from scratchgen.nn import Linear, Module, Parameter
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.likelihoods import GaussianLikelihood

__all__ = ["LinearVAE", "ppca_log_likelihood"]


@saveable
class LinearVAE(LatentModel, Module):
    """A VAE without nonlinearities: q(z|x) = N((x − b) V, diag(s²)),   p(x|z) = N(z W + b, sigma² I).

    The equations are in the units of its likelihood, those of the data until `init_output_bias` is given a scale.

    log_volume    as of a `GaussianLikelihood`: 0, but of a standardised table whose density is in the table's units

    V (D, Z), s (Z,), W (Z, D), b (D,) and sigma are learned. The largest bound equals the maximum
    likelihood of probabilistic PCA, and it is tight only if the rows of W are orthogonal: so the bound finds the
    principal axes, while PCA's likelihood does not change when they are rotated.

    Source: Lucas et al. (2019), section 4.   Ledger: vae.linear
    """

    def __init__(
        self, data_dim: int, latent_dim: int, rng: Generator | None = None, *, log_volume: float = 0.0
    ):
        check_counts(data_dim=data_dim, latent_dim=latent_dim)
        rng = as_generator(rng)
        self.latent_dim = latent_dim
        self.V = Linear(data_dim, latent_dim, rng)
        self.logvar = Parameter(np.zeros(latent_dim, np.float32))
        self.decoder = Linear(latent_dim, data_dim, rng)
        self.likelihood = GaussianLikelihood(data_dim, log_volume)

    def init_output_bias(self, mean: np.ndarray, scale: np.ndarray | float | None = None) -> None:
        """Centre the data: set b to their mean (D,).   scale: as for `VAE.init_output_bias`"""
        if scale is not None:
            self.likelihood.init_scale(mean, scale)
        self.decoder.b.data[...] = self.likelihood.output_for_mean(mean)

    def encode(self, x: Array) -> Normal:
        """The posterior q(z|x).   x (B, D) → N(mu, s²) of (B, Z); the bias of V is a learned offset of mu

        Ledger: vae.linear
        """
        mu = self.V(self.likelihood.units(x) - self.decoder.b)
        return Normal(mu, np.broadcast_to(self.logvar, mu.shape))

    def decode(self, z: Array) -> Array:
        """The likelihood p(x|z).   z (..., Z) → N(z W + b, sigma² I) of (..., D)   Ledger: vae.linear"""
        return self.likelihood(self.decoder(z))

    def exact_elbo(self, x: Array) -> Array:
        """The evidence lower bound with the expectation in closed form, without noise.   x (B, D) → (B,) nats

        E_q log p(x|z) = −½ [D log 2π sigma² + (‖x − mu W − b‖² + Σ_j s_j² ‖W_j‖²) / sigma²]

        Source: Lucas et al. (2019), appendix C.   Ledger: vae.linear
        """
        q, W, logvar = self.encode(x), self.decoder.W, self.likelihood.logvar_in_units
        error = np.sum((self.likelihood.units(x) - self.decoder(q.mu)) ** 2, axis=-1)
        spread = np.sum(np.exp(self.logvar) * np.sum(W**2, axis=-1))
        D = x.shape[-1]
        log_p = -0.5 * (D * (LOG_2PI + logvar) + (error + spread) * np.exp(-logvar))
        return log_p - self._log_units() - q.kl_to_standard_normal()

    def exact_log_likelihood(self, x: Array) -> np.ndarray:
        """The evidence log p(x) = log N(x; b, C) with C = WᵀW + sigma² I.   x (B, D) → (B,) nats

        −½ [D log 2π + log det C + (x − b) C⁻¹ (x − b)ᵀ], in float64.
        Source: Tipping & Bishop (1999), eq. 4 and 5.   Ledger: vae.exact_evidence
        """
        W, b = (np.asarray(to_numpy(p), np.float64) for p in (self.decoder.W, self.decoder.b))
        C = W.T @ W + np.exp(float(to_numpy(self.likelihood.logvar_in_units)[0])) * np.eye(len(b))
        L = np.linalg.cholesky(C)
        x = to_numpy(self.likelihood.units(np.asarray(to_numpy(x), np.float64)))
        y = np.linalg.solve(L, (x - b).T)  # (D, B)
        log_det = 2 * np.sum(np.log(np.diag(L)))
        return -0.5 * (len(b) * LOG_2PI + log_det + np.sum(y**2, axis=0)) - self._log_units()

    def _log_units(self) -> np.floating:
        """Σ_d log scale_d, by which a log-density exceeds that in the units of the data, and log_volume."""
        return np.sum(np.log(self.likelihood.units.scale.data)) + self.likelihood.log_volume


def ppca_log_likelihood(x: np.ndarray, latent_dim: int) -> float:
    """The maximum mean log-likelihood of probabilistic PCA with Z latents on data x (N, D), in nats.

    −½ [D log 2π + Σ_{i≤Z} log λ_i + (D − Z) log σ² + D],   σ² the mean of λ_{Z+1} … λ_D

    λ are the eigenvalues of the covariance of the data. Raises BadInput unless 1 ≤ Z < D, and for data that vary
    in Z dimensions or fewer, whose likelihood is unbounded.
    Source: Tipping & Bishop (1999), eq. 8 and 9.   Ledger: vae.ppca
    """
    D = x.shape[1]
    check_counts(latent_dim=latent_dim)
    if latent_dim >= D:
        raise BadInput(f"latent_dim must be below the {D} dimensions of the data, not {latent_dim}")
    eigenvalues = np.linalg.eigvalsh(np.cov(x.astype(np.float64), rowvar=False, bias=True))[::-1]
    if not eigenvalues[latent_dim] > D * np.finfo(np.float64).eps * eigenvalues[0]:
        raise BadInput(
            f"these data vary in at most {latent_dim} dimensions, so that the likelihood of {latent_dim} latents is "
            "unbounded: sigma falls to 0; choose fewer latents, or give data that vary in more dimensions"
        )
    rest = eigenvalues[latent_dim:].mean()
    return -0.5 * float(
        D * math.log(2 * math.pi)
        + np.log(eigenvalues[:latent_dim]).sum()
        + (D - latent_dim) * math.log(rest)
        + D
    )
