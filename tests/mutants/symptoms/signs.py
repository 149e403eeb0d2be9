"""The signs of planted faults by the name of the fault; faults of data and input belong to no training."""

from .no_signs import NO_SIGNS
from .signs_of_gan import GAN
from .signs_of_optim import NETWORK, OPTIM
from .signs_of_rnn import KERNELS, RNN
from .signs_of_vae import VAE

SIGNS = VAE | GAN | RNN | KERNELS | OPTIM | NETWORK | NO_SIGNS
