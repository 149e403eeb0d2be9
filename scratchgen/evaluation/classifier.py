"""A small classifier, trained on real images, that says what generated ones look like."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import batches
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.nn import Linear, Module, ReLU, Sequential
from scratchgen.nn.init import he_normal
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator


class Classifier(Module):
    """p(class | x) = softmax(D → 128 → K), with a ReLU in between.   Ledger: nn.softmax"""

    def __init__(self, data_dim: int, classes: int, rng: Generator | None = None):
        rng = as_generator(rng)
        self.net = Sequential(Linear(data_dim, 128, rng, he_normal), ReLU(), Linear(128, classes, rng))

    def forward(self, x):
        return self.net(x)

    def probabilities(self, x) -> np.ndarray:
        """(B, D) → (B, K)."""
        with no_grad():
            return softmax(self.net(x)).numpy()

    def predict(self, x) -> np.ndarray:
        """The likeliest class of each image: (B, D) → (B,) int."""
        return np.argmax(self.probabilities(x), axis=-1)

    def features(self, x) -> np.ndarray:
        """The hidden layer, what the classifier sees of an image: (B, D) → (B, 128), none below 0.

        Distances between features ask whether images differ in what tells classes apart, not in pixels.
        """
        with no_grad():
            return self.net[1](self.net[0](x)).numpy()

    def fit(self, images, labels, *, epochs: int, rng: Generator, batch_size: int = 64, alpha: float = 1e-3):
        """Minimise the cross entropy with Adam; returns self."""
        optimizer = Adam(self.parameters(), alpha)
        for _ in range(epochs):
            for x, k in batches(images, labels, batch_size=batch_size, rng=rng):
                optimizer.zero_grad()
                softmax_cross_entropy(self(x), k).mean().backward()
                optimizer.step()
        return self


def class_shares(classifier: Classifier, images, classes: int, sure: float = 0.5) -> np.ndarray:
    """The share of images that are recognised as each class with a probability above `sure`.   → (K,)

    Shares add up to less than 1 where the classifier is unsure: such an image counts for no class.
    """
    p = classifier.probabilities(images)
    recognised = np.argmax(p, axis=-1)[np.max(p, axis=-1) > sure]
    return np.bincount(recognised, minlength=classes) / len(images)
