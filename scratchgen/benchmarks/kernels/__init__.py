"""The time that each kernel takes on each backend on this machine, measured by `scratchgen bench`.

rounds.py     calls timed in turn, so that a machine that slows down slows all of them
cases.py      the kernels, at a few sizes each
peers.py      the same computations in other libraries: NumPy's expression, PyTorch, JAX
measure.py    a case on every backend, as rows of a table
targets.py    how fast the kernels are built to be
machine.py    what the times depend on: the processor, its measured peak, the versions
"""
