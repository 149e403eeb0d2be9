"""The faults by family."""

from .autograd import AUTOGRAD
from .data import DATA
from .gan import GAN
from .inputs import INPUTS
from .kernels import KERNELS
from .metrics import METRICS
from .optim import OPTIM
from .parts import PARTS
from .rnn import RNN
from .vae import VAE

FAMILIES = {
    "vae": VAE,
    "gan": GAN,
    "rnn": RNN,
    "autograd": AUTOGRAD,
    "optim": OPTIM,
    "data": DATA,
    "metrics": METRICS,
    "kernels": KERNELS,
    "inputs": INPUTS,
    "parts": PARTS,
}
