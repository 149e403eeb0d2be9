"""How the Numba backends compile, and where they keep what they compiled."""

import os
from contextlib import contextmanager
from pathlib import Path

import numba

# "contract" lets a * b + c become one instruction. Flags that assume finite values (nnan, ninf) are left out,
# so that a NaN or an infinity goes through as IEEE 754 says.
OPTIONS = {"nogil": True, "fastmath": {"contract"}}


def compiled(function):
    """Compile `function` on its first call, free of the interpreter's lock, and keep the result on disk.

    Where no folder can be written to, the result is kept in memory only. Numba notices a change of the file a
    function stands in, not of a file it calls into: a compiled function must call only those of its own file.
    """
    try:
        with kept_in_the_cache_of_the_user():
            return numba.njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        return numba.njit(**OPTIONS)(function)


@contextmanager
def kept_in_the_cache_of_the_user():
    """Functions decorated inside keep their results in the user's cache folder, or in NUMBA_CACHE_DIR.

    Numba's own place is beside the source. There the files would outlive the package: the folder left in
    site-packages by an uninstalled one would be imported, empty, instead of a later editable installation.
    """
    former = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = former or str(cache_folder())
    try:
        yield
    finally:
        numba.config.CACHE_DIR = former


def cache_folder():
    """Where this user's programs keep what can be made again. Raises RuntimeError if there is no home."""
    user = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(user, "scratchgen", "numba")
