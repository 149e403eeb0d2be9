"""The judge of generated sounds: a classifier that was trained on real recordings, and listens to samples alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scratchgen.data import RowData
from scratchgen.data.mel_rows import MelRows
from scratchgen.evaluation import AttributeClassifier
from scratchgen.random import HELD_OUT_SEED, Generator

EXAMPLES, QUICK_EXAMPLES = 80_000, 15_000  # of its training, with repetitions
# (bands, frames) by which training recordings are also shifted: a sound that is trimmed again may begin a moment
# earlier or later, and a larger head has lower resonances
SHIFTS = ((0, -2), (0, 2), (0, 4), (1, 0), (-1, 1))


@dataclass(frozen=True, eq=False)
class SoundJudge:
    """Recognises the attributes of sounds, such as the digit and the speaker, by their mel spectrograms.

    A generated sound is judged by its samples, from which a new spectrogram is computed: what Griffin-Lim could not
    make audible does not count.
    """

    mel: MelRows
    classifier: AttributeClassifier

    @classmethod
    def fit(cls, rows: RowData, mel: MelRows, quick: bool = False) -> SoundJudge:
        """Train on the real recordings of the training part, each also a little earlier, later, lower and higher."""
        counts = rows.label_counts
        assert rows.train_labels is not None and not isinstance(counts, int)
        x = np.concatenate([rows.train, *(shifted(rows.train, mel.shape, *by) for by in SHIFTS)])
        y = np.tile(rows.train_labels, (1 + len(SHIFTS), 1))
        classifier = AttributeClassifier(x.shape[1], counts, Generator(0))
        epochs = max(1, (QUICK_EXAMPLES if quick else EXAMPLES) // len(x))
        return cls(mel, classifier.fit(x, y, epochs=epochs, rng=Generator(HELD_OUT_SEED)))

    def recognised(self, sounds: Iterable[np.ndarray], labels: np.ndarray) -> np.ndarray:
        """Whether each attribute of each sound is recognised as its label: (n, S)."""
        return self.classifier.predict(self.mel.rows(sounds)) == labels

    def probability(self, sounds: Iterable[np.ndarray], kinds: np.ndarray, s: int = 0) -> np.ndarray:
        """The probability of these kinds (n,) of attribute s: (n,)."""
        p = self.classifier.probabilities(self.mel.rows(sounds), s)
        return p[np.arange(len(kinds)), kinds]

    def features(self, sounds: Iterable[np.ndarray]) -> np.ndarray:
        """The activations of the hidden layer, (n, 256): differences that matter for the attributes."""
        return self.classifier.features(self.mel.rows(sounds))


def shifted(rows: np.ndarray, shape: tuple[int, int], bands: int, frames: int) -> np.ndarray:
    """Rows some bands lower and some frames later, or the other way for negative numbers; gaps are silent."""
    pad = [(0, 0), *((max(n, 0), max(-n, 0)) for n in (bands, frames))]
    padded = np.pad(rows.reshape(-1, *shape), pad)
    first_band, first_frame = max(-bands, 0), max(-frames, 0)
    part = padded[:, first_band : first_band + shape[0], first_frame : first_frame + shape[1]]
    return part.reshape(rows.shape)
