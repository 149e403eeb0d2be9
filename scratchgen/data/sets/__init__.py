"""The known data sets, one per module. Each has a function `load`, or one per variant.

adding, copying                              tests of memory over long times, made by formula
binarized_mnist, digits, mnist               images
chorales                                     music
cmudict                                      words and their phones
descriptions, stdlib_docstrings, tatoeba     pairs of texts
drums, karplus_strong, spoken_digits, tones  sound
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
    gaussians,
    karplus_strong,
    markov,
    mnist,
    shakespeare,
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
    "copying",
    "descriptions",
    "digits",
    "drums",
    "gaussians",
    "karplus_strong",
    "markov",
    "mnist",
    "shakespeare",
    "spoken_digits",
    "stdlib",
    "stdlib_docstrings",
    "tatoeba",
    "tones",
]
