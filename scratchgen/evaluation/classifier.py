"""A small classifier, trained on real images, for recognising generated images."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.data import batches
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.nn import Linear, Module, ReLU, Sequential
from scratchgen.nn.init import he_normal
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator


class Classifier(Module):
    """A multilayer perceptron: p(class | x) = softmax(net(x)), net: D → 128 → ReLU → K.   Ledger: nn.softmax"""

    def __init__(self, data_dim: int, classes: int, rng: Generator | None = None):
        rng = as_generator(rng)
        check_counts(data_dim=data_dim, classes=classes)
        self.net = Sequential(Linear(data_dim, 128, rng, he_normal), ReLU(), Linear(128, classes, rng))

    def forward(self, x: np.ndarray) -> Tensor:
        """The logits of each class: (B, D) → (B, K)."""
        return self.net(x)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """The probability of each class: (B, D) → (B, K)."""
        with no_grad():
            return softmax(self.net(x)).numpy()

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The most probable class of each image: (B, D) → (B,) int."""
        return np.argmax(self.probabilities(x), axis=-1)

    def features(self, x: np.ndarray) -> np.ndarray:
        """The activations of the hidden layer: (B, D) → (B, 128), non-negative.

        Distances between features measure differences that matter for the class, not differences of pixels.
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
    ) -> Classifier:
        """Train on images (N, D) and labels (N,) by minimising the cross entropy with Adam; returns self.

        Raises BadInput for numbers of epochs or of a batch below 1.
        """
        check_counts(epochs=epochs, batch_size=batch_size)
        optimizer, rng = Adam(self.parameters(), learning_rate), as_generator(rng)
        for _ in range(epochs):
            for x, k in batches(images, labels, batch_size=batch_size, rng=rng):
                optimizer.zero_grad()
                softmax_cross_entropy(self(x), k).mean().backward()
                optimizer.step()
        return self


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
