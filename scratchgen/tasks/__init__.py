"""A whole training from the name of a data set to scores and pictures, one file a model."""

from scratchgen.tasks.gan import train_gan
from scratchgen.tasks.rnn import train_rnn
from scratchgen.tasks.vae import train_vae

EXPERIMENTS = {"vae": train_vae, "gan": train_gan, "rnn": train_rnn}

__all__ = ["EXPERIMENTS", "train_gan", "train_rnn", "train_vae"]
