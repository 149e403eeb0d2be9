"""The likelihood of a row of a table: numbers of different units, categories, and cells that are missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import log_softmax
from scratchgen.nn import Buffer, Module, Parameter
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator

__all__ = ["ColumnDistribution", "ColumnLikelihood"]

RAREST = 1e-3  # probability of a category that no training row has, where the decoder begins


@saveable
class ColumnLikelihood(Module):
    """The likelihood of a table's row: a Gaussian per number, a categorical distribution per category.   (..., D)

    log p(x|z) = Σ_numbers log N(x_d; m_d, sigma_d²) + Σ_categories Σ_k x_dk log softmax(m_d)_k

    The sums are over the cells that are there: NaN marks a missing number, and all numbers of a missing category.
    The encoder reads 0 in its place. Every number has its own sigma, which `vae.train` lets follow the error.

    widths               of the columns in a row, of D = Σ widths numbers: 1 for a number, K > 1 for a category of K,
                         whose numbers are 0 and a 1
    logvar               log sigma² of each number;  held_out_variance: as of a `GaussianLikelihood`
    observed             share of the rows that have this number, 1 before `fit`

    Source: Nazabal, Olmos, Ghahramani & Valera (2020), sections 3.1 and 3.2.   Ledger: vae.columns
    """

    outputs = 1

    def __init__(self, widths: Sequence[int]):
        for width in widths:
            check_counts(width=width)
        self.widths = tuple(widths)
        ends = np.cumsum(self.widths)
        self.numbers = np.array(
            [end - 1 for end, width in zip(ends, self.widths, strict=True) if width == 1], np.int64
        )
        self.blocks = [
            slice(end - width, end) for end, width in zip(ends, self.widths, strict=True) if width > 1
        ]
        self.logvar = Parameter(np.zeros(len(self.numbers), np.float32))
        self.held_out_variance = Buffer(np.zeros(len(self.numbers), np.float32))
        self.observed = Buffer(np.ones(len(self.numbers), np.float32))

    def fit(self, x: np.ndarray) -> None:
        """Note how often each number is there in the training rows (N, D).   Raises BadInput as `check`."""
        self.check(x)
        if len(self.numbers):
            self.observed.data[...] = np.isfinite(x[:, self.numbers]).mean(axis=0)

    def units(self, x: Array) -> Array:
        """What the encoder reads: the row, with 0 for a missing cell   (..., D)."""
        return np.nan_to_num(to_numpy(x), nan=0.0)

    def forward(self, output: Array) -> ColumnDistribution:
        """The distribution for the decoder's output (..., D): means of the numbers, logits of the categories."""
        return ColumnDistribution(output, self.logvar, self.numbers, self.blocks)

    def check(self, x: Array) -> None:
        """Raise BadInput for infinite numbers, rows of another width, and categories that are not one of K."""
        x = to_numpy(x)
        if x.shape[-1] != sum(self.widths) or np.isinf(x).any():
            raise BadInput(
                f"a row of this table has {sum(self.widths)} finite numbers; these have {x.shape[-1]}, or infinity"
            )
        for block in self.blocks:
            part = x[..., block]
            missing = np.isnan(part)
            whole = ((part == 0) | (part == 1)).all(axis=-1) & (part.sum(axis=-1) == 1)
            if not (whole | missing.all(axis=-1)).all():
                raise BadInput(
                    "a category is given as a 1 among zeros, or as NaN where it is missing; others are not"
                )

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output (D,) whose distribution has this mean: the means of the numbers, log shares of the categories."""
        output = np.array(mean, np.float64)
        for block in self.blocks:
            output[block] = np.log(np.clip(output[block], RAREST, 1))
        return output

    def dimensions(self, D: int) -> np.ndarray:
        """How many residuals an example has for each sigma², on average   (numbers,)."""
        return self.observed.data.astype(np.float64)

    def squares(self, x: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The sum of (x − m)² over the rows, and the number of its terms, for each sigma²   (numbers,) each."""
        r = x[..., self.numbers].astype(np.float64) - m[..., self.numbers]
        return np.nansum(r**2, axis=0), np.isfinite(r).sum(axis=0)

    @property
    def mean_square_scale(self) -> float:
        """1: the numbers of a table are standardised."""
        return 1.0

    @property
    def is_at_its_default(self) -> bool:
        """False: sigma begins at 1, the deviation of a standardised number."""
        return False

    def describe(self) -> str:
        return f"{len(self.numbers)} numbers, {len(self.blocks)} categories"


class ColumnDistribution:
    """Independent columns: numbers N(m_d, sigma_d²), and categories of probabilities softmax(m_d).   m (..., D)

    Ledger: vae.columns
    """

    def __init__(self, output: Array, logvar: Array, numbers: np.ndarray, blocks: list[slice]):
        self.output, self.logvar, self.numbers, self.blocks = output, logvar, numbers, blocks

    def __repr__(self) -> str:
        return f"ColumnDistribution(output={brief(self.output)})"

    def log_prob(self, x: Array) -> Array:
        """The sum of the log densities and log probabilities of the cells that are there.   (..., D) → (...,) nats

        A row without any cell has 0.   Ledger: vae.columns
        """
        return np.sum(self.log_prob_of_columns(x), axis=-1)

    def log_prob_of_columns(self, x: Array) -> Array:
        """The terms of `log_prob`: numbers first, then categories, 0 for a missing cell.   (..., D) → (..., columns)"""
        x = to_numpy(x)
        terms = []
        if len(self.numbers):
            of_numbers = x[..., self.numbers]
            there = np.isfinite(of_numbers)
            r = np.where(there, of_numbers, 0) - self.output[..., self.numbers]
            density = -0.5 * (math.log(2 * math.pi) + self.logvar + r * r * np.exp(-self.logvar))
            terms.append(density * there.astype(x.dtype))
        for block in self.blocks:
            chosen = np.nan_to_num(x[..., block], nan=0.0)  # all 0 where the category is missing
            terms.append(np.sum(log_softmax(self.output[..., block]) * chosen, axis=-1, keepdims=True))
        return np.concatenate(terms, axis=-1)

    @property
    def mean(self) -> np.ndarray:
        """The means of the numbers, and the probabilities of the categories   (..., D)."""
        mean = to_numpy(self.output).copy()
        for block in self.blocks:
            mean[..., block] = np.exp(log_softmax(mean[..., block]))
        return mean

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One sample of every column, a 1 among zeros for a category   (..., D)."""
        rng, x = as_generator(rng), self.mean
        sigma = np.exp(0.5 * to_numpy(self.logvar))
        x[..., self.numbers] += sigma * rng.standard_normal((*x.shape[:-1], len(self.numbers)), x.dtype)
        for block in self.blocks:
            k = rng.categorical(x[..., block])
            x[..., block] = k[..., None] == np.arange(block.stop - block.start)
        return x
