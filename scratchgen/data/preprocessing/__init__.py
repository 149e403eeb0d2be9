"""Preprocessing: from the recorded data to the input of a model, and back. One idea per module.

binarise      grey pixels to 0 and 1, statically or anew for each batch
by_length     batches of sequences of similar length, padded and masked
composite     a transparent picture over another
dequantise    integers to real numbers by uniform noise
griffin_lim   sound from the magnitudes of its short-time Fourier transform
mdct          sound as frames by an orthogonal transform, without loss
mel           the mel scale and its filters
mel_inversion sound from mel bands
mu_law        samples of sound as 256 classes
one_hot       classes as rows with a single 1
pre_emphasis  a filter that raises high frequencies, and its inverse
scaling       mean 0 and deviation 1, or [0, 1], fitted on the training data
silence       silence before and after a sound
splits        training, validation and test parts, by seed or by group
stft          the short-time Fourier transform and its inverse
"""

from scratchgen.data.preprocessing import (
    binarise,
    by_length,
    composite,
    dequantise,
    griffin_lim,
    mdct,
    mel,
    mel_inversion,
    mu_law,
    one_hot,
    pre_emphasis,
    scaling,
    silence,
    splits,
    stft,
)

__all__ = [
    "binarise",
    "by_length",
    "composite",
    "dequantise",
    "griffin_lim",
    "mdct",
    "mel",
    "mel_inversion",
    "mu_law",
    "one_hot",
    "pre_emphasis",
    "scaling",
    "silence",
    "splits",
    "stft",
]
