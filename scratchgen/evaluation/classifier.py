"""A small classifier, trained on real images, for recognising generated images."""

from __future__ import annotations

from typing import Self

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import batches
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.nn import Linear, Module, ReLU, Sequential
from scratchgen.nn.init import he_normal
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator


class Perceptron(Module):
    """A perceptron of one hidden layer, trained on labels by minimising `loss`: the base class of the classifiers.

    net: D → hidden → ReLU → outputs
    """

    def __init__(self, data_dim: int, hidden: int, outputs: int, rng: Generator | None):
        rng = as_generator(rng)
        self.net = Sequential(Linear(data_dim, hidden, rng, he_normal), ReLU(), Linear(hidden, outputs, rng))

    def forward(self, x: np.ndarray) -> Tensor:
        """The logits: (B, D) → (B, outputs)."""
        return self.net(x)

    def loss(self, logits: Tensor, labels: np.ndarray) -> Tensor:
        """The loss of each example, (B,) nats."""
        raise NotImplementedError(f"{type(self).__name__} has no loss()")

    def check_labels(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Raise BadInput for labels that do not fit the images; by default all do."""

    def log_probability(self, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The log-probability of the labels, −`loss`: (B, D) and their labels → (B,) nats, ≤ 0."""
        with no_grad():
            return -to_numpy(self.loss(self.net(x), labels))

    def features(self, x: np.ndarray) -> np.ndarray:
        """The activations of the hidden layer: (B, D) → (B, hidden), non-negative.

        Distances between features measure differences that matter for the labels, not differences of pixels.
        """
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
    ) -> Self:
        """Train on images (N, D) and their labels by minimising the mean of `loss` with Adam; returns self.

        Raises BadInput for numbers of epochs or of a batch below 1, and as `check_labels`.
        """
        check_counts(epochs=epochs, batch_size=batch_size)
        self.check_labels(images, labels)
        optimizer, rng = Adam(self.parameters(), learning_rate), as_generator(rng)
        for _ in range(epochs):
            for x, k in batches(images, labels, batch_size=batch_size, rng=rng):
                optimizer.zero_grad()
                self.loss(self(x), k).mean().backward()
                optimizer.step()
        return self


class Classifier(Perceptron):
    """A multilayer perceptron: p(class | x) = softmax(net(x)), net: D → 128 → ReLU → K.   Ledger: nn.softmax

    Its labels are (N,), 0 … K−1.
    """

    def __init__(self, data_dim: int, classes: int, rng: Generator | None = None):
        check_counts(data_dim=data_dim, classes=classes)
        super().__init__(data_dim, 128, classes, rng)

    def loss(self, logits: Tensor, labels: np.ndarray) -> Tensor:
        """The cross entropy of each example: (B, K), (B,) → (B,) nats."""
        return softmax_cross_entropy(logits, labels)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """The probability of each class: (B, D) → (B, K)."""
        with no_grad():
            return softmax(self.net(x)).numpy()

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The most probable class of each image: (B, D) → (B,) int."""
        return np.argmax(self.probabilities(x), axis=-1)


def class_shares(
    classifier: Classifier, images: np.ndarray, classes: int, threshold: float = 0.5
) -> np.ndarray:
    """The share of images that are recognised as each class with a probability above the threshold.   → (K,)

    An image that no class reaches the threshold for is not counted, so the shares may sum to less than 1.
    Raises BadInput for no images, a threshold outside [0, 1), and fewer classes than the classifier's.
    """
    check_numbers("[0, 1)", threshold=threshold)
    if not len(images):
        raise BadInput("there are no images to classify; give at least one")
    p = classifier.probabilities(images)
    check_counts(p.shape[-1], classes=classes)
    recognised = np.argmax(p, axis=-1)[np.max(p, axis=-1) > threshold]
    return np.bincount(recognised, minlength=classes) / len(images)
