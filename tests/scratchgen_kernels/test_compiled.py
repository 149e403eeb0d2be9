"""The compiled backends: they load where they were built, and do not change the state of the process."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import scratchgen_kernels as kernels


def state_of(backend):
    return [state for state in kernels.backends() if state.backend == backend]


def test_the_cython_backend_loads_where_it_was_built():
    record = kernels.build_record()
    if record is None or record["status"] != "built":
        pytest.skip(f"not built: {record and record['reason']}")
    assert all(state.available for state in state_of("cython")), state_of("cython")
    from scratchgen_kernels.matmul import cython_

    assert not cython_.__file__.endswith(".py")


def test_the_flags_of_the_build_assume_nothing_about_the_numbers():
    record = kernels.build_record() or {"flags": []}
    for flag in ("-ffast-math", "-Ofast", "-ffinite-math-only", "-funsafe-math-optimizations"):
        assert flag not in record["flags"]


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


ALL_KERNELS_OF = """if True:
    import numpy as np, scratchgen_kernels as k
    from scratchgen_kernels.registry import _kernels
    tiny = np.array([5e-324]), np.array([1e-45], np.float32)
    halves_before = [(a * 3 / 2).tobytes() for a in tiny]
    for kernel in _kernels:
        kernel.module({backend!r})
    k.standard_normal(0, 0, 1, backend={backend!r})
    k.exp(tiny[0], backend={backend!r})
    {then}
    assert [(a * 3 / 2).tobytes() for a in tiny] == halves_before
    assert all((a * 1 > 0).all() for a in tiny) and float(tiny[0][0]) / 1 > 0
    assert k.matmul(tiny[0][None], np.ones((1, 1)), backend={backend!r})[0, 0] == 5e-324
"""


def test_loading_every_kernel_leaves_the_floating_point_mode_of_the_process_as_it_was(backend):
    """Code linked with fast-math flags can set the processor to flush subnormal numbers, for the whole process."""
    done = run(ALL_KERNELS_OF.format(backend=backend, then="pass"))
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="sets a register of x86")
def test_the_claim_above_rejects_a_process_that_flushes_subnormal_numbers(tmp_path, off):
    if "cython" in off:
        pytest.skip("no C compiler to set the register with")
    source, library = tmp_path / "flush.c", tmp_path / "flush.so"
    source.write_text("#include <immintrin.h>\nvoid flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }\n")
    if subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], capture_output=True).returncode:
        pytest.skip("no C compiler to set the register with")
    flush = f"import ctypes; ctypes.CDLL({str(library)!r}).flush()"
    done = run(ALL_KERNELS_OF.format(backend="numpy", then=flush))
    assert "AssertionError" in done.stderr


def test_numba_assumes_nothing_about_finite_values(off):
    if "numba" in off:
        pytest.skip(off["numba"])
    from scratchgen_kernels import jit

    assert not {"nnan", "ninf", "fast"} & set(jit.OPTIONS["fastmath"])


def test_numba_compiles_without_a_writable_cache_folder(off, monkeypatch):
    if "numba" in off:
        pytest.skip(off["numba"])
    import numba

    from scratchgen_kernels import jit

    real = numba.njit

    def njit(*functions, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*functions, **options)

    monkeypatch.setattr(numba, "njit", njit)
    assert jit.compiled(lambda a: a + 1)(1) == 2


def test_numba_leaves_no_files_beside_the_source(off, tmp_path):
    """Such files would outlive the package and hide another installation of it."""
    if "numba" in off:
        pytest.skip(off["numba"])
    code = "import numpy as np, scratchgen_kernels as k; k.adam(*np.ones((4, 2)), 1, backend='numba')"
    before = set(Path(kernels.__file__).parent.rglob("*.nbi"))
    environment = {**os.environ, "NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert set(Path(kernels.__file__).parent.rglob("*.nbi")) == before
    assert list(tmp_path.rglob("*.nbi"))


def test_the_source_runs_with_the_jit_switched_off(off):
    """A debugger can then step through the file that is compiled."""
    if "numba" in off:
        pytest.skip(off["numba"])
    code = """if True:
        import os; os.environ["NUMBA_DISABLE_JIT"] = "1"
        import numpy as np, scratchgen_kernels as k
        a = np.arange(6.0).reshape(2, 3)
        np.testing.assert_allclose(k.matmul(a, a.T, backend="numba"), a @ a.T)
        for counter in range(5):
            one, other = (k.standard_normal(2**64 - 1, counter, 6, backend=b) for b in ("numba", "loops"))
            np.testing.assert_allclose(one, other, rtol=1e-14)
    """
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["numba", "cython"])
def test_compiled_kernels_repeat_themselves_to_the_bit(off, name, rng):
    if name in off:
        pytest.skip(off[name])
    inputs = [rng.normal(size=s) for s in [(5, 4, 3), (4, 6), (3, 6), (6, 6), (6,)]]
    first, second = (kernels.tanh_recurrence(*inputs, backend=name) for _ in range(2))
    np.testing.assert_array_equal(first, second)
