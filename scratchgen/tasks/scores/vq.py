"""How good a VQ-VAE is: its bound, what its codes cost, and how many of them it uses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scratchgen import evaluation, vae
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.evaluation import mean_over_examples
from scratchgen.evaluation.examples import slices
from scratchgen.runs.score import Score, mean_score
from scratchgen.tasks.scores.vae import DISTORTION, ELBO, bits_score, is_black_and_white
from scratchgen.vae.quantise import perplexity

CODE_NATS = "held-out code length −log p(k), nats an example"
PERPLEXITY = "perplexity of the codes in use"
IMAGES = 500  # at once: the convolutions of as many MNIST images take some hundred megabytes


def vq_scores(model: vae.VQVAE, images: RowData, part: str) -> list[Score]:
    """log p(x|k) + log p(k) ≤ log p(x), its two terms, and the perplexity of the codes k of the part.

    Ledger: vae.codes
    """
    x = getattr(images, part)
    K, N = model.prior.codes, model.prior.length
    k, D, nats = np.empty((len(x), N), np.int64), np.empty(len(x)), np.empty(len(x))
    with no_grad():
        for some in slices(len(x), IMAGES):
            k[some] = model.codes(x[some])
            D[some] = -model.decode_codes(k[some]).log_prob(x[some]).numpy()
            nats[some] = -model.prior.log_prob(k[some]).numpy()
    floor = evaluation.independent_bernoulli_log_prob(images.train, x)
    elbo = mean_score(ELBO, mean_over_examples(-(D + nats)), floor, "independent pixels")
    uniform = N * math.log(K)
    length = mean_score(CODE_NATS, mean_over_examples(nats), uniform, "all codes equally likely")
    used = perplexity(k)
    scores = [
        replace(elbo, expected=f"{floor:.2f} or better", reached=elbo.value >= floor),
        mean_score(DISTORTION, mean_over_examples(D)),
        replace(length, expected=f"{uniform:.2f} or less", reached=length.value <= uniform),
        Score(PERPLEXITY, f"{used:.1f}", f"{K} (all equally often)", value=used, baseline_value=K),
    ]
    if is_black_and_white(x):
        name = "bits per dimension, by the ELBO"
        scores.append(bits_score(name, -(D + nats), floor, x.shape[1], "independent pixels"))
    return scores
