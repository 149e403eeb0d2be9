"""The known data sets, one per module. Each has a function `load`, or one per variant.

adding, copying                              tests of memory over long times, made by formula
binarized_mnist, digits, mnist               images
chorales                                     music
cmudict, spelling_rules                      words and their phones
descriptions, stdlib_docstrings, tatoeba     pairs of texts
drums, karplus_strong, spoken_digits, tones  sound
espeak_sentences, formant_speech             speech, with its phones; espeak_voice speaks the first
gaussians                                    points with a known density
markov, shakespeare, stdlib                  text
"""

from scratchgen.data.sets import (
    adding,
    binarized_mnist,
    chorales,
    cmudict,
    copying,
    descriptions,
    digits,
    drums,
    espeak_sentences,
    formant_speech,
    gaussians,
    karplus_strong,
    markov,
    mnist,
    shakespeare,
    spelling_rules,
    spoken_digits,
    stdlib,
    stdlib_docstrings,
    tatoeba,
    tones,
)

__all__ = [
    "adding",
    "binarized_mnist",
    "chorales",
    "cmudict",
    "copying",
    "descriptions",
    "digits",
    "drums",
    "espeak_sentences",
    "formant_speech",
    "gaussians",
    "karplus_strong",
    "markov",
    "mnist",
    "shakespeare",
    "spelling_rules",
    "spoken_digits",
    "stdlib",
    "stdlib_docstrings",
    "tatoeba",
    "tones",
]
