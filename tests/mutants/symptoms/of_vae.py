"""Trainings of variational autoencoders.

The score of held-out examples is computed here in plain NumPy from the outputs of the networks, so that a fault in the
library's bound does not hide itself.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from scratchgen import nn, no_grad
from scratchgen.data import load_images
from scratchgen.distributions import Bernoulli
from scratchgen.optim import Adam, training_step
from scratchgen.random import Generator
from scratchgen.vae import VAE, BetaLoss, ConstrainedLoss, ImportanceLoss
from scratchgen.vae.columns import ColumnLikelihood
from scratchgen.vae.objectives import vq_objective
from scratchgen.vae.quantise import Quantiser
from scratchgen.vae.sigma import FollowingSigma

from .training import Training

BATCH = 64


def held_out(model: VAE, x: np.ndarray) -> dict[str, float]:
    """Distortion and rate of examples (N, D) in nats per example, and their sum; the root mean square error."""
    with no_grad():
        q = model.encode(x)
        mu, logvar = q.mu.numpy(), q.logvar.numpy()
        eps = np.random.default_rng(0).standard_normal(mu.shape, np.float32)
        p = model.decode(mu + np.exp(logvar / 2) * eps)
    if isinstance(p, Bernoulli):
        a = p.logits.numpy()
        distortion = np.sum(np.logaddexp(0, a) - a * x, axis=1)
        error = 1 / (1 + np.exp(-a)) - x
    else:
        error, variance = p.mu.numpy() - x, np.exp(np.asarray(p.logvar))
        distortion = np.sum(np.log(2 * np.pi * variance) + error**2 / variance, axis=1) / 2
    rate = np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=1) / 2
    found = {"distortion": distortion.mean(), "rate": rate.mean(), "error": np.sqrt(np.mean(error**2))}
    return {name: float(value) for name, value in found.items()} | {"nats": float((distortion + rate).mean())}


def steps_of(model, x, loss, steps, every, learning_rate=3e-3):
    """Train on batches of x; after every few steps yield the step and the loss that the library reports."""
    rng, optimizer = Generator(2), Adam(model.parameters(), learning_rate=learning_rate)
    sigma, shown = FollowingSigma(model, optimizer), []
    sigma.start(x)

    def objective(batch):
        values, numbers = loss(model, batch, rng)
        value = values.mean()
        shown.append(value.item())
        return value, numbers

    for step in range(1, steps + 1):
        batch = x[rng.integers(len(x), size=min(BATCH, len(x)))]
        with sigma.step(x.shape[1]):
            training_step(partial(objective, batch), optimizer, generators=(rng, loss))
        if step % every == 0:
            yield step, {"loss": float(np.mean(shown))}, sigma
            shown.clear()


def binary(loss: Callable, latent: int = 8):
    """A VAE of binary digits."""
    data = load_images("binarized-digits")
    model, loss = VAE(64, latent, 64, Generator(1)), loss()
    for step, numbers, _ in steps_of(model, data.train, loss, 300, 30):
        if isinstance(loss, ConstrainedLoss):
            numbers["lambda"] = loss.multiplier.lam
        yield step, numbers | held_out(model, data.test)


def grey(examples: int, steps: int):
    """A VAE of grey digits whose likelihood is Gaussian."""
    data = load_images("digits")
    x, test = data.train[:examples], data.test
    model = VAE(64, 8, 64, Generator(1), likelihood="gaussian")
    for step, numbers, sigma in steps_of(model, x, BetaLoss(), steps, steps // 10):
        sigma.epoch(test, Generator(3))
        numbers["sigma"] = float(np.exp(0.5 * model.likelihood.logvar.data[0]))
        yield step, numbers | held_out(model, test)


def table(kind: str):
    """A VAE of a table of two columns: one of the order of 1, the other a thousand times as large."""
    draws = np.random.default_rng(0).standard_normal((1200, 2)).astype(np.float32)
    y = draws @ np.array([[1.0, 0.9], [0.0, 0.4]], np.float32)
    if kind == "positive":
        model = VAE(2, 1, 16, Generator(1), likelihood=ColumnLikelihood([1, 1], ["real", "positive"], [0, 6]))
    else:
        y *= np.array([1, 1000], np.float32)
        model = VAE(2, 1, 16, Generator(1), likelihood="gaussian")
        model.init_output_bias(y.mean(axis=0), y.std(axis=0))
    train, test = y[:1000], y[1000:]
    for step, numbers, sigma in steps_of(model, train, BetaLoss(), 300, 30):
        sigma.epoch(test, Generator(3))
        with no_grad():
            error = np.asarray(model.reconstruct(test)) - test
        of_first = float(np.sqrt(np.mean(error[:, 0] ** 2)))
        yield step, numbers | {"first": of_first}


class VQ(nn.Module):
    """Four codes of two numbers per image, chosen among sixteen."""

    def __init__(self):
        rng = Generator(1)
        self.encoder = nn.Sequential(nn.Linear(64, 64, rng), nn.ReLU(), nn.Linear(64, 8, rng))
        self.decoder = nn.Sequential(nn.Linear(8, 64, rng), nn.ReLU(), nn.Linear(64, 64, rng))
        self.codes = Quantiser(16, 2, rng, decay=0.9)

    def encode(self, x):
        return self.encoder(x).reshape(-1, 4, 2)

    def decode(self, z):
        return Bernoulli(self.decoder(z.reshape(-1, 8)))


def quantised():
    """A VAE with discrete codes (VQ-VAE) of binary digits."""
    data, model, rng = load_images("binarized-digits"), VQ(), Generator(2)
    optimizer, shown = Adam(model.parameters(), learning_rate=3e-3), []

    def objective(x):
        z = model.encode(x)
        k, e = model.codes(z)
        loss = -vq_objective(x, z, e, model.decode).mean()
        model.codes.update(z, k, rng)
        shown.append(loss.item())
        return loss, {}

    for step in range(1, 301):
        training_step(partial(objective, data.train[rng.integers(len(data.train), size=BATCH)]), optimizer)
        if step % 30 == 0:
            with no_grad():
                a = model.decode(nn.Parameter(model.codes(model.encode(data.test))[1])).logits.numpy()
            nats = float(np.mean(np.sum(np.logaddexp(0, a) - a * data.test, axis=1)))
            yield step, {"loss": float(np.mean(shown)), "distortion": nats}
            shown.clear()


LOSS = "loss that is printed (nats per image)"
NATS = "held-out score (nats per image)"
DIGITS = "a VAE (64–64–8 units) on binary 8×8 digits, 300 steps of Adam"
TRAININGS = {
    "vae": Training(f"{DIGITS}.", {"loss": LOSS, "nats": NATS}, partial(binary, BetaLoss)),
    "iwae": Training(
        f"{DIGITS}, on the importance-weighted bound of 5 samples.",
        {"loss": LOSS, "nats": NATS},
        partial(binary, partial(ImportanceLoss, 5)),
    ),
    "beta": Training(
        f"{DIGITS}, with β = 2.",
        {"loss": LOSS, "rate": "held-out rate (nats per image)"},
        partial(binary, partial(BetaLoss, 2.0)),
    ),
    "free bits": Training(
        f"{DIGITS}, with 1 free nat per latent dimension.",
        {"loss": LOSS, "rate": "held-out rate (nats per image)"},
        partial(binary, partial(BetaLoss, free_bits=1.0)),
    ),
    "constrained": Training(
        f"{DIGITS}, with the constraint that the distortion is at most 16 nats.",
        {"distortion": "held-out distortion (nats per image)", "lambda": "λ"},
        partial(binary, partial(ConstrainedLoss, 16.0)),
    ),
    "gaussian": Training(
        "a VAE (64–64–8 units) with a Gaussian likelihood on grey 8×8 digits, 300 steps of Adam.",
        {"loss": LOSS, "nats": NATS, "sigma": "sigma of the likelihood"},
        partial(grey, 1200, 300),
    ),
    "few images": Training(
        "a VAE (64–64–8 units) with a Gaussian likelihood on 16 grey digits, 300 steps of Adam.",
        {"loss": LOSS, "nats": NATS, "sigma": "sigma of the likelihood"},
        partial(grey, 16, 300),
    ),
    "table": Training(
        "a VAE (2–16–1 units) of a table of two columns, one a thousand times as large, 300 steps of Adam.",
        {"loss": "loss that is printed (nats per row)", "first": "error of the small column"},
        partial(table, "gaussian"),
    ),
    "positive column": Training(
        "a VAE (2–16–1 units) of a table with a real and a positive column, 300 steps of Adam.",
        {"loss": "loss that is printed (nats per row)", "first": "error of the real column"},
        partial(table, "positive"),
    ),
    "vq": Training(
        "a VQ-VAE (4 of 16 codes per image) on binary 8×8 digits, 300 steps of Adam.",
        {"loss": LOSS, "distortion": "held-out distortion (nats per image)"},
        quantised,
    ),
}
