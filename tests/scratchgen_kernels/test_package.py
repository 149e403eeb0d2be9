"""The package of kernels stands alone: arrays in, arrays out."""

import re
from pathlib import Path

import pytest

import scratchgen_kernels as kernels

SOURCES = [
    path for path in Path(kernels.__file__).parent.rglob("*") if path.suffix in (".py", ".pyx", ".pxd", ".h")
]
FOREIGN = re.compile(r"\b(torch|jax|tensors?)\b|\b(import|from) scratchgen\b", re.IGNORECASE)


def test_no_kernel_names_another_library_or_a_tensor():
    assert len(SOURCES) > 50
    assert not [path for path in SOURCES if FOREIGN.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "line", ["import torch", "import jax", "from scratchgen import Tensor", "a Tensor in"]
)
def test_the_claim_above_rejects_a_planted_line(line):
    assert FOREIGN.search(line)
