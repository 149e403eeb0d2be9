"""A user's own data: the documented example runs, and anything with a length and rows makes batches."""

import inspect
import textwrap

import numpy as np
import pytest

from scratchgen.data import RowData, TextData, batches, types
from scratchgen.plots import data_set
from scratchgen.random import Generator


def test_the_example_in_the_documentation_runs():
    example = inspect.getdoc(types).split("\n\n", 2)[2]
    names = {}
    exec(textwrap.dedent(example), names)
    assert (
        isinstance(names["mine"], RowData) and names["mine"].classes == 10 and len(names["mine"].train) == 80
    )
    assert isinstance(names["text"], TextData) and names["images"].shape == (16, 64) and len(names["k"]) == 16


class Numbered:
    """Rows that are made when they are read, as in the documentation of `Rows`."""

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, indices):
        return np.stack([np.full(3, i) for i in indices])


def test_a_class_with_a_length_and_rows_makes_batches():
    epoch = list(batches(Numbered(50), np.arange(50), batch_size=8, rng=Generator(0)))
    assert sorted(np.concatenate([labels for _, labels in epoch]).tolist()) == list(range(50))
    assert all(np.array_equal(x[:, 0], labels) for x, labels in epoch)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("images", (2, 2)), ("frames", (4, 1)), ("points", (1, 2))],
    ids=lambda value: str(value),
)
def test_the_picture_of_rows_depends_on_their_declared_kind(kind, shape, tmp_path):
    x = np.random.default_rng(0).random((12, int(np.prod(shape))), np.float32)
    rows = RowData("mine", shape, x, x, x, kind=kind)
    assert repr(rows).endswith(f"12 + 12 + 12 {kind})")
    assert data_set(rows, tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
