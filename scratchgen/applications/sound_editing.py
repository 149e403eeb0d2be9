"""Sound editing: a VAE of mel spectrograms morphs, denoises and repairs sounds, and exchanges the speaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.labelled_sounds import labelled_sounds
from scratchgen.applications.rank import by_rank
from scratchgen.applications.sound_judge import SoundJudge
from scratchgen.applications.spectrogram_edits import SpectrogramEditor
from scratchgen.data import RowData
from scratchgen.data.files.performance import write_wav
from scratchgen.data.mel_pictures import RANGE
from scratchgen.data.mel_rows import MelRows, mel_rows
from scratchgen.data.preprocessing.silence import trimmed
from scratchgen.data.preprocessing.stft import istft, stft
from scratchgen.data.rows import PARTS
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput
from scratchgen.evaluation import snr, spectral_subtraction
from scratchgen.plots import mel_spectrograms
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.rows import labels_of

MORPHS, STEPS = 20, 7  # pairs of recordings, and sounds from one to the other
MONOTONE, FALL = 0.9, 0.05  # share of the morphs; a step by which the confidence may fall for rounding's sake
NOISY, NOISE_DECIBELS, GAIN = 60, 0.0, 6.0  # sounds, their signal-to-noise ratio, and the gain to reach in dB
NOISE_SECONDS = 0.25  # of noise alone, from which both methods estimate it
GAP_SECONDS, SHORTEST = 0.1, 0.2  # a gap in the middle, and the sound around it
KEPT = 0.85  # share of the digits that are recognised after an exchange of the speaker
FULL: dict[str, Any] = {
    "likelihood": "gaussian",
    "objective": "beta",
    "beta": 20.0,
    "latent_dim": 32,
    "hidden": 512,
    "layers": 2,
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 2e-3,
    "schedule": "half_cosine",
}
QUICK: dict[str, Any] = {**FULL, "hidden": 128, "epochs": 8}


def carry_out(job: Job) -> Outcome:
    """Edit the sounds of each data set of the job; the results of all, and what is shown of each."""
    prepared = [(data, *mel_rows(data)) for data in map(labelled_sounds, job.data)]
    for data, _, mel in prepared:
        seconds = mel.pictures.N / data.rate
        if seconds < SHORTEST:
            raise BadInput(
                f"the sounds of {data.name} last {seconds:.2f} s, too short for a gap of "
                f"{GAP_SECONDS} s; give sounds of at least {SHORTEST} s"
            )
    outcomes = [edit(job, *of) for of in prepared]
    return Outcome(
        results=[result for outcome in outcomes for result in outcome.results],
        shown=[shown for outcome in outcomes for shown in outcome.shown],
    )


def edit(job: Job, data: SoundData, rows: RowData, mel: MelRows) -> Outcome:
    """Train on the training sounds, and measure all edits on held-out ones.

    Sounds with two attributes, the digit and the speaker, get a model that is conditioned on the second one, which
    can then be exchanged.
    """
    name, exchanges = Path(data.name).name, len(rows.attributes) > 1
    settings = {**(QUICK if job.quick else FULL), "model": "conditional" if exchanges else "mlp"}
    given = _with_last_attribute(rows) if exchanges else rows
    model, _, _ = job.train("vae", given, run=name, **settings)
    editing = Editing(
        job, name, data, rows, SpectrogramEditor(model, mel), SoundJudge.fit(rows, mel, job.quick)
    )
    right = editing.judge.classifier.predict(rows.test) == editing.labels
    results = [
        Result(
            measure=f"{name}: {attribute.name} recognised in held-out recordings, by the judge", ours=share
        )
        for attribute, share in zip(rows.attributes, right.mean(axis=0).tolist(), strict=True)
    ]
    shown: list[Shown] = []
    for edits in (editing.morph, editing.denoise, editing.fill_gaps, *[editing.exchange] * exchanges):
        outcome = edits()
        results += outcome.results
        shown += outcome.shown
    return Outcome(results=results, shown=shown)


def _with_last_attribute(rows: RowData) -> RowData:
    """The same rows with the last attribute as their only label."""
    labels = {f"{part}_labels": getattr(rows, f"{part}_labels")[:, -1:] for part in PARTS}
    return replace(rows, attributes=rows.attributes[-1:], **labels)


@dataclass(frozen=True, eq=False)
class Editing:
    """The edits of one set of sounds: each is carried out on held-out recordings, measured, and shown by rank."""

    job: Job
    name: str
    data: SoundData
    rows: RowData
    editor: SpectrogramEditor
    judge: SoundJudge

    @property
    def labels(self) -> np.ndarray:
        """The attributes of the recordings of the test part, (N, S)."""
        return labels_of(self.rows, "test")

    def conditions(self, places: np.ndarray) -> np.ndarray | None:
        """What the model is conditioned on for these recordings of the test part; None of a model without."""
        return self.labels[places, -1:] if len(self.rows.attributes) > 1 else None

    def morph(self) -> Outcome:
        """From a recording to one of another class: how the confidence in the second class rises."""
        a, b = self._pairs()
        kinds = self.labels[:, 0]
        ends = np.concatenate([kinds[a], kinds[b]])
        whole = self._whole(np.concatenate([a, b]))
        morphed = self.editor.morphs(self.rows.test[a], self.rows.test[b], self.conditions(a), STEPS)
        rng = Generator(HELD_OUT_SEED)
        ours = [self.editor.mel.sounds(rows, rng) for rows in morphed]
        faded = [list((1 - t) * whole[: len(a)] + t * whole[len(a) :]) for t in np.linspace(0, 1, STEPS)]
        rises = {}
        for method, steps in (("ours", ours), ("cross-fade", faded)):
            p = np.array([self.judge.probability(step * 2, ends).reshape(2, -1) for step in steps])
            confidence = p[:, 1] / (
                p[:, 0] + p[:, 1]
            )  # (STEPS, pairs), of the second class against the first
            rises[method] = confidence
        monotone = {m: float((np.diff(c, axis=0) > -FALL).all(axis=0).mean()) for m, c in rises.items()}
        rise = rises["ours"][-1] - rises["ours"][0] + np.diff(rises["ours"], axis=0).min(axis=0)
        result = Result(
            measure=f"{self.name}: morphs in which the confidence in the second class never falls",
            ours=monotone["ours"],
            baselines={"cross-fade of the samples": monotone["cross-fade"]},
            target=MONOTONE,
            rule=f"a fall of less than {FALL} in a step does not count",
        )
        shown = []
        for rank, i in by_rank(rise):
            sequence = [step[i] for step in ours]
            first, last = (self._words(k) for k in (a[i], b[i]))
            caption = f"{rank} of {len(a)} morphs by the rise of the confidence, from {first} to {last}"
            levels = " → ".join(f"{c:.2f}" for c in rises["ours"][:, i])
            shown += self._shown(f"morph-{rank}", sequence, [""] * STEPS, f"{caption}: {levels}", joined=True)
        return Outcome(results=[result], shown=shown)

    def denoise(self) -> Outcome:
        """White noise as loud as the sound: the gain in signal-to-noise ratio."""
        places = self._some(NOISY)
        clean, rng = self._whole(places), Generator(HELD_OUT_SEED)
        sigma = np.sqrt(np.mean(clean**2, axis=1, keepdims=True) / 10 ** (NOISE_DECIBELS / 10))
        noisy = clean + sigma * rng.standard_normal(clean.shape, np.float64)
        noise = sigma * rng.standard_normal((len(clean), round(NOISE_SECONDS * self.data.rate)), np.float64)
        labels, pictures = self.conditions(places), self.editor.mel.pictures
        framing = pictures.length, pictures.hop
        ours = self.editor.denoised(noisy, noise, labels)
        subtracted = [
            istft(spectral_subtraction(stft(y, *framing), stft(n, *framing)), len(y), *framing)
            for y, n in zip(noisy, noise, strict=True)
        ]
        before = np.array([snr(x, y) for x, y in zip(clean, noisy, strict=True)])
        gain, theirs = (
            np.array([snr(x, y) for x, y in zip(clean, found, strict=True)]) - before
            for found in (ours, subtracted)
        )
        result = Result(
            measure=f"{self.name}: gain in signal-to-noise ratio at {NOISE_DECIBELS:g} dB, dB",
            ours=float(gain.mean()),
            baselines={"spectral subtraction": float(theirs.mean())},
            target=max(GAIN, float(theirs.mean())),
            rule=f"{GAIN:g} dB and spectral subtraction",
        )
        shown = []
        for rank, i in by_rank(gain):
            caption = f"{rank} of {len(clean)} by the gain, {self._words(places[i])}: {gain[i]:.1f} dB"
            names = ["noisy", "denoised", "spectral subtraction", "clean"]
            shown += self._shown(
                f"denoised-{rank}", [noisy[i], ours[i], subtracted[i], clean[i]], names, caption
            )
        return Outcome(results=[result], shown=shown)

    def fill_gaps(self) -> Outcome:
        """A gap in the middle of each recording's sounding part: the error of the levels in it."""
        mel, places = self.editor.mel, np.arange(len(self.rows.test))
        frames = max(1, round(GAP_SECONDS / mel.seconds_per_frame))
        images = self.rows.test.reshape(-1, *mel.shape)
        length = int(np.median((images > 0).any(axis=1).sum(axis=1)))
        start = max(1, (length - frames) // 2)
        gap = slice(start, start + frames)
        ours = self.editor.filled(self.rows.test, gap, self.conditions(places))
        t = np.arange(1, frames + 1) / (frames + 1)
        before, after = images[:, :, start - 1, None], images[:, :, start + frames, None]
        mean = self.rows.train.mean(axis=0).reshape(mel.shape)[None, :, gap]
        error = lambda x: RANGE * np.sqrt(np.square(x - images[:, :, gap]).mean(axis=(1, 2)))
        errors = error(ours.reshape(images.shape)[:, :, gap])
        linear, of_mean = float(error((1 - t) * before + t * after).mean()), float(error(mean).mean())
        result = Result(
            measure=f"{self.name}: error in a gap of {GAP_SECONDS} s, dB",
            ours=float(errors.mean()),
            baselines={"linear interpolation": linear, "mean of the training sounds": of_mean},
            target=linear,
            rule="below linear interpolation",
            higher_is_better=False,
        )
        shown, rng = [], Generator(HELD_OUT_SEED)
        for rank, i in by_rank(-errors):
            silent = images[i].copy()
            silent[:, gap] = 0
            pictures = np.stack([silent.ravel(), ours[i], self.rows.test[i]])
            caption = (
                f"{rank} of {len(errors)} filled gaps by the error, {self._words(i)}: {errors[i]:.1f} dB"
            )
            shown += self._shown(
                f"gap-{rank}", mel.sounds(pictures, rng), ["with a gap", "filled", "original"], caption
            )
        return Outcome(results=[result], shown=shown)

    def exchange(self) -> Outcome:
        """Every recording with another speaker: whether the digit is kept, and the speaker recognised."""
        places = self._some(NOISY)
        own = self.labels[places]
        speakers = len(self.rows.attributes[-1].kinds)
        others = (own[:, -1:] + 1 + np.arange(len(own))[:, None] % (speakers - 1)) % speakers
        rows = self.editor.exchanged(self.rows.test[places], own[:, -1:], others)
        exchanged = self.editor.mel.sounds(rows, Generator(HELD_OUT_SEED))
        wanted = np.concatenate([own[:, :1], others], axis=1)
        digit, speaker = self.judge.recognised(exchanged, wanted).mean(axis=0).tolist()
        unchanged = self.judge.recognised(self._whole(places), wanted).mean(axis=0).tolist()
        first, last = (attribute.name for attribute in self.rows.attributes)
        results = [
            Result(
                measure=f"{self.name}: {first} kept when the {last} is exchanged",
                ours=digit,
                real=unchanged[0],
                target=KEPT,
            ),
            Result(
                measure=f"{self.name}: {last} recognised after the exchange",
                ours=speaker,
                baselines={"the recording as it was": unchanged[1]},
            ),
        ]
        p = np.minimum(*(self.judge.probability(exchanged, wanted[:, s], s) for s in (0, 1)))
        shown = []
        for rank, i in by_rank(p):
            to = self.rows.attributes[-1].kinds[others[i, 0]]
            caption = (
                f"{rank} of {len(p)} exchanges by the judge: {self._words(places[i])} as {to}, p = {p[i]:.2f}"
            )
            sequence = [self._whole(places[i : i + 1])[0], exchanged[i]]
            shown += self._shown(f"exchange-{rank}", sequence, ["recording", f"as {to}"], caption)
        return Outcome(results=results, shown=shown)

    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of two recordings of different classes under one condition of the model, MORPHS times."""
        rng, labels = Generator(HELD_OUT_SEED), self.labels
        pairs: list[tuple[int, int]] = []
        for a in np.resize(rng.permutation(len(labels)), MORPHS):
            fits = labels[:, 0] != labels[a, 0]
            if len(self.rows.attributes) > 1:
                fits &= labels[:, -1] == labels[a, -1]
            others = np.flatnonzero(fits)
            pairs.append((int(a), int(others[int(rng.random() * len(others))])))
        a, b = np.array(pairs).T
        return a, b

    def _some(self, n: int) -> np.ndarray:
        """Places of at most n recordings of the test part, at random."""
        return Generator(HELD_OUT_SEED).permutation(len(self.rows.test))[:n]

    def _whole(self, places: np.ndarray) -> np.ndarray:
        """Recordings of the test part, trimmed and of the length of a picture: (n, N) float64."""
        N = self.editor.mel.pictures.N
        found = np.zeros((len(places), N))
        for row, i in zip(found, places, strict=True):
            x = trimmed(self.data.test[i], self.data.rate)[:N]
            row[: len(x)] = x
        return found

    def _words(self, i: int) -> str:
        """The kinds of the attributes of a recording of the test part: "3 by george"."""
        kinds = self.labels[i]
        return " by ".join(a.kinds[k] for a, k in zip(self.rows.attributes, kinds, strict=True))

    def _shown(
        self, name: str, x: Sequence[np.ndarray], names: list[str], caption: str, joined: bool = False
    ) -> list[Shown]:
        """Sounds one after the other as a WAV file, and their spectrograms in one picture."""
        mel, rate = self.editor.mel, self.data.rate
        pause = np.zeros(rate // 5)
        wav, sound = self.job.show(f"{self.name}-{name}.wav", f"{self.name}: {caption}")
        write_wav(np.concatenate([part for y in x for part in (y, pause)]), wav, rate)
        path, picture = self.job.show(f"{self.name}-{name}.png", f"{self.name}: {caption}")
        levels = [mel.pictures.decibels(p) for p in mel.pictures.of(list(x))]
        mel_spectrograms(levels, names, mel.seconds_per_frame, rate / 2, path, "", columns=len(x))
        return [picture, sound]


SOUND_EDITING = Application(
    name="sound-editing",
    title="A VAE of spectrograms morphs, denoises and repairs sounds",
    about=(
        "A VAE learns the mel spectrograms of recordings: of digits spoken by six speakers, conditioned on the "
        "speaker, and of drums. It morphs one recording into another through the latent space, removes noise by "
        "imputing the bands that are hidden in it, fills gaps, and exchanges the speaker. Each edit is measured on "
        "held-out recordings, next to cross-fading, spectral subtraction and linear interpolation. A classifier that "
        "was trained on real recordings listens to the sounds that come out."
    ),
    data=("fsdd", "synthetic-drums"),
    quick_data=("tones",),
    on="a folder of recordings with a subfolder for each class",
    carry_out=carry_out,
    seeds=3,
)
