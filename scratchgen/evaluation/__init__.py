"""How good is it? Likelihoods, recognisability, and the baselines beside them."""

from scratchgen.evaluation.classifier import Classifier, class_shares
from scratchgen.evaluation.independent import independent_categorical_log_prob, independent_gaussian_log_prob
from scratchgen.evaluation.likelihood import grey_entropy, independent_bernoulli_log_prob
from scratchgen.evaluation.ngram import NGram, best_ngram, bits_per_character

__all__ = [
    "Classifier",
    "NGram",
    "best_ngram",
    "bits_per_character",
    "class_shares",
    "grey_entropy",
    "independent_bernoulli_log_prob",
    "independent_categorical_log_prob",
    "independent_gaussian_log_prob",
]
