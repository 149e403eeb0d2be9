"""The variational autoencoder, with continuous latents and with codes: bounds, models, their training."""

from scratchgen.vae import vq_training
from scratchgen.vae.build import ARCHITECTURES, build
from scratchgen.vae.geco import GECO
from scratchgen.vae.linear import LinearVAE, ppca_log_likelihood
from scratchgen.vae.losses import BetaLoss, ConstrainedLoss, ImportanceLoss
from scratchgen.vae.models import VAE, ConditionalVAE, ConvVAE
from scratchgen.vae.objectives import (
    beta_elbo,
    elbo,
    free_bits_rate,
    iwae_bound,
    lagrangian,
    vq_objective,
    warm_up,
)
from scratchgen.vae.training import evaluate, train
from scratchgen.vae.vq import VQVAE
from scratchgen.vae.vq_training import train_vq

__all__ = [
    "ARCHITECTURES",
    "GECO",
    "VAE",
    "VQVAE",
    "BetaLoss",
    "ConditionalVAE",
    "ConstrainedLoss",
    "ConvVAE",
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
    "train_vq",
    "vq_objective",
    "vq_training",
    "warm_up",
]
