"""The choice of the backend: by name, by context, by environment variable, or the fastest available one."""

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from scratchgen_kernels.installation import build_record, how_to_build, why_not_built
from scratchgen_kernels.variants import search_variant, why_none_runs

MODULES = {"loops": "loops", "numpy": "numpy_", "numba": "numba_", "cython": "cython_"}
NAMES = (*MODULES, "auto")
VARIABLE = "SCRATCHGEN_KERNELS"
HOW_TO_INSTALL_NUMBA = 'pip install --upgrade "scratchgen-numpy[fast]"'

_kernels: list["Kernel"] = []
_chosen = os.environ.get(VARIABLE) or "auto"
_open_blocks: list["use"] = []  # the `with use(...)` that have not ended, in the order of their beginning
_lock = threading.Lock()  # while _open_blocks changes


class UnknownBackend(ValueError):
    """The name is not one of the backends."""


class BackendUnavailable(ImportError):
    """A backend was requested by name and is not available.

    Attributes: ``kernel`` and ``backend`` (names), ``reason`` (why it is off), ``remedy`` (how to get it).
    """

    def __init__(self, kernel: str, backend: str, reason: str, remedy: str):
        super().__init__(f"the {backend} backend of {kernel} is not available: {reason}. To get it: {remedy}")
        self.kernel, self.backend, self.reason, self.remedy = kernel, backend, reason, remedy

    def __reduce__(self):  # pickle needs this for an exception with several arguments
        return type(self), (self.kernel, self.backend, self.reason, self.remedy)


@dataclass(frozen=True)
class BackendStatus:
    """Whether one backend of one kernel can run here, and if not, why and how to get it."""

    kernel: str
    backend: str
    available: bool
    reason: str = ""
    remedy: str = ""


class Kernel:
    """One kernel and its backends, each imported on first use.

    ``auto`` is the order in which backends are tried if none is named: fastest first in the committed benchmark.
    It ends with backends that are always available.
    """

    def __init__(self, name: str, package: str, auto: tuple[str, ...]):
        self.name, self.package, self.auto = name, package, auto
        self._loaded: dict[str, ModuleType] = {}
        search_variant(sys.modules[package])
        _kernels.append(self)

    def module(self, backend: str | None = None) -> ModuleType:
        """The module that implements the kernel on `backend`, by default on the backend chosen for the process.

        Raises: ValueError for an unknown name, BackendUnavailable for a backend that is not available.
        """
        name = backend or _chosen
        module = self._loaded.get(name)  # the hot path is this look-up
        return module or self._load(name)

    def status(self, backend: str) -> BackendStatus:
        """A BackendStatus for one named backend; tries to import it."""
        try:
            self.module(backend)
        except BackendUnavailable as off:
            return BackendStatus(self.name, backend, False, off.reason, off.remedy)
        return BackendStatus(self.name, backend, True)

    def _load(self, name: str) -> ModuleType:
        check_name(name)
        module = self._first_available() if name == "auto" else self._import(name)
        self._loaded[name] = module
        return module

    def _first_available(self) -> ModuleType:
        for name in self.auto:
            try:
                return self.module(name)
            except BackendUnavailable:
                continue
        raise BackendUnavailable(
            self.name, "auto", "no backend can be imported", "reinstall scratchgen-numpy"
        )

    def _import(self, name: str) -> ModuleType:
        if name == "cython" and (reason := why_not_built() or why_none_runs()):
            raise BackendUnavailable(self.name, name, reason, how_to_build())
        try:
            return import_module(f"{self.package}.{MODULES[name]}")
        except Exception as error:
            if name in ("loops", "numpy"):  # they need nothing optional, so the error is a bug here
                raise
            raise BackendUnavailable(self.name, name, *_explain(name, error)) from error


def _explain(name: str, error: Exception) -> tuple[str, str]:
    """(reason, remedy) for a compiled backend whose import raised `error`."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if name == "numba":
        reason = "numba is not installed" if missing == "numba" else f"numba cannot be imported: {error}"
        return reason, HOW_TO_INSTALL_NUMBA
    if not (missing and missing.endswith(".cython_")):
        return f"the compiled kernel cannot be imported: {error}", how_to_build()
    if record := build_record():
        return (
            f"it was built for Python {record.get('python', '(unknown)')}, not for the running version",
            how_to_build(),
        )
    return "it was not built when the package was installed", how_to_build()


def current() -> str:
    """The name of the backend chosen for the process; "auto" by default."""
    return _chosen


def check_name(name: str) -> None:
    """Raise UnknownBackend (a ValueError) with the list of names unless `name` is one of them."""
    if name not in NAMES:
        where = f" (from the environment variable {VARIABLE})" if name == os.environ.get(VARIABLE) else ""
        raise UnknownBackend(f"unknown kernel backend {name!r}{where}; the backends are {', '.join(NAMES)}")


class use:
    """Set the backend for the whole process; as a context manager, restore the former backend at the end.

    ``use("numba")`` is valid from now on; ``with use("loops"): ...`` is valid inside the block, for every thread.
    Blocks of threads or generators may end in any order: after the last one, the backend is the one before the first.

    name: "loops", "numpy", "numba", "cython", or "auto" (for each kernel the fastest available backend).
    Raises: ValueError for an unknown name; BackendUnavailable if any kernel lacks the backend. The error comes here,
    not at the first call, and the former backend stays.
    """

    def __init__(self, name: str):
        global _chosen
        check_name(name)
        for kernel in _kernels:
            kernel.module(name)
        self.name, self._former = name, _chosen
        _chosen = name

    def __enter__(self) -> "use":
        with _lock:
            _open_blocks.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        global _chosen
        with _lock:
            i = _open_blocks.index(self)
            if self is _open_blocks[-1]:
                _chosen = self._former
            else:  # a block that began later is still open: at its end it restores what this one would restore
                _open_blocks[i + 1]._former = self._former
            del _open_blocks[i]

    def __repr__(self) -> str:
        return f"use({self.name!r})"


def implementations(backend: str) -> list[tuple[str, Callable]]:
    """The functions with which a backend computes the kernels: a list of (name in the contract, function).

    Raises: ValueError for an unknown name, BackendUnavailable if any kernel lacks the backend.
    """
    found = []
    for kernel in _kernels:
        contract, module = vars(import_module(kernel.package)), vars(kernel.module(backend))
        found += [(name, module[name]) for name in contract if callable(module.get(name))]
    return found


def backends() -> list[BackendStatus]:
    """Every kernel and backend with its state: a list of BackendStatus, ordered by kernel, then by backend.

    The first call imports every backend, Numba included, so it is slow.
    """
    return [kernel.status(name) for kernel in _kernels for name in MODULES]
