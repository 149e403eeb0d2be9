"""Modules, layers and how their weights begin."""

from scratchgen.nn import init
from scratchgen.nn.convolution import Conv2d, ConvTranspose2d
from scratchgen.nn.layers import Dropout, Embedding, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from scratchgen.nn.module import Buffer, Module, Parameter
from scratchgen.nn.normalisation import BatchNorm, LayerNorm
from scratchgen.nn.recurrent import GRU, LSTM, RNN, Recurrent
from scratchgen.nn.spectral import SpectralNorm

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "BatchNorm",
    "Buffer",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Embedding",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "Module",
    "Parameter",
    "ReLU",
    "Recurrent",
    "Sequential",
    "Sigmoid",
    "SpectralNorm",
    "Tanh",
    "init",
]
