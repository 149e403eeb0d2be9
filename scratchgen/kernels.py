"""`scratchgen.kernels` is the package scratchgen_kernels under a second name."""

import sys

import scratchgen_kernels

sys.modules[__name__] = scratchgen_kernels
