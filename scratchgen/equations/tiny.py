"""Models small enough to follow by hand: one latent and one dimension of the data."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.nn import Module
from scratchgen.random import Generator
from scratchgen.rnn.models import LanguageModel
from scratchgen.vae.latent_model import LatentModel

M = TypeVar("M", bound=Module)


class Noise(Generator):
    """A generator that returns the given numbers as normal noise."""

    def __init__(self, *eps: float):
        super().__init__()
        self.eps = eps

    def standard_normal(self, size=(), dtype=np.float32) -> np.ndarray:
        return np.array(self.eps, dtype).reshape(size)


class Uniform(Generator):
    """A generator that returns the given numbers as uniform noise."""

    def __init__(self, u):
        super().__init__()
        self.u = u

    def random(self, size=(), dtype=np.float32) -> np.ndarray:
        return np.array(self.u, dtype).reshape(size)


class Pixel(LatentModel):
    """q(z|x) = N(x, 1) and p(x|z) = Bernoulli(σ(weight · z)); with weight 0 the latent carries no information."""

    latent_dim = 1

    def __init__(self, weight: float):
        self.weight = Tensor(weight)

    def encode(self, x) -> Normal:
        return Normal(x, 0 * x)

    def decode(self, z) -> Bernoulli:
        return Bernoulli(self.weight * z)


class Sum(LatentModel):
    """x = z + noise, both N(0, 1), so that p(x) = N(0, 2), and the posterior is q(z|x) = N(x/2, ½)."""

    latent_dim = 1

    def encode(self, x) -> Normal:
        return Normal(x / 2, 0 * x - np.log(2))

    def decode(self, z) -> Normal:
        return Normal(z, 0 * z)


def blank(model: M, **weights) -> M:
    """The model with these parameters, named with _ for the dot, and zeros for all others."""
    for name, parameter in model.named_parameters():
        parameter.data[...] = weights.pop(name.replace(".", "_"), 0.0)
    if weights:
        raise ValueError(f"the model has no {', '.join(weights)}: {model}")
    return model


def two_letters(**weights) -> LanguageModel:
    """A recurrent language model with one unit over the characters a and b."""
    return blank(LanguageModel(CharacterTokenizer("ab"), hidden=1, embedding=1), **weights)
