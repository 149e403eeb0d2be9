"""Trainings of two parameters on a long, narrow valley, L(θ) = ½ (θ₁² + 0.04 θ₂²): one optimiser or schedule each."""

import math
from functools import partial

import numpy as np

from scratchgen import nn
from scratchgen.optim import SGD, Adagrad, Adam, AdamW, RMSProp, training_step
from scratchgen.optim.schedules import constant, half_cosine, step_decay, warmup
from scratchgen.runs import History

from .training import Training

SLOPES = np.array([1.0, 0.04])


def valley(make, schedule=None, epochs=10, noise=0.0, max_norm=math.inf):
    """Ten steps per epoch; noise is the deviation of the gradient's error."""
    parts = [nn.Parameter(np.array([3.0])) for _ in range(2)]
    optimizer, schedule, run = make(parts), schedule or constant(), History()
    rng = np.random.default_rng(0)

    def loss():
        return 0.5 * sum(slope * np.sum(part * part) for slope, part in zip(SLOPES, parts, strict=True))

    def objective():
        error = noise * rng.standard_normal(2)
        return loss() + sum(e * np.sum(part) for e, part in zip(error, parts, strict=True)), {}

    for _ in run.epochs(epochs):
        for _ in run.steps(range(10)):
            scale = schedule.scale(run, epochs, 10)
            training_step(objective, optimizer, scale=scale, max_norm=max_norm)
            size = math.hypot(*(float(part.data[0]) for part in parts))
            yield run.total_steps + 1, {"loss": loss().item(), "size": size, "scale": scale}


def decayed(groups):
    """AdamW on gradients that are zero on average: the weight decay alone moves the weight; the bias has none."""
    weight, bias = nn.Parameter(np.array([3.0])), nn.Parameter(np.array([3.0]))
    own = [{"params": [weight]}, {"params": [bias], "weight_decay": 0.0}]
    optimizer = AdamW(own if groups else [weight, bias], learning_rate=0.01, weight_decay=1.0)
    rng = np.random.default_rng(0)
    for step in range(1, 101):
        e = rng.standard_normal(2) * [1.0, 100.0]
        training_step(partial(lambda e: (np.sum(weight * e[0] + bias * e[1]), {}), e), optimizer)
        yield step, {"weight": float(weight.data[0]), "bias": float(bias.data[0])}


def steep():
    """A start where the loss is so steep that a step along the whole gradient leads out of reach."""
    parts = [nn.Parameter(np.array([v])) for v in (3.0, 3.0)]
    optimizer = SGD(parts, learning_rate=0.3)

    def loss():
        return sum(np.sum(np.cosh(slope * part)) for slope, part in zip((2.0, 1.0), parts, strict=True))

    for step in range(1, 41):
        training_step(lambda: (loss(), {}), optimizer, max_norm=1.0)
        size = math.hypot(*(float(part.data[0]) for part in parts))
        yield step, {"loss": loss().item(), "size": size}


LOSS = "loss"
VALLEY = "two parameters in a long, narrow valley, 100 steps of"


def of(name, make, **options):
    curves = {"loss": LOSS} | options.pop("curves", {})
    return Training(f"{VALLEY} {name}.", curves, partial(valley, make, **options))


TRAININGS = {
    "sgd": of("SGD, learning rate 0.1", partial(SGD, learning_rate=0.1)),
    "momentum": of("SGD with momentum 0.9, learning rate 0.1", partial(SGD, learning_rate=0.1, momentum=0.9)),
    "nesterov": of(
        "SGD with Nesterov's momentum 0.9, learning rate 0.5",
        partial(SGD, learning_rate=0.5, momentum=0.9, nesterov=True),
    ),
    "rmsprop": of("RMSProp, learning rate 0.05", partial(RMSProp, learning_rate=0.05)),
    "adagrad": of("Adagrad, learning rate 0.4", partial(Adagrad, learning_rate=0.4), noise=0.3),
    "adam": of(
        "Adam, learning rate 0.1",
        partial(Adam, learning_rate=0.1),
        curves={"size": "distance from the optimum"},
    ),
    "adamw": Training(
        "two parameters with random gradients, 100 steps of AdamW with weight decay 1; the second has gradients a "
        "hundred times as large.",
        {"weight": "parameter with small gradients", "bias": "parameter with large gradients"},
        partial(decayed, False),
    ),
    "groups": Training(
        "a weight and a bias with random gradients, 100 steps of AdamW with weight decay 1 for the weight alone.",
        {"weight": "weight", "bias": "bias"},
        partial(decayed, True),
    ),
    "warm-up": of(
        "SGD, learning rate 0.1 with a warm-up over 10 steps",
        partial(SGD, learning_rate=0.1),
        schedule=warmup(10),
        curves={"scale": "factor of the learning rate"},
    ),
    "milestones": of(
        "SGD with noisy gradients, learning rate 0.5, a tenth of it after 3 and 9 epochs of ten steps",
        partial(SGD, learning_rate=0.5),
        schedule=step_decay((3, 9)),
        noise=1.0,
        curves={"scale": "factor of the learning rate"},
    ),
    "cosine": of(
        "SGD, learning rate 0.1 that falls along half a cosine",
        partial(SGD, learning_rate=0.1),
        schedule=half_cosine(),
        curves={"scale": "factor of the learning rate"},
    ),
    "clipping": Training(
        "two parameters on L = cosh 2θ₁ + cosh θ₂ from (3, 3), 40 steps of SGD, learning rate 0.3, gradients clipped "
        "to a joint norm of 1.",
        {"loss": LOSS, "size": "distance from the optimum"},
        steep,
    ),
}
