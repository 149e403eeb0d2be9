"""Modules, layers and initialisers of their weights."""

from scratchgen.nn import init
from scratchgen.nn.activations import ELU, GELU, SiLU
from scratchgen.nn.attention import MultiheadAttention
from scratchgen.nn.convolution import Conv1d, Conv2d, ConvTranspose2d, ZeroPad2d
from scratchgen.nn.layers import Dropout, Embedding, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from scratchgen.nn.load_report import LoadReport
from scratchgen.nn.module import Buffer, ForwardHook, Module, Parameter
from scratchgen.nn.normalisation import BatchNorm, GroupNorm, LayerNorm
from scratchgen.nn.recurrent import GRU, LSTM, RNN, Recurrent
from scratchgen.nn.saving import saveable
from scratchgen.nn.shapes import AvgPool2d, Flatten, Identity, MaxPool2d, Upsample
from scratchgen.nn.spectral import SpectralNorm
from scratchgen.nn.standardise import Standardise

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BatchNorm",
    "Buffer",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "ForwardHook",
    "GroupNorm",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LoadReport",
    "MaxPool2d",
    "Module",
    "MultiheadAttention",
    "Parameter",
    "ReLU",
    "Recurrent",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SpectralNorm",
    "Standardise",
    "Tanh",
    "Upsample",
    "ZeroPad2d",
    "init",
    "saveable",
]
