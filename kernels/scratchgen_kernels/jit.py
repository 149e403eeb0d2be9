"""How the Numba backends compile, and where they keep what they compiled."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

import numba

# "contract" lets a * b + c become one instruction. Flags that assume finite values (nnan, ninf) are left out,
# so that a NaN or an infinity goes through as IEEE 754 says. Division by zero gives what IEEE 754 says too,
# instead of a test for an exception at every division, which would keep loops from being vectorised.
OPTIONS = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
EXACT = {**OPTIONS, "fastmath": False}  # every operation rounds by itself: the same bits on every machine


def compiled(function=None, *, options=OPTIONS):
    """Compile `function` on its first call, free of the interpreter's lock, and keep the result on disk.

    Where no folder can be written to, the result is kept in memory only.
    """
    if function is None:
        return lambda function: compiled(function, options=options)
    try:
        with kept_in_the_cache_of_the_user():
            return numba.njit(cache=True, **options)(function)
    except RuntimeError:
        return numba.njit(**options)(function)


@contextmanager
def kept_in_the_cache_of_the_user():
    """Functions decorated inside keep their results in the user's cache folder, or in NUMBA_CACHE_DIR.

    Numba's own place is beside the source. There the files would outlive the package: the folder left in
    site-packages by an uninstalled one would be imported, empty, instead of a later editable installation.
    """
    former = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(Path(former or cache_folder(), edition()))
    try:
        yield
    finally:
        numba.config.CACHE_DIR = former


def cache_folder():
    """Where this user's programs keep what can be made again. Raises RuntimeError if there is no home."""
    user = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(user, "scratchgen", "numba")


def edition():
    """A name for the present text of all Numba kernels.

    Numba compiles again where the file of a function has changed, but not where one that it calls has, in
    another file. A folder for each edition makes compiled functions safe to call from file to file.
    """
    global _edition
    if _edition is None:
        sources = sorted(Path(__file__).parent.glob("*/*.py"))
        _edition = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return _edition


_edition = None
