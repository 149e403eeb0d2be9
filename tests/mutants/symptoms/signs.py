"""The signs of planted faults by the name of the fault; faults of data and input belong to no training."""

from .no_signs import NO_SIGNS
from .signs_of_gan import GAN
from .signs_of_gan_augmentation import GAN_AUGMENTATION
from .signs_of_gan_batch_norm import GAN_BATCH_NORM
from .signs_of_gan_penalties import GAN_PENALTIES
from .signs_of_optim import NETWORK, OPTIM
from .signs_of_rnn import KERNELS, RNN
from .signs_of_vae import VAE

OF_GAN = GAN | GAN_PENALTIES | GAN_BATCH_NORM | GAN_AUGMENTATION
SIGNS = VAE | OF_GAN | RNN | KERNELS | OPTIM | NETWORK | NO_SIGNS
