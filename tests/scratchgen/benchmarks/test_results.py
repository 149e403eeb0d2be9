"""The order in which `auto` tries the backends is the one that the committed benchmark gives."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from scratchgen.benchmarks.kernels.measure import Row, orders
from scratchgen_kernels import backends

RESULTS = Path(__file__).parents[3] / "kernels" / "results"


def measured():
    """The newest committed result."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")]
    return max(found, key=lambda numbers: numbers["machine"]["date"])


@pytest.mark.parametrize("name", sorted({state.kernel for state in backends()}))
def test_auto_follows_the_committed_benchmark(name):
    rows = [Row(**row) for row in measured()["rows"]]
    assert list(import_module(f"scratchgen_kernels.{name}").KERNEL.auto) == orders(rows)[name]
