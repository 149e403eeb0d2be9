"""A model of sound, from the name of a set of sounds to its score beside linear prediction."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data.files.performance import write_wav
from scratchgen.data.sound_frames import as_sound, load_sound_frames
from scratchgen.errors import BadInput
from scratchgen.optim import Adam
from scratchgen.plots.music import sounds
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.tasks.common import OpenRun, configuration, finished
from scratchgen.tasks.recipes import RNNRecipe
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.sound import LINEAR, MARGINAL, sound_scores

SECONDS = 1.5  # of the sounds that show what was learned
DRAWN = 2
SIZES = ("hidden", "cell", "layers", "dropout", "components")


def train_sound(
    data: str, settings: RNNRecipe, seed: int, open_run: OpenRun
) -> tuple[rnn.FrameModel, list[Score]]:
    """Train a model of real frames on sounds and compare its nats a frame with linear prediction."""
    if not settings.components:
        raise BadInput("components = 0: sound is drawn from at least one Gaussian; say 1 or more")
    frames = load_sound_frames(data)
    sizes = {"data_dim": frames.D, **{name: getattr(settings, name) for name in SIZES}}
    rng = Generator(seed)
    model = rnn.build(sizes, rng)
    run = open_run(configuration("rnn", data, frames, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(EarlyStopping("validation_nats", settings.patience, higher_is_better=False))
    rnn.train_frames(
        model,
        frames.train,
        frames.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer=Adam(model.parameters(), settings.alpha),
        rng=rng,
        weight_noise=settings.weight_noise,
    )
    scores = sound_scores(model, frames, "test")
    baselines = {name: s.baseline_value for name, s in zip((LINEAR, MARGINAL), scores, strict=True)}
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    T = round(SECONDS * frames.rate / frames.D)
    z = model.sample(T, DRAWN, Generator(HELD_OUT_SEED))
    drawn = [as_sound(z[:, i], frames.scale) for i in range(DRAWN)]
    real = as_sound(np.concatenate(frames.train)[:T], frames.scale)
    names = ["real", *(f"drawn, {i + 1}" for i in range(DRAWN))]
    with run.saving():
        plots.curves(series, run.picture("curves"), "nats per frame", baselines)
        sounds([real, *drawn], names, frames.rate, run.picture("sound"), f"the RNN of {frames.name}")
        for i, x in enumerate(drawn):
            write_wav(x, run.directory / "samples" / f"sound-{i + 1}.wav", frames.rate)
    return finished(run, model, scores)
