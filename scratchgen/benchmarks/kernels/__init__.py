"""How long each kernel takes on each backend, on the machine at hand: what `scratchgen bench` runs.

rounds.py     calls timed in turn, so that a machine that slows down slows all of them
cases.py      the kernels, at a few sizes each
peers.py      the same computations as others write them: NumPy's expression, PyTorch, JAX
measure.py    a case on every backend, as rows of a table
machine.py    what the times depend on: the processor, its own measured peak, the versions
"""
