"""Optimisers, schedules of the learning rate, and the training step that uses both."""

from scratchgen.optim import schedules
from scratchgen.optim.adagrad import Adagrad
from scratchgen.optim.adam import Adam, AdamW
from scratchgen.optim.averages import MovingAverage
from scratchgen.optim.checks import check_parts
from scratchgen.optim.clipping import clip_grad_norm, grad_norm
from scratchgen.optim.optimizer import Optimizer, no_decay
from scratchgen.optim.ranks import Ranks
from scratchgen.optim.rmsprop import RMSProp
from scratchgen.optim.schedules import SCHEDULES, Schedule
from scratchgen.optim.sgd import SGD
from scratchgen.optim.shards import Shards
from scratchgen.optim.stateful import Stateful
from scratchgen.optim.step import Diverged, training_step
from scratchgen.optim.training_run import TrainingRun

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSProp,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamw": AdamW,
}

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Diverged",
    "MovingAverage",
    "Optimizer",
    "RMSProp",
    "Ranks",
    "Schedule",
    "Shards",
    "Stateful",
    "TrainingRun",
    "check_parts",
    "clip_grad_norm",
    "grad_norm",
    "no_decay",
    "schedules",
    "training_step",
]
