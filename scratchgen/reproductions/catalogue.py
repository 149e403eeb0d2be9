"""All reproductions, in the order of their page."""

from scratchgen.reproductions.adding import ADDING_100
from scratchgen.reproductions.chorales import JSB_GRU, JSB_LSTM, JSB_NADE, JSB_TANH
from scratchgen.reproductions.copying import COPY_100
from scratchgen.reproductions.gan_grid25 import GAN_GRID25
from scratchgen.reproductions.gan_mnist_parzen import GAN_MNIST_PARZEN
from scratchgen.reproductions.gan_ring8 import GAN_RING8, GAN_RING8_SWEEP
from scratchgen.reproductions.iwae_mnist import IWAE_MNIST
from scratchgen.reproductions.ppca import PPCA
from scratchgen.reproductions.shakespeare import SHAKESPEARE_LSTM, SHAKESPEARE_TANH
from scratchgen.reproductions.vae_mnist_fixed import VAE_MNIST_FIXED

ALL = (
    *(VAE_MNIST_FIXED, IWAE_MNIST, PPCA),
    *(GAN_RING8, GAN_RING8_SWEEP, GAN_GRID25, GAN_MNIST_PARZEN),
    *(JSB_TANH, JSB_GRU, JSB_LSTM, JSB_NADE),
    *(ADDING_100, COPY_100, SHAKESPEARE_TANH, SHAKESPEARE_LSTM),
)
REPRODUCTIONS = {item.name: item for item in ALL}
