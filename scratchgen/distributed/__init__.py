"""One training on many machines, with the same bits on any number of them.

    launcher.py    the processes that mpiexec started, if it did
    messages.py    arrays and numbers as bytes
    mpi.py         the ranks of a training, connected by MPI
    together.py    how the ranks begin and end a training together
    process.py     a command in each of the processes: rank 0 prints, and a rank that fails ends all

The sum whose order does not depend on the number of ranks is `scratchgen.optim.shards`.
"""
