"""The judge of generated sounds: a classifier that was trained on real recordings, and listens to samples alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.data import RowData
from scratchgen.data.mel_rows import MelRows
from scratchgen.evaluation import AttributeClassifier
from scratchgen.random import HELD_OUT_SEED, Generator

EXAMPLES = 80_000  # of its training, with repetitions
SHIFTS = (-2, 2, 4)  # frames: a sound that is trimmed again may begin a moment earlier or later


@dataclass(frozen=True, eq=False)
class SoundJudge:
    """Recognises the attributes of sounds, such as the digit and the speaker, by their mel spectrograms.

    A generated sound is judged by its samples, from which a new spectrogram is computed: what Griffin-Lim could not
    make audible does not count.
    """

    mel: MelRows
    classifier: AttributeClassifier

    @classmethod
    def fit(cls, rows: RowData, mel: MelRows) -> SoundJudge:
        """Train on the real recordings of the training part, each also a little earlier and later."""
        counts = rows.label_counts
        assert rows.train_labels is not None and not isinstance(counts, int)
        x = np.concatenate([rows.train, *(_shifted(rows.train, mel.shape, n) for n in SHIFTS)])
        y = np.tile(rows.train_labels, (1 + len(SHIFTS), 1))
        classifier = AttributeClassifier(x.shape[1], counts, Generator(0))
        epochs = max(1, EXAMPLES // len(x))
        return cls(mel, classifier.fit(x, y, epochs=epochs, rng=Generator(HELD_OUT_SEED)))

    def recognised(self, sounds: Sequence[np.ndarray], labels: np.ndarray) -> np.ndarray:
        """Whether each attribute of each sound is recognised as its label: (n, S)."""
        return self.classifier.predict(self.mel.rows(sounds)) == labels

    def probability(self, sounds: Sequence[np.ndarray], kinds: np.ndarray, s: int = 0) -> np.ndarray:
        """The probability of these kinds (n,) of attribute s: (n,)."""
        p = self.classifier.probabilities(self.mel.rows(sounds), s)
        return p[np.arange(len(kinds)), kinds]

    def features(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """The activations of the hidden layer, (n, 256): differences that matter for the attributes."""
        return self.classifier.features(self.mel.rows(sounds))


def _shifted(rows: np.ndarray, shape: tuple[int, int], n: int) -> np.ndarray:
    """Rows n frames later, or earlier for n < 0, with silence in place of the missing frames."""
    images = rows.reshape(-1, *shape)
    moved = np.zeros_like(images)
    if n > 0:
        moved[:, :, n:] = images[:, :, :-n]
    else:
        moved[:, :, :n] = images[:, :, -n:]
    return moved.reshape(rows.shape)
