"""Baselines that a likelihood is compared with."""

from __future__ import annotations

import numpy as np


def independent_bernoulli_log_prob(train: np.ndarray, test: np.ndarray) -> float:
    """Mean log-likelihood, in nats an image, of a model whose pixels are independent.

    p_d = (1 + Σ_n x_nd) / (2 + N) from the training images (Laplace's rule, so no pixel is impossible), then
    the mean over test images of Σ_d x_d log p_d + (1 − x_d) log(1 − p_d).   train, test: (N, D) in [0, 1]
    Ledger: vae.baseline
    """
    p = (1 + train.sum(axis=0, dtype=np.float64)) / (2 + len(train))
    return float(np.mean(test @ np.log(p) + (1 - test) @ np.log1p(-p)))


def grey_entropy(images: np.ndarray) -> float:
    """The best mean log-likelihood that any model can reach on grey pixels, in nats an image (negative).

    Σ_d x_d log x_d + (1 − x_d) log(1 − x_d): the Bernoulli cross entropy of a perfect reconstruction. It is 0
    for black-and-white images only.

    Ledger: distributions.bernoulli_entropy
    """
    x = images.astype(np.float64)
    inside = (x > 0) & (x < 1)
    safe = np.where(inside, x, 0.5)
    terms = np.where(inside, safe * np.log(safe) + (1 - safe) * np.log1p(-safe), 0)
    return float(terms.sum(axis=-1).mean())
