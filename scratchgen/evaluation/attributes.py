"""Recognise the attributes of generated images: a classifier with one output per attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.data import batches
from scratchgen.errors import BadInput, check_counts
from scratchgen.evaluation.examples import ROWS, slices
from scratchgen.functional import softmax_cross_entropy
from scratchgen.nn import Linear, Module, ReLU, Sequential
from scratchgen.nn.init import he_normal
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator


class AttributeClassifier(Module):
    """A perceptron that recognises S attributes: p(kind of attribute s | x) = softmax(net(x)) over its K_s outputs.

    net: D → hidden → ReLU → K_1 + … + K_S. The attributes share the hidden layer.   Ledger: nn.softmax
    """

    def __init__(
        self, data_dim: int, counts: Sequence[int], rng: Generator | None = None, *, hidden: int = 256
    ):
        check_counts(data_dim=data_dim, hidden=hidden)
        for K in counts:
            check_counts(counts=K)
        rng = as_generator(rng)
        ends = list(accumulate(counts))
        self.blocks = [slice(end - K, end) for end, K in zip(ends, counts, strict=True)]
        self.net = Sequential(Linear(data_dim, hidden, rng, he_normal), ReLU(), Linear(hidden, ends[-1], rng))

    def forward(self, x: np.ndarray) -> Tensor:
        """The logits of all attributes next to each other: (B, D) → (B, K_1 + … + K_S)."""
        return self.net(x)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The most probable kind of each attribute: (B, D) → (B, S) int."""
        found = np.empty((len(x), len(self.blocks)), np.int64)
        with no_grad():
            for chunk in slices(len(x), ROWS):
                logits = self.net(x[chunk]).numpy()
                for s, block in enumerate(self.blocks):
                    found[chunk, s] = np.argmax(logits[:, block], axis=1)
        return found

    def features(self, x: np.ndarray) -> np.ndarray:
        """The activations of the hidden layer: (B, D) → (B, hidden), non-negative, as those of a `Classifier`."""
        with no_grad():
            return self.net[1](self.net[0](x)).numpy()

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        epochs: int,
        rng: Generator,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
    ) -> AttributeClassifier:
        """Train on images (N, D) and labels (N, S): minimise the sum of the cross entropies with Adam; returns self.

        Raises BadInput for labels of another shape, and for numbers of epochs or of a batch below 1.
        """
        check_counts(epochs=epochs, batch_size=batch_size)
        if np.shape(labels) != (len(images), len(self.blocks)):
            raise BadInput(
                f"labels are {(len(images), len(self.blocks))}, one per image and attribute, not {np.shape(labels)}"
            )
        optimizer, rng = Adam(self.parameters(), learning_rate), as_generator(rng)
        for _ in range(epochs):
            for x, k in batches(images, labels, batch_size=batch_size, rng=rng):
                optimizer.zero_grad()
                logits = self(x)
                losses = [
                    softmax_cross_entropy(logits[:, block], k[:, s]) for s, block in enumerate(self.blocks)
                ]
                sum(losses).mean().backward()
                optimizer.step()
        return self


@dataclass(frozen=True, eq=False)
class AttributesRecognised:
    """The result of `attributes_recognised`.

    shares    (S,) the share of images in which each attribute is recognised as the one that is asked for
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
    """How often the attributes of images (N, D) are recognised as labels (N, S).

    Raises BadInput for no images, and labels of another shape.
    """
    if not len(images) or np.shape(labels) != (len(images), len(classifier.blocks)):
        raise BadInput(
            f"{len(images)} images need as many rows of labels, one per attribute, not {np.shape(labels)}"
        )
    return AttributesRecognised(np.mean(classifier.predict(images) == labels, axis=0))
