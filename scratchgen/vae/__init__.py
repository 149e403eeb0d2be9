"""The variational autoencoder: the bound, the model, its training."""

from scratchgen.vae.models import VAE
from scratchgen.vae.objectives import elbo
from scratchgen.vae.training import evaluate, train

__all__ = ["VAE", "elbo", "evaluate", "train"]
