"""Distributions that own their parameters: sample, log_prob, kl, entropy.

Rows are examples. Densities and divergences are summed over the last axis (independent dimensions) and are
never averaged over the batch: (B, D) → (B,), in nats. Parameters are arrays or Tensors; the results are
Tensors, and differentiable, where a parameter or an argument is one.
"""

from scratchgen.distributions.bernoulli import Bernoulli
from scratchgen.distributions.categorical import Categorical
from scratchgen.distributions.contracts import Array as Array
from scratchgen.distributions.contracts import as_likelihood as as_likelihood
from scratchgen.distributions.contracts import as_posterior as as_posterior
from scratchgen.distributions.normal import LOG_2PI, Normal
from scratchgen.distributions.normal import is_stream as is_stream

__all__ = ["LOG_2PI", "Bernoulli", "Categorical", "Normal"]
