"""A model of music, from the name of a set of piano rolls to its score beside notes that know nothing."""

from __future__ import annotations

from dataclasses import asdict

from scratchgen import plots, rnn
from scratchgen.data import load_sequences
from scratchgen.data.files.performance import perform, write_wav
from scratchgen.plots.music import piano_rolls
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.tasks.common import OpenRun, configuration, finished
from scratchgen.tasks.recipes import RNNRecipe
from scratchgen.tasks.rnn_pictures import draw_dynamics
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.music import MARGINALS, music_scores

STEPS = 64  # of the piece that shows what was learned


def train_music(
    data: str, settings: RNNRecipe, seed: int, open_run: OpenRun
) -> tuple[rnn.FrameModel, list[Score]]:
    """Train a model of frames on piano rolls and compare its nats a step with those of the marginals."""
    rolls = load_sequences(data)
    sizes = {"data_dim": rolls.D}
    sizes |= {name: getattr(settings, name) for name in ("hidden", "cell", "layers", "dropout", "nade")}
    rng = Generator(seed)
    model = rnn.build(sizes, rng)
    run = open_run(configuration("rnn", data, rolls, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(EarlyStopping("validation_nats", settings.patience, higher_is_better=False))
    eigenvalues = rnn.EigenvalueHistory(model.recurrent)
    run.observe(eigenvalues=eigenvalues)
    rnn.train_frames(
        model,
        rolls.train,
        rolls.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
        weight_noise=settings.weight_noise,
    )
    scores = music_scores(model, rolls, "test")
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    drawn = model.sample(STEPS, 1, Generator(HELD_OUT_SEED))[:, 0]
    title = f"drawn by the RNN from {rolls.name}"
    with run.saving():
        plots.curves(series, run.picture("curves"), "nats per step", {MARGINALS: scores[0].baseline_value})
        piano_rolls([drawn], rolls.first, rolls.unit, run.picture("roll"), title)
        draw_dynamics(model, lambda _: rolls.test[0], run, eigenvalues)
        write_wav(perform(drawn, rolls.first, rolls.unit), run.directory / "samples" / "roll.wav")
    return finished(run, model, scores)
