"""Evaluation metrics: likelihoods, two-sample scores, classifier scores, text metrics, and baselines.

likelihood, annealing           log p(x) of a latent-variable model, by two estimators
latents                         active units, rate and distortion
baselines, class_gaussians, ngram, linear_prediction   simple models of images, text and sound to compare with
probabilistic_pca, gaussian_mixture   Gaussian models of images to compare with
psnr, strokes                   errors of estimated images in decibels; slant and stroke width
two_sample                      all scores below in one table, with those of held-out data
frechet, mmd, neighbours, parzen      distances and overlaps of two sets of samples
modes, class_histogram, classifier    mode coverage, class shares, recognisability
diversity, correlation          variety within a condition, and correlation within groups
novelty                         variety of a generated text, and runs that it copies
harmony, markov_notes           statistics of piano rolls, and notes one by one as a baseline
total_variation                 the distance of two histograms
sound_measures                  level, clipping, duration and flatness of a sound, signal-to-noise ratio
edit_distance                   error rates of words and phones
mel_cepstrum, concatenation     the distance of spoken from recorded frames, and a voice to compare with
spectral_subtraction            the classical way to remove noise
bleu, chrf, rouge               translations and summaries against references
word_alignment, nearest_text    a dictionary and the most similar text, to compare with a translation
summaries                       shares of summaries that are copied from the text, and that repeat
extractive                      the first words or a sentence of a text, to compare with a summary
"""

from scratchgen.evaluation.annealing import AnnealedEstimate, annealed_log_likelihood
from scratchgen.evaluation.attributes import (
    AttributeClassifier,
    AttributesRecognised,
    attributes_recognised,
)
from scratchgen.evaluation.baselines import (
    grey_entropy,
    independent_bernoulli_log_prob,
    independent_categorical_log_prob,
    independent_gaussian_log_prob,
    independent_variance,
    level_shares,
)
from scratchgen.evaluation.bleu import bleu
from scratchgen.evaluation.chrf import chrf
from scratchgen.evaluation.class_gaussians import ClassGaussians
from scratchgen.evaluation.class_histogram import ClassHistogram, class_histogram
from scratchgen.evaluation.classifier import Classifier, class_shares
from scratchgen.evaluation.concatenation import ConcatenatedPhones
from scratchgen.evaluation.correlation import correlation_within
from scratchgen.evaluation.diversity import diversity_within
from scratchgen.evaluation.edit_distance import edit_distance, phone_error_rate, word_error_rate
from scratchgen.evaluation.examples import LatentModel, Mean, mean_over_examples
from scratchgen.evaluation.extractive import first_sentence, first_words, oracle_sentence, sentences
from scratchgen.evaluation.frechet import frechet_distance, frechet_distance_of_gaussians
from scratchgen.evaluation.gaussian_mixture import GaussianMixture, best_mixture
from scratchgen.evaluation.harmony import harmonic_intervals, melodic_intervals, pitch_classes
from scratchgen.evaluation.latents import ActiveUnits, RateAndDistortion, active_units, rate_and_distortion
from scratchgen.evaluation.likelihood import Estimate, bits_per_dimension, importance_sampled_log_likelihood
from scratchgen.evaluation.linear_prediction import LinearPrediction
from scratchgen.evaluation.markov_notes import MarkovNotes
from scratchgen.evaluation.mel_cepstrum import (
    mel_cepstral_distortion,
    mel_cepstrum,
    time_warping,
    warped_distortion,
)
from scratchgen.evaluation.mmd import GaussianKernel, cubic_kernel, median_distance, mmd
from scratchgen.evaluation.modes import Modes, modes_captured
from scratchgen.evaluation.nearest_text import nearest_texts
from scratchgen.evaluation.neighbours import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    precision_recall,
)
from scratchgen.evaluation.ngram import NGram, best_ngram, bits_per_character
from scratchgen.evaluation.novelty import distinct_n, longest_copied_run
from scratchgen.evaluation.parzen import Parzen, kmeans_centroids, parzen_log_likelihood
from scratchgen.evaluation.probabilistic_pca import ProbabilisticPCA, best_ppca, principal_axes
from scratchgen.evaluation.psnr import psnr
from scratchgen.evaluation.reconstruction import principal_components_errors, squared_errors
from scratchgen.evaluation.rouge import (
    Rouge,
    RougeScores,
    rouge,
    rouge_l,
    rouge_n,
    rouge_words,
    stemmed_rouge,
)
from scratchgen.evaluation.sound_measures import (
    clipped_share,
    level,
    snr,
    sounding_seconds,
    spectral_flatness,
)
from scratchgen.evaluation.spectral_subtraction import spectral_subtraction
from scratchgen.evaluation.strokes import slant, stroke_width
from scratchgen.evaluation.summaries import copied_share, repeated_share
from scratchgen.evaluation.total_variation import total_variation
from scratchgen.evaluation.two_sample import TwoSampleScore, two_sample_scores
from scratchgen.evaluation.word_alignment import WordTranslations, alignment_words

__all__ = [
    "ActiveUnits",
    "AnnealedEstimate",
    "AttributeClassifier",
    "AttributesRecognised",
    "ClassGaussians",
    "ClassHistogram",
    "Classifier",
    "ConcatenatedPhones",
    "DensityCoverage",
    "Estimate",
    "GaussianKernel",
    "GaussianMixture",
    "LatentModel",
    "LinearPrediction",
    "MarkovNotes",
    "Mean",
    "Modes",
    "NGram",
    "Parzen",
    "PrecisionRecall",
    "ProbabilisticPCA",
    "RateAndDistortion",
    "Rouge",
    "RougeScores",
    "TwoSampleScore",
    "WordTranslations",
    "active_units",
    "alignment_words",
    "annealed_log_likelihood",
    "attributes_recognised",
    "best_mixture",
    "best_ngram",
    "best_ppca",
    "bits_per_character",
    "bits_per_dimension",
    "bleu",
    "chrf",
    "class_histogram",
    "class_shares",
    "clipped_share",
    "copied_share",
    "correlation_within",
    "cubic_kernel",
    "density_coverage",
    "distinct_n",
    "diversity_within",
    "edit_distance",
    "first_sentence",
    "first_words",
    "frechet_distance",
    "frechet_distance_of_gaussians",
    "grey_entropy",
    "harmonic_intervals",
    "importance_sampled_log_likelihood",
    "independent_bernoulli_log_prob",
    "independent_categorical_log_prob",
    "independent_gaussian_log_prob",
    "independent_variance",
    "kmeans_centroids",
    "level",
    "level_shares",
    "longest_copied_run",
    "mean_over_examples",
    "median_distance",
    "mel_cepstral_distortion",
    "mel_cepstrum",
    "melodic_intervals",
    "mmd",
    "modes_captured",
    "nearest_texts",
    "oracle_sentence",
    "parzen_log_likelihood",
    "phone_error_rate",
    "pitch_classes",
    "precision_recall",
    "principal_axes",
    "principal_components_errors",
    "psnr",
    "rate_and_distortion",
    "repeated_share",
    "rouge",
    "rouge_l",
    "rouge_n",
    "rouge_words",
    "sentences",
    "slant",
    "snr",
    "sounding_seconds",
    "spectral_flatness",
    "spectral_subtraction",
    "squared_errors",
    "stemmed_rouge",
    "stroke_width",
    "time_warping",
    "total_variation",
    "two_sample_scores",
    "warped_distortion",
    "word_error_rate",
]
