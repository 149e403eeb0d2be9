"""Generative adversarial networks: objectives, the two players, their training."""

from scratchgen.gan.augmentation import ImageAugmentation
from scratchgen.gan.convolutional import ConvGAN
from scratchgen.gan.dirac import dirac_forces, dirac_path
from scratchgen.gan.game import Game
from scratchgen.gan.models import GAN, AdversarialPair, ConditionalGAN
from scratchgen.gan.objectives import discriminator_loss, generator_loss, undecided_loss, value
from scratchgen.gan.penalties import gradient_penalty, r1_penalty
from scratchgen.gan.theory import generated_log_density
from scratchgen.gan.training import check, discriminator_step, generator_step, train
from scratchgen.gan.training_trace import Snapshot, TrainingTrace

__all__ = [
    "GAN",
    "AdversarialPair",
    "ConditionalGAN",
    "ConvGAN",
    "Game",
    "ImageAugmentation",
    "Snapshot",
    "TrainingTrace",
    "check",
    "dirac_forces",
    "dirac_path",
    "discriminator_loss",
    "discriminator_step",
    "generated_log_density",
    "generator_loss",
    "generator_step",
    "gradient_penalty",
    "r1_penalty",
    "train",
    "undecided_loss",
    "value",
]
