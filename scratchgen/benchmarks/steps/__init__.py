"""Whole training steps compared with PyTorch and JAX, measured by `scratchgen bench --steps`.

    start.py      the common start of all libraries: the seed and the images
    vae.py ...    one file per case: the same step as the users of each library write it
    measure.py    the steps of a case, checked against one another and timed in turn, as rows of a table

A case is a module, or an object, with

    NAME, SIZE             the model that is trained, and its size
    ours(noise)            the step of this library
    torch_(noise, fused=False, compiled=False)
    jax_(noise)            the same step in PyTorch and in JAX; ImportError where the library is not installed
    TARGETS                how fast our step is built to be

Each builder returns step() -> losses: one update of all weights with the next batch. All steps start from the same
weights. `noise` is a Generator, so that every library sees the same numbers, or None: then PyTorch and JAX draw
their own noise, as in normal use. To add a case, write its file and name it in CASES.
"""

from scratchgen.benchmarks.steps import gan, rnn, vae

CASES = (vae, gan, rnn.TANH, rnn.LSTM)
