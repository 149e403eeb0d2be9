# For type checkers, which do not see that kernels.py gives scratchgen_kernels this second name.
from scratchgen_kernels import *  # noqa: F403  # all public names
