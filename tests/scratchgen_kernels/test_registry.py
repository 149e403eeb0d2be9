"""The choice of a backend, and the message if it is not available."""

import json
import os
import pickle
import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen_kernels import installation, registry
from scratchgen_kernels.registry import BackendUnavailable, Kernel

ONE = np.ones((1, 1))


@pytest.fixture
def kernel(monkeypatch):
    """A kernel that has loaded no backend, in a registry that is restored afterwards."""
    monkeypatch.setattr(registry, "_kernels", [])
    return Kernel("matmul", "scratchgen_kernels.matmul", auto=("cython", "numba", "numpy", "loops"))


@pytest.fixture
def broken_import(monkeypatch):
    """A function that makes the import of backends fail, as on another machine."""

    def install(**errors):
        real = registry.import_module

        def fake(name):
            error = errors.get(name.rpartition(".")[2].rstrip("_"))
            if error is not None:
                raise error
            return real(name)

        monkeypatch.setattr(registry, "import_module", fake)

    return install


@pytest.fixture
def record(monkeypatch, tmp_path):
    """A function that sets the record of the build; None means that there was no build."""

    def install(content):
        path = tmp_path / "_build.json"
        if content is not None:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        monkeypatch.setattr(installation, "RECORD", path)
        monkeypatch.delenv("SCRATCHGEN_VARIANT", raising=False)  # it names one that this record does not have

    return install


def in_a_new_process(code, **environment):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'fortran'.*loops, numpy, numba, cython, auto"):
        kernels.use("fortran")
    with pytest.raises(ValueError, match="'fortran'"):
        kernels.matmul(ONE, ONE, backend="fortran")


def test_use_is_valid_until_the_next_use(kernel):
    former = registry._chosen
    try:
        kernels.use("loops")
        assert kernel.module().__name__.endswith("matmul.loops")
        kernels.use("numpy")
        assert kernel.module().__name__.endswith("matmul.numpy_")
    finally:
        kernels.use(former)


def test_the_context_manager_restores_the_former_backend(kernel):
    with kernels.use("numpy"):
        with kernels.use("loops"):
            assert kernel.module().__name__.endswith("loops")
        assert kernel.module().__name__.endswith("numpy_")
        with pytest.raises(ZeroDivisionError), kernels.use("loops"):
            raise ZeroDivisionError
        assert kernel.module().__name__.endswith("numpy_")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_blocks_of_interleaved_generators_end_in_any_order(kernel, order):
    def block(name):
        with kernels.use(name):
            yield

    with kernels.use("numpy"):
        blocks = [block(name) for name in ("loops", "numpy", "loops")]
        for generator in blocks:
            next(generator)
        assert registry.current() == "loops"
        for i in order:
            blocks[i].close()
        assert registry.current() == "numpy"
    assert not registry._open_blocks


def test_a_block_that_ends_first_leaves_the_backend_of_the_one_that_is_open(kernel):
    with kernels.use("numpy"):
        outer, inner = kernels.use("loops").__enter__(), kernels.use("numpy").__enter__()
        outer.__exit__()
        assert registry.current() == "numpy"
        inner.__exit__()
        assert registry.current() == "numpy"


def test_the_argument_overrides_the_process(kernel):
    with kernels.use("numpy"):
        assert kernel.module("loops").__name__.endswith("loops")


def test_the_environment_gives_the_initial_choice():
    code = "from scratchgen_kernels import registry; print(registry._chosen)"
    assert in_a_new_process(code, SCRATCHGEN_KERNELS="loops").stdout.split() == ["loops"]
    assert in_a_new_process(code, SCRATCHGEN_KERNELS="").stdout.split() == ["auto"]


def test_a_wrong_name_in_the_environment_is_refused_at_the_first_call_and_names_the_variable():
    code = """if True:
        import numpy as np, scratchgen_kernels as kernels
        print("imported")
        kernels.matmul(np.ones((1, 1)), np.ones((1, 1)))
    """
    done = in_a_new_process(code, SCRATCHGEN_KERNELS="fortran")
    assert done.stdout.split() == ["imported"]
    assert "'fortran' (from the environment variable SCRATCHGEN_KERNELS)" in done.stderr


def test_importing_the_package_imports_no_backend():
    code = """if True:
        import sys, scratchgen_kernels
        print(*(name for name in sys.modules if name.endswith((".loops", ".numpy_", ".cython_", "numba"))))
    """
    assert in_a_new_process(code).stdout.strip() == ""


