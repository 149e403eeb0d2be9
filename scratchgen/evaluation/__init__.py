"""How good is it? Likelihoods, recognisability, and the baselines beside them."""

from scratchgen.evaluation.annealing import AnnealedEstimate, annealed_log_likelihood
from scratchgen.evaluation.baselines import grey_entropy, independent_bernoulli_log_prob
from scratchgen.evaluation.classifier import Classifier, class_shares
from scratchgen.evaluation.examples import Mean, mean_over_examples
from scratchgen.evaluation.independent import independent_categorical_log_prob, independent_gaussian_log_prob
from scratchgen.evaluation.latents import ActiveUnits, RateAndDistortion, active_units, rate_and_distortion
from scratchgen.evaluation.likelihood import Estimate, bits_per_dimension, importance_sampled_log_likelihood
from scratchgen.evaluation.ngram import NGram, best_ngram, bits_per_character

__all__ = [
    "ActiveUnits",
    "AnnealedEstimate",
    "Classifier",
    "Estimate",
    "Mean",
    "NGram",
    "RateAndDistortion",
    "active_units",
    "annealed_log_likelihood",
    "best_ngram",
    "bits_per_character",
    "bits_per_dimension",
    "class_shares",
    "grey_entropy",
    "importance_sampled_log_likelihood",
    "independent_bernoulli_log_prob",
    "independent_categorical_log_prob",
    "independent_gaussian_log_prob",
    "mean_over_examples",
    "rate_and_distortion",
]
