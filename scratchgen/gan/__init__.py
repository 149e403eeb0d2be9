"""The generative adversarial network: the value of the game, the two players, their training."""

from scratchgen.gan.models import GAN
from scratchgen.gan.objectives import discriminator_loss, generator_loss, value
from scratchgen.gan.training import discriminator_step, generator_step, train

__all__ = [
    "GAN",
    "discriminator_loss",
    "discriminator_step",
    "generator_loss",
    "generator_step",
    "train",
    "value",
]
