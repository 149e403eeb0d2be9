"""Recognise the attributes of generated images: a classifier with one output per attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.errors import BadInput, check_counts
from scratchgen.evaluation.classifier import Perceptron
from scratchgen.evaluation.examples import ROWS, slices
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.random import Generator


class AttributeClassifier(Perceptron):
    """A perceptron that recognises S attributes: p(kind of attribute s | x) = softmax(net(x)) over its K_s outputs.

    net: D → hidden → ReLU → K_1 + … + K_S. The attributes share the hidden layer; labels are (N, S).
    Ledger: nn.softmax
    """

    def __init__(
        self, data_dim: int, counts: Sequence[int], rng: Generator | None = None, *, hidden: int = 256
    ):
        check_counts(data_dim=data_dim, hidden=hidden)
        for K in counts:
            check_counts(counts=K)
        ends = list(accumulate(counts))
        self.blocks = [slice(end - K, end) for end, K in zip(ends, counts, strict=True)]
        super().__init__(data_dim, hidden, ends[-1], rng)

    def loss(self, logits: Tensor, labels: np.ndarray) -> Tensor:
        """The sum of the cross entropies of the attributes: (B, K_1 + … + K_S), (B, S) → (B,) nats."""
        losses = [
            softmax_cross_entropy(logits[:, block], labels[:, s]) for s, block in enumerate(self.blocks)
        ]
        return sum(losses[1:], losses[0])

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The most probable kind of each attribute: (B, D) → (B, S) int."""
        found = np.empty((len(x), len(self.blocks)), np.int64)
        with no_grad():
            for chunk in slices(len(x), ROWS):
                logits = self.net(x[chunk]).numpy()
                for s, block in enumerate(self.blocks):
                    found[chunk, s] = np.argmax(logits[:, block], axis=1)
        return found

    def probabilities(self, x: np.ndarray, s: int) -> np.ndarray:
        """The probability of each kind of attribute s: (B, D) → (B, K_s).   Raises BadInput for an unknown s."""
        check_counts(0, s=s)
        if s >= len(self.blocks):
            raise BadInput(f"attributes are 0 … {len(self.blocks) - 1}, not {s}")
        with no_grad():
            return softmax(self.net(x)[:, self.blocks[s]]).numpy()

    def check_labels(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Raise BadInput unless there is one label per image and attribute, (N, S)."""
        if np.shape(labels) != (len(images), len(self.blocks)):
            raise BadInput(
                f"labels are {(len(images), len(self.blocks))}, one per image and attribute, not {np.shape(labels)}"
            )


@dataclass(frozen=True, eq=False)
class AttributesRecognised:
    """The result of `attributes_recognised`.

    shares    (S,) the share of images in which each attribute is recognised as requested
    mean      the mean over the attributes
    worst     the place of the attribute with the smallest share
    """

    shares: np.ndarray

    @property
    def mean(self) -> float:
        """The mean over the attributes."""
        return float(self.shares.mean())

    @property
    def worst(self) -> int:
        """The place of the attribute with the smallest share."""
        return int(np.argmin(self.shares))


def attributes_recognised(
    classifier: AttributeClassifier, images: np.ndarray, labels: np.ndarray
) -> AttributesRecognised:
    """The share of images (N, D) in which each attribute is recognised as its label (N, S).

    Raises BadInput for no images, and labels of another shape.
    """
    if not len(images) or np.shape(labels) != (len(images), len(classifier.blocks)):
        raise BadInput(
            f"{len(images)} images need one row of labels each, with one label per attribute, not {np.shape(labels)}"
        )
    return AttributesRecognised(np.mean(classifier.predict(images) == labels, axis=0))
