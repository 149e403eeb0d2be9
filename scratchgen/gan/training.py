"""Training a generative adversarial network: the players move in turn."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import contextmanager

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import batches
from scratchgen.errors import BadInput
from scratchgen.functional import sigmoid
from scratchgen.gan.game import ORIGINAL, Game
from scratchgen.gan.models import AdversarialPair, ConditionalGAN
from scratchgen.gan.monitor import ROWS, GANMonitor
from scratchgen.gan.objectives import LOGISTIC, discriminator_loss, generator_loss
from scratchgen.gan.penalties import gradient_penalty, r1_penalty
from scratchgen.gan.training_trace import TrainingTrace
from scratchgen.nn import BatchNorm, Module
from scratchgen.optim import Adam, MovingAverage, Optimizer, grad_norm
from scratchgen.random import HELD_OUT_SEED, Generator

SETTLING = 100  # batches for the statistics of a generator whose weights were replaced


class Diverged(BadInput):
    """A loss or a gradient is no longer a finite number. No weight was changed by it."""


def train(
    model: AdversarialPair,
    images,
    run,
    *,
    epochs: int,
    batch_size: int,
    alpha: float | Callable[[int], float],
    rng: Generator,
    labels=None,
    game: Game = ORIGINAL,
    beta1: float = 0.5,
    beta2: float = 0.999,
    film: TrainingTrace | None = None,
):
    """Goodfellow et al. (2014), algorithm 1, with Adam; `game.ratio` steps of D for one of G.

    images    (N, D);  labels: (N,), their classes, for a conditional model
    run       a `training.Run`, or a `training.History`, that keeps the books
    alpha     the step size, or a function that gives it for each epoch, counted from 1
    beta1     Adam's; ½ as the gradients of a game turn (Radford et al. 2016, section 4)
    film      looks after the steps of either player, and is kept with the run

    An epoch's last examples that fill no batch are left out. At the end the weights of G are their moving
    average. What is logged, and how it looks in a game that goes well, is told in `health`.
    Raises BadInput for data that do not fit, Diverged when a loss is no longer finite.
    """
    check(model, images, labels, game, batch_size)
    labels = np.zeros(len(images), np.int64) if labels is None else labels
    optimizer_D = Adam(model.D.parameters(), 1.0, beta1, beta2)
    optimizer_G = Adam(model.G.parameters(), 1.0, beta1, beta2)
    average, health = MovingAverage(model.G.parameters()), GANMonitor(game.objective, images)
    run.track(model=model, optimizer_D=optimizer_D, optimizer_G=optimizer_G, average=average)
    look = film.look if film else lambda player, step: None
    run.track(health=health.memory, rng=rng, **({"film": film} if film else {}))
    for epoch in run.epochs(epochs):
        optimizer_D.alpha = optimizer_G.alpha = alpha(epoch) if callable(alpha) else alpha
        for x, y in run.steps(batches(images, labels, batch_size=batch_size, rng=rng, drop_last=True)):
            step = run.total_steps + 1
            with _telling_where(run):
                players = model.given(y)
                numbers = discriminator_step(players, x, optimizer_D, rng, game)
                look("D", step)
                if step % game.ratio == 0:
                    numbers |= generator_step(players, len(x), optimizer_G, rng, game)
                    look("G", step)
                    average.update()
            run.log(**numbers)
            health.step(numbers["V"])
        diversity, complaints = health.epoch(model.sample(ROWS, Generator(HELD_OUT_SEED)))
        run.log(diversity=diversity)
        for complaint in complaints:
            run.say(complaint)
    average.install()
    _settle(model, batch_size, rng)


def discriminator_step(
    model: AdversarialPair, x, optimizer: Optimizer, rng: Generator, game: Game = ORIGINAL
) -> dict[str, float]:
    """One step for D on real examples x (B, D) and as many fakes; G does not change."""
    with no_grad(), model.G.frozen():
        fake = model.generate(len(x), rng).numpy()
    optimizer.zero_grad()
    d_real, d_fake = model.logits(x), model.logits(fake)
    loss = discriminator_loss(d_real, d_fake, game.objective)
    V = -loss.item()
    if game.gradient_penalty:
        u = np.repeat(rng.random((len(d_real), 1)), len(x) // len(d_real), axis=0)
        loss = loss + game.gradient_penalty * gradient_penalty(model.logits, x, fake, u)
    if game.r1:
        loss = loss + game.r1 / 2 * r1_penalty(model.logits, x)
    norm = _step("discriminator", loss, optimizer)
    says = (lambda a: sigmoid(a.numpy())) if game.objective in LOGISTIC else lambda a: a.numpy()
    return {"V": V, "D_real": _mean(says(d_real)), "D_fake": _mean(says(d_fake)), "norm_D": norm}


def generator_step(
    model: AdversarialPair, n: int, optimizer: Optimizer, rng: Generator, game: Game = ORIGINAL
) -> dict[str, float]:
    """One step for G on n fakes against the D of this moment, which does not change."""
    optimizer.zero_grad()
    with model.D.frozen():
        loss = generator_loss(model.logits(model.generate(n, rng)), game.objective)
        norm = _step("generator", loss, optimizer)
    return {"G_loss": loss.item(), "norm_G": norm}


def _step(player: str, loss, optimizer: Optimizer) -> float:
    """A step down the loss, unless it or its gradient is not finite; the norm of the gradient."""
    if not math.isfinite(loss.item()):
        raise Diverged(f"the loss of the {player} is {loss.item()}")
    loss.backward()
    norm = grad_norm(optimizer.parameters)
    if not math.isfinite(norm):
        raise Diverged(f"the gradient of the {player} has the norm {norm}")
    optimizer.step()
    return norm


@contextmanager
def _telling_where(run):
    try:
        yield
    except Diverged as problem:
        raise Diverged(
            f"{problem} in step {run.step + 1} of epoch {run.epoch}; what was saved before is whole. "
            "Train anew with a smaller alpha, or with a penalty on the discriminator's slope (r1)"
        ) from None


def check(model: AdversarialPair, images, labels, game: Game, batch_size: int) -> None:
    """Raise BadInput for data (N, D), their classes (N,) or None, and rules that do not go with the model."""
    if len(images) < batch_size:
        raise BadInput(
            f"{len(images)} examples make no batch of {batch_size}; choose a smaller batch size, or give more"
        )
    if isinstance(model, ConditionalGAN):
        if labels is None:
            raise BadInput(
                "a conditional GAN is told the class of each example; these have none: give labels"
            )
        model.given(labels)
    if batch_size % model.pack:
        raise BadInput(f"a batch of {batch_size} cannot be cut into packs of {model.pack}; choose a multiple")
    if (game.gradient_penalty or game.r1) and _normalises_batches(model.D):
        raise BadInput("a penalty on D's slope is by example, and batch normalisation mixes them; norm=layer")
    if model.bounded:
        parts = [images[i : i + ROWS] for i in range(0, len(images), ROWS)]
        low, high = min(np.min(x) for x in parts), max(np.max(x) for x in parts)
        if not (low >= 0 and high <= 1):
            raise BadInput(
                f"the generator's outputs are in (0, 1), but the data from {low:g} to {high:g}; scale them, "
                "or make the model with bounded=False"
            )


def _normalises_batches(module: Module) -> bool:
    return isinstance(module, BatchNorm) or any(_normalises_batches(m) for _, m in module.children())


def _settle(model: AdversarialPair, batch_size: int, rng: Generator) -> None:
    """Let batch normalisation in G find the statistics that go with its averaged weights.

    Source: Izmailov et al. (2018), Averaging weights leads to wider optima, section 3.2.
    """
    if _normalises_batches(model.G):
        with no_grad():
            for _ in range(SETTLING):
                model.generate(batch_size, rng)


def _mean(x: np.ndarray) -> float:
    return float(np.mean(x))
