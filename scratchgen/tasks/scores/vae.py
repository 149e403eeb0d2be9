"""How good a VAE is: its bound and the terms of it, and what takes longer, its likelihood."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scratchgen import evaluation, vae
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.data.preprocessing.binarise import bernoulli
from scratchgen.evaluation import mean_over_examples
from scratchgen.evaluation.examples import ROWS, slices
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.score import Score, Show, mean_score, unseen

SAMPLES = 10  # of the latent for each example, over which the distortion is averaged
ELBO, RATE, DISTORTION = (f"held-out {what}, nats an example" for what in ("ELBO", "rate", "distortion"))


def shown(rows: RowData, binarise: bool) -> RowData:
    """The rows as the model sees them: if that is grey images in black and white, one draw of those."""
    if not binarise:
        return rows
    noise = Generator(HELD_OUT_SEED)
    parts = ("train", "test", "validation")
    return replace(rows, **{part: bernoulli(getattr(rows, part), noise) for part in parts})


def labels_of(rows: RowData, part: str) -> np.ndarray:
    """The classes of a part, all 0 where there are none."""
    labels = getattr(rows, f"{part}_labels")
    return np.zeros(len(getattr(rows, part)), np.int64) if labels is None else labels


def baseline(rows: RowData, part: str, model) -> float:
    """The log-likelihood of independent dimensions, of the kind that the model's are given the latent."""
    kind, x = type(model.likelihood).__name__, getattr(rows, part)
    if kind == "GaussianLikelihood":
        return evaluation.independent_gaussian_log_prob(rows.train, x)
    if kind == "CategoricalLikelihood":
        return evaluation.independent_categorical_log_prob(rows.train, x, model.likelihood.outputs)
    return evaluation.independent_bernoulli_log_prob(rows.train, x)


def bound_scores(model, rows: RowData, part: str, rng: Generator, asked: float | None = None) -> list[Score]:
    """The bound on log p(x), and the rate and the distortion that it is made of.

    asked    the distortion that it was to keep below (objective geco)
    """
    x, labels = getattr(rows, part), labels_of(rows, part)
    D, R = (np.empty(len(x)) for _ in range(2))
    with no_grad():
        for some in slices(len(x), ROWS // SAMPLES):
            told = model.given(labels[some])
            q = told.encode(x[some])
            eps = rng.standard_normal((SAMPLES, *q.mu.shape), q.mu.dtype)
            distortion, rate = vae.objectives.distortion_and_rate(x[some], q, told.decode, eps)
            D[some], R[some] = distortion.numpy().mean(axis=0), rate.numpy()
    distortion = mean_score(DISTORTION, mean_over_examples(D))
    if asked is not None:
        distortion = replace(distortion, baseline=f"asked: at most {asked:g}", baseline_value=asked)
    return [
        mean_score(ELBO, mean_over_examples(-(D + R)), baseline(rows, part, model), "independent dimensions"),
        mean_score(RATE, mean_over_examples(R)),
        distortion,
    ]


def likelihood_scores(
    model, rows: RowData, part: str, k: int, rng: Generator, show: Show = unseen
) -> list[Score]:
    """log p(x), estimated and where possible exact; as bits where it is a probability; latents in use.

    k    importance samples an example; the examples are taken in pieces, so that memory is bounded
    """
    x, labels = getattr(rows, part), labels_of(rows, part)
    floor = baseline(rows, part, model)
    pieces = [
        evaluation.importance_sampled_log_likelihood(model.given(labels[some]), x[some], k, rng)
        for some in show(list(slices(len(x), ROWS // k)), f"{k} importance samples an example")
    ]
    log_p = np.concatenate([piece.log_likelihood for piece in pieces])
    effective = np.concatenate([piece.effective_samples for piece in pieces])
    name = f"held-out log p(x), {k} importance samples, nats an example"
    spread = mean_score(f"effective samples of {k}", mean_over_examples(effective), digits=1)
    scores = [
        mean_score(name, mean_over_examples(log_p), floor, "independent dimensions"),
        replace(spread, baseline=f"{k} (all count alike)", baseline_value=k),
    ]
    if isinstance(model, vae.LinearVAE):
        exact = mean_over_examples(model.exact_log_likelihood(x))
        name = "held-out log p(x), exact, nats an example"
        scores.append(mean_score(name, exact, floor, "independent dimensions"))
    if _is_probability(model, x):
        scores.append(bits_score("bits per dimension", log_p, floor, x.shape[1], "independent dimensions"))
    return [*scores, _active_units(model, x, labels)]


def bits_score(measure: str, log_p: np.ndarray, floor: float, dimensions: int, what: str) -> Score:
    """Log-likelihoods in nats (N,) as bits per dimension."""
    bits = mean_over_examples(evaluation.bits_per_dimension(log_p, dimensions))
    return mean_score(measure, bits, float(evaluation.bits_per_dimension(floor, dimensions)), what, digits=3)


def _is_probability(model, x: np.ndarray) -> bool:
    """Whether p(x) is the probability of data that are black or white, or levels.

    A grey pixel under a Bernoulli likelihood has none, and a density on data that were not dequantised can
    be as high as one likes.
    """
    kind = type(model.likelihood).__name__
    return kind == "CategoricalLikelihood" or (kind == "BernoulliLikelihood" and is_black_and_white(x))


def is_black_and_white(x: np.ndarray) -> bool:
    """Whether all values are 0 or 1."""
    return bool(np.all((x == 0) | (x == 1)))


def _active_units(model, x: np.ndarray, labels: np.ndarray) -> Score:
    count = evaluation.active_units(model.given(labels), x).count
    return Score("active units", f"{count} of {model.latent_dim}", value=count)
