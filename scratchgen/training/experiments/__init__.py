"""A whole training from the name of a data set to scores and pictures, one file a model."""

from scratchgen.training.experiments.gan import train_gan
from scratchgen.training.experiments.rnn import train_rnn
from scratchgen.training.experiments.vae import train_vae

EXPERIMENTS = {"vae": train_vae, "gan": train_gan, "rnn": train_rnn}

__all__ = ["EXPERIMENTS", "train_gan", "train_rnn", "train_vae"]
