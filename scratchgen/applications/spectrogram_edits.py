"""Edits of sounds by a VAE of their mel spectrograms: morph, denoise, fill a gap, exchange the speaker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data.mel_pictures import RANGE
from scratchgen.data.mel_rows import MelRows
from scratchgen.data.preprocessing.stft import istft, stft
from scratchgen.vae import VAE
from scratchgen.vae.imputation import impute
from scratchgen.vae.interpolate import straight

ROUNDS = 30  # of imputation
ABOVE_NOISE = 6.0  # times the power of the noise: a cell of 8 dB above it is known, the others are imputed


@dataclass(frozen=True, eq=False)
class SpectrogramEditor:
    """A VAE of rows of mel spectrograms, and what it is used for. Labels are its conditions, or None without any."""

    model: VAE
    mel: MelRows

    def morphs(self, a: np.ndarray, b: np.ndarray, labels: np.ndarray | None, n: int) -> np.ndarray:
        """n rows from each of a (B, D) to each of b (B, D), on straight lines between their latents: (n, B, D)."""
        given = self.model.given(labels)
        with no_grad():
            start, end = (to_numpy(given.encode(x).mu) for x in (a, b))
            return to_numpy(given.decode(straight(start, end, n)).mean)

    def exchanged(self, rows: np.ndarray, labels: np.ndarray, others: np.ndarray) -> np.ndarray:
        """The rows (B, D) with other conditions: encoded with their own, decoded with the others."""
        with no_grad():
            z = self.model.given(labels).encode(rows).mu
            return to_numpy(self.model.given(others).decode(z).mean)

    def filled(
        self, rows: np.ndarray, gap: slice, labels: np.ndarray | None, weight: float = 1.0
    ) -> np.ndarray:
        """The rows (B, D) with the moments `gap` replaced, which have a known moment on either side.

            x_t = l_t + w (x̂_t − l̂_t)

        x̂ is the reconstruction of the row whose gap is filled by imputation; l and l̂ are the straight lines of x and
        x̂ across the gap, from the moment before it to the moment after it. With w = 0 the gap is filled by linear
        interpolation, with 1 the model bends the line by as much as it bends itself.

        weight    w, such as the best one by `gap_weight`
        """
        images, model = rows.reshape(-1, *self.mel.shape), self._imputed(rows, gap, labels)
        filled = images.copy()
        filled[:, :, gap] = np.clip(
            across(images, gap) + weight * (model[:, :, gap] - across(model, gap)), 0, 1
        )
        return filled.reshape(rows.shape)

    def gap_weight(self, rows: np.ndarray, gap: slice, labels: np.ndarray | None) -> float:
        """The weight w of `filled` with the least squared error on whole rows (B, D), in [0, 1].

        w = Σ (x − l)(x̂ − l̂) / Σ (x̂ − l̂)², over all cells of the gap; 0 for a model that draws straight lines itself
        """
        images, model = rows.reshape(-1, *self.mel.shape), self._imputed(rows, gap, labels)
        bent, bends = (x[:, :, gap].astype(np.float64) - across(x, gap) for x in (images, model))
        squares = np.sum(bends * bends)
        return float(np.clip(np.sum(bent * bends) / squares, 0, 1)) if squares > 0 else 0.0

    def _imputed(self, rows: np.ndarray, gap: slice, labels: np.ndarray | None) -> np.ndarray:
        """The reconstructions of rows (B, D) whose gap is filled by imputation, as images (B, H, M)."""
        hidden, given = rows.reshape(-1, *self.mel.shape).copy(), self.model.given(labels)
        hidden[:, :, gap] = np.nan
        return given.reconstruct(impute(given, hidden.reshape(rows.shape), ROUNDS)).reshape(hidden.shape)

    def denoised(self, noisy: np.ndarray, noise: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        """Sounds without their noise: (B, N) → (B, N) float64.

        Bands well above the noise are known; the others are imputed. The power S of the clean bands gives Wiener's
        gain S / (S + N) for the noisy transform, which keeps its phases.

        noise    (B, n) samples of noise alone, from which the power N of its bands is estimated
        """
        pictures, filters = self.mel.pictures, self.mel.pictures.filters
        framing = pictures.length, pictures.hop
        transforms, alone = (np.stack([stft(x, *framing) for x in sounds]) for sounds in (noisy, noise))
        power = np.square(np.abs(transforms)) @ filters
        noise_power = np.square(np.abs(alone)).mean(axis=1, keepdims=True) @ filters
        levels = 10 * np.log10(np.maximum(power - noise_power, 1e-12))
        known = np.clip((levels - pictures.loudest) / RANGE + 1, 0, 1)
        hidden = np.where(power > ABOVE_NOISE * noise_power, known, np.nan)
        rows = impute(self.model.given(labels), self.mel.as_rows(hidden).astype(np.float32), ROUNDS)
        S = np.minimum(10 ** (self.mel.decibels(rows) / 10), power)
        share = filters / np.maximum(filters.sum(axis=1, keepdims=True), 1e-12)  # of each band in a bin
        gain = (S / (S + noise_power)) @ share.T
        return np.stack(
            [istft(G * Y, noisy.shape[1], *framing) for G, Y in zip(gain, transforms, strict=True)]
        )


def across(images: np.ndarray, gap: slice) -> np.ndarray:
    """Linear interpolation over a gap in time: (B, H, M) → (B, H, length of the gap)."""
    a, b = gap.start - 1, gap.stop
    s = (np.arange(gap.start, gap.stop) - a) / (b - a)
    return ((1 - s) * images[:, :, a, None] + s * images[:, :, b, None]).astype(images.dtype)
