"""The symbols of the optimisers and the schedules."""

from __future__ import annotations

STEP = {"θ": "the parameters", "α": "learning rate, > 0", "g": "∂L/∂θ"}
MOMENTUM = {"v": "sum of the gradients so far, which decays by μ per step", "μ": "momentum, in [0, 1)"}
SECOND_MOMENT = {"v": "moving average of the square of the gradient", "ε": "keeps the division finite"}
ADAM = SECOND_MOMENT | {
    "m": "moving average of the gradient; with a hat, after bias correction",
    "β₁": "decay of the average of the gradient, in [0, 1)",
    "β₂": "decay of the average of its square, in [0, 1)",
    "t": "number of steps taken, this one included",
}
RATE = {"α": "base learning rate, > 0", "α_t": "learning rate of the next step"}

OF_EQUATION: dict[str, dict[str, str]] = {
    "optim.sgd": STEP,
    "optim.momentum": STEP | MOMENTUM,
    "optim.nesterov": STEP | MOMENTUM,
    "optim.rmsprop": STEP | SECOND_MOMENT | {"β₂": "decay of the average, in [0, 1)"},
    "optim.adagrad": STEP | {"v": "sum of the squares of all gradients", "ε": "keeps the division finite"},
    "optim.adam": STEP | ADAM,
    "optim.adamw": {name: (STEP | ADAM)[name] for name in ("θ", "α", "m", "v", "ε")}
    | {"λ": "weight decay, ≥ 0"},
    "optim.half_cosine": RATE | {"t": "number of steps done", "T": "number of steps of the training"},
    "optim.warmup": RATE | {"t": "number of steps done", "n": "number of steps of the warm-up"},
    "optim.step_decay": RATE
    | {
        "t": "number of epochs done",
        "t_j": "milestones, numbers of epochs",
        "k": "number of milestones passed",
        "γ": "factor at each milestone, > 0",
    },
    "optim.average": {
        "a": "average of the parameters",
        "d": "decay of the average",
        "θ": "the parameters",
        "t": "number of the step, from 1",
    },
}