def test_missing_numba_has_its_reason_and_remedy(kernel, broken_import):
    broken_import(numba=ModuleNotFoundError("No module named 'numba'", name="numba"))
    with pytest.raises(BackendUnavailable, match=r"numba is not installed.*pip install .*\[fast\]"):
        kernel.module("numba")


def test_broken_numba_has_the_message_of_its_import_error(kernel, broken_import):
    broken_import(numba=ImportError("Numba needs NumPy 2.0 or less. Got NumPy 9.9."))
    with pytest.raises(BackendUnavailable, match=r"Numba needs NumPy 2\.0 or less\. Got NumPy 9\.9\."):
        kernel.module("numba")


MISSING_MODULE = ModuleNotFoundError("No module named ...", name="scratchgen_kernels.matmul.cython_")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "was not built"),
        ("{ half a rec", "was not built"),
        ({"status": "disabled"}, "SCRATCHGEN_DISABLE_EXT=1"),
        ({"status": "failed", "reason": "fatal error: Python.h"}, r"build failed: fatal error: Python\.h"),
        ({"status": "built", "python": "3.99.0"}, r"built for Python 3\.99\.0"),
    ],
)
def test_missing_cython_kernels_have_their_reason_and_remedy(kernel, broken_import, record, content, words):
    broken_import(cython=MISSING_MODULE)
    record(content)
    with pytest.raises(BackendUnavailable, match=f"{words}.*C compiler.*SCRATCHGEN_REQUIRE_EXT=1"):
        kernel.module("cython")


def test_broken_cython_kernels_have_the_message_of_their_import_error(kernel, broken_import, record):
    broken_import(cython=ImportError("undefined symbol: _PyGen"))
    record({"status": "built"})
    with pytest.raises(BackendUnavailable, match="undefined symbol: _PyGen"):
        kernel.module("cython")


@pytest.mark.parametrize("status", ["disabled", "failed"])
def test_an_old_compiled_file_is_not_used_where_the_last_build_made_none(kernel, record, monkeypatch, status):
    record({"status": status})
    monkeypatch.setattr(registry, "import_module", lambda name: pytest.fail("the old file was imported"))
    with pytest.raises(BackendUnavailable):
        kernel.module("cython")


def test_auto_takes_the_first_available_backend(kernel, broken_import, record):
    broken_import(numba=ImportError("no"))
    record({"status": "disabled"})
    assert kernel.module("auto").__name__.endswith("numpy_")


def test_a_missing_backend_is_refused_by_use_and_changes_nothing(kernel, broken_import):
    broken_import(numba=ImportError("no"))
    former = registry._chosen
    with pytest.raises(BackendUnavailable):
        kernels.use("numba")
    assert registry._chosen == former


def test_a_missing_backend_is_an_import_error_with_attributes(kernel, broken_import):
    broken_import(numba=ImportError("no"))
    with pytest.raises(ImportError) as caught:
        kernel.module("numba")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.kernel, error.backend) == ("matmul", "numba")
    assert "no" in error.reason
    assert "pip install" in error.remedy


def test_a_fault_in_the_plain_backends_is_not_hidden(kernel, broken_import):
    broken_import(loops=SyntaxError("slip"))
    with pytest.raises(SyntaxError):
        kernel.module("loops")


def test_backends_lists_every_kernel_and_every_backend():
    states = kernels.backends()
    listed = {(state.kernel, state.backend) for state in states}
    assert len(states) == len(listed) == 4 * len(registry._kernels) >= 4 * 5
    for state in states:
        assert state.available == (state.reason == "") == (state.remedy == "")
        if state.backend in ("loops", "numpy"):
            assert state.available


def test_every_automatic_order_names_all_backends_once():
    for kernel in registry._kernels:
        assert sorted(kernel.auto) == sorted(registry.MODULES), kernel.name


def test_choosing_costs_microseconds(kernel):
    """The look-up itself takes well under a microsecond; the bound leaves room for a busy machine."""
    from timeit import repeat

    kernel.module("numpy")
    assert min(repeat(lambda: kernel.module("numpy"), number=1000, repeat=5)) / 1000 < 5e-6


def test_the_implementations_of_a_backend_are_the_functions_of_the_contracts():
    found = dict(kernels.implementations("loops"))
    assert found["matmul"].__module__ == "scratchgen_kernels.matmul.loops"
    assert {"tanh_recurrence_backward", "standard_normal", "philox4x32", "adam"} <= found.keys()
    assert found.keys() >= dict(kernels.implementations("numpy")).keys()
