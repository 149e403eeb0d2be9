"""Scores of a VAE: the bound and its two terms, and the likelihood, whose estimate takes longer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scratchgen import evaluation, vae
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.evaluation import mean_over_examples
from scratchgen.evaluation.examples import ROWS, slices
from scratchgen.random import Generator
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.levels import BYTES
from scratchgen.tasks.rows import labels_of
from scratchgen.tasks.tables import independent_log_prob
from scratchgen.vae.columns import ColumnLikelihood
from scratchgen.vae.likelihoods import GaussianLikelihood

SAMPLES = 10  # of the latent for each example, over which the distortion is averaged
ELBO, RATE, DISTORTION = (f"held-out {what}, nats per example" for what in ("ELBO", "rate", "distortion"))

Model = vae.VAE | vae.LinearVAE


def baseline(rows: RowData, part: str, model: Model | vae.VQVAE) -> float:
    """The mean log-likelihood, in nats, of independent dimensions of the likelihood's kind."""
    kind, x = type(model.likelihood).__name__, getattr(rows, part)
    if isinstance(model.likelihood, ColumnLikelihood):
        return independent_log_prob(model, rows.train, x)
    if isinstance(model.likelihood, GaussianLikelihood):
        return evaluation.independent_gaussian_log_prob(rows.train, x) - model.likelihood.log_volume
    if kind == "CategoricalLikelihood":
        return evaluation.independent_categorical_log_prob(rows.train, x, model.likelihood.outputs)
    if kind == "LogisticLikelihood":
        return evaluation.independent_categorical_log_prob(rows.train, x, BYTES)
    return evaluation.independent_bernoulli_log_prob(rows.train, x)


def bound_scores(
    model: Model, rows: RowData, part: str, rng: Generator, target: float | None = None
) -> list[Score]:
    """The bound on log p(x), its rate and its distortion.

    target    the distortion that training had to keep below (objective geco)
    """
    D, R = bound_terms(model, rows, part, rng)
    distortion = mean_score(DISTORTION, mean_over_examples(D))
    if target is not None:
        distortion = replace(distortion, baseline=f"target: at most {target:g}", baseline_value=target)
    return [
        mean_score(ELBO, mean_over_examples(-(D + R)), baseline(rows, part, model), "independent dimensions"),
        mean_score(RATE, mean_over_examples(R)),
        distortion,
    ]


