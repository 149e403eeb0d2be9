"""Drums for sound generation: a conditional VAE of mel spectrograms, and phases by Griffin-Lim."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.applications.application import Job, Outcome, Result, Shown
from scratchgen.applications.ranks import best_median_worst
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import CATALOGUE, RowData, SoundData, load_sound
from scratchgen.data.files.performance import write_wav
from scratchgen.data.mel_pictures import MelPictures
from scratchgen.data.preprocessing.stft import stft
from scratchgen.data.rows import PARTS
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    ClassGaussians,
    Classifier,
    GaussianKernel,
    clipped_share,
    level,
    median_distance,
    mmd,
    sounding_seconds,
    spectral_flatness,
)
from scratchgen.plots import mel_spectrograms
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.vae import ConditionalVAE

SECONDS = 1.0  # at most, of a sound
EACH = 4  # sounds of a class in the training part, and sounds in the other parts, at least
SAMPLES, QUICK_SAMPLES, BLOCKS = 100, 12, 4
TARGET = 0.8  # share of samples that are recognised as their drum
COMPONENTS = 32  # of the baseline
BATCH, STEPS, QUICK_STEPS, JUDGE_STEPS = 64, 400, 100, 150
QUICK_SIZES = {"train": 256, "validation": 64, "test": 64}
FULL: dict[str, Any] = {
    "model": "conditional",
    "likelihood": "gaussian",
    "objective": "beta",
    "beta": 10.0,
    "kl_warmup_steps": 100,
    "latent_dim": 8,
    "hidden": 256,
    "layers": 1,
    "batch_size": BATCH,
    "learning_rate": 2e-3,
}
QUICK = {**FULL, "hidden": 128, "kl_warmup_steps": 0, "learning_rate": 5e-3}
BASELINE, PRIOR = "principal components, Gaussian per class", "z from the prior"


def drums(job: Job, source: str) -> Outcome:
    """Train on one-shot sounds of several classes, and judge the sounds of samples by a recogniser of the class.

    source    a data set, or a folder of recordings with a subfolder per class
    """
    data, N = _checked(load_sound(source), source)
    if job.quick:
        for part, n in QUICK_SIZES.items():
            getattr(data, part)[n:] = []
    name = source if source in CATALOGUE else "drums"
    pictures = MelPictures.fit(data.train, data.rate, N)
    x = {part: pictures.of(getattr(data, part)) for part in PARTS}
    y = {part: getattr(data, f"{part}_labels")[: len(x[part])] for part in PARTS}
    flat = lambda a: a.reshape(len(a), -1)
    epochs = lambda steps: math.ceil(steps / math.ceil(len(x["train"]) / BATCH))
    settings = {**(QUICK if job.quick else FULL), "epochs": epochs(QUICK_STEPS if job.quick else STEPS)}
    labels_by_part = {f"{part}_labels": y[part] for part in PARTS}
    rows = RowData(source, pictures.shape, **{part: flat(x[part]) for part in PARTS}, **labels_by_part)
    model, _, _ = job.train("vae", rows, run=name, **settings)

    judge = Classifier(flat(x["train"]).shape[1], len(data.classes), Generator(job.seed))
    judge.fit(flat(x["train"]), y["train"], epochs=epochs(JUDGE_STEPS), rng=Generator(job.seed))
    chosen = Generator(HELD_OUT_SEED).permutation(len(y["test"]))[: QUICK_SAMPLES if job.quick else SAMPLES]
    labels = y["test"][chosen]
    baseline = ClassGaussians.fit(flat(x["train"]), y["train"], COMPONENTS)
    made = {
        "ours": _sampled(model, flat(x["train"]), y["train"], labels),
        PRIOR: model.sample(len(labels), Generator(HELD_OUT_SEED), labels),
        BASELINE: baseline.sample(labels, Generator(HELD_OUT_SEED)),
        "real": flat(x["test"][chosen]),
    }
    sounds = {
        of: [pictures.sound(p.reshape(pictures.shape), Generator(HELD_OUT_SEED)) for p in rows]
        for of, rows in made.items()
    }
    heard = {of: flat(pictures.of(found)) for of, found in sounds.items()}
    share = {of: float(np.mean(judge.predict(rows) == labels)) for of, rows in heard.items()}
    judged = float(np.mean(judge.predict(flat(x["test"])) == y["test"]))
    discrepancy = _discrepancies(judge, flat(x["train"]), flat(x["test"]), heard, flat(x["validation"]))
    results = [
        Result(
            measure=f"{name}: samples recognised as their drum, of {len(labels)}, after Griffin-Lim",
            ours=share["ours"],
            baselines={of: share[of] for of in (BASELINE, PRIOR)},
            real=judged,
            target=TARGET,
            rule=f"chance: {1 / len(data.classes):.2f}",
            digits=3,
        ),
        Result(
            measure=f"{name}: test sounds recognised after mel inversion and Griffin-Lim",
            ours=share["real"],
            real=judged,
            digits=3,
        ),
        Result(
            measure=f"{name}: MMD² of the recogniser's features from the test part",
            ours=discrepancy["ours"],
            baselines={of: discrepancy[of] for of in (BASELINE, PRIOR)},
            real=discrepancy["real"],
            higher_is_better=False,
            digits=4,
        ),
        *_heard(name, data.rate, N, sounds, [data.test[i] for i in chosen]),
    ]
    p = judge.probabilities(heard["ours"])[np.arange(len(labels)), labels]
    shown = _ranked(job, name, data, pictures, sounds["ours"], p, labels)
    return Outcome(results=results, shown=shown)


def _sampled(model: ConditionalVAE, x: np.ndarray, y: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Samples of these classes, z from a Gaussian per class that is fitted to the codes of the training sounds.

    A Gaussian likelihood of thousands of levels outweighs the rate, so that the codes of a class fill a part of the
    prior alone, and between them the decoder was never trained.
    Source: Ghosh et al. (2020), "From variational to deterministic autoencoders", section 4: ex-post density.
    """
    with no_grad():
        codes = to_numpy(model.given(y).encode(x).rsample(Generator(HELD_OUT_SEED)))
        z = ClassGaussians.fit(codes, y, model.latent_dim).sample(labels, Generator(HELD_OUT_SEED))
        return to_numpy(model.given(labels).decode(z.astype(np.float32)).mean)


