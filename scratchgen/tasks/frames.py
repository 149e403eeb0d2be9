"""The common parts of the tasks on frames, by a `rnn.FrameModel`: music, sound, and numbers in time."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from scratchgen import rnn
from scratchgen.random import Generator
from scratchgen.runs.run import Run
from scratchgen.tasks.recurrent import Cell, RecurrentSettings, WeightNoise
from scratchgen.tasks.task import SkipBad, optimizer_for, schedule_for, shards_of


class FrameSettings(RecurrentSettings, frozen=True):
    """Settings of every model of frames."""

    cell: Cell = "gru"
    weight_noise: WeightNoise = 0.0
    skip_bad: SkipBad = False


class Frames(Protocol):
    """Sequences of frames, (T, D) each."""

    @property
    def train(self) -> list[np.ndarray]: ...

    @property
    def validation(self) -> list[np.ndarray]: ...


def frame_model(settings: FrameSettings, D: int, rng: Generator, **density: int) -> rnn.FrameModel:
    """The model of frames of D numbers.   density: `mixture_components` or `nade`, of a frame given the state"""
    return rnn.FrameModel(
        D,
        settings.hidden,
        rng,
        cell=settings.cell,
        layers=settings.layers,
        dropout=settings.dropout,
        **density,
    )


def train(model: rnn.FrameModel, frames: Frames, settings: FrameSettings, run: Run, rng: Generator) -> None:
    """Maximise the likelihood of whole sequences, each without a past (`rnn.train_frames`)."""
    rnn.train_frames(
        model,
        frames.train,
        frames.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer=optimizer_for(settings, model),
        schedule=schedule_for(settings),
        shards=shards_of(settings, run),
        rng=rng,
        weight_noise=settings.weight_noise,
    )
