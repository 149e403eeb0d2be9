"""Which backend runs: by name, by context, by environment variable, or the fastest that is present."""

import os
from dataclasses import dataclass
from importlib import import_module

from scratchgen_kernels.installation import HOW_TO_BUILD, build_record, why_not_built

MODULES = {"loops": "loops", "numpy": "numpy_", "numba": "numba_", "cython": "cython_"}
NAMES = (*MODULES, "auto")
VARIABLE = "SCRATCHGEN_KERNELS"
HOW_TO_INSTALL_NUMBA = 'pip install --upgrade "scratchgen-numpy[fast]"'

_kernels = []
_chosen = os.environ.get(VARIABLE) or "auto"


class UnknownBackend(ValueError):
    """A name that is no backend's."""


class BackendUnavailable(ImportError):
    """A backend was asked for by name and is not there.

    Attributes: ``kernel`` and ``backend`` (names), ``reason`` (why it is off), ``remedy`` (how to get it).
    """

    def __init__(self, kernel, backend, reason, remedy):
        super().__init__(f"the {backend} backend of {kernel} is not available: {reason}. To get it: {remedy}")
        self.kernel, self.backend, self.reason, self.remedy = kernel, backend, reason, remedy

    def __reduce__(self):  # an exception with several arguments reaches another process only if told how
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
    """One kernel and its backends, each imported when it is first wanted.

    ``auto`` is the order in which backends are tried when none is named: fastest first, as the committed
    benchmark found them. It ends with backends that are always there.
    """

    def __init__(self, name, package, auto):
        self.name, self.package, self.auto = name, package, auto
        self._loaded = {}
        _kernels.append(self)

    def module(self, backend=None):
        """The module that implements the kernel: of `backend`, or of the one chosen for the process.

        Raises: ValueError for an unknown name, BackendUnavailable for a known one that is not there.
        """
        name = backend or _chosen
        module = self._loaded.get(name)  # the hot path is this one look-up
        return module or self._load(name)

    def status(self, backend):
        """A BackendStatus for one named backend; tries to import it."""
        try:
            self.module(backend)
        except BackendUnavailable as off:
            return BackendStatus(self.name, backend, False, off.reason, off.remedy)
        return BackendStatus(self.name, backend, True)

    def _load(self, name):
        check_name(name)
        module = self._first_present() if name == "auto" else self._import(name)
        self._loaded[name] = module
        return module

    def _first_present(self):
        for name in self.auto:
            try:
                return self.module(name)
            except BackendUnavailable:
                continue
        raise BackendUnavailable(self.name, "auto", "no backend loads", "reinstall scratchgen-numpy")

    def _import(self, name):
        if name == "cython" and (reason := why_not_built()):
            raise BackendUnavailable(self.name, name, reason, HOW_TO_BUILD)
        try:
            return import_module(f"{self.package}.{MODULES[name]}")
        except Exception as error:
            if name in ("loops", "numpy"):  # nothing optional in these: whatever went wrong is a fault here
                raise
            raise BackendUnavailable(self.name, name, *_explain(name, error)) from error


def _explain(name, error):
    """(reason, remedy) for a compiled backend whose import raised `error`."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if name == "numba":
        reason = "numba is not installed" if missing == "numba" else f"numba does not load: {error}"
        return reason, HOW_TO_INSTALL_NUMBA
    if not (missing and missing.endswith(".cython_")):
        return f"the compiled kernel does not load: {error}", HOW_TO_BUILD
    if record := build_record():
        return f"it was built for Python {record.get('python', '(unknown)')}, not for this one", HOW_TO_BUILD
    return "it was not built when the package was installed", HOW_TO_BUILD


def current():
    """The name of the backend chosen for the process: "auto" unless something else was asked for."""
    return _chosen


def check_name(name):
    """Raise UnknownBackend (a ValueError), listing the names there are, unless `name` is one of them."""
    if name not in NAMES:
        where = f" (from the environment variable {VARIABLE})" if name == os.environ.get(VARIABLE) else ""
        raise UnknownBackend(f"unknown kernel backend {name!r}{where}; the backends are {', '.join(NAMES)}")


class use:
    """Set the backend for the whole process; as a context manager, give the former one back at the end.

    ``use("numba")`` holds from now on; ``with use("loops"): ...`` holds inside the block, for every thread.

    name: "loops", "numpy", "numba", "cython", or "auto" (per kernel, the fastest that is present).
    Raises: ValueError for an unknown name; BackendUnavailable if any kernel lacks that backend, at once
    rather than at the first call, and then nothing has changed.
    """

    def __init__(self, name):
        global _chosen
        check_name(name)
        for kernel in _kernels:
            kernel.module(name)
        self.name, self._former = name, _chosen
        _chosen = name

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        global _chosen
        _chosen = self._former

    def __repr__(self):
        return f"use({self.name!r})"


def implementations(backend):
    """How a backend computes the kernels: a list of (name, function), as the contracts name them.

    Raises: ValueError for an unknown name, BackendUnavailable if any kernel lacks that backend.
    """
    found = []
    for kernel in _kernels:
        contract, module = vars(import_module(kernel.package)), vars(kernel.module(backend))
        found += [(name, module[name]) for name in contract if callable(module.get(name))]
    return found


def backends():
    """Every kernel and backend with its state: a list of BackendStatus, ordered by kernel, then by backend.

    Imports each backend to find out, so the first call takes as long as importing numba does.
    """
    return [kernel.status(name) for kernel in _kernels for name in MODULES]
