"""The trainings whose steps are measured: a VAE, a GAN and a language model, on random data of the usual shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchgen import gan, rnn, vae
from scratchgen.data.tokenizers import CharacterTokenizer
from scratchgen.optim import Adam, Optimizer, Shards, training_step
from scratchgen.random import Generator
from scratchgen.rnn.training import MAX_NORM, STREAMS

PIXELS, CHUNK, SYMBOLS = 784, 64, 64


@dataclass(frozen=True)
class Training:
    """A training of which steps are timed.

    batch        examples of a batch
    optimizer    whose parameters are summed and moved
    step         (shards, examples) ↦ None: one step on a batch of so many examples
    """

    name: str
    batch: int
    optimizer: Optimizer
    step: Callable[[Shards, int], None]


def vae_training() -> Training:
    """MNIST's shape; two layers of 500 units."""
    model, rng = vae.VAE(PIXELS, 32, [500, 500], Generator(0)), Generator(1)
    optimizer, loss = Adam(model.parameters()), vae.BetaLoss()
    x = np.random.default_rng(0).random((4096, PIXELS)).astype(np.float32)

    def objective(x: np.ndarray) -> Any:
        values, terms = loss(model, x, rng)
        return values.mean(), terms

    def step(shards: Shards, B: int) -> None:
        training_step(objective, optimizer, shards=shards, parts=shards.cut(x[:B]), generators=(rng, loss))

    return Training("VAE, 784-500-500-32", 512, optimizer, step)


def gan_training() -> Training:
    """MNIST's shape; two layers of 256 units in each player, one step of each."""
    model, rng = gan.GAN(PIXELS, 64, Generator(0), hidden=[256, 256]), Generator(1)
    of_G, of_D = Adam(model.G.parameters(), 2e-4, beta1=0.5), Adam(model.D.parameters(), 2e-4, beta1=0.5)
    x = np.random.default_rng(0).random((4096, PIXELS)).astype(np.float32)

    def step(shards: Shards, B: int) -> None:
        gan.discriminator_step(model, x[:B], of_D, rng, shards=shards)
        gan.generator_step(model, B, of_G, rng, shards=shards)

    both = Adam([*model.G.parameters(), *model.D.parameters()])
    return Training("GAN, 64-256-256-784", 256, both, step)


def lstm_training() -> Training:
    """A language model of one LSTM layer of 256 units, with chunks of 64 characters."""
    tokenizer = CharacterTokenizer("".join(chr(33 + k) for k in range(SYMBOLS)))
    model = rnn.LanguageModel(tokenizer, 256, rng=Generator(0), cell="lstm")
    optimizer, rng = Adam(model.parameters()), np.random.default_rng(0)
    ids = rng.integers(0, SYMBOLS, (CHUNK + 1, 1024))

    def objective(inputs: np.ndarray, targets: np.ndarray, state: Any) -> Any:
        losses, _ = model.loss(inputs, targets, state)
        return losses.mean(), {}

    def step(shards: Shards, B: int) -> None:
        parts = shards.cut(ids[:-1, :B], ids[1:, :B], None, axes=STREAMS)
        training_step(objective, optimizer, shards=shards, parts=parts, max_norm=MAX_NORM)

    return Training("LSTM, 256 units, chunks of 64", 64, optimizer, step)


TRAININGS = (vae_training, gan_training, lstm_training)
