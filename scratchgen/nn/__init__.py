"""Modules, layers and initialisers of their weights."""

from scratchgen.nn import init
from scratchgen.nn.convolution import Conv2d, ConvTranspose2d, ZeroPad2d
from scratchgen.nn.layers import Dropout, Embedding, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from scratchgen.nn.load_report import LoadReport
from scratchgen.nn.module import Buffer, ForwardHook, Module, Parameter
from scratchgen.nn.normalisation import BatchNorm, LayerNorm
from scratchgen.nn.recurrent import GRU, LSTM, RNN, Recurrent
from scratchgen.nn.saving import saveable
from scratchgen.nn.spectral import SpectralNorm
from scratchgen.nn.standardise import Standardise

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
    "ForwardHook",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LoadReport",
    "Module",
    "Parameter",
    "ReLU",
    "Recurrent",
    "Sequential",
    "Sigmoid",
    "SpectralNorm",
    "Standardise",
    "Tanh",
    "ZeroPad2d",
    "init",
    "saveable",
]
