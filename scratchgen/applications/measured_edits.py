"""The edits of one set of sounds: carried out on held-out recordings, measured, and shown by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.applications.application import Job, Outcome, Result, Shown
from scratchgen.applications.ranks import best_median_worst
from scratchgen.applications.sound_judge import SoundJudge
from scratchgen.applications.spectrogram_edits import SpectrogramEditor, across
from scratchgen.data import RowData, SoundData
from scratchgen.data.files.performance import write_wav
from scratchgen.data.mel_pictures import RANGE
from scratchgen.data.preprocessing.silence import trimmed
from scratchgen.data.preprocessing.stft import istft, stft
from scratchgen.evaluation import snr, spectral_subtraction
from scratchgen.plots import mel_spectrograms
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.rows import labels_of

MORPHS, STEPS = 20, 7  # pairs of recordings, and sounds from one to the other
MONOTONE, FALL = 0.9, 0.05  # share of the morphs; a step by which the confidence may fall for rounding's sake
NOISY, NOISE_DECIBELS, GAIN = 60, 0.0, 6.0  # sounds, their signal-to-noise ratio, and the gain to reach in dB
EXCHANGED = 120  # recordings
NOISE_SECONDS = 0.25  # of noise alone, from which both methods estimate it
KEPT = 0.85  # share of the digits that are recognised after an exchange of the speaker
GAP_SECONDS = 0.1
MORPH = "morph through the latent space"


@dataclass(frozen=True, eq=False)
class MeasuredEdits:
    """The edits of one set of sounds, with the model that makes them and the judge that listens to them.

    name    of the set, before every measure
    data    the recordings;  rows: the same as mel spectrograms
    """

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

    def conditions(self, labels: np.ndarray) -> np.ndarray | None:
        """What the model is conditioned on, of the attributes (n, S) of recordings; None of a model without."""
        return labels[:, -1:] if len(self.rows.attributes) > 1 else None

    def morph(self) -> Outcome:
        """From a recording to one of another class: how the confidence in the second class rises."""
        a, b = self._pairs()
        kinds = self.labels[:, 0]
        whole, n = self._whole(np.concatenate([a, b])), len(a)
        morphed = self.editor.morphs(
            self.rows.test[a], self.rows.test[b], self.conditions(self.labels[a]), STEPS
        )
        rng, t = Generator(HELD_OUT_SEED), np.linspace(0, 1, STEPS)
        steps = {
            MORPH: [self.editor.mel.sounds(rows, rng) for rows in morphed],
            "cross-fade of the samples": [list((1 - s) * whole[:n] + s * whole[n:]) for s in t],
        }
        found = {}
        for method, sounds in steps.items():
            first, second = (
                np.array([self.judge.probability(step, kinds[ends]) for step in sounds]) for ends in (a, b)
            )
            found[method] = second / np.maximum(
                first + second, 1e-30
            )  # (STEPS, pairs); 0 if neither is heard
        never_falls = {m: float((np.diff(c, axis=0) > -FALL).all(axis=0).mean()) for m, c in found.items()}
        arrives = {m: float(((c[0] < 0.5) & (c[-1] > 0.5)).mean()) for m, c in found.items()}
        confidence = found[MORPH]
        results = [
            Result(
                measure=f"{self.name}: morphs in which the confidence in the second class never falls",
                ours=never_falls.pop(MORPH),
                baselines=never_falls,
                target=MONOTONE,
                rule=f"a fall of less than {FALL} in a step does not count",
            ),
            Result(
                measure=f"{self.name}: morphs that lead from the first class to the second",
                ours=arrives.pop(MORPH),
                baselines=arrives,
            ),
        ]
        shown = []
        for rank, i in best_median_worst(confidence[-1] - confidence[0]):
            caption = (
                f"{rank} of {n} morphs by the rise of the confidence, from {self._words(a[i])} to {self._words(b[i])}: "
                + " → ".join(f"{c:.2f}" for c in confidence[:, i])
            )
            names = [f"{s:.0%}" for s in t]
            shown += self._shown(f"morph-{rank}", [step[i] for step in steps[MORPH]], names, caption)
        return Outcome(results=results, shown=shown)

    def denoise(self) -> Outcome:
        """White noise as loud as the sound: the gain in signal-to-noise ratio."""
        places = self._some(NOISY)
        clean, rng = self._whole(places), Generator(HELD_OUT_SEED)
        sigma = np.sqrt(np.mean(clean**2, axis=1, keepdims=True) / 10 ** (NOISE_DECIBELS / 10))
        noisy = clean + sigma * rng.standard_normal(clean.shape, np.float64)
        noise = sigma * rng.standard_normal((len(clean), round(NOISE_SECONDS * self.data.rate)), np.float64)
        labels, pictures = self.conditions(self.labels[places]), self.editor.mel.pictures
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
        for rank, i in best_median_worst(gain):
            caption = f"{rank} of {len(clean)} by the gain, {self._words(places[i])}: {gain[i]:.1f} dB"
            names = ["noisy", "denoised", "spectral subtraction", "clean"]
            shown += self._shown(
                f"denoised-{rank}", [noisy[i], ours[i], subtracted[i], clean[i]], names, caption
            )
        return Outcome(results=[result], shown=shown)

    def fill_gaps(self) -> Outcome:
        """A gap at one place in all recordings, the middle of a median one: the error of the levels in it."""
        mel, rows = self.editor.mel, self.rows
        frames = max(1, round(GAP_SECONDS / mel.seconds_per_frame))
        images = rows.test.reshape(-1, *mel.shape)
        length = int(np.median((images > 0).any(axis=1).sum(axis=1)))
        start = max(1, (length - frames) // 2)
        gap = slice(start, start + frames)
        seen = self.conditions(labels_of(rows, "validation"))
        weight = self.editor.gap_weight(rows.validation, gap, seen)
        ours = self.editor.filled(rows.test, gap, self.conditions(self.labels), weight)
        mean = rows.train.mean(axis=0).reshape(mel.shape)[None, :, gap]
        error = lambda x: RANGE * np.sqrt(np.square(x - images[:, :, gap]).mean(axis=(1, 2)))
        errors = error(ours.reshape(images.shape)[:, :, gap])
        linear, of_mean = float(error(across(images, gap)).mean()), float(error(mean).mean())
        result = Result(
            measure=f"{self.name}: error in a gap of {GAP_SECONDS} s, dB",
            ours=float(errors.mean()),
            baselines={"linear interpolation": linear, "mean of the training sounds": of_mean},
            target=linear,
            rule="below linear interpolation",
            higher_is_better=False,
        )
        shown, rng = [], Generator(HELD_OUT_SEED)
        for rank, i in best_median_worst(-errors):
            silent = images[i].copy()
            silent[:, gap] = 0
            pictures = np.stack([silent.ravel(), ours[i], rows.test[i]])
            caption = (
                f"{rank} of {len(errors)} filled gaps by the error, {self._words(i)}: {errors[i]:.1f} dB"
            )
            shown += self._shown(
                f"gap-{rank}", mel.sounds(pictures, rng), ["with a gap", "filled", "original"], caption
            )
        return Outcome(results=[result], shown=shown)

    def exchange(self, editor: SpectrogramEditor) -> Outcome:
        """Recordings with another speaker: whether the digit is kept, and the speaker recognised.

        editor    whose model is conditioned on all attributes. Its conditions are what the judge recognises in a
                  recording, so that nobody needs to name them; the digit that is kept is the true one.
        """
        places = self._some(EXCHANGED)
        found, speakers = (
            self.judge.classifier.predict(self.rows.test[places]),
            len(self.rows.attributes[-1].kinds),
        )
        others = (self.labels[places, -1] + 1 + np.arange(len(places)) % (speakers - 1)) % speakers
        wanted, to = self.labels[places].copy(), found.copy()
        wanted[:, -1] = to[:, -1] = others
        rows = editor.exchanged(self.rows.test[places], found, to)
        exchanged = editor.mel.sounds(rows, Generator(HELD_OUT_SEED))
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
        for rank, i in best_median_worst(p):
            voice = self.rows.attributes[-1].kinds[others[i]]
            caption = f"{rank} of {len(p)} exchanges by the judge: {self._words(places[i])} as {voice}, p = {p[i]:.2f}"
            sequence = [self._whole(places[i : i + 1])[0], exchanged[i]]
            shown += self._shown(f"exchange-{rank}", sequence, ["recording", f"as {voice}"], caption)
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

    def _shown(self, name: str, x: Sequence[np.ndarray], names: list[str], caption: str) -> list[Shown]:
        """Sounds one after the other as a WAV file, and their spectrograms in one picture."""
        mel, rate = self.editor.mel, self.data.rate
        pause = np.zeros(rate // 5)
        wav, sound = self.job.show(f"{self.name}-{name}.wav", f"{self.name}: {caption}")
        sounds = np.concatenate([part for y in x for part in (y, pause)])
        write_wav(sounds / max(1.0, np.abs(sounds).max()), wav, rate)  # noise is added to a peak of 0.9
        path, picture = self.job.show(f"{self.name}-{name}.png", f"{self.name}: {caption}")
        levels = [mel.pictures.decibels(p) for p in mel.pictures.of(list(x))]
        mel_spectrograms(levels, names, mel.seconds_per_frame, rate / 2, path, "", columns=len(x))
        return [picture, sound]