def bound_terms(model: Model, rows: RowData, part: str, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """The distortion and the rate of every example, (N,) nats each; minus their sum is the bound on log p(x)."""
    x, labels = getattr(rows, part), labels_of(rows, part)
    D, R = (np.empty(len(x)) for _ in range(2))
    with no_grad():
        for chunk in slices(len(x), ROWS // SAMPLES):
            conditioned = model.given(labels[chunk])
            q = conditioned.encode(x[chunk])
            eps = rng.standard_normal((SAMPLES, *q.mu.shape), q.mu.dtype)
            distortion, rate = vae.objectives.distortion_and_rate(x[chunk], q, conditioned.decode, eps)
            D[chunk], R[chunk] = distortion.numpy().mean(axis=0), rate.numpy()
    return D, R


def likelihood_scores(
    model: Model, rows: RowData, part: str, k: int, rng: Generator, show: Show = no_progress
) -> list[Score]:
    """log p(x), estimated and where possible exact, in bits too where it is a probability; active latent units.

    k    importance samples per example; the examples are taken in pieces, so that memory is bounded
    """
    x, labels = np.asarray(getattr(rows, part)), labels_of(rows, part)
    floor = baseline(rows, part, model)
    pieces = [
        evaluation.importance_sampled_log_likelihood(model.given(labels[chunk]), x[chunk], k, rng)
        for chunk in show(list(slices(len(x), ROWS // k)), f"{k} importance samples per example")
    ]
    log_p = np.concatenate([piece.log_likelihood for piece in pieces])
    effective = np.concatenate([piece.effective_samples for piece in pieces])
    name = f"held-out log p(x), {k} importance samples, nats per example"
    spread = mean_score(f"effective samples of {k}", mean_over_examples(effective), digits=1)
    scores = [
        mean_score(name, mean_over_examples(log_p), floor, "independent dimensions"),
        replace(spread, baseline=f"{k} (all weights equal)", baseline_value=k),
    ]
    if isinstance(model, vae.LinearVAE):
        exact = mean_over_examples(model.exact_log_likelihood(x))
        name = "held-out log p(x), exact, nats per example"
        scores.append(mean_score(name, exact, floor, "independent dimensions"))
    if is_probability(model, x):
        scores.append(bits_score("bits per dimension", log_p, floor, x.shape[1], "independent dimensions"))
    elif type(model.likelihood).__name__ == "GaussianLikelihood" and is_of_bytes(x):
        scores.append(_bits_of_bytes(model, rows, part, k, rng, show))
    return [*scores, _active_units(model, x, labels)]


def reconstruction_score(model: Model, rows: RowData, part: str) -> Score:
    """The mean squared error per number of reconstructions, compared with as many principal components as latents."""
    x, labels = getattr(rows, part), labels_of(rows, part)
    chunks = slices(len(x), ROWS)
    errors = [evaluation.squared_errors(x[c], model.given(labels[c]).reconstruct(x[c])) for c in chunks]
    linear = evaluation.principal_components_errors(rows.train, x, model.latent_dim)
    return mean_score(
        "squared error of reconstructions, per number",
        mean_over_examples(np.concatenate(errors)),
        float(linear.mean()),
        f"{model.latent_dim} principal components",
        digits=4,
    )


def bits_score(measure: str, log_p: np.ndarray, floor: float, dimensions: int, what: str) -> Score:
    """Log-likelihoods in nats (N,) as bits per dimension."""
    bits = mean_over_examples(evaluation.bits_per_dimension(log_p, dimensions))
    return mean_score(measure, bits, float(evaluation.bits_per_dimension(floor, dimensions)), what, digits=3)


def is_probability(model: Model | vae.VQVAE, x: np.ndarray) -> bool:
    """Whether p(x) is a probability: the data are black and white, or take a small number of levels.

    A grey pixel has no probability under a Bernoulli likelihood, and a density of data that were not
    dequantised is unbounded.
    """
    kind = type(model.likelihood).__name__
    return kind in ("CategoricalLikelihood", "LogisticLikelihood") or (
        kind == "BernoulliLikelihood" and is_black_and_white(x)
    )


def is_of_bytes(x: np.ndarray) -> bool:
    """Whether all values are k/255: pixels of 8 bits."""
    return bool(np.all(np.abs(255 * x - np.rint(255 * x)) < 1e-3) and x.min() >= 0 and x.max() <= 1)


def _bits_of_bytes(model: Model, rows: RowData, part: str, k: int, rng: Generator, show: Show) -> Score:
    """Bits per dimension of a density for pixels of 8 bits: those of its dequantised values, which bound them.

    log P(k) ≥ E_u[log p((k + u)/255)] − D log 255,  u ~ U(−½, ½): comparable with the bits of a probability.
    One draw of u per pixel.   Ledger: data.dequantisation
    """
    x, labels = getattr(rows, part), labels_of(rows, part)
    log_p = []
    for chunk in show(list(slices(len(x), ROWS // k)), "bits of the dequantised values"):
        u = rng.random(x[chunk].shape, np.float64) - 0.5
        jittered = (x[chunk] + u / 255).astype(x.dtype)
        found = evaluation.importance_sampled_log_likelihood(model.given(labels[chunk]), jittered, k, rng)
        log_p.append(found.log_likelihood - x.shape[1] * np.log(255))
    floor = evaluation.independent_categorical_log_prob(rows.train, x, BYTES)
    name = "bits per dimension, dequantised"
    return bits_score(name, np.concatenate(log_p), floor, x.shape[1], "independent dimensions")


def is_black_and_white(x: np.ndarray) -> bool:
    """Whether all values are 0 or 1."""
    return bool(np.all((x == 0) | (x == 1)))


def _active_units(model: Model, x: np.ndarray, labels: np.ndarray) -> Score:
    count = evaluation.active_units(model.given(labels), x).count
    return Score("active units", f"{count} of {model.latent_dim}", value=count)
