"""The likelihood of a row of a table: numbers of different units, counts, categories, and cells that are missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array, NegativeBinomial, StudentT
from scratchgen.errors import BadInput, check_counts, check_each
from scratchgen.functional import log_softmax
from scratchgen.nn import Buffer, Module, Parameter
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.vae.column_fits import TINY, fit_student_t, fit_total_count

__all__ = ["ColumnDistribution", "ColumnLikelihood", "Places"]

RAREST = (
    1e-3  # probability of a category that no training row has, and mean of a count that is always 0, at first
)
KINDS = ("real", "student-t", "positive", "count", "categorical")
LARGEST_LOG_MEAN = 24 * math.log(2)  # of a count; float32 holds every whole number up to 2²⁴
FEWEST = (
    50  # cells that tell the dispersion of counts given z: with fewer, that of the training cells is kept
)


@dataclass(frozen=True)
class Places:
    """The places of the columns of each kind in a row of D numbers.

    numbers     places of the columns that have a sigma: real, student-t and positive ones
    gaussian    which of `numbers` have a Gaussian distribution
    heavy       which of `numbers` have a Student-t distribution
    positive    which of `numbers` are logarithms
    counts      places of the columns of counts
    blocks      the numbers of each category
    """

    numbers: np.ndarray
    gaussian: np.ndarray
    heavy: np.ndarray
    positive: np.ndarray
    counts: np.ndarray
    blocks: list[slice]

    @classmethod
    def of(cls, widths: Sequence[int], kinds: Sequence[str]) -> Places:
        """The places of columns of these widths and kinds, from left to right."""
        ends = np.cumsum(widths)
        singles = [
            (end - 1, kind) for end, width, kind in zip(ends, widths, kinds, strict=True) if width == 1
        ]
        numbers = [(place, kind) for place, kind in singles if kind != "count"]
        which = lambda *names: np.array([i for i, (_, kind) in enumerate(numbers) if kind in names], np.int64)
        return cls(
            numbers=np.array([place for place, _ in numbers], np.int64),
            gaussian=which("real", "positive", "categorical"),  # the one category of a constant column
            heavy=which("student-t"),
            positive=which("positive"),
            counts=np.array([place for place, kind in singles if kind == "count"], np.int64),
            blocks=[slice(end - width, end) for end, width in zip(ends, widths, strict=True) if width > 1],
        )


@saveable
class ColumnLikelihood(Module):
    """The likelihood of a table's row: one distribution per column, independent given z.   (..., D)

    log p(x|z) = Σ_numbers [log p(y_d | m_d, sigma_d) − log |dx_d/dy_d|] + Σ_counts log P(k_d | λ_d)
                 + Σ_categories Σ_k x_dk log softmax(m_d)_k

    real           x = shift + scale y,  y ~ N(m, sigma²)
    student-t      x = shift + scale y,  y ~ Student-t of location m, scale sigma and nu degrees of freedom
    positive       log x = shift + scale y,  y ~ N(m, sigma²): a log-normal distribution of x
    count          k ~ negative binomial of the mean λ = exp(shift + scale m) and total count r
    categorical    one of K

    A row holds y, k, and a 1 among zeros; the density is one of x, in the units of the table, so that models of one
    table can be compared whatever the kinds of its columns. The sums are over the cells that are there: NaN marks a
    missing number, and all numbers of a missing category. The encoder reads 0 in its place, log(1 + k) in the units of
    the column for a count, and arsinh(y) for a Student-t number, which may be far out. Every number has its own sigma,
    which `vae.train` lets follow the error; nu and r are those of the held-out rows (`best_variance`).

    widths               of the columns in a row, of D = Σ widths numbers: 1 for a number, K > 1 for a category of K,
                         whose numbers are 0 and a 1
    kinds                of the columns; None: real where the width is 1, else categorical
    shift, scale         of the columns; None: 0 and 1
    logvar               log sigma² of each number;  held_out_variance: as of a `GaussianLikelihood`
    observed             share of the rows that have this number, 1 before `fit`
    nu, total_count      of Student-t numbers and of counts

    Raises BadInput for widths, kinds, shifts or scales that are none, or that are not one per column.
    Source: Nazabal, Olmos, Ghahramani & Valera (2020), sections 3.1 and 3.2.   Ledger: vae.columns
    """

    outputs = 1

    def __init__(
        self,
        widths: Sequence[int],
        kinds: Sequence[str] | None = None,
        shift: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
    ):
        for width in widths:
            check_counts(width=width)
        self.widths, C = tuple(widths), len(widths)
        kinds = ["real" if width == 1 else "categorical" for width in widths] if kinds is None else kinds
        if len(kinds) != C or (unknown := [kind for kind in kinds if kind not in KINDS]):
            found = f"{len(kinds)} of them for {C} columns" if len(kinds) != C else repr(unknown[0])
            raise BadInput(f"kinds are one of {', '.join(KINDS)} per column, not {found}")
        shift, scale = ([0.0] * C if shift is None else shift), ([1.0] * C if scale is None else scale)
        if not len(shift) == len(scale) == C:
            raise BadInput(
                f"shift and scale have one number per column, {C}, not {len(shift)} and {len(scale)}"
            )
        check_each("(-∞, ∞)", shift=shift)
        check_each("(0, ∞)", scale=scale)
        self.places = Places.of(self.widths, kinds)
        self.shift, self.scale = (np.repeat(np.asarray(v, np.float64), self.widths) for v in (shift, scale))
        n = len(self.places.numbers)
        self.logvar = Parameter(np.zeros(n, np.float32))
        self.held_out_variance = Buffer(np.zeros(n, np.float32))
        self.observed = Buffer(np.ones(n, np.float32))
        if len(self.places.heavy):
            self.nu = Buffer(np.full(len(self.places.heavy), 5, np.float32))
        if len(self.places.counts):
            self.total_count = Buffer(np.ones(len(self.places.counts), np.float32))

    def fit(self, x: np.ndarray, *, prior: bool = True) -> np.ndarray:
        """Take from the training rows (N, D) how often each number is there, and the tails and dispersions.

        prior    of the tails, as for `fit_student_t`
        Returns the row (D,) of the mean of each column, of a Student-t number its location; 0 for a column without
        cells. Raises BadInput as `check`.
        """
        self.check(x)
        places, there = self.places, np.isfinite(x)
        mean = np.nansum(x, axis=0, dtype=np.float64) / np.maximum(there.sum(axis=0), 1)
        if len(places.numbers):
            self.observed.data[...] = there[:, places.numbers].mean(axis=0)
        for i, n in enumerate(places.heavy):
            d = places.numbers[n]
            if there[:, d].any():
                mean[d], variance, self.nu.data[i] = fit_student_t(x[there[:, d], d], prior=prior)
                self.logvar.data[n] = math.log(variance)
        for i, d in enumerate(places.counts):
            if there[:, d].any():
                self.total_count.data[i] = fit_total_count(x[there[:, d], d], max(mean[d], RAREST))
        return mean

    def fit_independent(self, x: np.ndarray) -> np.ndarray:
        """Take every parameter from the training rows (N, D) as if the columns were independent.

        Returns the output (D,) of that model, the same for every row: the maximum of the likelihood without z.
        """
        mean = self.fit(x, prior=False)
        squares, count = self.squares(x, np.broadcast_to(mean, x.shape))
        variance = np.maximum(squares / np.maximum(count, 1), TINY)
        self.logvar.data[self.places.gaussian] = np.log(variance[self.places.gaussian])
        return self.output_for_mean(mean)

    @property
    def typical(self) -> np.ndarray:
        """The row (D,) that the encoder reads as 0: 0, and of counts exp(shift) − 1."""
        row = np.zeros(len(self.shift))
        row[self.places.counts] = np.expm1(self.shift[self.places.counts])
        return row

    def units(self, x: Array) -> Array:
        """The encoder's input: the row, with 0 for a missing cell   (..., D)."""
        x = np.array(to_numpy(x))
        heavy, counts = self.places.numbers[self.places.heavy], self.places.counts
        x[..., heavy] = np.arcsinh(x[..., heavy])
        x[..., counts] = (np.log1p(x[..., counts]) - self.shift[counts]) / self.scale[counts]
        return np.nan_to_num(x, nan=0.0)

    def forward(self, output: Array) -> ColumnDistribution:
        """The distribution for the decoder's output (..., D): means of numbers, logits of categories, …"""
        return ColumnDistribution(output, self.logvar, self)

    def check(self, x: Array) -> None:
        """Raise BadInput for infinite numbers, other widths, no counts, and categories that are not one of K."""
        x = to_numpy(x)
        if x.shape[-1] != sum(self.widths) or np.isinf(x).any():
            raise BadInput(
                f"a row of this table has {sum(self.widths)} finite numbers; these have {x.shape[-1]}, or infinity"
            )
        k = x[..., self.places.counts]
        if np.any((k < 0) | (k != np.floor(k)) & ~np.isnan(k)):
            raise BadInput("a count is 0, 1, 2, …, or NaN where it is missing; these rows hold others")
        for block in self.places.blocks:
            part = x[..., block]
            missing = np.isnan(part)
            whole = ((part == 0) | (part == 1)).all(axis=-1) & (part.sum(axis=-1) == 1)
            if not (whole | missing.all(axis=-1)).all():
                raise BadInput(
                    "a category is given as a 1 among zeros, or as NaN where it is missing; others are not"
                )

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output (D,) whose distribution has this mean: means of numbers, log means of counts, log shares."""
        output, counts = np.array(mean, np.float64), self.places.counts
        output[counts] = (np.log(np.maximum(output[counts], RAREST)) - self.shift[counts]) / self.scale[
            counts
        ]
        for block in self.places.blocks:
            output[block] = np.log(np.clip(output[block], RAREST, 1))
        return output

    def dimensions(self, D: int) -> np.ndarray:
        """The mean number of residuals per example for each sigma²   (numbers,)."""
        return self.observed.data.astype(np.float64)

    def squares(self, x: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The sum of w (x − m)² over the rows, and the number of its terms, for each sigma²   (numbers,) each.

        w is 1, and of a Student-t number (nu + 1) / (nu + (x − m)²/sigma²): the mean is then one step of EM for sigma².
        """
        r2 = (x[..., self.places.numbers].astype(np.float64) - m[..., self.places.numbers]) ** 2
        if len(heavy := self.places.heavy):
            nu = self.nu.data.astype(np.float64)
            r2[..., heavy] *= (nu + 1) / (nu + r2[..., heavy] * np.exp(-self.logvar.data[heavy]))
        return np.nansum(r2, axis=0), np.isfinite(r2).sum(axis=0)

    def best_variance(self, x: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The sigma² (numbers,) that maximise the likelihood of rows x (N, D), given their means (N, D); sets nu and r.

        With fewer than 50 counts, r stays that of the training cells.
        """
        squares, count = self.squares(x, mean)
        variance, there = squares / np.maximum(count, 1), np.isfinite(x)
        for i, n in enumerate(self.places.heavy):
            d = self.places.numbers[n]
            if (here := there[:, d]).any():
                _, variance[n], self.nu.data[i] = fit_student_t(x[here, d] - mean[here, d], 0.0)
        for i, d in enumerate(self.places.counts):
            if (here := there[:, d]).sum() >= FEWEST:
                self.total_count.data[i] = fit_total_count(x[here, d], mean[here, d])
        return variance

    @property
    def mean_square_scale(self) -> float:
        """1: the numbers of a table are standardised."""
        return 1.0

    @property
    def is_at_its_default(self) -> bool:
        """False: sigma begins at 1, the deviation of a standardised number."""
        return False

    def describe(self) -> str:
        p = self.places
        words = [f"{len(p.numbers)} numbers", f"{len(p.blocks)} categories"]
        return ", ".join(words + [f"{len(p.counts)} counts"] * bool(len(p.counts)))


class ColumnDistribution:
    """Independent columns, the distributions of a `ColumnLikelihood` at the decoder's output m (..., D).

    Ledger: vae.columns
    """

    def __init__(self, output: Array, logvar: Array, likelihood: ColumnLikelihood):
        self.output, self.logvar, self.likelihood = output, logvar, likelihood
        self.places = likelihood.places

    def __repr__(self) -> str:
        return f"ColumnDistribution(output={brief(self.output)})"

    def log_prob(self, x: Array) -> Array:
        """The sum of the log densities and log probabilities of the cells that are there.   (..., D) → (...,) nats

        A density is one of the number in the units of the table. A row without any cell has 0.   Ledger: vae.columns
        """
        return np.sum(self.log_prob_of_columns(x), axis=-1)

    def log_prob_of_columns(self, x: Array) -> Array:
        """The terms of `log_prob`, 0 for a missing cell: numbers, counts, categories.   (..., D) → (..., columns)

        Numbers with a Gaussian distribution come before those with a Student-t distribution.
        """
        x, places = to_numpy(x), self.places
        terms = []
        for which, density in ((places.gaussian, self._gaussian), (places.heavy, self._student_t)):
            if len(which):
                d = places.numbers[which]
                there = np.isfinite(x[..., d])
                y = np.where(there, x[..., d], 0)
                log_p = density(y, self.output[..., d], self.logvar[which]) - self._log_slope(y, d)
                terms.append(log_p * there.astype(x.dtype))
        if len(places.counts):
            terms.append(self._of_counts(x[..., places.counts]))
        for block in places.blocks:
            chosen = np.nan_to_num(x[..., block], nan=0.0)  # all 0 where the category is missing
            terms.append(np.sum(log_softmax(self.output[..., block]) * chosen, axis=-1, keepdims=True))
        return np.concatenate(terms, axis=-1)

    def _gaussian(self, y: np.ndarray, m: Array, logvar: Array) -> Array:
        r = y - m
        return -0.5 * (math.log(2 * math.pi) + logvar + r * r * np.exp(-logvar))

    def _student_t(self, y: np.ndarray, m: Array, logvar: Array) -> Array:
        nu = self.likelihood.nu.data.astype(y.dtype)
        return StudentT(m[..., None], 0.5 * logvar[:, None], nu[:, None]).log_prob(y[..., None])

    def _log_slope(self, y: np.ndarray, d: np.ndarray) -> np.ndarray:
        """log |dx/dy| of the numbers y at the places d: log scale, and of a positive number that and log x."""
        shift, scale = self.likelihood.shift[d], self.likelihood.scale[d]
        is_positive = np.isin(d, self.places.numbers[self.places.positive])
        return (np.log(scale) + is_positive * (shift + scale * y)).astype(y.dtype)

    def _of_counts(self, k: np.ndarray) -> Array:
        """log P(k), in float64: at large counts it is a small difference of large terms."""
        there = ~np.isnan(k)
        total_count = self.likelihood.total_count.data.astype(np.float64)
        logits = self._log_means() - np.log(total_count)
        p = NegativeBinomial(total_count[:, None], logits[..., None])
        return (p.log_prob(np.where(there, k, 0)[..., None]) * there).astype(k.dtype)

    def _log_means(self) -> Array:
        """log λ of the counts, float64   (..., counts)."""
        d = self.places.counts
        m = self.output[..., d].astype(np.float64)
        return np.minimum(self.likelihood.shift[d] + self.likelihood.scale[d] * m, LARGEST_LOG_MEAN)

    @property
    def mean(self) -> np.ndarray:
        """The means of numbers (the locations of Student-t ones) and counts, probabilities of categories   (..., D)."""
        mean = to_numpy(self.output).copy()
        mean[..., self.places.counts] = np.exp(to_numpy(self._log_means()))
        for block in self.places.blocks:
            mean[..., block] = np.exp(log_softmax(mean[..., block]))
        return mean

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One sample of every column, a 1 among zeros for a category   (..., D)."""
        rng, x, places = as_generator(rng), self.mean, self.places
        sigma = np.exp(0.5 * to_numpy(self.logvar))
        mu = x[..., places.numbers]
        x[..., places.numbers] += sigma * rng.standard_normal(mu.shape, x.dtype)
        if len(heavy := places.heavy):
            nu = self.likelihood.nu.data
            x[..., places.numbers[heavy]] = StudentT(mu[..., heavy], np.log(sigma[heavy]), nu).sample(rng)
        if len(places.counts):
            total_count = self.likelihood.total_count.data.astype(np.float64)
            logits = to_numpy(self._log_means()) - np.log(total_count)
            x[..., places.counts] = NegativeBinomial(total_count, logits).sample(rng)
        for block in places.blocks:
            k = rng.categorical(x[..., block])
            x[..., block] = k[..., None] == np.arange(block.stop - block.start)
        return x
