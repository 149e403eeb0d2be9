"""One training on many machines, with the same bits on any number of them.

    launcher.py    the processes that mpiexec started, if it did
    messages.py    arrays and numbers as bytes
    mpi.py         the ranks of a training, connected by MPI
    training.py    what the ranks agree on before a training, and how one of them ends all

The sum whose order does not depend on the number of ranks is `scratchgen.optim.shards`.
"""
