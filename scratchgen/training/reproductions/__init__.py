"""Published results that can be run again, by name."""

from scratchgen.training.reproductions.adding import ADDING_100
from scratchgen.training.reproductions.chorales import JSB_GRU, JSB_LSTM, JSB_NADE, JSB_TANH
from scratchgen.training.reproductions.iwae_mnist import IWAE_MNIST
from scratchgen.training.reproductions.ppca import PPCA
from scratchgen.training.reproductions.reproduction import Part, Reproduction, Row, reproduce
from scratchgen.training.reproductions.table import write_section
from scratchgen.training.reproductions.vae_mnist_fixed import VAE_MNIST_FIXED

REPRODUCTIONS = {
    item.name: item
    for item in (
        *(VAE_MNIST_FIXED, IWAE_MNIST, PPCA),
        ADDING_100,
        *(JSB_TANH, JSB_GRU, JSB_LSTM, JSB_NADE),
    )
}

__all__ = ["REPRODUCTIONS", "Part", "Reproduction", "Row", "reproduce", "write_section"]
