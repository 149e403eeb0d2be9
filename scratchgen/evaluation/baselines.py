"""Baselines for a likelihood: models that know the distribution of each dimension and no dependence."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.stored import chunks
from scratchgen.errors import BadInput, check_counts


def independent_bernoulli_log_prob(train: np.ndarray, test: np.ndarray) -> float:
    """Mean log-likelihood, in nats per image, of a model whose pixels are independent.

    p_d = (1 + Σ_n x_nd) / (2 + N) from the training images (Laplace's rule, so no pixel is impossible), then
    the mean over test images of Σ_d x_d log p_d + (1 − x_d) log(1 − p_d).   train, test: (N, D) in [0, 1]
    Raises BadInput for other values, and for no images.   Ledger: vae.baseline
    """
    for part, x in (("training", train), ("test", test)):
        if not (len(x) and x.min() >= 0 and x.max() <= 1):
            raise BadInput(f"the {part} images must be in [0, 1], at least one; scale them, and remove NaN")
    p = (1 + train.sum(axis=0, dtype=np.float64)) / (2 + len(train))
    log_p, log_q = np.log(p), np.log1p(-p)
    return float(np.mean(np.concatenate([x @ log_p + (1 - x) @ log_q for x in chunks(test)])))


def independent_gaussian_log_prob(train: np.ndarray, test: np.ndarray) -> float:
    """Mean log-likelihood, in nats per row, of N(m, s² I) with m the mean of the training rows, s² their variance.

    One s for all dimensions, as in the Gaussian likelihood of a VAE.   train, test: (N, D)
    Raises BadInput for training rows that are all equal, under which the density is unbounded, and for no rows.
    """
    if not (len(train) and len(test)):
        raise BadInput("there are no rows to score; give at least one in each part")
    mean = train.mean(axis=0, dtype=np.float64)
    variance = independent_variance(train)
    if variance == 0:
        raise BadInput(
            "the training rows are all equal, so that the density of a Gaussian is unbounded: its variance is 0; "
            "give rows that vary"
        )
    D = train.shape[1]
    squares = float(np.mean(np.concatenate([np.sum((x - mean) ** 2, axis=1) for x in chunks(test)])))
    return -0.5 * (D * math.log(2 * math.pi * variance) + squares / variance)


def independent_variance(train: np.ndarray) -> float:
    """s² = 1/(ND) Σ (x_nd − m_d)², the variance of the data (N, D) about their mean row m, one for all dimensions.

    A Gaussian likelihood whose mean is m has its optimum there.   Ledger: vae.optimal_sigma
    """
    mean = train.mean(axis=0, dtype=np.float64)
    return float(sum(np.sum((x - mean) ** 2) for x in chunks(train)) / train.size)


def independent_categorical_log_prob(train: np.ndarray, test: np.ndarray, levels: int) -> float:
    """Mean log-likelihood, in nats per row, of independent values k/(V − 1), by Laplace's rule.

    p_d(k) = (1 + n_dk) / (V + N), the `level_shares`   train, test: (N, D); levels: V
    Raises BadInput for fewer than two levels, and for values outside [0, 1].   Ledger: vae.baseline
    """
    log_p, columns = np.log(level_shares(train, levels)), np.arange(train.shape[1])
    _check_levels(test, levels)
    return float(
        np.mean(np.concatenate([log_p[columns, _levels(x, levels)].sum(axis=1) for x in chunks(test)]))
    )


def level_shares(x: np.ndarray, levels: int) -> np.ndarray:
    """The shares p_d(k) = (1 + n_dk) / (V + N) of each level k in each column, by Laplace's rule.   (N, D) → (D, V)

    x    values k/(V − 1);  levels: V

    Raises BadInput for fewer than two levels, and for values outside [0, 1].   Ledger: vae.baseline
    """
    check_counts(2, levels=levels)
    _check_levels(x, levels)
    columns = np.arange(x.shape[1])
    counts = np.ones((len(columns), levels))
    for rows in chunks(x):
        for k in _levels(rows, levels):
            counts[columns, k] += 1
    return counts / (levels + len(x))


def _levels(x: np.ndarray, levels: int) -> np.ndarray:
    return np.rint(x * (levels - 1)).astype(np.int64)


def _check_levels(x: np.ndarray, levels: int) -> None:
    if not (len(x) and x.min() >= 0 and x.max() <= 1):
        raise BadInput(
            f"values must be k/{levels - 1} in [0, 1], at least one row; scale them, and remove NaN"
        )


def grey_entropy(images: np.ndarray) -> float:
    """The highest mean log-likelihood that a Bernoulli model can reach on grey pixels, in nats per image (≤ 0).

    Σ_d x_d log x_d + (1 − x_d) log(1 − x_d): the Bernoulli log-likelihood of a perfect reconstruction. It is 0
    only for black-and-white images.

    Ledger: distributions.bernoulli_entropy
    """
    return float(np.concatenate([_entropies(x) for x in chunks(images)]).mean())


def _entropies(images: np.ndarray) -> np.ndarray:
    terms = np.zeros(images.shape)
    inside = (images > 0) & (images < 1)
    x = images[inside].astype(np.float64)
    terms[inside] = x * np.log(x) + (1 - x) * np.log1p(-x)  # the other pixels, most of them, have 0 log 0 = 0
    return terms.sum(axis=-1)
