# For type checkers: at run time `scratchgen/__init__.py` gives scratchgen_kernels this second name.
from scratchgen_kernels import *  # noqa: F403  # all public names
