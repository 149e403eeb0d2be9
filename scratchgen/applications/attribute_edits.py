"""Edits of one attribute of a dressed character: another hat, weapon or species, and all else as it was."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Job, Result, Shown
from scratchgen.applications.own_images import slug
from scratchgen.applications.ranks import some_of_each_rank
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import RowData
from scratchgen.data.sets.characters import compose
from scratchgen.evaluation import psnr
from scratchgen.evaluation.distances import squared_distances
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.attribute_scores import attribute_classifier
from scratchgen.vae import ConditionalVAE

SUCCESS = 0.85  # share of edits that show the requested kind, and of the other attributes that are kept
EDITS = 1000
LEVEL = 0.5 / 255  # two pixels of 8 bits are equal below it


def attribute_edits(job: Job, model: ConditionalVAE, rows: RowData) -> tuple[list[Result], list[Shown]]:
    """Change one attribute of each held-out character, and compare with the character composed anew from its layers.

    z = mu(x, y) is encoded with the attributes y, and decoded with y′, in which one attribute is of another kind.
    Only the attributes of the training characters are used by the baselines.
    """
    x, y = (np.asarray(part)[:EDITS] for part in (rows.test, rows.test_labels))
    counts = np.array(rows.label_counts)
    slots, wanted = requested(y, counts, Generator(HELD_OUT_SEED))
    truth = compose(wanted)
    edited = edit(model, x, y, wanted)
    others = {
        "nearest training image of the requested kind": _nearest(x, rows, slots, wanted),
        "difference of mean images": _mean_differences(x, y, rows, slots, wanted),
    }
    judge = attribute_classifier(rows)
    real = judge.predict(x)
    accuracy = float(np.mean(real == y))
    at = np.arange(len(x)), slots

    def shares(images: np.ndarray) -> tuple[float, float]:
        """The share of edits recognised as requested, and of the other attributes recognised as in the original."""
        found = judge.predict(images.astype(np.float32))
        kept = found == real
        kept[at] = False
        return float(np.mean(found[at] == wanted[at])), float(kept.sum() / (kept.size - len(x)))

    same = np.abs(compose(y) - truth) < LEVEL  # pixels that the edit must not change
    outside = lambda images: float(psnr(x, images, same).mean())
    whole = lambda images: float(psnr(truth, images).mean())
    (success, kept), of_truth = shares(edited), shares(truth)
    of_others = {name: shares(images) for name, images in others.items()}
    name = f"{rows.name}: one attribute changed"
    results = [
        Result(
            measure=f"{name}, share recognised as requested",
            ours=success,
            baselines={n: s for n, (s, _) in of_others.items()},
            real=of_truth[0],
            target=SUCCESS,
            rule="of edits; real: the characters composed anew",
            digits=3,
        ),
        Result(
            measure=f"{name}, share of the other attributes recognised as before",
            ours=kept,
            baselines={n: k for n, (_, k) in of_others.items()},
            real=of_truth[1],
            target=SUCCESS,
            digits=3,
        ),
        Result(
            measure=f"{name}, PSNR outside the edit, dB",
            ours=outside(edited),
            baselines={n: outside(images) for n, images in others.items()},
        ),
        Result(
            measure=f"{name}, PSNR against the character composed anew, dB",
            ours=whole(edited),
            baselines={"unchanged": whole(x)} | {n: whole(images) for n, images in others.items()},
        ),
        Result(
            measure=f"{rows.name}: accuracy of the judge on held-out attributes",
            ours=accuracy,
            digits=3,
        ),
    ]
    return results, [_picture(job, rows, x, truth, edited, others, slots, wanted)]


def edit(model: ConditionalVAE, x: np.ndarray, y: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Images x (N, D) of the attributes y (N, S), decoded with the attributes `wanted`.   → (N, D)"""
    with no_grad():
        z = model.given(y).encode(x).mu
        return to_numpy(model.given(wanted).decode(z).mean)


def requested(y: np.ndarray, counts: np.ndarray, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """The attribute that is changed of each example, in turn, and the attributes with another kind of it at random.

    y (N, S), counts (S,)   → (N,), (N, S)
    """
    slots = np.arange(len(y)) % len(counts)
    at = np.arange(len(y)), slots
    shift = 1 + np.floor(rng.random(len(y), np.float64) * (counts[slots] - 1)).astype(np.int64)
    wanted = y.copy()
    wanted[at] = (y[at] + shift) % counts[slots]
    return slots, wanted


def _nearest(x: np.ndarray, rows: RowData, slots: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """For each example the nearest training image that has the requested kind."""
    train, labels = np.asarray(rows.train), np.asarray(rows.train_labels)
    found = np.empty_like(x)
    for slot, kind in {(s, wanted[i, s]) for i, s in enumerate(slots)}:
        some, among = (slots == slot) & (wanted[:, slot] == kind), train[labels[:, slot] == kind]
        found[some] = among[np.argmin(squared_distances(x[some], among), axis=1)]
    return found


def _mean_differences(
    x: np.ndarray, y: np.ndarray, rows: RowData, slots: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """x plus the mean training image of the requested kind, less that of the kind that it has."""
    train, labels = np.asarray(rows.train), np.asarray(rows.train_labels)
    means: dict[tuple[int, int], np.ndarray] = {}

    def mean(slot: int, kind: int) -> np.ndarray:
        if (slot, kind) not in means:
            means[slot, kind] = train[labels[:, slot] == kind].mean(axis=0)
        return means[slot, kind]

    shifts = [mean(s, wanted[i, s]) - mean(s, y[i, s]) for i, s in enumerate(slots)]
    return np.clip(x + np.stack(shifts), 0, 1)


def _picture(
    job: Job, rows: RowData, x: np.ndarray, truth: np.ndarray, edited: np.ndarray,
    others: dict[str, np.ndarray], slots: np.ndarray, wanted: np.ndarray,
) -> Shown:  # fmt: skip
    decibels = psnr(truth, edited)
    places, names = some_of_each_rank(decibels)
    kinds = [
        f"{rows.attributes[slots[i]].name}:\n{rows.attributes[slots[i]].kinds[wanted[i, slots[i]]]}"
        for i in places
    ]
    pictures: dict[str, Any] = {"held-out": x, "edited": edited, "composed anew": truth}
    pictures |= dict(zip(("nearest", "means"), others.values(), strict=True))
    path, shown = job.show(
        f"{slug(rows)}-attributes.png",
        f"one attribute of {rows.name} changed, by PSNR against the character composed anew: {names}",
    )
    plots.image_rows(
        {name: images[places] for name, images in pictures.items()}, rows.image_shape, path, kinds, rows.ink
    )
    return shown
