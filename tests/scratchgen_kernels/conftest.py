"""Every contract test runs on every backend; a backend that is not available is skipped with its reason."""

import numpy as np
import pytest

import scratchgen_kernels as kernels


@pytest.fixture(autouse=True)
def small_work_is_shared_too(monkeypatch):
    """Share the small arrays of the tests among threads too."""
    monkeypatch.setattr("scratchgen_kernels.threads.MARGIN", 1)


@pytest.fixture(scope="session")
def off():
    """{backend: reason} for the backends that some kernel lacks."""
    return {state.backend: state.reason for state in kernels.backends() if not state.available}


class BackendEntered(Exception):
    """Raised where a kernel asks for its backend."""


@pytest.fixture
def no_backend(monkeypatch):
    """No backend may be entered: a kernel that asks for one raises the exception that this fixture returns.

    With it a test of a refusal need not be repeated for each backend.
    """

    def enter(kernel, backend=None):
        raise BackendEntered(kernel.name, backend)

    monkeypatch.setattr("scratchgen_kernels.registry.Kernel.module", enter)
    return BackendEntered


@pytest.fixture(params=["loops", "numpy", "numba", "cython"])
def backend(request, off):
    if request.param in off:
        pytest.skip(f"{request.param}: {off[request.param]}")
    return request.param


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request):
    return np.dtype(request.param)


@pytest.fixture
def rng():
    return np.random.default_rng(20140501)


@pytest.fixture
def threads():
    """A function that sets the number of threads; the former number is restored afterwards."""
    former = kernels.get_num_threads()
    yield kernels.set_num_threads
    kernels.set_num_threads(former)


@pytest.fixture
def assert_close(dtype, measured):
    """Compare with a float64 oracle: at most a few hundred roundings are behind any number in these tests."""

    def compare(actual, expected, roundings=200):
        assert actual.dtype == dtype
        assert actual.shape == np.shape(expected)
        allowed = roundings * np.finfo(dtype).eps
        np.testing.assert_allclose(actual, expected, rtol=allowed, atol=allowed)
        finite = np.isfinite(expected)
        if np.any(finite):
            actual, expected = np.asarray(actual)[finite], np.asarray(expected)[finite]
            measured(np.abs(actual - expected), allowed * (1 + np.abs(expected)))

    return compare


@pytest.fixture(params=["fortran", "every other", "reversed", "transposed view", "read-only", "unaligned"])
def relaid(request):
    """A function that copies an array to another memory layout.

    Numba compiles each kernel again for read-only arrays: for float64 always, for float32 with `--full`.
    """
    case = request.node.callspec.params
    again = ("read-only", "numba", np.float32) == (request.param, case.get("backend"), case.get("dtype"))
    if again and not request.config.getoption("--full"):
        pytest.skip("Numba compiles the kernel again for this case, as for float64; --full does")

    def every_other(a):
        wide = np.zeros([2 * n for n in a.shape], a.dtype)
        wide[tuple(slice(None, None, 2) for _ in a.shape)] = a
        return wide[tuple(slice(None, None, 2) for _ in a.shape)]

    def reversed_(a):
        backwards = tuple(slice(None, None, -1) for _ in a.shape)
        return np.ascontiguousarray(a[backwards])[backwards]

    def read_only(a):
        a = a.copy()
        a.flags.writeable = False
        return a

    def unaligned(a):
        memory = np.zeros(a.nbytes + 1, np.uint8)[1:]
        moved = memory.view(a.dtype).reshape(a.shape)
        moved[...] = a
        assert not moved.flags.aligned
        return moved

    layouts = {
        "fortran": np.asfortranarray,
        "every other": every_other,
        "reversed": reversed_,
        "transposed view": lambda a: np.ascontiguousarray(a.T).T,
        "read-only": read_only,
        "unaligned": unaligned,
    }
    return layouts[request.param]
