"""Spoken digits: a conditional VAE of mel spectrograms speaks a digit in the voice of a speaker."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from scratchgen.applications.application import Job, Outcome, Result, Shown
from scratchgen.applications.labelled_sounds import labelled_sounds
from scratchgen.applications.ranks import best_median_worst
from scratchgen.applications.sound_judge import SoundJudge
from scratchgen.data import RowData
from scratchgen.data.files.performance import write_wav
from scratchgen.data.mel_rows import MelRows, mel_rows
from scratchgen.evaluation import diversity_within, level, sounding_seconds
from scratchgen.plots import mel_spectrograms
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.rows import labels_of

RECOGNISED, TRUSTED = 0.85, 0.95  # shares to reach: of the generated digits, and of real ones by the judge
EACH = 3  # sounds per digit and speaker, at least 2 for their diversity
FULL: dict[str, Any] = {
    "model": "conditional",
    "likelihood": "gaussian",
    "objective": "beta",
    "beta": 100.0,  # neighbouring bands and moments are alike, so that the likelihood counts each many times over
    "latent_dim": 16,
    "hidden": 512,
    "layers": 2,
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 2e-3,
    "schedule": "half_cosine",
}
QUICK: dict[str, Any] = {**FULL, "hidden": 64, "epochs": 6}


def spoken_digits(job: Job, source: str) -> Outcome:
    """Train on recordings; speak every digit in every voice; compare what a judge recognises with mean spectrograms.

    source    "fsdd", or other recordings with classes, which then take the place of the digits

    Raises BadInput as `labelled_sounds`.
    """
    name, (rows, mel) = Path(source).resolve().name, mel_rows(labelled_sounds(source))
    model, _, _ = job.train("vae", rows, run=f"vae-{name}", **(QUICK if job.quick else FULL))
    judge, rng = SoundJudge.fit(rows, mel, job.quick), Generator(HELD_OUT_SEED)
    every = np.array(list(itertools.product(*(range(len(a.kinds)) for a in rows.attributes))))
    labels = np.tile(every, (EACH, 1))
    spoken = mel.sounds(model.sample(len(labels), rng, labels), rng)
    means = {
        f"mean spectrogram per {' and '.join(a.name for a in rows.attributes[:n])}": mel.sounds(
            _means(rows, every, n), rng
        )
        for n in range(1, len(rows.attributes) + 1)
    }
    chosen = rng.permutation(len(rows.test))[: len(labels)]
    held_out = labels_of(rows, "test")
    real, real_labels = mel.sounds(rows.test[chosen], rng), held_out[chosen]
    results = [
        *_trust(name, rows, judge),
        *_recognition(name, rows, judge, (spoken, labels), (means, every), (real, real_labels)),
        Result(
            measure=f"{name}: diversity within a condition, mean distance of the judge's features",
            ours=diversity_within(judge.features(spoken), _conditions(labels)),
            baselines=dict.fromkeys(means, 0.0),  # of one spectrogram per condition
            real=diversity_within(judge.classifier.features(rows.test), _conditions(held_out)),
        ),
        *(
            Result(measure=f"{name}: {measure}", ours=of(spoken), real=of(real), digits=digits)
            for measure, of, digits in (
                (
                    "median duration, s",
                    lambda x: float(np.median([sounding_seconds(y, mel.rate) for y in x])),
                    2,
                ),
                ("median level, dB below full scale", lambda x: float(np.median([-level(y) for y in x])), 1),
            )
        ),
    ]
    p = np.min([judge.probability(spoken, labels[:, s], s) for s in range(labels.shape[1])], axis=0)
    return Outcome(results=results, shown=_examples(job, name, rows, mel, spoken, labels, p))


def _trust(name: str, rows: RowData, judge: SoundJudge) -> list[Result]:
    """How often the judge is right on held-out recordings."""
    right = (judge.classifier.predict(rows.test) == rows.test_labels).mean(axis=0).tolist()
    return [
        Result(
            measure=f"{name}: {attribute.name} recognised in held-out recordings, by the judge",
            ours=share,
            target=TRUSTED,
            rule="so that the judge can be trusted",
        )
        for attribute, share in zip(rows.attributes, right, strict=True)
    ]


def _recognition(
    name: str,
    rows: RowData,
    judge: SoundJudge,
    spoken: tuple[list[np.ndarray], np.ndarray],
    means: tuple[dict[str, list[np.ndarray]], np.ndarray],
    real: tuple[list[np.ndarray], np.ndarray],
) -> list[Result]:
    """How often each attribute is recognised in sounds; the real ones went through a spectrogram and Griffin-Lim."""
    share = lambda sounds, labels: judge.recognised(sounds, labels).mean(axis=0).tolist()
    ours, theirs = share(*spoken), share(*real)
    baselines = {method: share(sounds, means[1]) for method, sounds in means[0].items()}
    return [
        Result(
            measure=f"{name}: {attribute.name} recognised in the sounds",
            ours=ours[s],
            baselines={method: found[s] for method, found in baselines.items()},
            real=theirs[s],
            target=RECOGNISED if s == 0 else None,
        )
        for s, attribute in enumerate(rows.attributes)
    ]


def _means(rows: RowData, labels: np.ndarray, n: int) -> np.ndarray:
    """The mean training row of the first n attributes of each of these labels: (B, D)."""
    same = (labels_of(rows, "train")[None, :, :n] == labels[:, None, :n]).all(axis=2)  # (B, N)
    return (same @ rows.train / same.sum(axis=1, keepdims=True)).astype(np.float32)


def _conditions(labels: np.ndarray) -> np.ndarray:
    """Each row of labels (n, S) as one number, (n,)."""
    return np.unique(labels, axis=0, return_inverse=True)[1].ravel()


def _examples(
    job: Job,
    name: str,
    rows: RowData,
    mel: MelRows,
    spoken: list[np.ndarray],
    labels: np.ndarray,
    p: np.ndarray,
) -> list[Shown]:
    """The best, the median and the worst sound by the judge, and the first digit in all voices, one after the other."""
    words = lambda y: " by ".join(a.kinds[k] for a, k in zip(rows.attributes, y, strict=True))
    shown, pictures = [], {}
    for rank, i in best_median_worst(p):
        path, entry = job.show(
            f"{name}-{rank}.wav",
            f"{rank} of {len(p)} sounds by the judge, {words(labels[i])}: p = {p[i]:.2f}",
        )
        write_wav(spoken[i], path, mel.rate)
        shown.append(entry)
        pictures[f"{rank}: {words(labels[i])}"] = mel.pictures.of([spoken[i]])[0]
    kinds = len(rows.attributes[0].kinds)
    voices = len(labels) // EACH // kinds
    path, entry = job.show(
        f"{name}-all.wav", f"every {rows.attributes[0].name}, of one voice after the other"
    )
    order = np.arange(kinds * voices).reshape(kinds, voices).T.ravel()
    write_wav(np.concatenate([np.pad(spoken[i], (0, mel.rate // 5)) for i in order]), path, mel.rate)
    picture, seen = job.show(f"{name}-spectrograms.png", "their mel spectrograms, computed from the sounds")
    levels = [mel.pictures.decibels(x) for x in pictures.values()]
    mel_spectrograms(
        levels, list(pictures), mel.seconds_per_frame, mel.rate / 2, picture, "by the judge's rank"
    )
    return [seen, *shown, entry]
