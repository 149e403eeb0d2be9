"""Music for sound generation: an RNN-NADE of piano rolls, compared with notes that are drawn one by one."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from scratchgen.applications.application import Job, Outcome, Result, Shown
from scratchgen.applications.ranks import best_median_worst
from scratchgen.data import CATALOGUE, SequenceData, load_sequences
from scratchgen.data.files.performance import perform, write_midi, write_wav
from scratchgen.data.rolls import STEPS_PER_BEAT
from scratchgen.evaluation import (
    MarkovNotes,
    harmonic_intervals,
    melodic_intervals,
    pitch_classes,
    total_variation,
)
from scratchgen.plots.music import piano_rolls
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.rnn import FrameModel, nats_by_sequence

PUBLISHED, TARGET = "jsb-chorales", 5.6  # nats per step; Boulanger-Lewandowski et al. (2012) have 5.56
BEATS = 16  # of a sample that is shown
ORDERS = {"independent notes": 0, "notes as Markov chains": 1}  # baselines
FULL: dict[str, Any] = {}  # the task's own settings: a GRU of 42 units, and 50 of the NADE
ONSETS: dict[str, Any] = {  # pieces are four times as long: small batches, for as many steps of the optimiser
    "hidden": 100,
    "nade": 64,
    "dropout": 0.1,
    "batch_size": 2,
    "learning_rate": 5e-3,
    "epochs": 40,
}
QUICK: dict[str, Any] = {"hidden": 32, "nade": 24, "dropout": 0.0, "learning_rate": 2e-2, "epochs": 12}


def music(job: Job, source: str) -> Outcome:
    """Train on piano rolls; compare nats per step, pitch classes and intervals with baselines and held-out pieces.

    source    a data set, or a folder of MIDI files
    """
    name = source if source in CATALOGUE else "music"
    rolls = load_sequences(source)
    settings = QUICK if job.quick else ONSETS if rolls.form.onsets else FULL
    model, _, _ = job.train("music", rolls, run=name, **settings)
    baselines = {name: MarkovNotes.fit(rolls.train, order=order) for name, order in ORDERS.items()}
    steps = sum(map(len, rolls.test))
    nats = float(nats_by_sequence(model, rolls.test).sum()) / steps
    known_nats = {name: float(b.nats_by_piece(rolls.test).sum()) / steps for name, b in baselines.items()}
    published = source == PUBLISHED
    n, T = len(rolls.test), round(steps / len(rolls.test))
    samples = {name: b.sample(T, n, Generator(HELD_OUT_SEED)) for name, b in baselines.items()}
    ours = model.sample(T, n, Generator(HELD_OUT_SEED))
    results = [
        Result(
            measure=f"{name}: nats per step of {rolls.unit}, test part",
            ours=nats,
            baselines=known_nats,
            target=TARGET if published else min(known_nats.values()),
            rule="RNN-NADE, published 5.56" if published else "below both baselines",
            higher_is_better=False,
        ),
        *_harmony(name, rolls, ours, samples),
    ]
    return Outcome(results=results, shown=_ranked(job, name, model, rolls, ours))


def _harmony(
    name: str, rolls: SequenceData, ours: np.ndarray, baselines: dict[str, np.ndarray]
) -> list[Result]:
    """Total variation from the test part, of as many samples as pieces, and of the validation part."""
    statistics = {
        "pitch classes": lambda pieces: pitch_classes(pieces, rolls.first),
        "intervals in chords": harmonic_intervals,
        "moves of the top voice": melodic_intervals,
    }
    sounding = lambda pieces: [rolls.form.sounding(piece) for piece in pieces]
    by_piece = lambda x: sounding([x[:, i] for i in range(x.shape[1])])
    results = []
    for statistic, count in statistics.items():
        counts = count(sounding(rolls.test))
        if rolls.form.drums or not counts.any():
            continue  # drums have no pitch, and a single voice has no chords
        distance = lambda pieces, count=count, counts=counts: total_variation(count(pieces), counts)
        results.append(
            Result(
                measure=f"{name}: {statistic}, total variation from the test part",
                ours=distance(by_piece(ours)),
                baselines={name: distance(by_piece(x)) for name, x in baselines.items()},
                real=distance(sounding(rolls.validation)),
                higher_is_better=False,
                digits=3,
            )
        )
    return results


def _ranked(job: Job, name: str, model: FrameModel, rolls: SequenceData, x: np.ndarray) -> list[Shown]:
    """The most likely, the median and the least likely sample by the model's own nats, and a piece of the test part."""
    T, n, _ = x.shape
    nats = nats_by_sequence(model, [x[:, i] for i in range(n)]) / T
    length = BEATS * STEPS_PER_BEAT[rolls.unit]
    shown, pieces = [], []
    for rank, i in best_median_worst(-nats):
        roll = x[:length, i]
        caption = f"{name}, {rank} of {n} samples by likelihood: {nats[i]:.2f} nats per step"
        shown.append(_written(job, f"{name}-{rank}", caption, x[:, i], rolls))
        pieces.append(roll)
    held_out = nats_by_sequence(model, rolls.test) / [len(piece) for piece in rolls.test]
    median = int(np.argsort(held_out, kind="stable")[len(held_out) // 2])
    caption = f"{name}, the median piece of the test part: {held_out[median]:.2f} nats per step"
    shown.append(_written(job, f"{name}-held-out", caption, rolls.test[median], rolls))
    path, entry = job.show(
        f"{name}-rolls.png", f"{name}: best, median and worst sample, and the piece of the test part"
    )
    pieces.append(rolls.test[median][:length])
    piano_rolls(
        pieces,
        rolls.first,
        rolls.unit,
        path,
        "from the top: best, median and worst sample; held out",
        rolls.form,
    )
    return [*shown, entry]


def _written(job: Job, stem: str, caption: str, roll: np.ndarray, rolls: SequenceData) -> Shown:
    """Write the first beats of a roll as WAV for the report, and the whole of it as MIDI next to it."""
    if importlib.util.find_spec("mido"):
        write_midi(roll, rolls.first, rolls.unit, job.examples / f"{stem}.mid", rolls.form)
        caption += f" (whole: {stem}.mid)"
    path, entry = job.show(f"{stem}.wav", caption)
    begin = roll[: BEATS * STEPS_PER_BEAT[rolls.unit]]
    write_wav(perform(begin, rolls.first, rolls.unit, rolls.form), path)
    return entry
