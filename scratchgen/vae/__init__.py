"""The variational autoencoder, with continuous latents and with discrete codes: bounds, models, training."""

from scratchgen.vae import vq_training
from scratchgen.vae.columns import ColumnLikelihood
from scratchgen.vae.direction import latent_direction
from scratchgen.vae.geco import GECO
from scratchgen.vae.imputation import impute
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.likelihoods import Likelihood
from scratchgen.vae.linear import LinearVAE, ppca_log_likelihood
from scratchgen.vae.losses import BetaLoss, ConstrainedLoss, ImportanceLoss, Loss
from scratchgen.vae.models import VAE, ConditionalVAE, ConvVAE
from scratchgen.vae.objectives import (
    Bound,
    beta_elbo,
    distortion_and_rate,
    elbo,
    free_bits_rate,
    iwae_bound,
    kl_weight,
    lagrangian,
    vq_objective,
)
from scratchgen.vae.posterior_search import partial_bound, restore
from scratchgen.vae.training import evaluate, train
from scratchgen.vae.vq import VQVAE
from scratchgen.vae.vq_training import train_vq

__all__ = [
    "GECO",
    "VAE",
    "VQVAE",
    "BetaLoss",
    "Bound",
    "ColumnLikelihood",
    "ConditionalVAE",
    "ConstrainedLoss",
    "ConvVAE",
    "ImportanceLoss",
    "LatentModel",
    "Likelihood",
    "LinearVAE",
    "Loss",
    "beta_elbo",
    "distortion_and_rate",
    "elbo",
    "evaluate",
    "free_bits_rate",
    "impute",
    "iwae_bound",
    "kl_weight",
    "lagrangian",
    "latent_direction",
    "partial_bound",
    "ppca_log_likelihood",
    "restore",
    "train",
    "train_vq",
    "vq_objective",
    "vq_training",
]
