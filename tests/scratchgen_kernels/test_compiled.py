"""The compiled backends: they load where they were built, and leave the process as they found it."""

import os
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


def test_no_backend_switches_subnormal_numbers_off(backend):
    """Code linked with fast-math flags can set the processor to flush them, for the whole process."""
    code = f"""if True:
        import numpy as np, scratchgen_kernels as k
        tiny = np.array([[5e-324]])
        k.matmul(tiny, tiny, backend={backend!r})
        k.standard_normal(0, 0, 1, backend={backend!r})
        z = np.zeros((1, 1, 1))
        k.tanh_recurrence(z, z[0], z[0], z[0], z[0, 0], backend={backend!r})
        assert (tiny * 1)[0, 0] > 0 and float(tiny[0, 0]) / 1 > 0
        assert k.matmul(tiny, np.ones((1, 1)), backend={backend!r})[0, 0] == 5e-324
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numba_is_told_nothing_about_finite_values(off):
    if "numba" in off:
        pytest.skip(off["numba"])
    from scratchgen_kernels import jit

    assert not {"nnan", "ninf", "fast"} & set(jit.OPTIONS["fastmath"])


def test_numba_compiles_without_a_folder_to_keep_the_result_in(off, monkeypatch):
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
    """They would outlive the package, and hide one that is installed later in another place."""
    if "numba" in off:
        pytest.skip(off["numba"])
    code = "import numpy as np, scratchgen_kernels as k; k.matmul(np.eye(2), np.eye(2), backend='numba')"
    before = set(Path(kernels.__file__).parent.rglob("*.nbi"))
    environment = {**os.environ, "NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert set(Path(kernels.__file__).parent.rglob("*.nbi")) == before
    assert list(tmp_path.rglob("*.nbi"))


def test_the_source_runs_with_the_jit_switched_off(off):
    """So that a debugger can step through the very file that is compiled."""
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
