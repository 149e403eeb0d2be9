"""Distributions that own their parameters: sample, log_prob, kl, entropy.

Rows are examples. Densities and divergences are summed over the last axis (independent dimensions) and are
never averaged over the batch: (B, D) → (B,), in nats. Parameters are arrays or Tensors; the results are
Tensors, and differentiable, where a parameter or an argument is one.

Parameters that a network computes are real numbers without a bound: logits of probabilities, and the logarithm
of a positive parameter, logvar, log_scale or log_rate. Others broadcast against them, and are checked.

    d.sample(rng)                   one sample per row of the parameters, (B, D)
    d.sample(rng, shape=(n,))       n independent ones, (n, B, D): PyTorch's d.sample((n,))

Differentiable samples, `rsample`, are there for the two normals, which serve as posteriors. The draws of the others
are not differentiable in their parameters: they are likelihoods and priors, and some are drawn by rejection.
"""

from scratchgen.distributions.bernoulli import Bernoulli
from scratchgen.distributions.categorical import Categorical
from scratchgen.distributions.contracts import Array as Array
from scratchgen.distributions.contracts import as_likelihood as as_likelihood
from scratchgen.distributions.contracts import as_posterior as as_posterior
from scratchgen.distributions.discretised_logistic import DiscretisedLogistic
from scratchgen.distributions.gamma import Gamma
from scratchgen.distributions.laplace import Laplace
from scratchgen.distributions.mixture import Mixture
from scratchgen.distributions.multivariate_normal import MultivariateNormal
from scratchgen.distributions.negative_binomial import NegativeBinomial
from scratchgen.distributions.normal import LOG_2PI, Normal
from scratchgen.distributions.normal import is_stream as is_stream
from scratchgen.distributions.poisson import Poisson
from scratchgen.distributions.student_t import StudentT
from scratchgen.distributions.uniform import Uniform

__all__ = [
    "LOG_2PI",
    "Bernoulli",
    "Categorical",
    "DiscretisedLogistic",
    "Gamma",
    "Laplace",
    "Mixture",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "Poisson",
    "StudentT",
    "Uniform",
]
