"""The variational autoencoder: bounds on the evidence, models, their training."""

from scratchgen.vae.build import ARCHITECTURES, build
from scratchgen.vae.geco import GECO
from scratchgen.vae.linear import LinearVAE, ppca_log_likelihood
from scratchgen.vae.losses import BetaLoss, ConstrainedLoss, ImportanceLoss
from scratchgen.vae.models import VAE, ConditionalVAE
from scratchgen.vae.objectives import beta_elbo, elbo, free_bits_rate, iwae_bound, lagrangian, warm_up
from scratchgen.vae.training import evaluate, train

__all__ = [
    "ARCHITECTURES",
    "GECO",
    "VAE",
    "BetaLoss",
    "ConditionalVAE",
    "ConstrainedLoss",
    "ImportanceLoss",
    "LinearVAE",
    "beta_elbo",
    "build",
    "elbo",
    "evaluate",
    "free_bits_rate",
    "iwae_bound",
    "lagrangian",
    "ppca_log_likelihood",
    "train",
    "warm_up",
]
