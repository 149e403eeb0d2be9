"""What a model must beat that knows each pixel's own distribution and nothing of how they hang together."""

from __future__ import annotations

import math

import numpy as np


def independent_gaussian_log_prob(train: np.ndarray, test: np.ndarray) -> float:
    """Mean log-likelihood, in nats a row, of N(mean of the training rows, s² I), s² their variance about it.

    One s for all dimensions, as in the Gaussian likelihood of a VAE.   train, test: (N, D)
    """
    mean = train.mean(axis=0, dtype=np.float64)
    variance = float(np.mean((train - mean) ** 2))
    D = train.shape[1]
    squares = float(np.mean(np.sum((test - mean) ** 2, axis=1)))
    return -0.5 * (D * math.log(2 * math.pi * variance) + squares / variance)


def independent_categorical_log_prob(train: np.ndarray, test: np.ndarray, levels: int) -> float:
    """Mean log-likelihood, in nats a row, of values k/(V − 1) that are independent, by Laplace's rule.

    p_d(k) = (1 + n_dk) / (V + N)   train, test: (N, D)   Ledger: vae.baseline
    """
    D = train.shape[1]
    columns = np.arange(D)
    counts = np.ones((D, levels))
    for x in np.rint(train * (levels - 1)).astype(np.int64):
        counts[columns, x] += 1
    log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
    k = np.rint(test * (levels - 1)).astype(np.int64)
    return float(np.mean(log_p[columns, k].sum(axis=1)))