def _checked(data: SoundData, source: str) -> tuple[SoundData, int]:
    """The data and the samples per sound. Raises BadInput for data without classes, with silence, and for too few."""
    if len(data.classes) < 2 or data.train_labels is None:
        raise BadInput(
            f"{source} has recordings of one kind; put those of each drum into a subfolder of its name, such as kick "
            "and snare"
        )
    N = min(round(SECONDS * data.rate), max(map(len, data.train)))
    silent = sum(not np.ptp(x[:N]) for part in PARTS for x in getattr(data, part))
    if silent:
        raise BadInput(
            f"{silent} recordings of {source} are silent in their first {N / data.rate:.2f} s; remove them"
        )
    counts = np.bincount(data.train_labels.astype(np.intp), minlength=len(data.classes))
    few = [name for name, n in zip(data.classes, counts, strict=True) if n < EACH]
    held_out = min(len(data.validation), len(data.test))
    if few or held_out < 2 * BLOCKS:
        what = (
            f"fewer than {EACH} recordings of {', '.join(few)} to train on"
            if few
            else f"{held_out} recordings to validate or test on, and {2 * BLOCKS} are needed"
        )
        raise BadInput(f"{source} has {what}; give more, or leave the class out")
    return data, N


def _discrepancies(
    judge: Classifier,
    train: np.ndarray,
    test: np.ndarray,
    heard: dict[str, np.ndarray],
    validation: np.ndarray,
) -> dict[str, float]:
    """MMD² between the features of the test part and those of samples; "real" stands for the validation part."""
    kernel = GaussianKernel(median_distance(judge.features(train)))
    rng = Generator(HELD_OUT_SEED)  # blocks that are sorted by class would not be independent
    mixed = lambda rows: judge.features(rows[rng.permutation(len(rows))])
    sets = {**heard, "real": validation[rng.permutation(len(validation))[: len(heard["ours"])]]}
    features = mixed(test)
    return {of: float(mmd(mixed(rows), features, kernel, blocks=BLOCKS).mean) for of, rows in sets.items()}


def _heard(
    name: str, rate: int, N: int, sounds: dict[str, list[np.ndarray]], recorded: list[np.ndarray]
) -> list[Result]:
    """What an ear would notice: level, clipping, duration and flatness of the spectrum, as means over sounds."""
    flatness = lambda x: spectral_flatness(np.mean(np.abs(stft(x.astype(np.float64))) ** 2, axis=0))
    measures = {
        "level, dB FS": (level, 1),
        "share of clipped samples": (clipped_share, 4),
        "duration, s": (lambda x: sounding_seconds(x, rate), 3),
        "spectral flatness": (flatness, 3),
    }
    sets = {"ours": sounds["ours"], BASELINE: sounds[BASELINE], "real": [x[:N] for x in recorded]}
    results = []
    for measure, (of, digits) in measures.items():
        mean = {key: float(np.mean([of(x) for x in found])) for key, found in sets.items()}
        results.append(
            Result(
                measure=f"{name}: {measure}",
                ours=mean["ours"],
                baselines={BASELINE: mean[BASELINE]},
                real=mean["real"],
                digits=digits,
            )
        )
    return results


def _ranked(
    job: Job,
    name: str,
    data: SoundData,
    pictures: MelPictures,
    sounds: list[np.ndarray],
    p: np.ndarray,
    labels: np.ndarray,
) -> list[Shown]:
    """The best, the median and the worst sample by the recogniser's probability, and the median of every class."""
    shown = []
    for rank, i in best_median_worst(p):
        drum = data.classes[labels[i]]
        caption = f"{name}, {rank} of {len(p)} samples: {drum}, recognised with probability {p[i]:.3f}"
        path, entry = job.show(f"{name}-{rank}.wav", caption)
        write_wav(sounds[i], path, data.rate)
        shown.append(entry)
    order = np.argsort(-p, kind="stable")
    found = [[i for i in order if labels[i] == c] for c in range(len(data.classes))]
    medians = {data.classes[c]: sounds[of[len(of) // 2]] for c, of in enumerate(found) if of}
    path, entry = job.show(f"{name}-medians.wav", f"{name}, the median sample of each: {', '.join(medians)}")
    write_wav(np.concatenate(list(medians.values())), path, data.rate)
    held_out = {
        drum: data.test[int(np.flatnonzero(data.test_labels == data.classes.index(drum))[0])]
        for drum in medians
    }
    path, picture = job.show(
        f"{name}-spectrograms.png", f"{name}: the median sample of each, above one of the test part"
    )
    levels = [pictures.decibels(picture) for picture in pictures.of([*medians.values(), *held_out.values()])]
    names = [*(f"{drum}, sample" for drum in medians), *(f"{drum}, real" for drum in held_out)]
    mel_spectrograms(
        levels,
        names,
        pictures.hop / data.rate,
        data.rate / 2,
        path,
        f"sounds of the VAE, {name}",
        len(medians),
    )
    return [*shown, entry, picture]
