"""Imputation: the missing cells of a row, given those that are there."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import check_counts
from scratchgen.vae.latent_model import LatentModel

ROUNDS = 100


def impute(model: LatentModel, x: np.ndarray, rounds: int = ROUNDS) -> np.ndarray:
    """Rows x (B, D) with NaN where a cell is missing → (B, D), the missing cells m filled in.

    x_m ← E[x_m | z̄],  z̄ = mu(x_m, x_o),   from x_m = 0 (of a count, its typical value), `rounds` times

    One round is not enough: an encoder that was trained on whole rows takes the 0 for a cell that it was told. The
    rounds end where cells and latent agree; in a linear VAE with the true posterior that is E[x_m | x_o] exactly.
    Cells of a category are probabilities. For a table standardised as in `data.table_from`:

        whole_rows = vae.impute(model, rows_with_nan)

    Raises BadInput unless rounds is a whole number of at least 1.
    Source: Rezende, Mohamed & Wierstra (2014), the Markov chain of their data imputation, with the means in place of
    the draws.   Ledger: vae.imputation
    """
    check_counts(rounds=rounds)
    missing = np.isnan(x)
    start = getattr(getattr(model, "likelihood", None), "typical", 0.0)
    filled = np.where(missing, start, x).astype(x.dtype)
    rows = missing.any(axis=1)
    x_m, m = filled[rows], missing[rows]
    for _ in range(rounds if rows.any() else 0):
        x_m = np.where(m, model.reconstruct(x_m), x_m)
    filled[rows] = x_m
    return filled
