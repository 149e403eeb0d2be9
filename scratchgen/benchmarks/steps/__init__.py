"""Whole training steps beside PyTorch and JAX: what `scratchgen bench --steps` runs.

    start.py      what every library begins with: the images, and a noise that can be given to all of them
    vae.py ...    one file a case: the same step as each library's users write it
    measure.py    the steps of a case, timed in turn and checked against one another, as rows of a table

A case is a module, or an object, with

    NAME, SIZE             what is trained, and how large it is
    ours(noise)            the step of this library
    torch_(noise, fused=False, compiled=False)
    jax_(noise)            the same step elsewhere. Raises ImportError where the library is not installed
    TARGETS                how fast ours is built to be

Each builder returns step() -> losses: one update of all weights with the next batch, all starting from the
same weights. `noise` is a Generator, so that every library sees the same numbers, or None: then PyTorch and
JAX draw their own, as they would in use. To add a case, write its file and name it in CASES.
"""

from scratchgen.benchmarks.steps import gan, rnn, vae

CASES = (vae, gan, rnn.TANH, rnn.LSTM)
