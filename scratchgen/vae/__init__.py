"""The variational autoencoder, with continuous latents and with codes: bounds, models, training."""

from scratchgen.vae import vq_training
from scratchgen.vae.models import VAE
from scratchgen.vae.objectives import elbo, vq_objective
from scratchgen.vae.training import evaluate, train
from scratchgen.vae.vq import VQVAE

__all__ = ["VAE", "VQVAE", "elbo", "evaluate", "train", "vq_objective", "vq_training"]
