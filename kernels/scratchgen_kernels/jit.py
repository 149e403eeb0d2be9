"""Compiling of the Numba backends, and the cache of compiled functions on disk."""

import hashlib
import os
import threading
from contextlib import contextmanager
from pathlib import Path

import numba

from scratchgen_kernels.jit_cache import is_usable

# "contract" lets a * b + c become one instruction. Flags that assume finite values (nnan, ninf) are left out, so that
# NaN and infinities follow IEEE 754. So does division by zero: a test for an exception at every division would prevent
# the vectorisation of loops.
OPTIONS = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
EXACT_OPTIONS = {
    **OPTIONS,
    "fastmath": False,
}  # every operation is rounded separately: the same bits on every machine


def compiled(function=None, *, options=OPTIONS):
    """Compile `function` on its first call, without the interpreter's lock, and cache the result on disk.

    If the folder cannot be written, the result is cached in memory only.
    """
    if function is None:
        return lambda function: compiled(function, options=options)
    try:
        with user_cache() as folder:
            if numba.config.DISABLE_JIT or is_usable(folder):
                return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # there is no home directory, or Numba refuses the folder
        pass
    return numba.njit(**options)(function)


_lock = threading.RLock()  # while Numba's setting is changed


@contextmanager
def user_cache():
    """Functions decorated inside cache their results in the yielded folder: of the user, or in NUMBA_CACHE_DIR.

    Numba's default is the folder of the source. There the files would outlive the package: after it is uninstalled,
    the remaining folder in site-packages would be imported, empty, instead of a later editable installation.
    """
    with _lock:  # two threads that import backends would restore each other's folder
        former = numba.config.CACHE_DIR
        folder = Path(former or cache_folder(), source_hash())
        numba.config.CACHE_DIR = str(folder)
        try:
            yield folder
        finally:
            numba.config.CACHE_DIR = former


def cache_folder() -> Path:
    """The folder of this user for cached files. Raises RuntimeError if there is no home directory."""
    user = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(user, "scratchgen", "numba")


def source_hash() -> str:
    """A hash of the source of all kernels, which names the cache folder.

    Numba compiles a function again if its file has changed, but not if only the file of a function that it calls has
    changed. A cache folder per hash makes it safe to call compiled functions of another file.
    """
    global _source_hash
    if _source_hash is None:
        sources = sorted(Path(__file__).parent.glob("*/*.py"))
        _source_hash = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return _source_hash


_source_hash: str | None = None
