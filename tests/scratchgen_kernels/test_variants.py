"""The choice among the compiled variants of the kernels: never one whose instructions the processor lacks."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen_kernels import installation, registry, variants
from scratchgen_kernels.registry import BackendUnavailable, Kernel

BUILT = {"baseline": [], "narrow": ["avx2", "fma"], "wide": ["avx2", "fma", "avx512f"]}


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A function that sets the variants that were built, and the instructions of the processor."""
    monkeypatch.delenv(variants.VARIABLE, raising=False)
    monkeypatch.setattr(installation, "RECORD", tmp_path / "_build.json")

    def install(built, *instructions):
        installation.RECORD.write_text(json.dumps({"status": "built", "variants": built}), encoding="utf-8")
        monkeypatch.setattr(variants, "_instructions", lambda: frozenset(instructions))

    return install


@pytest.mark.parametrize(
    ("instructions", "chosen"),
    [
        ([], "baseline"),
        (["fma"], "baseline"),
        (["avx512f"], "baseline"),
        (["avx2", "fma"], "narrow"),
        (["avx2", "fma", "avx512f"], "wide"),
    ],
)
def test_the_widest_variant_that_the_processor_can_run_is_chosen(machine, instructions, chosen):
    machine(BUILT, *instructions)
    assert variants.variant() == chosen
    assert variants.why_none_runs() is None


def test_kernels_for_another_processor_are_off_with_the_missing_instructions(machine, monkeypatch):
    machine({"baseline": ["avx2", "avx512f"]}, "avx2")
    monkeypatch.setattr(registry, "_kernels", [])
    monkeypatch.setattr(registry, "import_module", lambda name: pytest.fail("its code would end the process"))
    kernel = Kernel("matmul", "scratchgen_kernels.matmul", auto=("cython", "numpy"))
    with pytest.raises(BackendUnavailable, match="for a processor with avx512f, which this one lacks"):
        kernel.module("cython")
    assert variants.variant() is None


def test_the_environment_names_a_variant(machine, monkeypatch):
    machine(BUILT, "avx2", "fma")
    monkeypatch.setenv(variants.VARIABLE, "baseline")
    assert variants.variant() == "baseline"
    monkeypatch.setenv(variants.VARIABLE, "wide")
    assert "avx512f, which this one lacks" in variants.why_none_runs()
    monkeypatch.setenv(variants.VARIABLE, "wider")
    assert "SCRATCHGEN_VARIANT is 'wider'; there are baseline, narrow, wide" in variants.why_none_runs()


def test_a_record_without_variants_leaves_the_choice_to_the_import(machine):
    machine({})
    assert variants.variant() is None
    assert variants.why_none_runs() is None


def test_kernels_of_another_python_are_explained_by_their_import(machine, monkeypatch):
    machine(BUILT)
    monkeypatch.setattr(variants, "_instructions", lambda: None)
    assert variants.why_none_runs() is None


PRINT = """if True:
    import numpy as np, scratchgen_kernels as k
    from scratchgen_kernels.matmul import cython_
    rng = np.random.default_rng(0)
    a = rng.normal(size=(19, 70))
    print(cython_.__file__)
    print(k.standard_normal(7, 3, 1000, backend="cython").tobytes().hex())
    print(k.matmul(a, a.T, backend="cython").tobytes().hex())
"""


def results_of(variant):
    environment = {**os.environ, variants.VARIABLE: variant}
    done = subprocess.run([sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    file, noise, product = done.stdout.split()
    return file, noise, np.frombuffer(bytes.fromhex(product))


def test_every_variant_draws_the_same_noise_and_multiplies_alike():
    """Noise has the same bits in all; a product differs by roundings at most."""
    built = (kernels.build_record() or {}).get("variants") or {}
    found = variants._instructions() or frozenset()
    here = [name for name, needed in built.items() if found.issuperset(needed)]
    if len(here) < 2:
        pytest.skip(f"not a portable build: its variants here are {here}")
    files, noises, products = zip(*map(results_of, here), strict=True)
    assert len(set(files)) == len(here)
    assert len(set(noises)) == 1
    for product in products:  # a sum of 70 products of normals, each rounded once or twice
        np.testing.assert_allclose(product, products[0], rtol=0, atol=70 * 70 * np.finfo(np.float64).eps)


# --- the remedy -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "arguments"),
    [
        ({"url": "file:///a%20b/c", "dir_info": {"editable": True}}, "-e '/a b/c'"),
        ({"url": "file:///a/c", "dir_info": {}}, "/a/c"),
        ({"url": "file:///a/c-0.2.tar.gz", "archive_info": {}}, "/a/c-0.2.tar.gz"),
        ({"url": "file:///a/c-0.2-py3-none-any.whl"}, "--no-binary scratchgen-numpy scratchgen-numpy"),
        (None, "--no-binary scratchgen-numpy scratchgen-numpy"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="its paths are written differently")
def test_the_remedy_installs_from_where_the_package_came(monkeypatch, origin, arguments):
    class Distribution:
        def read_text(self, name):
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr(installation.metadata, "distribution", lambda name: Distribution())
    remedy = installation.how_to_build()
    assert remedy.endswith(f"--no-cache-dir {arguments}")
    assert f"SCRATCHGEN_REQUIRE_EXT=1 {sys.executable} -m pip install" in remedy
