"""The start of a VAE: the model of independent dimensions, whose log-likelihood is the baseline of its scores."""

from __future__ import annotations

import numpy as np

from scratchgen import vae
from scratchgen.data import RowData
from scratchgen.evaluation import independent_variance, level_shares
from scratchgen.vae.likelihoods import CategoricalLikelihood


def start_at_independent_dimensions(model: vae.VAE | vae.LinearVAE | vae.VQVAE, rows: RowData) -> None:
    """Set the bias of the decoder's output by the training rows: their mean and scale, or the shares of levels."""
    likelihood = model.likelihood
    if isinstance(likelihood, CategoricalLikelihood):
        model.init_output_bias(level_shares(rows.train, likelihood.outputs))
        return
    has_scale = hasattr(likelihood, "init_scale")
    model.init_output_bias(
        rows.train.mean(axis=0), np.sqrt(independent_variance(rows.train)) if has_scale else None
    )
